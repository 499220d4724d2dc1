"""The FHIR server of the tests in its own process: started on a free port, spoken to from tests, and stopped."""

import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypedDict
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

Json = dict[str, Any]
Headers = dict[str, str]

PROGRAM = Path(__file__).with_name("server.mjs")
SECRET = "https://www.medplum.com/fhir/StructureDefinition/subscription-secret"
_OPEN = build_opener(ProxyHandler({})).open
_BY_TEST = {"X-By-Test": "yes"}
_ABSENT = (404, 410)
_PATIENCE = 60.0


class Refusal(AssertionError):
    """The server said no to a test; status and body are told, since there are no real patients here."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status} {body.decode(errors='replace')[:500]}")
        self.status = status


class Fault(TypedDict, total=False):
    """What shall befall requests. See `Faults.add` in faults.mjs for what each part says."""

    method: str
    path: str
    times: int
    probability: float
    seed: int
    seconds: float
    status: int
    retry_after: int
    cut: bool
    reset: bool
    after: bool


@dataclass(frozen=True, slots=True)
class FhirServer:
    """A running server, at `root`. Tests meet no fault here, need no token and are not counted; but `ask` is like others."""

    root: str

    @property
    def base(self) -> str:
        """Where FHIR is spoken."""
        return f"{self.root}/fhir"

    def ask(
        self, method: str, path: str, body: object = None, headers: Headers | None = None, *, text: bytes | None = None
    ) -> tuple[int, Headers, bytes]:
        """One request below `root`: status, headers by lower-case name, and body, whatever the status. text: sent as it is."""
        data = text if body is None else json.dumps(body).encode()
        told = {"Content-Type": "application/fhir+json", **(headers or {})}
        try:
            with _OPEN(Request(self.root + path, data, told, method=method), timeout=_PATIENCE) as answer:
                return answer.status, _lowered(answer.headers.items()), answer.read()
        except HTTPError as refused:
            with refused:
                return refused.code, _lowered(refused.headers.items()), refused.read()

    def create(self, resource: Json) -> Json:
        """Store a resource under an id that the server gives."""
        return self._told("POST", f"/fhir/{resource['resourceType']}", resource)

    def put(self, resource: Json) -> Json:
        """Store a resource under its own id."""
        return self._told("PUT", f"/fhir/{resource['resourceType']}/{resource['id']}", resource)

    def delete(self, kind: str, identity: str) -> None:
        self._told("DELETE", f"/fhir/{kind}/{identity}")

    def read(self, kind: str, identity: str) -> Json | None:
        """The resource as it is now; None where there is none, or none any more."""
        status, _, body = self.ask("GET", f"/fhir/{kind}/{identity}", headers=_BY_TEST)
        return None if status in _ABSENT else _checked(status, body)

    def search(self, kind: str, **params: str) -> list[Json]:
        """What matches and what is included with it, over all pages."""
        path = f"/fhir/{kind}?{urlencode({'_count': '1000', **params})}"
        found: list[Json] = []
        while path:
            page = self._told("GET", path)
            found += [entry["resource"] for entry in page.get("entry", ())]
            following = [link["url"] for link in page["link"] if link["relation"] == "next"]
            path = following[0].removeprefix(self.root) if following else ""
        return found

    def conditions(self, patient: str) -> list[Json]:
        """The Conditions of a patient, given by the logical id."""
        return self.search("Condition", patient=f"Patient/{patient}")

    def history(self, kind: str, identity: str) -> list[Json]:
        """The entries of a resource's history, newest first; a deletion has no resource."""
        entries: list[Json] = self._told("GET", f"/fhir/{kind}/{identity}/_history")["entry"]
        return entries

    def histories(self, kind: str) -> dict[str, list[Json]]:
        """The same of every resource of a type that there ever was, by id."""
        return {key: bundle["entry"] for key, bundle in self._told("GET", f"/control/histories/{kind}").items()}

    def subscribe(self, criteria: str, endpoint: str, headers: Iterable[str] = (), secret: str | None = None) -> Json:
        """Have notifications sent for R4 criteria, and wait until they are."""
        signed = [] if secret is None else [{"url": SECRET, "valueString": secret}]
        stored = self.create(
            {
                "resourceType": "Subscription",
                "status": "requested",
                "reason": "tests",
                "criteria": criteria,
                "channel": {
                    "type": "rest-hook",
                    "endpoint": endpoint,
                    "payload": "application/fhir+json",
                    **({"header": [*headers]} if headers else {}),
                },
                **({"extension": signed} if signed else {}),
            }
        )
        self.quiet()
        return self._told("GET", f"/fhir/Subscription/{stored['id']}")

    def load(self, resources: Iterable[Json], *, notify: bool = False) -> None:
        """Store many resources at once under their own ids, by default without notifying anybody."""
        self._told("POST", f"/control/load?notify={str(notify).lower()}", [*resources])

    def dump(self, *, own: bool = False) -> bytes:
        """Every current resource as NDJSON. own: also what Marrow wrote."""
        status, _, body = self.ask("GET", f"/control/dump?own={str(own).lower()}")
        assert status == 200, status
        return body

    def faults(self, *rules: Fault) -> None:
        """Have this befall the requests that come, beside what was asked for before; each meets the first fault that fits."""
        self._told("POST", "/control/faults", [*rules])

    def heal(self) -> None:
        """Let nothing befall requests or notifications any more."""
        self._told("DELETE", "/control/faults")
        self._told("POST", "/control/notices", {})

    def disturb(
        self,
        *,
        seed: int = 0,
        drop: float = 0,
        duplicate: float = 0,
        reorder: float = 0,
        delay: float = 0,
        seconds: float = 1,
    ) -> None:
        """Have this befall notifications, each with its probability. seconds: how long a delayed one waits at most."""
        told = {"seed": seed, "drop": drop, "duplicate": duplicate, "reorder": reorder, "delay": delay, "seconds": seconds}
        self._told("POST", "/control/notices", told)

    def require(self, token: str | None) -> None:
        """Ask for a bearer token from now on."""
        self._told("POST", "/control/token", {"token": token})

    def quiet(self, timeout: float = 10.0) -> None:
        """Wait until no notification is pending. Raises TimeoutError."""
        if not self._told("GET", f"/control/quiet?seconds={timeout}")["quiet"]:
            raise TimeoutError(f"the FHIR server still had notifications to send after {timeout} s")

    def counts(self) -> dict[str, int]:
        """How many requests came from others, as `PUT Condition`; transactions and batches are `POST Bundle`."""
        counts: dict[str, int] = self._told("GET", "/control/counts")
        return counts

    def notices(self) -> dict[str, int]:
        """What became of notifications: sent, lost, dropped, duplicated, superseded (the resource was gone or changed)."""
        tally: dict[str, int] = self._told("GET", "/control/notices")
        return tally

    def reset(self) -> None:
        """Forget everything."""
        self._told("POST", "/control/reset", {})

    def _told(self, method: str, path: str, body: object = None) -> Json:
        status, _, content = self.ask(method, path, body, _BY_TEST)
        return _checked(status, content)


@contextmanager
def fhir_server() -> Iterator[FhirServer]:
    """A server of its own, empty at first. It ends with its standard input: at the end, or when this process does."""
    process = subprocess.Popen(["node", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready = process.stdout.readline()
            if not ready:
                raise HTTPException("the FHIR server of the tests did not start: what it says is on standard error")
            yield FhirServer(f"http://127.0.0.1:{json.loads(ready)['port']}")
        finally:
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _lowered(headers: Iterable[tuple[str, str]]) -> Headers:
    return {name.lower(): value for name, value in headers}


def _checked(status: int, body: bytes) -> Json:
    if status >= 400:
        raise Refusal(status, body)
    found: Json = json.loads(body)
    return found

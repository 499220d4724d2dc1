"""A FHIR server in the tests' process: versions, If-Match, deletions, searches; what it stores it tells, if the test wants."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx

from fhir_adapter.arrival import CONCLUSION
from fhir_adapter.notification.call import Call

BASE = "https://ehr.example/fhir"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)

Json = dict[str, Any]
_PATH = re.compile(r"/fhir/(?P<kind>[A-Za-z]+)(?:/(?P<id>[^/?]+))?")


class Ehr(httpx.AsyncBaseTransport):
    """Its state is a list of versions for each resource, None for a deletion. trouble: asked before each answer."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, str], list[Json | None]] = {}
        self.time = START
        self.asked: list[tuple[str, str]] = []
        self.trouble: Callable[[httpx.Request], httpx.Response | Exception | None] = lambda _: None
        self.afterwards: Callable[[httpx.Request], Exception | None] = lambda _: None

    def put(self, resource: Json) -> Call:
        """Store a version, as a clinic's system does; how the server tells of it."""
        self.time += timedelta(seconds=1)
        versions = self.versions.setdefault((resource["resourceType"], resource["id"]), [])
        meta = {**resource.get("meta", {}), "versionId": str(len(versions) + 1)}
        meta["lastUpdated"] = self.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        stored = {**resource, "meta": meta}
        versions.append(stored)
        body = json.dumps(stored).encode()
        return Call("PUT", f"/{resource['resourceType']}/{resource['id']}", {"content-type": "application/fhir+json"}, body)

    def delete(self, kind: str, identity: str) -> Call:
        self.time += timedelta(seconds=1)
        self.versions[kind, identity].append(None)
        return Call("DELETE", f"/{kind}/{identity}", {}, b"")

    def current(self, kind: str, identity: str) -> Json | None:
        versions = self.versions.get((kind, identity))
        return versions[-1] if versions else None

    def everything(self, own: bool) -> Iterator[Json]:
        """The current resources: those of Marrow, or all others."""
        for versions in self.versions.values():
            if versions[-1] is not None and is_own(versions[-1]) is own:
                yield versions[-1]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = _PATH.fullmatch(request.url.path)
        self.asked.append((request.method, f"{path['kind']}" if path else request.url.path))
        found = self.trouble(request)
        if isinstance(found, Exception):
            raise found
        if found is None:
            found = self._answer(request, path) if path else _outcome(404)
            lost = self.afterwards(request)
            if lost is not None:
                raise lost
        return httpx.Response(found.status_code, headers=found.headers, stream=_Whole(found.content))

    def _answer(self, request: httpx.Request, path: re.Match[str]) -> httpx.Response:
        kind, identity = path["kind"], path["id"]
        if identity is None:
            return self._search(kind, parse_qsl(request.url.query.decode())) if request.method == "GET" else _outcome(405)
        if request.method == "GET":
            return self._read(kind, identity)
        if request.method == "PUT":
            return self._store(request, kind, identity)
        return _outcome(405)

    def _read(self, kind: str, identity: str) -> httpx.Response:
        versions = self.versions.get((kind, identity))
        if not versions:
            return _outcome(404)
        if versions[-1] is None:
            return httpx.Response(410, headers={"ETag": f'W/"{len(versions)}"'}, json={"resourceType": "OperationOutcome"})
        return httpx.Response(200, headers={"ETag": f'W/"{len(versions)}"'}, json=versions[-1])

    def _store(self, request: httpx.Request, kind: str, identity: str) -> httpx.Response:
        versions = self.versions.get((kind, identity), [])
        expected = request.headers.get("if-match")
        if expected is not None and expected != f'W/"{len(versions)}"':
            return _outcome(412)
        resource = json.loads(request.content)
        assert (resource["resourceType"], resource["id"]) == (kind, identity)
        self.put(resource)
        return httpx.Response(200 if versions else 201, headers={"ETag": f'W/"{len(versions) or 1}"'})

    def _search(self, kind: str, params: list[tuple[str, str]]) -> httpx.Response:
        asked = dict(params)
        after = asked.get("_lastUpdated", "").removeprefix("gt")
        found = [
            versions[-1]
            for (type_, _), versions in self.versions.items()
            if type_ == kind and versions[-1] is not None and _matches(versions[-1], asked, after)
        ]
        found.sort(key=lambda one: one["meta"]["lastUpdated"])
        entries = [{"resource": one, "search": {"mode": "match"}} for one in found]
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset", "entry": entries})


def _matches(resource: Json, asked: dict[str, str], after: str) -> bool:
    who = asked.get("patient") or asked.get("subject")
    named = [resource.get(name, {}).get("reference") for name in ("subject", "patient", "individual")]
    return (who is None or who in named) and (not after or resource["meta"]["lastUpdated"] > after)


def is_own(resource: Json) -> bool:
    """Whether Marrow wrote it; what has no identifier is known by its tag."""
    identifiers = resource.get("identifier", [])
    tags = resource.get("meta", {}).get("tag", [])
    return any(one.get("system") == CONCLUSION for one in identifiers) or any(tag["system"] == "urn:marrow:pack" for tag in tags)


def _outcome(status: int) -> httpx.Response:
    return httpx.Response(status, json={"resourceType": "OperationOutcome", "issue": []})


class _Whole(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        yield self._content

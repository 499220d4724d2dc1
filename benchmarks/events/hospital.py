"""The FHIR server: everything in memory, answers at once, and notes when a Condition came that a value is evidence of."""

import re
from collections import defaultdict
from collections.abc import Sequence
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.events.load import Patient, Value
from benchmarks.events.wire import answer

_CITED = re.compile(rb"Observation/(p\d+)-load-(\d+)/_history/")
_SUBJECT = re.compile(rb'"reference":"Patient/(p\d+)"')
_MATCH = re.compile(rb'if-match: *W/"([^"]+)"', re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Hospital:
    """Holds resources by `Type/id`. stuck: whether it takes requests and never answers."""

    def __init__(self, patients: Sequence[Patient]) -> None:
        self.stuck = False
        self.requests: dict[str, int] = defaultdict(int)
        self._stored: dict[str, tuple[int, bytes]] = {}
        self._of: dict[str, list[str]] = defaultdict(list)
        self._sent: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self.took: list[float] = []
        """Seconds from when a value was stored here, which is when it was told, to the Condition that it is evidence of."""
        for patient in patients:
            for ref, raw in patient.chart.items():
                self._stored[ref] = (1, raw)
                self._of[patient.identity].append(ref)

    def happens(self, value: Value, at: float | None = None) -> None:
        """A value is stored; at: when, if that was earlier than now."""
        self._stored[value.ref] = (1, value.resource)
        self._of[value.patient].append(value.ref)
        self._sent[value.patient].append((value.number, perf_counter() if at is None else at))

    @property
    def waiting(self) -> int:
        """How many values no Condition told of yet."""
        return sum(map(len, self._sent.values()))

    def __call__(self, method: str, path: str, head: bytes, body: bytes) -> bytes | None:
        if self.stuck:
            return None
        parts = urlsplit(path).path.strip("/").split("/")
        self.requests[f"{method} {parts[0]}{'/$everything' if parts[-1] == '$everything' else ''}"] += 1
        match method, parts:
            case "GET", ["Patient", identity, "$everything"]:
                return answer(200, self._bundle(self._of[identity]))
            case "GET", [_]:
                return answer(200, self._bundle(()))
            case "GET", [kind, identity]:
                found = self._stored.get(f"{kind}/{identity}")
                return answer(404, b"{}") if found is None else answer(200, found[1], f'ETag: W/"{found[0]}"\r\n')
            case "PUT", [kind, identity] if _ID.fullmatch(identity):
                return self._put(f"{kind}/{identity}", head, body)
        return answer(400, b"{}")

    def _put(self, ref: str, head: bytes, body: bytes) -> bytes:
        old = self._stored.get(ref)
        expected = _MATCH.search(head)
        if expected is not None and (old is None or int(expected[1]) != old[0]):
            return answer(412, b"{}")
        version = 1 if old is None else old[0] + 1
        self._stored[ref] = (version, body.replace(b'"meta":{', f'"meta":{{"versionId":"{version}",'.encode(), 1))
        if ref.startswith("Condition/"):
            self._note(body)
        found = _SUBJECT.search(body)
        if old is None and found is not None:
            self._of[found[1].decode()].append(ref)
        return answer(200 if old else 201, b"", f'ETag: W/"{version}"\r\n')

    def _note(self, body: bytes) -> None:
        now = perf_counter()
        for patient, newest in {(one[1].decode(), int(one[2])) for one in _CITED.finditer(body)}:
            sent = self._sent[patient]
            self.took += [now - at for number, at in sent if number <= newest]
            self._sent[patient] = [each for each in sent if each[0] > newest]

    def _bundle(self, refs: Sequence[str]) -> bytes:
        entries = b",".join(b'{"resource":' + self._stored[ref][1] + b"}" for ref in refs)
        return b'{"resourceType":"Bundle","type":"searchset","entry":[' + entries + b"]}" if refs else _EMPTY


_EMPTY = b'{"resourceType":"Bundle","type":"searchset"}'

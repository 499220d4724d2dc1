"""A FHIR server as a handful of verbs: bytes of resources go in and come out, and what can go wrong has a name."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlencode

import httpx

from fhir_adapter.bundle import text_of
from fhir_adapter.client.address import Addresses, checked_id, checked_path, checked_type, route_of
from fhir_adapter.client.answer import Answer, complaint, elements_of, version_of
from fhir_adapter.client.compartment import by_searches
from fhir_adapter.client.courier import Auth, Courier, Effect
from fhir_adapter.client.exchange import Errand, open_client
from fhir_adapter.client.outcome import Conflict, EntryAnswer, Gone, Nowhere, PreconditionFailed, Removed, Stored
from fhir_adapter.client.pages import walk
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.transaction import answers_of, entries_of
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.client.waiting import Clock

Params = Iterable[tuple[str, str]]
Refused = Conflict | PreconditionFailed | Gone | None
"""What a write can come to instead: None where the server knows nothing under that name (404)."""

_ABSENT = frozenset((404, 410))
_VALUES = _ABSENT | {409, 412}
_NOT_OFFERED = (400, 404, 405, 410, 501)
_CONTENT = {"Content-Type": "application/fhir+json"}
_RANDOM = SystemRandom()
_GIVEN = "an address given by others"


class FhirClient:
    """One FHIR server. Every call raises ExchangeFailed where it comes to no result; `settings` says how long it may take.

    auth: how we prove who we are; other hosts are never shown it. One event loop only; closed by `async with` or `aclose`.
    """

    def __init__(
        self,
        base_url: str,
        auth: Auth,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        draw: Callable[[], float] = _RANDOM.random,
    ) -> None:
        self._auth, self._settings = auth, settings
        self._addresses = Addresses(base_url, settings.allowed_hosts)
        self._client = open_client(settings, transport)
        self._courier = Courier(self._client, self._addresses, settings, clock, sleep, draw)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    @property
    def auth(self) -> Auth:
        """How we prove who we are, to the server only."""
        return self._auth

    @property
    def courier(self) -> Courier:
        """What carries errands that are none of the verbs here, such as an export's."""
        return self._courier

    async def read(self, kind: str, identity: str) -> bytes | Gone | Nowhere | None:
        """The resource as it is now; None where there never was one."""
        path = f"{checked_type(kind)}/{checked_id(kind, identity)}"
        answer = await self._carry("GET", path)
        if answer.status == 404 and not _is_outcome(answer.body):
            return Nowhere()
        found = _content(answer)
        if isinstance(found, bytes) and not _is(found, kind, identity):
            raise ExchangeFailed("not-fhir", f"GET {route_of(path)}", status=answer.status)
        return found

    async def search(self, kind: str, params: Params) -> AsyncIterator[bytes]:
        """All resources that match, and those included with them, over all pages."""
        asked = [*params]
        if not any(name == "_count" for name, _ in asked):
            asked.append(("_count", str(self._settings.page_size)))
        names = "&".join(dict.fromkeys(name for name, _ in asked))
        async for resource in self._walk(f"{checked_type(kind)}?{urlencode(asked)}", f"GET {kind}?{names}"):
            yield resource

    async def everything(self, patient: str) -> AsyncIterator[bytes]:
        """All that the server has of a patient: by $everything, where that is not offered by searches; nothing for nobody.

        patient: the logical id.
        """
        path = f"Patient/{checked_id('Patient', patient)}/$everything"
        begun = False
        try:
            async for resource in self._walk(f"{path}?_count={self._settings.page_size}", f"GET {route_of(path)}"):
                begun = True
                yield resource
            return
        except ExchangeFailed as failed:
            if begun or failed.code == "page-expired" or failed.status not in _NOT_OFFERED:
                raise
        async for resource in by_searches(patient, self.read, self.search):
            yield resource

    async def history_since(self, kind: str, since: datetime, overlap: timedelta = timedelta()) -> AsyncIterator[bytes]:
        """What changed at or after `since` less the overlap, as it is now, oldest change first; deletions do not show.

        A server that pages by offset while it is written to can pass over a resource: sweep again, with overlap.
        """
        if since.tzinfo is None:
            raise ValueError("a sweep begins at an instant with its zone")
        before = (since - overlap).astimezone(UTC) - timedelta(milliseconds=1)  # `gt` of what is before is `at or after`
        text = before.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        async for resource in self.search(kind, [("_lastUpdated", f"gt{text}"), ("_sort", "_lastUpdated")]):
            yield resource

    async def put(self, resource: bytes, kind: str, identity: str, if_match: str | None = None) -> Stored | Refused:
        """Store a resource under its id; with `if_match` only where the server still has that version."""
        path = f"{checked_type(kind)}/{checked_id(kind, identity)}"
        if not _is(resource, kind, identity):
            raise ExchangeFailed("bad-name", f"PUT {route_of(path)}")
        headers = {**_CONTENT, "Prefer": "return=minimal", **_match(kind, if_match)}
        answer = await self._carry("PUT", path, "repeatable", body=resource, headers=headers)
        return _refused(answer) if answer.status in _VALUES else Stored(version_of(answer), answer.status == 201)

    async def delete(self, kind: str, identity: str, if_match: str | None = None) -> Removed | Refused:
        """Delete a resource; what is not there any more is a value too."""
        path = f"{checked_type(kind)}/{checked_id(kind, identity)}"
        answer = await self._carry("DELETE", path, "repeatable", headers=_match(kind, if_match))
        return _refused(answer) if answer.status in _VALUES else Removed(version_of(answer))

    async def transaction(self, bundle: bytes, *, repeatable: bool = False) -> tuple[EntryAnswer, ...] | Refused:
        """Send a transaction or batch Bundle. repeatable: doing it twice is the same as once, as when all entries are PUTs."""
        expected = entries_of(bundle)
        if expected is None:
            raise ExchangeFailed("bad-name", "POST a transaction")
        effect: Effect = "repeatable" if repeatable else "once"
        answer = await self._carry("POST", "", effect, body=bundle, headers=_CONTENT, route="POST a transaction")
        if answer.status in _VALUES:
            return _refused(answer)
        answers = answers_of(answer.body, expected)
        if answers is None:
            raise ExchangeFailed("not-fhir", "POST a transaction", status=answer.status)
        return answers

    async def operation(
        self,
        path: str,
        params: Params = (),
        *,
        body: bytes | None = None,
        effect: Effect | None = None,
        prefer: str | None = None,
    ) -> Answer | Refused:
        """Call an operation, such as `Subscription/1/$events`: by GET, or with a body by POST.

        effect: what doing it twice would do; without it a GET reads and a POST is sent once.
        """
        query = urlencode([*params])
        headers = {**({} if body is None else _CONTENT), **({} if prefer is None else {"Prefer": prefer})}
        method = "GET" if body is None else "POST"
        asked = effect or ("read" if body is None else "once")
        target = checked_path(path) + (f"?{query}" if query else "")
        answer = await self._carry(method, target, asked, body=body, headers=headers)
        return _refused(answer) if answer.status in _VALUES else answer

    async def capability(self) -> bytes | Gone | None:
        """What the server says that it can do."""
        return _content(await self._carry("GET", "metadata"))

    async def fetch(self, url: str) -> bytes | Gone | None:
        """What is at an address that others gave: the server's own, or on an allowed host, which is not shown our credentials."""
        found = await self.ask(url)
        return _content(found) if isinstance(found, Answer) else found

    async def ask(self, url: str, method: Literal["GET", "DELETE"] = "GET") -> Answer | Gone | None:
        """The same with status and headers, and to delete: for the addresses that an asynchronous request leads to."""
        target = self._addresses.guard(url, _GIVEN)
        auth = self._auth if self._addresses.is_own(target) else None
        errand = Errand(method, target, f"{method} {_GIVEN}", values=_ABSENT)
        answer = await self._courier.carry(errand, "read" if method == "GET" else "repeatable", auth)
        return _absent(answer) if answer.status in _ABSENT else answer

    async def _carry(
        self,
        method: str,
        path: str,
        effect: Effect = "read",
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        route: str | None = None,
    ) -> Answer:
        told = route or f"{method} {route_of(path)}"
        errand = Errand(method, self._addresses.here(path), told, body=body, headers=headers or {}, values=_VALUES)
        return await self._courier.carry(errand, effect, self._auth)

    def _walk(self, path: str, route: str) -> AsyncIterator[bytes]:
        async def ask(url: str) -> Answer:
            return await self._courier.carry(Errand("GET", url, route, values=_ABSENT), "read", self._auth)

        return walk(self._addresses.here(path), route, ask, self._addresses, self._settings.most_pages)


def _is(resource: bytes, kind: str, identity: str) -> bool:
    elements = elements_of(resource)
    return elements is not None and (text_of(elements.get("resourceType")), text_of(elements.get("id"))) == (kind, identity)


def _is_outcome(body: bytes) -> bool:
    elements = elements_of(body)
    return elements is not None and text_of(elements.get("resourceType")) == "OperationOutcome"


def _match(kind: str, version: str | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'W/"{checked_id(kind, version)}"'}


def _content(answer: Answer) -> bytes | Gone | None:
    return _absent(answer) if answer.status in _ABSENT else answer.body


def _absent(answer: Answer) -> Gone | None:
    return Gone(version_of(answer)) if answer.status == 410 else None


def _refused(answer: Answer) -> Refused:
    match answer.status:
        case 409:
            return Conflict(complaint(answer.body))
        case 412:
            return PreconditionFailed(complaint(answer.body), repeated=answer.tries > 1)
        case _:
            return _absent(answer)

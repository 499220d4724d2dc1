"""Our Subscriptions on a FHIR server: put there once however often it is asked, waited for, listed and removed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec

from fhir_adapter.client.answer import Answer
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.outcome import Conflict, PreconditionFailed, Removed, Stored
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.client.waiting import Clock
from fhir_adapter.filing import file_of
from fhir_adapter.read_subscription import Subscribed, read_subscription
from fhir_adapter.reference import relative
from fhir_adapter.write_subscription import Wanted

KIND = "Subscription"
_TRIES = 3
"""How often one is written again that somebody else changes at the same time."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0
_ASLEEP = frozenset(("error", "off", "entered-in-error"))
"""The statuses that a server does not leave by itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one Subscription stands. state: its status, `failed` or `removed`; trouble: what came instead of an answer."""

    about: str
    state: str
    id: str | None = None
    trouble: str | None = None

    @property
    def is_pending(self) -> bool:
        return self.state in ("requested", "unknown")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the servers' handshakes are waited for, in seconds."""

    seconds: float
    clock: Clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def ours(client: FhirClient, endpoint: str | None = None) -> list[Subscribed]:
    """The Subscriptions that are marked as ours or would be the same: those for an endpoint, else all that are marked."""
    params = [] if endpoint is None else [("url", endpoint)]
    found = [read_subscription(raw) async for raw in client.search(KIND, params)]
    each = [one for one in found if one is not None]
    return [one for one in each if (one.ours if endpoint is None else one.endpoint == endpoint)]


async def subscribe(client: FhirClient, wanted: Iterable[Wanted], endpoint: str, reactivate: bool) -> list[Standing]:
    """Put each where it is not there yet, and write again what says something else.

    reactivate: whether one that the server or its operator switched off is asked for again.
    """
    there = await _there(client, endpoint)
    return [await _told(one, _place(client, one, there.get(one.key), reactivate)) for one in wanted]


async def settle(client: FhirClient, standings: Iterable[Standing], patience: Patience) -> list[Standing]:
    """How each stands as soon as none is pending any more, or when the time is up."""
    each = list(standings)
    until = patience.clock.steady() + patience.seconds
    pause = _FIRST_PAUSE
    while True:
        each = [await _told(one, _look(client, one)) if one.is_pending and one.id else one for one in each]
        left = until - patience.clock.steady()
        if left <= 0 or not any(one.is_pending for one in each):
            return each
        await patience.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)


async def remove(client: FhirClient, endpoint: str) -> list[Standing]:
    """Delete those that are marked as ours and notify an endpoint."""
    return [await _told(one, _remove(client, one)) for one in await ours(client, endpoint) if one.ours]


async def _told(one: Wanted | Standing | Subscribed, doing: Awaitable[Standing]) -> Standing:
    """What comes of one, whatever becomes of the others."""
    try:
        return await doing
    except ExchangeFailed as failed:
        identity = None if isinstance(one, Wanted) else one.id
        waiting = isinstance(one, Standing) and failed.passing
        return Standing(one.about, "unknown" if waiting else "failed", identity, str(failed))


async def _there(client: FhirClient, endpoint: str) -> Mapping[str, Subscribed]:
    """What is there already by key; nothing where the server does not search for it, since ids are looked up as well."""
    try:
        return {one.key: one for one in await ours(client, endpoint)}
    except ExchangeFailed as failed:
        if not _is_declined(failed):
            raise
        return {}


async def _place(client: FhirClient, one: Wanted, there: Subscribed | None, reactivate: bool) -> Standing:
    found = there or await _read(client, one.key)
    for _ in range(_TRIES):
        if found is not None:
            if found.status in _ASLEEP and not reactivate:
                return Standing(one.about, found.status, found.id)
            if found.status == "active" and found.says(one):
                return Standing(one.about, "active", found.id)
        identity = await _write(client, one, found)
        if identity is not None:
            return Standing(one.about, "requested", identity)
        found = await _read(client, one.key if found is None else found.id)
    return Standing(one.about, "failed", trouble="it is changed by somebody else at the same time; try again")


async def _write(client: FhirClient, one: Wanted, found: Subscribed | None) -> str | None:
    """The id that it is stored under; None where it is not as it was found."""
    if found is None:
        return await _create(client, one)
    body = msgspec.json.encode({**one.resource, "id": found.id})
    match await client.put(body, KIND, found.id, found.version):
        case Stored():
            return found.id
        case _:
            return None


async def _create(client: FhirClient, one: Wanted) -> str | None:
    """Under the id that we choose; under one of the server's where it does not let us."""
    try:
        put = await client.put(msgspec.json.encode(one.resource), KIND, one.key)
    except ExchangeFailed as failed:
        if not _is_declined(failed):
            raise
        put = None
    match put:
        case Stored():
            return one.key
        case Conflict():
            return None
        case _:
            body = {name: value for name, value in one.resource.items() if name != "id"}
            created = await client.operation(KIND, body=msgspec.json.encode(body))
            if isinstance(created, Answer):
                return _identity(created)
            raise ExchangeFailed("refused", f"POST {KIND}")


def _is_declined(failed: ExchangeFailed) -> bool:
    """Whether the server knows who asks, and does not do this one thing."""
    return failed.status is not None and failed.status != 401 and not failed.passing


def _identity(created: Answer) -> str:
    """The id that the server chose."""
    named = relative(created.headers.get("location", ""))
    filed = None if named else file_of(created.body)
    if named is None and filed is None:
        raise ExchangeFailed("not-fhir", f"POST {KIND}", status=created.status)
    return (named or (filed.ref if filed else "")).partition("/")[2]


async def _read(client: FhirClient, identity: str) -> Subscribed | None:
    raw = await client.read(KIND, identity)
    return read_subscription(raw) if isinstance(raw, bytes) else None


async def _look(client: FhirClient, one: Standing) -> Standing:
    found = await _read(client, one.id or "")
    if found is None:
        return replace(one, state="failed", trouble="it is not there any more")
    return replace(one, state=found.status, trouble=None)


async def _remove(client: FhirClient, one: Subscribed) -> Standing:
    match await client.delete(KIND, one.id, one.version):
        case Removed() | None:
            return Standing(one.about, "removed", one.id)
        case PreconditionFailed() | Conflict():
            return Standing(one.about, "failed", one.id, "it is changed by somebody else at the same time; try again")
        case _:
            return Standing(one.about, "removed", one.id)  # it was deleted before

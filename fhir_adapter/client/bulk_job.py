"""An export on a server from its kick-off to its deletion: kicked off, in progress, then complete or failed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import TypeVar

from fhir_adapter.client.address import Addresses, route_of
from fhir_adapter.client.answer import Answer
from fhir_adapter.client.bulk_export import (
    Asked,
    Complete,
    Failed,
    InProgress,
    KickedOff,
    Manifest,
    Troubled,
    kick_off_answered,
    status_answered,
)
from fhir_adapter.client.courier import Courier, Effect
from fhir_adapter.client.exchange import Errand
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.client.waiting import pause

_EVERY = frozenset(range(300, 600))
"""Statuses whose meaning is decided here: of a failed export it matters what the server says of it."""
_BY_POST = frozenset((405, 414, 431, 501))
_NO_DELETION = frozenset((404, 405, 409, 410, 501))
_LONGEST_ASKED = 900.0
_FIRST, _LONGEST, _SHORTEST = 1.0, 60.0, 1.0
"""Seconds between two questions how far an export is, where the server names none; and at least, even where it names less."""

Judged = TypeVar("Judged")
Tell = Callable[[str | None], None]
"""Is called with how far the server is, in its numbers, after each answer that it is not done."""


async def kick_off(server: FhirClient, asked: Asked) -> KickedOff:
    """Have the server begin; by POST where it takes no GET for it. Raises ExchangeFailed where it does not begin."""
    courier, url = server.courier, server.courier.addresses.here(asked.path)
    headers, route = {"Prefer": asked.prefer}, f"GET {route_of(asked.path)}"
    get = Errand("GET", f"{url}?{asked.query}", route, headers=headers, values=_EVERY)

    def judge(answer: Answer) -> KickedOff | Troubled | Failed:
        return kick_off_answered(answer, url, _patient(courier), courier.clock.wall())

    found: KickedOff | Failed = await _asked_again(courier, get, lambda: courier.carry(get, "repeatable", server.auth), judge)
    if isinstance(found, Failed) and found.status in _BY_POST:
        route = f"POST {route_of(asked.path)}"
        content = {**headers, "Content-Type": "application/fhir+json"}
        post = Errand("POST", url, route, body=asked.parameters, headers=content, values=_EVERY)
        found = await _asked_again(courier, post, lambda: courier.carry(post, "once", server.auth), judge)
    if isinstance(found, Failed):
        raise ExchangeFailed(found.code, route, status=found.status, issues=found.issues)
    courier.addresses.guard(found.job, "the export's address")
    return found


async def manifest_of(server: FhirClient, job: str, wait: float | None, tell: Tell) -> Manifest:
    """Wait until the export is complete; its files on all pages of the manifest. wait: before the first question, in seconds.

    Raises ExchangeFailed: `export-failed` and `job-gone` say that waiting longer is of no use.
    """
    if wait is not None:
        await server.courier.sleep(wait)
    first = page = await _page(server, job, tell)
    files, seen = [*first.files], {job}
    while page.following is not None:
        if page.following in seen:
            raise ExchangeFailed("next-again", "the manifest")
        if len(seen) == server.courier.settings.most_pages:
            raise ExchangeFailed("too-many-pages", "the manifest")
        seen.add(page.following)
        page = await _page(server, page.following, tell)
        files += page.files
    return replace(first, files=tuple(files), following=None)


async def delete_job(server: FhirClient, job: str) -> bool:
    """Tell the server that its files are not needed any more, or that it need not go on; False where it does not offer that."""
    errand = _errand(server.courier.addresses, "DELETE", job, _NO_DELETION)
    answer = await _carry(server, errand, "repeatable")
    return answer.status in (404, 410) or answer.status not in _NO_DELETION


async def _page(server: FhirClient, url: str, tell: Tell) -> Manifest:
    courier = server.courier
    errand = _errand(courier.addresses, "GET", url, _EVERY)

    def judge(answer: Answer) -> InProgress | Complete | Troubled | Failed:
        return status_answered(answer, url, _patient(courier), courier.clock.wall())

    for asked in count():
        found: InProgress | Complete | Failed = await _asked_again(
            courier, errand, lambda: _carry(server, errand, "read"), judge, outage=_LONGEST
        )
        match found:
            case Complete(manifest):
                return manifest
            case InProgress(wait, done):
                tell(done)
                own = min(_FIRST * 2.0 ** min(asked, 16), _LONGEST)
                await courier.sleep(own if wait is None else max(wait, _SHORTEST))
            case Failed(code, status, issues):
                raise ExchangeFailed(code, errand.route, status=status, issues=issues)
    raise AssertionError("counting does not end")


async def _asked_again(
    courier: Courier,
    errand: Errand,
    ask: Callable[[], Awaitable[Answer]],
    judge: Callable[[Answer], Judged | Troubled],
    outage: float | None = None,
) -> Judged:
    """An answer that is one; as often as the settings allow, and as late as the server asks for.

    outage: the seconds between tries where none came at all; without it that is the end.
    """
    for tried in count(1):
        try:
            found = judge(await ask())
        except ExchangeFailed as failed:
            if outage is None or not failed.passing or tried >= courier.settings.tries:
                raise
            await courier.sleep(outage)
            continue
        if not isinstance(found, Troubled):
            return found
        if tried >= courier.settings.tries:
            raise ExchangeFailed(
                found.code, errand.route, status=found.status, issues=found.issues, tries=tried, retry_after=found.wait
            )
        await courier.sleep(max(found.wait or 0.0, pause(tried, courier.settings, courier.draw())))
    raise AssertionError("counting does not end")


def _errand(addresses: Addresses, method: str, url: str, values: frozenset[int]) -> Errand:
    """An errand to an address that the server gave."""
    route = f"{method} the export's address"
    return Errand(method, addresses.guard(url, route), route, headers={"Accept": "application/json"}, values=values)


async def _carry(server: FhirClient, errand: Errand, effect: Effect) -> Answer:
    auth = server.auth if server.courier.addresses.is_own(errand.url) else None
    return await server.courier.carry(errand, effect, auth)


def _patient(courier: Courier) -> Settings:
    """The settings, with the pauses that an export may ask for: it takes minutes or hours."""
    return replace(courier.settings, longest_asked_pause=_LONGEST_ASKED)

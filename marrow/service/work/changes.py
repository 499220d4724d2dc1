"""What was told to what is filed: as it came where its version can be told, else as the server has it now."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from fhir_adapter.client.outcome import Gone, Nowhere
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.filing import Filed, file_of, is_read
from fhir_adapter.versions import version_number
from marrow.service.store.rows import Settled, Told
from marrow.service.work.calls import aside
from marrow.service.work.means import Means

_AT_ONCE = 100
_ASKED_AT_ONCE = 8
_HOUR = 3600.0


async def work_changes(means: Means) -> int:
    """File a number of the changes that wait; how many there were. Raises StoreUnavailable."""
    told = await aside(means.store.claim_changes, means.who, means.now(), _AT_ONCE)
    if not told:
        return 0
    sent = {each.number: found for each in told if (found := _as_sent(each)) is not None}
    undecided = set(await aside(means.store.settle, means.who, list(sent.values()), means.now())) if sent else set()
    open_ones = [each for each in told if each.number in undecided or each.number not in sent]
    if open_ones:
        await _ask(means, open_ones, sent)
    means.metrics.changes_worked(len(told))
    return len(told)


def _as_sent(told: Told) -> Settled | None:
    """What can be filed without asking; None where only the server can say. Nobody but our own server is believed."""
    if not is_read(told.type):
        return Settled(told.number, None)
    if told.foreign:
        return None
    if told.interaction == "delete":
        return Settled(told.number, _deleted(told.type, told.id, told.version))
    filed = None if told.resource is None else file_of(told.resource)
    if filed is None or filed.ref != f"{told.type}/{told.id}":
        return None
    if filed.version is None and told.version is not None:
        filed = replace(filed, version=told.version, number=version_number(told.version))
    return Settled(told.number, filed)


def _deleted(kind: str, identity: str, version: str | None) -> Filed:
    return Filed(kind, identity, version, version_number(version))


async def _ask(means: Means, told: Sequence[Told], sent: dict[int, Settled]) -> None:
    """Ask the server for each resource once, however often it was told of."""
    by_ref: dict[str, list[Told]] = {}
    for each in told:
        by_ref.setdefault(f"{each.type}/{each.id}", []).append(each)
    places = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def one(several: list[Told]) -> None:
        async with places:
            await _ask_one(means, several, sent)

    ends = await asyncio.gather(*map(one, by_ref.values()), return_exceptions=True)
    for end in ends:  # each as it is, and not as a group: who calls waits for a database that is gone
        if end is not None:
            raise end


async def _ask_one(means: Means, several: list[Told], sent: dict[int, Settled]) -> None:
    first = several[0]
    if means.client is None:
        await _without_server(means, several, sent)
        return
    try:
        # nothing is taken back on the word of what may stand before the server, unless the server itself told of a deletion
        is_credible = first.mark == 0 or any(each.interaction == "delete" for each in several)
        filed = await read_one(means, first.type, first.id, is_credible)
    except ExchangeFailed as failed:
        for each in several:
            await aside(means.store.postpone, means.who, each.number, f"fhir-{failed.code}", means.again(each.tried))
        return
    # all of them were claimed together, so they carry the same mark
    left = await aside(means.store.settle, means.who, [Settled(each.number, filed, each.mark) for each in several], means.now())
    for number in left:  # it was filed anew while the server was asked: ask once more
        await aside(means.store.postpone, means.who, number, "changed-meanwhile", means.now())


async def _without_server(means: Means, several: list[Told], sent: dict[int, Settled]) -> None:
    """Nobody can be asked: the last that came with its content counts, and what is only named has to wait for a server."""
    for each in several:
        known = sent.get(each.number)
        left = [each.number]
        if known is not None:
            left = await aside(means.store.settle, means.who, [replace(known, mark=each.mark)], means.now())
        for number in left:
            code, until = ("no-server", means.now() + _HOUR) if known is None else ("changed-meanwhile", means.now())
            await aside(means.store.postpone, means.who, number, code, until)


async def read_one(means: Means, kind: str, identity: str, is_credible: bool) -> Filed | None:
    """A resource as the server has it now, deleted where it has none; None for an answer that cannot be filed.

    is_credible: whether a 404 without a word of FHIR is believed to be the server's. Raises ExchangeFailed.
    """
    assert means.client is not None
    found = await means.client.read(kind, identity)
    if isinstance(found, bytes):
        return file_of(found)
    if isinstance(found, Nowhere) and not is_credible:
        raise ExchangeFailed("not-fhir", f"GET {kind}/{{id}}", status=404)
    return _deleted(kind, identity, found.version if isinstance(found, Gone) else None)

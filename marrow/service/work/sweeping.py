"""The sweep: every resource that changed since the last one is told anew, so that no lost notification is lost for good."""

from datetime import UTC, datetime, timedelta

import structlog

from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.filing import Filed, file_of, is_read
from fhir_adapter.notification.notice import Change, Notice
from fhir_adapter.resources import SHAPES
from marrow.service.store.rows import InboxFull
from marrow.service.work.calls import aside
from marrow.service.work.means import EHR, Means

LOG = structlog.get_logger("marrow.service.work")
OVERLAP = timedelta(minutes=5)
_BATCH = 200
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)
_NOT_THERE = ("unsupported", "refused", "not-fhir")


async def sweep(means: Means, whole: bool) -> int:
    """Take in what changed since the last sweep, or ever where there was none; how many resources were seen.

    whole: all patients that there are, and each is read anew, which also finds deletions.
    Raises ExchangeFailed, StoreUnavailable, InboxFull.
    """
    assert means.client is not None
    seen = sum([await _sweep_type(means, kind, ever=whole and kind == "Patient") for kind in SHAPES])
    if whole:
        await aside(means.store.read_again, None, means.now())
    LOG.info("swept", count=seen, kind="whole" if whole else "changes")
    means.metrics.swept("whole" if whole else "changes")
    return seen


async def _sweep_type(means: Means, kind: str, ever: bool) -> int:
    """The mark moves to the newest change that the server told, by the server's own clock; not to one that is still to come, or a
    clock that once ran ahead would hide all that changes until then.
    """
    assert means.client is not None
    now = means.now()
    known = None if ever else await aside(means.store.watermark, EHR, kind)
    since = None if known is None else min(known, now)
    begin = _BEGINNING if since is None else datetime.fromtimestamp(since, UTC)
    newest, seen = since, 0
    batch: list[Change] = []
    try:
        async for raw in means.client.history_since(kind, begin, OVERLAP if since is not None else timedelta()):
            filed = file_of(raw)
            if filed is None or filed.own or not is_read(filed.type):
                continue
            seen += 1
            if filed.type == kind and filed.updated is not None:
                changed = (_YEAR_1 + timedelta(microseconds=filed.updated)).timestamp()
                newest = max(newest or 0.0, changed) if changed <= now else newest
            batch.append(_change(filed))
            if len(batch) == _BATCH:
                await _take_in(means, batch)
                batch = []
    except ExchangeFailed as failed:
        if failed.passing or failed.code not in _NOT_THERE:
            raise
        LOG.warning("a type is not swept", kind=kind, code=failed.code)
        return seen
    await _take_in(means, batch)
    if newest is not None and newest != known:
        await aside(means.store.set_watermark, EHR, kind, newest)
    return seen


async def _take_in(means: Means, batch: list[Change]) -> None:
    if batch:
        await aside(means.store.take_in, EHR, Notice("query-event", changes=tuple(batch)), means.now())


def _change(filed: Filed) -> Change:
    return Change(filed.type, filed.id, filed.version, "upsert", filed.raw)


__all__ = ["InboxFull", "sweep"]

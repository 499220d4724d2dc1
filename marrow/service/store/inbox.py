"""Changes that were told and wait to be worked: stored once each, and given to one worker at a time."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, select, update

from fhir_adapter.notification.notice import Change, Notice, key
from fhir_adapter.versions import version_number
from marrow.service.store import hearing, records, sweeps
from marrow.service.store.claims import NOBODY, claim, is_due, is_free
from marrow.service.store.database import insert, parts
from marrow.service.store.rows import Claimant, InboxFull, Settled, TakenIn, Told
from marrow.service.store.tables import inbox, resources

KEPT = 14 * 86400.0
"""Seconds for which a version that was worked is known, so that nobody is made to work it again by telling it again."""

_AT_ONCE = 10_000
_WAITS = inbox.c.worked.is_(None)


def take_in(
    connection: Connection, batch: Sequence[tuple[str, Notice]], most_waiting: int, is_own: Callable[[str], bool], now: float
) -> list[TakenIn | InboxFull]:
    """Store what notifications told, and say of each what became of it."""
    rows: dict[str, dict[str, Any]] = {}
    room = most_waiting - _waiting(connection, most_waiting)
    accepted: list[tuple[str, Notice, list[str]] | None] = []
    for source, notice in batch:
        told = {row["key"]: row for row in (_row(source, change, is_own, now) for change in notice.changes if not change.own)}
        if told and len(rows) >= room:
            accepted.append(None)
            continue
        rows = told | rows
        accepted.append((source, notice, list(told)))
    new = _insert(connection, [rows[each] for each in sorted(rows)])
    heard: list[tuple[str, Notice, int]] = []
    for source, notice, keys in (each for each in accepted if each is not None):
        heard.append((source, notice, len(new.intersection(keys))))
        new.difference_update(keys)
    alarms = hearing.hear(connection, heard, now)
    taken = [TakenIn(fresh, len(notice.changes) - fresh, alarm) for (_, notice, fresh), alarm in zip(heard, alarms, strict=True)]
    lacking = (notice.sweep or notice.skipped > 0 or bool(alarm) for (_, notice, _), alarm in zip(heard, alarms, strict=True))
    wanted = {source for (source, _, _), lacks in zip(heard, lacking, strict=True) if lacks}
    sweeps.want(connection, sorted(wanted), sweeps.CHANGES)
    answers = iter(taken)
    return [InboxFull("as much waits as may") if each is None else next(answers) for each in accepted]


def claim_changes(connection: Connection, who: Claimant, now: float, most: int) -> list[Told]:
    """What may be worked now, oldest first. Who had a row before and let its claim lapse has tried it in vain."""
    mark = select(resources.c.mark).where(resources.c.ref == inbox.c.ref).scalar_subquery()
    query = (
        select(inbox, func.coalesce(mark, 0).label("mark"))
        .where(_WAITS, is_free(inbox, who, now), inbox.c.due.is_(None) | is_due(inbox.c.due, now))
        .order_by(inbox.c.number)
        .limit(most)
        .with_for_update(of=inbox, skip_locked=True)
    )
    found = connection.execute(query).all()
    lapsed = case((inbox.c.claimed_until.is_not(None), 1), else_=0)
    taken = update(inbox).values(claim(who, now) | {"heeded": inbox.c.told, "tried": inbox.c.tried + lapsed})
    for part in parts(row.number for row in found):
        connection.execute(taken.where(inbox.c.number.in_(part)))
    return [_told(row) for row in found]


def settle(connection: Connection, who: Claimant, settled: Sequence[Settled], now: float) -> list[int]:
    """File what changes came to and finish them; the numbers of those whose order cannot be told."""
    versions = _lock(connection, [each.number for each in settled])
    answers = [records.Answer(each.filed, each.mark, each.number) for each in settled if each.filed is not None]
    untold = {answer.number for answer in records.file(connection, answers, now)}
    done = [each for each in settled if each.number not in untold]
    forgotten = [each.number for each in done if _came_to_less(each, versions.get(each.number))]
    _forget(connection, who, forgotten)
    _finish(connection, who, [each.number for each in done if each.number not in forgotten], now)
    return [each.number for each in settled if each.number in untold]


def postpone(connection: Connection, who: Claimant, number: int, code: str, until: float) -> None:
    """Give up a change that was worked on in vain."""
    row = update(inbox).where(inbox.c.number == number, _is_held_by(who))
    connection.execute(row.values(NOBODY | {"tried": inbox.c.tried + 1, "code": code, "due": until}))


def tidy(connection: Connection, now: float) -> int:
    """Forget some of what was worked long ago: how many rows; fewer than many means that nothing is left."""
    old = select(inbox.c.number).where(inbox.c.worked < now - KEPT).limit(_AT_ONCE)
    return connection.execute(delete(inbox).where(inbox.c.number.in_(old))).rowcount


def is_all_tidied(forgotten: int) -> bool:
    """Whether tidy left nothing."""
    return forgotten < _AT_ONCE


def postponed(connection: Connection, most: int) -> list[tuple[str, int]]:
    """Why changes wait that were tried in vain, and how many for each reason, most first."""
    many = func.count()
    query = select(inbox.c.code, many).where(_WAITS, inbox.c.code.is_not(None)).group_by(inbox.c.code)
    return [(code, count) for code, count in connection.execute(query.order_by(many.desc(), inbox.c.code).limit(most))]


def counts(connection: Connection, now: float) -> tuple[int, int, float | None]:
    """How many changes wait, how many of them were postponed, and since when the first waits."""
    later = case((~is_due(inbox.c.due, now), 1), else_=0)
    query = select(func.count(), func.coalesce(func.sum(later), 0), func.min(inbox.c.arrived)).where(_WAITS)
    waiting, postponed, oldest = connection.execute(query).one()
    return waiting, int(postponed), oldest


def _waiting(connection: Connection, most: int) -> int:
    """How many changes wait, counted up to so many."""
    return connection.scalar(select(func.count()).select_from(select(1).where(_WAITS).limit(most).subquery())) or 0


def _row(source: str, change: Change, is_own: Callable[[str], bool], now: float) -> dict[str, Any]:
    """A change as it is stored. What another server's address names is not the same as what ours does: whoever tells the
    one first must not make the other a repetition.
    """
    is_foreign = change.server is not None and not is_own(change.server)
    return {
        "key": f"{key(source, change)}{'/foreign' if is_foreign else ''}",
        "source": source,
        "ref": change.ref,
        "version": change.version,
        "interaction": change.interaction,
        "resource": change.resource,
        "is_foreign": is_foreign,
        "told": 1,
        "heeded": 0,
        "tried": 0,
        "arrived": now,
    }


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[str]:
    """The keys that were not there. That another told the same is counted: see `_forget`."""
    if not rows:
        return set()
    query = insert(connection, inbox)
    query = query.on_conflict_do_update(index_elements=[inbox.c.key], set_={"told": inbox.c.told + 1})
    told = connection.execute(query.returning(inbox.c.key, inbox.c.told), rows)
    return {row.key for row in told if row.told == 1}


def _lock(connection: Connection, numbers: Iterable[int]) -> dict[int, str | None]:
    """Hold rows in the order in which take_in touches them: the version that each told."""
    held: dict[int, str | None] = {}
    for part in parts(sorted(numbers)):
        query = select(inbox.c.number, inbox.c.version).where(inbox.c.number.in_(part)).order_by(inbox.c.key).with_for_update()
        held |= {row.number: row.version for row in connection.execute(query)}
    return held


def _came_to_less(settled: Settled, version: str | None) -> bool:
    """Whether the version that was told is not known to be filed: none was told, or the server answered from before it."""
    if version is None:
        return True
    if settled.mark is None or settled.filed is None:
        return False
    number = version_number(version)
    if number is not None and settled.filed.number is not None:
        return settled.filed.number < number
    return settled.filed.version != version


def _is_held_by(who: Claimant) -> ColumnElement[bool]:
    return _WAITS & (inbox.c.claimed_by == who.name)


def _forget(connection: Connection, who: Claimant, numbers: Sequence[int]) -> None:
    """Done, and worked anew when it is told again; at once where that was after the claim, since the server may have been asked
    before that.
    """
    for part in parts(numbers):
        ours = inbox.c.number.in_(part) & _is_held_by(who)
        connection.execute(delete(inbox).where(ours, inbox.c.told <= inbox.c.heeded))
        connection.execute(update(inbox).where(ours).values(NOBODY | {"tried": 0, "code": None, "due": None}))


def _finish(connection: Connection, who: Claimant, numbers: Sequence[int], now: float) -> None:
    """Done, and known, so that the same version told again is a repetition."""
    for part in parts(numbers):
        worked = update(inbox).where(inbox.c.number.in_(part), _is_held_by(who))
        connection.execute(worked.values(NOBODY | {"worked": now, "resource": None, "code": None}))


def _told(row: Any) -> Told:
    kind, _, identity = row.ref.partition("/")
    tried = row.tried + (row.claimed_until is not None)
    return Told(
        row.number, row.source, kind, identity, row.version, row.interaction, row.resource, row.is_foreign, tried, row.mark
    )

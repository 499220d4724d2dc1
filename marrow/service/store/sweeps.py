"""When a server is asked for what it may not have told, by one process at a time, and how far that got."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, func, select, update

from marrow.service.store.claims import NOBODY, claim, is_free
from marrow.service.store.database import insert
from marrow.service.store.rows import Claimant
from marrow.service.store.tables import sweeps, watermarks

Sweep = Literal["none", "changes", "whole"]
NOTHING, CHANGES, WHOLE = range(3)
_NAMES: tuple[Sweep, ...] = ("none", "changes", "whole")


def watermark(connection: Connection, source: str, kind: str) -> float | None:
    """Up to when everything of a kind is known."""
    return connection.scalar(select(watermarks.c.instant).where(watermarks.c.source == source, watermarks.c.kind == kind))


def set_watermark(connection: Connection, source: str, kind: str, instant: float) -> None:
    """Everything of a kind is known up to this."""
    query = insert(connection, watermarks).values(source=source, kind=kind, instant=instant)
    connection.execute(query.on_conflict_do_update(index_elements=["source", "kind"], set_={"instant": instant}))


def want(connection: Connection, sources: Sequence[str], which: int) -> None:
    """There is a reason to sweep; a wish for more is not forgotten for one for less."""
    if sources:
        query = insert(connection, sweeps)
        highest = query.excluded.wanted
        greater = (
            func.max(sweeps.c.wanted, highest) if connection.dialect.name == "sqlite" else func.greatest(sweeps.c.wanted, highest)
        )
        query = query.on_conflict_do_update(index_elements=["source"], set_={"wanted": greater})
        connection.execute(query, [{"source": source, "wanted": which, "running": NOTHING} for source in sources])


def claim_sweep(connection: Connection, who: Claimant, source: str, now: float, every: float, whole_every: float) -> Sweep:
    """Which sweep is due, if any: it is the claimant's from now on. What somebody began and did not finish is due again."""
    want(connection, [source], NOTHING)
    query = select(sweeps).where(sweeps.c.source == source, is_free(sweeps, who, now)).with_for_update(skip_locked=True)
    row = connection.execute(query).one_or_none()
    which = NOTHING if row is None else _due(row, now, every, whole_every)
    if which != NOTHING:
        begun = update(sweeps).where(sweeps.c.source == source)
        connection.execute(begun.values(claim(who, now) | {"wanted": NOTHING, "running": which}))
    return _NAMES[which]


def renew_sweep(connection: Connection, who: Claimant, source: str, now: float) -> bool:
    """Keep the claim for longer; False where it was lost."""
    ours = update(sweeps).where(sweeps.c.source == source, sweeps.c.claimed_by == who.name)
    return connection.execute(ours.values(claim(who, now))).rowcount == 1


def finish_sweep(connection: Connection, who: Claimant, source: str, now: float, whole: bool) -> bool:
    """Swept to the end; False, and nothing is noted, where the claim was lost. Who sweeps everything has swept the changes."""
    ours = update(sweeps).where(sweeps.c.source == source, sweeps.c.claimed_by == who.name)
    times = {"changes_at": now, "whole_at": now} if whole else {"changes_at": now}
    return connection.execute(ours.values(NOBODY | {"running": NOTHING} | times)).rowcount == 1


def _due(row: Any, now: float, every: float, whole_every: float) -> int:
    wanted: int = max(row.wanted, row.running)
    whole = WHOLE if _is_long_ago(row.whole_at, now, whole_every) else NOTHING
    changes = CHANGES if _is_long_ago(row.changes_at, now, every) else NOTHING
    return max(wanted, whole, changes)


def _is_long_ago(at: float | None, now: float, every: float) -> bool:
    return at is None or at > now or now - at >= every

"""When something may be taken by another, and when its time has come; clocks step back, so the far future counts as past."""

from typing import Any

from sqlalchemy import ColumnElement, Table, or_

from marrow.service.store.rows import Claimant

LONGEST_CLAIM = 3600.0
LONGEST_WAIT = 7200.0


def is_free(table: Table, who: Claimant, now: float) -> ColumnElement[bool]:
    """Whether nobody holds a row, or who did has gone."""
    until = table.c.claimed_until
    return or_(until.is_(None), until <= now, until > now + max(LONGEST_CLAIM, who.seconds))


def is_due(column: ColumnElement[Any], now: float) -> ColumnElement[bool]:
    """Whether a time has come."""
    return or_(column <= now, column > now + LONGEST_WAIT)


def claim(who: Claimant, now: float) -> dict[str, object]:
    """The columns of a row that someone holds."""
    return {"claimed_by": who.name, "claimed_until": now + who.seconds}


NOBODY: dict[str, object] = {"claimed_by": None, "claimed_until": None}
"""The columns of a row that nobody holds."""

"""Patients for whom something changed: each is due, and so is who took the patient's place."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, case, or_, select

from marrow.service.store.database import insert, parts
from marrow.service.store.tables import patients, resources

_DEEPEST = 8
"""How many times a patient's place may have been taken, from the first to the last."""


def mark_changed(connection: Connection, changed: Iterable[str], now: float, but: str | None) -> None:
    """Make patients due, and all who took their place; but: who is being evaluated at this moment.

    Each level is marked before the next one is looked for: a row that another process holds is waited for, and with it what
    that process files.
    """
    marked: set[str] = set()
    level = set(changed)
    for _ in range(_DEEPEST + 1):
        make_due(connection, level - {but}, now)
        marked |= level
        level = _successors(connection, level) - marked
        if not level:
            return


def make_due(connection: Connection, changed: Iterable[str], now: float, **also: Any) -> None:
    """Make patients due, the unknown ones too; also: further columns to set. Who is parked stays so until it succeeds."""
    query = insert(connection, patients)
    values = {
        "generation": patients.c.generation + 1,
        "due": case((or_(patients.c.due.is_(None), patients.c.due > now), now), else_=patients.c.due),
        "tried": case((patients.c.code.is_(None), 0), else_=patients.c.tried),
    }
    query = query.on_conflict_do_update(index_elements=[patients.c.patient], set_=values | also)
    for part in parts(sorted(changed)):
        connection.execute(query, [_new(patient, now) | also for patient in part])


def _new(patient: str, now: float) -> dict[str, Any]:
    return {
        "patient": patient,
        "generation": 1,
        "concluded": 0,
        "due": now,
        "tried": 0,
        "is_read": False,
        "is_asked_again": False,
        "known": False,
        "token": 0,
    }


def _successors(connection: Connection, level: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for part in parts(sorted(level)):
        query = select(resources.c.leads_to).where(resources.c.ref.in_(part), resources.c.leads_to.is_not(None))
        found |= set(connection.execute(query).scalars())
    return {ref for ref in found if ref.startswith("Patient/")}

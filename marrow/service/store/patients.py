"""Whose turn it is: one worker at a time has a patient, and who lost the claim changes nothing any more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, or_, select, update

from fhir_adapter.filing import Filed
from marrow.service.store import homes, listed, records, statements
from marrow.service.store.claims import NOBODY, claim, is_due, is_free
from marrow.service.store.database import insert
from marrow.service.store.marking import make_due
from marrow.service.store.rows import Claimant, Claimed, Concluded, Parked
from marrow.service.store.tables import issues, lines, patients


class ClaimLost(Exception):
    """Another has the patient by now: what this one came to is undone."""


def claim_patient(connection: Connection, who: Claimant, now: float, today: int, basis: str) -> Claimed | None:
    """Whose turn it is: who is due, longest first, then who was evaluated on another day, or by other rules than are in force.

    A patient is due until released.
    """
    idle = patients.c.due.is_(None)
    otherwise = idle & patients.c.day.is_not(None) & homes.is_in_force(basis)
    turns: tuple[tuple[ColumnElement[bool], ColumnElement[Any]], ...] = (
        (_is_turn(now), patients.c.due),
        (idle & (patients.c.day < today), patients.c.day),
        (idle & (patients.c.day > today), patients.c.day),
        (otherwise & (patients.c.basis < basis), patients.c.basis),
        (otherwise & (patients.c.basis > basis), patients.c.basis),
    )
    for turn, order in turns:
        query = select(patients).where(turn, is_free(patients, who, now)).order_by(order, patients.c.patient).limit(1)
        row = connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
        if row is not None:
            return _take(connection, row, who, now)
    return None


def hold(connection: Connection, claimed: Claimed) -> Any:
    """The row of a patient, which nobody else changes until this transaction ends. Raises ClaimLost."""
    row = connection.execute(select(patients).where(_is_held(claimed)).with_for_update()).one_or_none()
    if row is None:
        raise ClaimLost
    return row


def renew(connection: Connection, who: Claimant, claimed: Claimed, now: float) -> None:
    """Keep a claim for longer. Raises ClaimLost."""
    hold(connection, claimed)
    connection.execute(update(patients).where(_is_held(claimed)).values(claim(who, now)))


def file_whole(
    connection: Connection, claimed: Claimed, filed: Sequence[Filed], absent: Sequence[tuple[str, int]], now: float
) -> None:
    """File what the server has of a patient, and delete what it has no more. Raises ClaimLost.

    Where something changed since the claim and the order cannot be told, the server's answer may be the older one: then
    what is filed stays, and the patient is to be read again.
    """
    gone = [_gone(ref, mark) for ref, mark in absent]
    answers = [records.Answer(each) for each in filed]
    untold = records.file(
        connection,
        [*answers, *gone],
        now,
        wins=lambda: _generation(connection, claimed) == claimed.generation,
        but=claimed.patient,
    )
    row = hold(connection, claimed)
    is_read = not row.is_asked_again and all(each.mark is not None for each in untold)
    changed = update(patients).where(_is_held(claimed))
    connection.execute(changed.values(is_read=is_read, known=row.known or bool(filed)))


def file(connection: Connection, claimed: Claimed, filed: Sequence[Filed], now: float) -> None:
    """File what the server was asked for beside the patient's own. Raises ClaimLost."""
    answers = [records.Answer(each) for each in filed]
    records.file(connection, answers, now, wins=lambda: True, but=claimed.patient)
    hold(connection, claimed)


def conclude(connection: Connection, claimed: Claimed, concluded: Concluded, generation: int, basis: str, now: float) -> None:
    """Keep an evaluation. Raises ClaimLost. Resources come first: everybody who locks both does it in this order."""
    records.set_sound(connection, concluded.sound)
    row = hold(connection, claimed)
    patient = claimed.patient
    connection.execute(delete(lines).where(lines.c.patient == patient))
    connection.execute(delete(issues).where(issues.c.patient == patient))
    if concluded.lines:
        rows = [{"patient": patient, "name": name, "line": line} for name, line in sorted(concluded.lines.items())]
        connection.execute(insert(connection, lines), rows)
    if concluded.issues:
        counted = [{"patient": patient, "code": code, "count": count} for code, count in sorted(concluded.issues.items())]
        connection.execute(insert(connection, issues), counted)
    listed.write(connection, patient, concluded.summary, now)
    statements.conclude(connection, concluded.statements)
    changed = update(patients).where(_is_held(claimed))
    connection.execute(changed.values(day=concluded.day, basis=basis, concluded=max(row.concluded, generation)))


def release(connection: Connection, claimed: Claimed, now: float, again: float | None, code: str | None) -> None:
    """Give up a claim. Raises ClaimLost. What changed since the patient was claimed or evaluated makes it due at once."""
    row = hold(connection, claimed)
    is_old = row.generation > max(claimed.generation, row.concluded)
    due = now if is_old else again
    tried = 0 if again is None else row.tried + 1
    changed = update(patients).where(_is_held(claimed))
    connection.execute(changed.values(NOBODY | {"due": due, "tried": tried, "code": None if again is None else code}))


def read_again(connection: Connection, chosen: Sequence[str] | None, now: float) -> int:
    """Some patients, or all, are to be read whole and evaluated: how many."""
    wish = {"is_read": False, "is_asked_again": True}
    if chosen is not None:
        every = set(chosen)
        make_due(connection, every, now, **wish)
        return len(every)
    due = case((or_(patients.c.due.is_(None), patients.c.due > now), now), else_=patients.c.due)
    return connection.execute(update(patients).values(wish | {"due": due, "generation": patients.c.generation + 1})).rowcount


def conclusions(connection: Connection, patient: str) -> dict[str, bytes]:
    """The lines of a patient by the name of the conclusion."""
    query = select(lines.c.name, lines.c.line).where(lines.c.patient == patient).order_by(lines.c.name)
    return {row.name: row.line for row in connection.execute(query)}


def parked(connection: Connection, most: int) -> list[Parked]:
    """Patients whose work does not succeed."""
    query = select(patients).where(patients.c.code.is_not(None)).order_by(patients.c.patient).limit(most)
    return [Parked(row.patient, row.code, row.tried, row.due) for row in connection.execute(query)]


def issues_by_code(connection: Connection) -> dict[str, int]:
    """How many issues there are of each kind."""
    query = select(issues.c.code, func.sum(issues.c.count)).group_by(issues.c.code).order_by(issues.c.code)
    return {code: int(count) for code, count in connection.execute(query)}


def counts(connection: Connection, now: float, today: int, basis: str) -> tuple[int, int, int]:
    """How many patients there are, whose turn it is, and how many are parked."""
    is_old = (patients.c.day != today) | (patients.c.day.is_not(None) & (patients.c.basis != basis) & homes.is_in_force(basis))
    turn = _is_turn(now) | (patients.c.due.is_(None) & is_old)
    due = func.coalesce(func.sum(case((turn, 1), else_=0)), 0)
    every, waiting, stuck = connection.execute(select(func.count(), due, func.count(patients.c.code)).select_from(patients)).one()
    return every, int(waiting), stuck


def _take(connection: Connection, row: Any, who: Claimant, now: float) -> Claimed:
    """Who had the patient before and let the claim lapse has tried it in vain."""
    tried = row.tried + (row.claimed_until is not None)
    due = now if row.due is None else row.due
    taken = claim(who, now) | {"token": row.token + 1, "tried": tried, "due": due, "is_asked_again": False}
    connection.execute(update(patients).where(patients.c.patient == row.patient).values(taken))
    return Claimed(row.patient, row.token + 1, row.generation, row.is_read, row.known, row.day, tried, row.due)


def _gone(ref: str, mark: int) -> records.Answer:
    kind, _, identity = ref.partition("/")
    return records.Answer(Filed(kind, identity), mark)


def _is_turn(now: float) -> ColumnElement[bool]:
    """Who was not tried in vain since it changed waits for nothing, whatever the clock did."""
    return patients.c.due.is_not(None) & or_(patients.c.tried == 0, is_due(patients.c.due, now))


def _is_held(claimed: Claimed) -> ColumnElement[bool]:
    of_patient = patients.c.patient == claimed.patient
    return of_patient & (patients.c.token == claimed.token) & patients.c.claimed_until.is_not(None)


def _generation(connection: Connection, claimed: Claimed) -> int | None:
    return connection.scalar(select(patients.c.generation).where(patients.c.patient == claimed.patient))

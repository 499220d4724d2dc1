"""Resources of ours: as they should be, and as the server has them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select, update

from marrow.service.store.database import insert, parts
from marrow.service.store.rows import Statement
from marrow.service.store.tables import UNDELIVERED, statements

_CONDITIONS = "Condition/"


def conclude(connection: Connection, concluded: Sequence[Statement]) -> None:
    """What should be there; what is the same in substance is left as it is, so that it is not sent again.

    What is said of no patient alone, as the Device, is delivered with whoever is concluded next until it was: who said it first
    may be parked, and servers refuse what refers to nothing.
    """
    rows = [_row(each) | {"sent": None, "version": None, "tried": 0, "trouble": None} for each in concluded]
    if rows:
        query = insert(connection, statements)
        new = query.excluded
        is_other = statements.c.digest != new.digest
        tried = case((is_other, 0), else_=statements.c.tried)
        values = {"patient": new.patient, "body": new.body, "digest": new.digest, "tried": tried, "trouble": None}
        passes_on = UNDELIVERED & (statements.c.patient != new.patient)
        query = query.on_conflict_do_update(index_elements=[statements.c.ref], set_=values, where=is_other | passes_on)
        connection.execute(query, sorted(rows, key=_by_ref))


def of_patient(connection: Connection, patient: str) -> list[Statement]:
    """All that is said of a patient."""
    return _read(connection, select(statements).where(statements.c.patient == patient).order_by(statements.c.ref))


def found(connection: Connection, there: Sequence[Statement], lost: Sequence[str]) -> None:
    """What the server has of ours, and what it has no more. The unknown is stored as the server has it."""
    rows = [
        _row(each) | {"sent": each.sent or each.digest, "version": each.version, "tried": each.tried, "trouble": each.trouble}
        for each in there
    ]
    if rows:
        query = insert(connection, statements)
        values = {"sent": query.excluded.sent, "version": query.excluded.version}
        query = query.on_conflict_do_update(index_elements=[statements.c.ref], set_=values)
        connection.execute(query, sorted(rows, key=_by_ref))
    for part in parts(sorted(lost)):
        connection.execute(update(statements).where(statements.c.ref.in_(part)).values(sent=None, version=None))


def sending(connection: Connection, refs: Iterable[str]) -> None:
    """What the server has is not known from now on until it answers, even if something else is meant by then."""
    for part in parts(sorted(refs)):
        connection.execute(update(statements).where(statements.c.ref.in_(part)).values(tried=statements.c.tried + 1, sent=None))


def sent(connection: Connection, ref: str, digest: str, version: str | None) -> None:
    """The server has this substance."""
    row = update(statements).where(statements.c.ref == ref)
    connection.execute(row.values(sent=digest, version=version, trouble=None))


def troubled(connection: Connection, ref: str, code: str) -> None:
    """The server does not take it, and why."""
    connection.execute(update(statements).where(statements.c.ref == ref).values(trouble=code))


def condition(connection: Connection, identity: str) -> Statement | None:
    """One Condition of ours."""
    return next(iter(_read(connection, select(statements).where(statements.c.ref == _CONDITIONS + identity))), None)


def conditions(connection: Connection, patient: str | None, most: int, after: str) -> list[Statement]:
    """Conditions of ours by id."""
    ours = statements.c.ref > _CONDITIONS + after, statements.c.ref < _CONDITIONS[:-1] + "0"  # the character after the slash
    query = select(statements).where(*ours).order_by(statements.c.ref).limit(most)
    return _read(connection, query if patient is None else query.where(statements.c.patient == patient))


def troubles(connection: Connection) -> dict[str, int]:
    """Why statements are not taken, and how many for each reason."""
    code, many = statements.c.trouble, func.count().label("many")
    query = select(code, many).where(code.is_not(None)).group_by(code).order_by(code)
    return {row.trouble: row.many for row in connection.execute(query)}


def counts(connection: Connection) -> tuple[int, int]:
    """How many the server does not have as they should be, and how many it does not take."""
    undelivered = connection.scalar(select(func.count()).select_from(statements).where(UNDELIVERED)) or 0
    troubled = connection.scalar(select(func.count()).select_from(statements).where(statements.c.trouble.is_not(None))) or 0
    return undelivered, troubled


def _row(statement: Statement) -> dict[str, Any]:
    return {"ref": statement.ref, "patient": statement.patient, "body": statement.body, "digest": statement.digest}


def _by_ref(row: dict[str, Any]) -> str:
    return str(row["ref"])


def _read(connection: Connection, query: Select[Any]) -> list[Statement]:
    return [_statement(row) for row in connection.execute(query)]


def _statement(row: Row[Any]) -> Statement:
    kind, _, identity = row.ref.partition("/")
    return Statement(kind, identity, row.patient, row.body, row.digest, row.sent, row.version, row.tried, row.trouble)

"""Who asked for what, and when: rows are added and read, never changed."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from marrow.service.store.database import insert
from marrow.service.store.rows import AuditRow
from marrow.service.store.tables import audit

_TURN = 0x6D617272_0002
"""The name of a lock: who reads page by page misses no row only if numbers are committed in their order."""


def write(connection: Connection, rows: Sequence[AuditRow]) -> None:
    """Add rows."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
    values = [{"at": row.at, "patient": row.patient, "body": row.body} for row in rows]
    connection.execute(insert(connection, audit), values)


def read(connection: Connection, after: int, most: int) -> list[tuple[int, bytes]]:
    """Rows by number, from the one after a number."""
    query = select(audit.c.number, audit.c.body).where(audit.c.number > after).order_by(audit.c.number).limit(most)
    return [(number, body) for number, body in connection.execute(query)]

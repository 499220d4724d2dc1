"""What went wrong in a database, in words of ours: its own messages quote rows, which are a patient's."""

import sqlite3

from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from marrow.service.store.rows import StoreFault, StoreUnavailable

_SQLITE = {
    "SQLITE_BUSY": "the database is locked by another process",
    "SQLITE_LOCKED": "the database is locked by another process",
    "SQLITE_FULL": "the disk of the database is full",
    "SQLITE_IOERR": "the file of the database cannot be read or written",
    "SQLITE_CANTOPEN": "the file of the database cannot be opened",
    "SQLITE_READONLY": "the file of the database cannot be written to",
    "SQLITE_PERM": "the file of the database cannot be written to",
    "SQLITE_AUTH": "the file of the database cannot be opened",
    "SQLITE_NOMEM": "there is not memory enough for the database",
    "SQLITE_PROTOCOL": "the database is locked by another process",
    "SQLITE_CORRUPT": "the file of the database is damaged; restore it from a backup",
    "SQLITE_NOTADB": "the file of the database is no SQLite database",
}
_POSTGRESQL = {
    "08": "the connection to the database was lost",
    "25006": "the database takes no changes now",
    "28": "the database does not know the user, or the password is wrong",
    "3D": "the server has no database of that name",
    "40": "too many transactions were in each other's way",
    "53": "the database has no room, memory or connection left",
    "53100": "the disk of the database is full",
    "53300": "the database has no connection left",
    "55P03": "the database is locked by another process",
    "57": "the database is going down or coming up",
    "57014": "the database took too long",
    "58": "the file of the database cannot be read or written",
}


def in_words_of_ours(error: SQLAlchemyError) -> StoreUnavailable | StoreFault:
    """What to raise in its place: StoreUnavailable where it may pass, else StoreFault."""
    if isinstance(error, NoConnection):
        return StoreUnavailable("all connections to the database are taken")
    if not isinstance(error, DBAPIError):
        lost = isinstance(error, DisconnectionError)
        return (
            StoreUnavailable(_POSTGRESQL["08"]) if lost else StoreFault(f"the database was asked wrongly: {type(error).__name__}")
        )
    code = code_of(error)
    known = _SQLITE.get(code) or _SQLITE.get("_".join(code.split("_")[:2])) or _POSTGRESQL.get(code) or _POSTGRESQL.get(code[:2])
    if known is not None:
        return StoreUnavailable(known)
    if not code and (isinstance(error, OperationalError) or error.connection_invalidated):
        return StoreUnavailable("the database cannot be reached")
    return StoreFault(f"the database refused a statement: {code or type(error).__name__}")


def code_of(error: DBAPIError) -> str:
    """`SQLITE_FULL`, `40P01`: by what the database names it; empty where nothing answered."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorname", None) or ""
    return getattr(error.orig, "sqlstate", None) or ""


def is_collision(error: SQLAlchemyError) -> bool:
    """Whether transactions were in each other's way, so that the same one may well succeed at once."""
    return isinstance(error, DBAPIError) and code_of(error) in ("40001", "40P01")

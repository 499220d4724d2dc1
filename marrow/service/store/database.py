"""One database: its connections, and transactions that either happen whole or raise an error in words of ours."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from marrow.service.store.rows import StoreFault, StoreUnavailable, WrongAddress
from marrow.service.store.trouble import in_words_of_ours, is_collision

Found = TypeVar("Found")
PATIENCE = 10.0
"""Seconds to wait for a lock or for a connection."""

_POSTGRESQL = {
    "connect_timeout": "5",
    "tcp_user_timeout": "15000",
    "application_name": "marrow",
    "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000",
}
_COLLISIONS = 5
_AT_ONCE = 500


class Database:
    """Connections to a database of SQLite or PostgreSQL."""

    def __init__(self, url: str, threads: int) -> None:
        address = _address(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self._engine = _sqlite(address, threads) if self.is_sqlite else _postgresql(address, threads)
        self._writer = self._engine.execution_options(writes=True)
        self._turn = Lock()  # SQLite has one writer: waiting here is fairer than asking it again and again

    def read(self, work: Callable[[Connection], Found]) -> Found:
        """What work finds, in a transaction that changes nothing. Raises StoreUnavailable, StoreFault."""
        return self._in_transaction(self._engine, work)

    def write(self, work: Callable[[Connection], Found]) -> Found:
        """What work comes to, once it is durable; an error of work undoes it. Raises StoreUnavailable, StoreFault."""
        if not self.is_sqlite:
            return self._in_transaction(self._writer, work)
        if not self._turn.acquire(timeout=PATIENCE):
            raise StoreUnavailable("the database is locked by another thread")
        try:
            return self._in_transaction(self._writer, work)
        finally:
            self._turn.release()

    def close(self) -> None:
        """Give up every connection that is not in use."""
        self._engine.dispose()

    def _in_transaction(self, engine: Engine, work: Callable[[Connection], Found]) -> Found:
        trouble: StoreUnavailable | StoreFault | None = None
        for _ in range(_COLLISIONS):
            try:
                with engine.begin() as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                trouble = in_words_of_ours(error)
                if not is_collision(error):
                    break
            except UnicodeError:
                trouble = StoreFault("the database was handed a text that is not Unicode")
                break
        assert trouble is not None
        raise trouble  # outside of `except`, so that nobody prints the first error with it


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say what happens on conflict, in the words of the database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def parts(values: Iterable[Found]) -> Iterator[Sequence[Found]]:
    """As many at once as a statement takes."""
    every = list(values)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


def _address(url: str) -> URL:
    """Raises WrongAddress, without the URL: there may be a password in it."""
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    backend = "" if address is None else address.drivername
    if address is not None and backend in ("postgres", "postgresql", "postgresql+psycopg"):
        return address.set(drivername="postgresql+psycopg")
    if address is not None and backend == "sqlite" and address.database not in (None, "", ":memory:"):
        return address
    raise WrongAddress("MARROW_DATABASE_URL: expected sqlite:///path or postgresql://user@host/name")


def _postgresql(address: URL, threads: int) -> Engine:
    chosen = {name: value for name, value in _POSTGRESQL.items() if name not in address.query}
    return create_engine(
        address,
        connect_args=chosen,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=PATIENCE,
    )


def _sqlite(address: URL, threads: int) -> Engine:
    path = Path(str(address.database))
    engine = create_engine(
        address,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=PATIENCE,
    )

    @event.listens_for(engine, "do_connect")
    def make_file(*_: Any) -> None:
        _make(path)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where `begin` below says so
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make(path: Path) -> None:
    """A file that only its owner can read, where there is none. SQLite gives its companions the same permissions."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        return  # it is there, or SQLite says what is wrong


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Readers beside the writer. SQLite does not wait by itself while other processes do the same to a new file."""
    for attempt in range(100):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith("SQLITE_BUSY") and attempt < 99:
                sleep(PATIENCE / 100)
                continue
            raise
        return

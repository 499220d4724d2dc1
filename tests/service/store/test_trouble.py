"""A database in trouble is said to be so, without a word of what is in it, and works again when the trouble has passed."""

import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

from fhir_adapter.notification.notice import Notice
from marrow.service.store import database
from marrow.service.store.rows import Concluded, StoreFault, StoreUnavailable
from marrow.service.store.store import Store
from tests.postgres import throw_out, turned_away
from tests.service.store import telling
from tests.service.store.telling import NOW, TODAY, change, filed, statement, told, turn

PLANTED = "PLANTED-4711"
ON_POSTGRESQL = pytest.mark.needs("postgresql")


def big(name: str) -> Notice:
    return telling.event(change(f"Observation/{name}", resource=PLANTED.encode() * 20_000))


@contextmanager
def at_each_begin(limit: list[int]) -> Iterator[None]:
    """Let a file of SQLite have so many pages only: the first of the list."""

    def shrink(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={limit[0]}")

    event.listen(Engine, "begin", shrink)
    yield
    event.remove(Engine, "begin", shrink)


def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    limit = [100_000]
    with at_each_begin(limit):
        store = Store(f"sqlite:///{tmp_path}/marrow.db")
        store.migrate()
        store.take_in("emr", big("o1"), NOW)
        limit[0] = 1
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match=r"^the disk of the database is full$"):
                store.take_in("emr", big("o2"), NOW)
        assert store.counts(NOW, TODAY).waiting == 1
        limit[0] = 100_000
        assert store.take_in("emr", big("o2"), NOW).new == 1
        store.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr(database, "PATIENCE", 0.2)


@pytest.mark.usefixtures("hasty")
def test_a_file_that_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/marrow.db")
    store.migrate()
    with closing(sqlite3.connect(tmp_path / "marrow.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked by another process"):
            store.take_in("emr", big("o1"), NOW)
        assert store.counts(NOW, TODAY).waiting == 0  # who reads does not wait
        other.execute("ROLLBACK")
    assert store.take_in("emr", big("o1"), NOW).new == 1
    store.close()


@pytest.mark.parametrize(("made", "says"), [("text", "is no SQLite database"), ("folder", "cannot be opened")])
def test_what_is_no_database_is_said_to_be_none(tmp_path: Path, made: str, says: str) -> None:
    path = tmp_path / PLANTED
    path.mkdir() if made == "folder" else path.write_text("x" * 4096)
    with pytest.raises(StoreUnavailable, match=says) as raised:
        Store(f"sqlite:///{path}").check()
    assert PLANTED not in said(raised.value)


@ON_POSTGRESQL
def test_a_server_that_went_away_and_came_back(on_postgresql: str) -> None:
    store = Store(on_postgresql)
    store.check()
    with turned_away(on_postgresql):
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="the database cannot be reached"):
                store.take_in("emr", big("o1"), NOW)
    store.check()
    throw_out(on_postgresql)
    store.check()
    store.close()


@ON_POSTGRESQL
def test_a_connection_that_is_lost_in_the_middle_leaves_nothing(on_postgresql: str) -> None:
    def knows(_: str) -> bool:
        throw_out(on_postgresql)
        return True

    store = Store(on_postgresql, knows_server=knows)
    before = store.counts(NOW, TODAY)
    with pytest.raises(StoreUnavailable, match="going down or coming up"):
        store.take_in("emr", telling.event(change("Observation/x"), change("Observation/y", server=PLANTED)), NOW)
    assert store.counts(NOW, TODAY) == before
    store.close()


@ON_POSTGRESQL
def test_a_lock_that_is_held_too_long_is_not_waited_for(on_postgresql: str) -> None:
    store = Store(f"{on_postgresql}?options=-c%20lock_timeout%3D200")
    with psycopg.connect(on_postgresql) as other:
        other.execute("LOCK TABLE inbox")
        with pytest.raises(StoreUnavailable, match="locked by another process"):
            store.take_in("emr", big("o1"), NOW)
    store.close()


@pytest.mark.usefixtures("hasty")
def test_when_all_connections_are_taken_nobody_waits_for_ever(url: str) -> None:
    inner: list[Callable[[], object]] = []
    store = Store(url, threads=1, knows_server=lambda _: bool(inner[0]()))
    inner.append(store.heard)
    store.migrate()
    with pytest.raises(StoreUnavailable, match="all connections to the database are taken"):
        store.take_in("emr", telling.event(change(server="https://x.example")), NOW)
    assert store.heard() == []
    store.close()


def test_what_the_database_refuses_is_said_without_what_it_was(store: Store) -> None:
    """PostgreSQL quotes the row that it refuses."""
    told(store, filed())
    claimed = turn(store)
    nothing: str = None  # type: ignore[assignment]
    calls: list[Callable[[], object]] = [
        lambda: store.take_in("emr", telling.event(change(f"Observation/{PLANTED}\ud800")), NOW),
        lambda: store.conclude(claimed, Concluded(TODAY, {PLANTED: nothing}, ()), 1, NOW),  # type: ignore[dict-item]
        lambda: store.conclude(claimed, Concluded(TODAY, {}, (statement(f"Condition/{PLANTED}", nothing),)), 1, NOW),
    ]
    for call in calls:
        with pytest.raises(StoreFault) as raised:
            call()
        assert PLANTED not in said(raised.value)
        assert raised.value.__context__ is None
    assert store.counts(NOW, TODAY).waiting == 0


def said(error: BaseException) -> str:
    """All that would be printed of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)

"""The tables are made and brought up to date by whoever starts first, and an older Marrow leaves a newer one's alone."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from marrow.service.store.rows import Concluded, NewerSchema, StoreFault, StoreUnavailable, WrongSchema
from marrow.service.store.store import Store
from marrow.service.store.tables import METADATA
from tests.postgres import fresh_database
from tests.service.store.telling import NOW, TODAY, filed, shelf, told, turn

ROOT = Path(__file__).resolve().parents[3]
MIGRATE = "import sys; from marrow.service.store.store import Store; s = Store(sys.argv[1]); s.migrate(); s.check()"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/folder/marrow.db"
        return
    with fresh_database() as fresh:
        yield fresh


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_four_processes_that_start_at_once_make_the_tables_once(empty: str) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, empty], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ends = [(each.communicate()[1], each.returncode) for each in started]
    assert ends == [("", 0)] * 4


def test_the_migrations_make_the_tables_that_the_code_works_with(empty: str) -> None:
    store = Store(empty)
    store.migrate()
    store.migrate()
    store.close()
    engine = create_engine(empty.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_tables_of_a_newer_version_are_left_alone(empty: str) -> None:
    store = Store(empty)
    store.migrate()
    _run(empty, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema, match="newer version of Marrow"):
        store.migrate()
    with pytest.raises(NewerSchema):
        store.check()
    store.close()


def test_a_database_without_tables_is_said_to_be_so(empty: str) -> None:
    store = Store(empty)
    with pytest.raises(WrongSchema, match="not up to date"):
        store.check()
    with pytest.raises(StoreFault, match="refused a statement"):
        store.counts(NOW, 1)
    store.close()


def test_what_an_earlier_version_filed_is_kept_and_evaluated_again(empty: str) -> None:
    store = Store(empty)
    store.migrate()
    told(store, filed())
    claimed = turn(store)
    store.conclude(claimed, Concluded(TODAY, {}, ()), 1, NOW)
    store.release(claimed, NOW)
    first = "DROP INDEX patients_basis", "ALTER TABLE patients DROP COLUMN basis", "DROP TABLE home"
    _run(empty, *first, "DROP TABLE summaries", "DROP TABLE facets", "UPDATE alembic_version SET version_num = '0001'")
    store.migrate()
    store.move_in("pack", "1")
    assert shelf(store) == {"Observation/o1": b"one"}
    turn(store)
    store.close()


def test_a_migration_that_fails_leaves_nothing(empty: str) -> None:
    _run_made(empty)
    store = Store(empty)
    with pytest.raises(StoreFault):
        store.migrate()
    with pytest.raises(WrongSchema):
        store.check()
    _run(empty, "DROP TABLE sweeps")
    store.migrate()
    store.check()
    store.close()


def _run_made(url: str) -> None:
    """A table of one of our names that is somebody else's."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    _run(url, "CREATE TABLE sweeps (x INTEGER)")


def test_a_file_with_patients_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/folder/marrow.db")
    store.migrate()
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "folder").iterdir()}
    assert files == {"marrow.db": 0o600, "marrow.db-wal": 0o600, "marrow.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
    store.close()


@pytest.mark.parametrize(
    "url", ["", "x", "sqlite://", "sqlite:///:memory:", "mysql://me:PLANTED@host/name", "postgresql+asyncpg://h/n"]
)
def test_another_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path or postgresql://user@host/name") as raised:
        Store(url)
    assert "PLANTED" not in repr(raised.value)


@pytest.mark.parametrize("url", ["postgres://postgres@127.0.0.1:1/x", "postgresql+psycopg://me:PLANTED@127.0.0.1:1/x"])
def test_a_server_that_is_not_there_is_unavailable(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="the database cannot be reached") as raised:
        Store(url).check()
    assert "PLANTED" not in repr(raised.value)

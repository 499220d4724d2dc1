"""The same tests on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marrow.service.store.store import Store
from tests.postgres import empty, fresh_database


@pytest.fixture(scope="session")
def on_postgresql() -> Iterator[str]:
    """One database, with its tables, for all tests that come one after the other."""
    with fresh_database() as fresh:
        made = Store(fresh)
        made.migrate()
        made.close()
        yield fresh


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a row."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/marrow.db"
        return
    fresh: str = request.getfixturevalue("on_postgresql")
    empty(fresh)
    yield fresh


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store with its tables."""
    made = Store(url, knows_server=lambda server: server == "https://ours.example/fhir")
    made.migrate()
    yield made
    made.close()

"""A world on a fresh SQLite file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.work.world import World, sqlite


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(sqlite(tmp_path))
    yield made
    made.store.close()

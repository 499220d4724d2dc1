"""Three children of the demonstration cohort as files: one of each arm alive, and one who died."""

from pathlib import Path

import pytest

from tests.cli.calls import child, write

CHILDREN = ("msc-01", "msc-05", "ctl-02")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Bundle for each of the three."""
    place = tmp_path_factory.mktemp("bundles")
    for name in CHILDREN:
        write(place / f"{name}.json", child(name))
    return place


@pytest.fixture(scope="session")
def bundle(folder: Path) -> Path:
    """The Bundle of the child who lives with transfusion independence below partial response at day 90."""
    return folder / "msc-01.json"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where results go."""
    return tmp_path / "out"

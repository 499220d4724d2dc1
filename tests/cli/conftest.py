"""Three children of the demonstration cohort as files: one of each arm alive, and one who died."""

from pathlib import Path

import pytest

from tests.cli.calls import child, text, write

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


@pytest.fixture(scope="session")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So much input that it is cut, and so many children that evaluating them takes a while."""
    charts = [text(child(name)).replace(name.encode(), f"{name}-{time}".encode()) for time in range(40) for name in CHILDREN]
    report = {"resourceType": "DiagnosticReport", "status": "final", "conclusion": "-" * 1_000_000}
    path = tmp_path_factory.mktemp("long") / "long.ndjson"
    path.write_bytes(b"\n".join([*charts, *(text({**report, "id": f"long-{number}"}) for number in range(30))]))
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where results go."""
    return tmp_path / "out"

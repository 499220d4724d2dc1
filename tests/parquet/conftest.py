"""Results of the demonstration cohort with their tables: as it is, and cut off early and with gaps."""

import copy
from pathlib import Path

import pytest

from marrow.demo.cohort import bundles
from tests.cli.calls import Json, call, child, write


def evaluated(folder: Path, documents: dict[str, Json], cutoff: str) -> Path:
    for name, document in documents.items():
        write(folder / "in" / f"{name}.json", document)
    answer = call("evaluate", folder / "in", "--out", folder / "out", "--cutoff", cutoff, "--parquet", "--quiet")
    assert answer.status == 0, answer.err
    return folder / "out"


def with_gaps() -> dict[str, Json]:
    """Every third child without a gender and an arm, and with a value that is refused."""
    found = {}
    for number, name in enumerate(dict(bundles("R4"))):
        document = copy.deepcopy(child(name))
        if number % 3 == 0:
            for entry in document["entry"]:
                entry["resource"].pop("gender", None)
                if "-anc-" in entry["resource"].get("id", ""):
                    entry["resource"]["valueQuantity"]["unit"] = "furlong"
                    entry["resource"]["valueQuantity"]["code"] = "[fur_us]"
        found[name] = document
    return found


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the trial's cohort."""
    return evaluated(tmp_path_factory.mktemp("whole"), dict(bundles("R4")), "2018-04-13")


@pytest.fixture(scope="session")
def early(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the cohort with gaps, while many assessments are not due."""
    return evaluated(tmp_path_factory.mktemp("early"), with_gaps(), "2014-09-01")


@pytest.fixture(params=["whole", "early"])
def out(request: pytest.FixtureRequest) -> Path:
    """Each of the two."""
    found: Path = request.getfixturevalue(request.param)
    return found

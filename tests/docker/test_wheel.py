"""The wheel that the image installs: every tracked file of the four packages is in it, and nothing else."""

import subprocess
import sys
import zipfile

import pytest

from tests.docker.build_context import copied
from tests.docker.dockerfile import stages
from tests.docker.test_dockerfile import DOCKERFILE, ROOT, tracked

PACKAGES = ("engine/", "fhir_adapter/", "marrow/", "rules/")


@pytest.fixture(scope="module")
def known() -> list[str]:
    return tracked()


@pytest.fixture(scope="module")
def wheel(known: list[str], tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the wheel that is built of what docker/Dockerfile copies, as far as git tracks it."""
    root = tmp_path_factory.mktemp("build")
    for copy in stages(DOCKERFILE)[0].all("COPY"):
        for source, target in copied(copy, known).items():
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            (root / target).write_bytes((ROOT / source).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"], cwd=root, check=True, capture_output=True
    )
    (built,) = (root / "out").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_what_git_tracks_of_the_packages(wheel: set[str], known: list[str]) -> None:
    inside = {name for name in wheel if ".dist-info/" not in name}
    assert inside == {name for name in known if name.startswith(PACKAGES)}


@pytest.mark.parametrize("suffix", [".py", ".yaml", ".csv", ".html", ".css"])
def test_code_and_data_are_both_in_it(wheel: set[str], suffix: str) -> None:
    assert any(name.endswith(suffix) for name in wheel)


def test_the_command_and_the_license_come_with_it(wheel: set[str]) -> None:
    told = {name.partition(".dist-info/")[2] for name in wheel if ".dist-info/" in name}
    assert {"METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE"} <= told

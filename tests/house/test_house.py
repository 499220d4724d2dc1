"""The house rules that no linter knows, held over the files that git tracks."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 300
NAMELESS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
PYTHON_LOCKS = sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))

# Written in two parts, since this file is tracked as well.
REGISTRIES = ["registry." + "npmjs.org", "registry." + "yarnpkg.com", "files.python" + "hosted.org", "pypi." + "org/simple"]
PERSONAL = re.compile(r"(?<![\w.-])/(?:" + "home|Users|root|work|opt/pypi" + r")/\w|[A-Z]:\\Users\\")


def tracked(pattern: str = "*") -> list[Path]:
    """The files of the project, relative to its root."""
    answer = subprocess.run(["git", "ls-files", "-z", "--", pattern], cwd=ROOT, check=True, capture_output=True, text=True)
    return [Path(name) for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """The text of a tracked file; what is not text reads as best it can."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def test_no_file_names_somebodys_folder() -> None:
    assert [str(path) for path in tracked() if PERSONAL.search(text_of(path))] == []


def test_no_file_names_a_registry() -> None:
    assert [str(path) for path in tracked() if any(host in text_of(path) for host in REGISTRIES)] == []


def test_no_module_is_longer_than_the_alarm() -> None:
    lengths = {str(path): len(text_of(path).splitlines()) for path in tracked("*.py") if path.parts[0] != "tests"}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_module_has_a_name_that_says_something() -> None:
    assert [str(path) for path in tracked("*.py") if NAMELESS & {path.stem, *path.parent.parts}] == []


def test_rules_are_data() -> None:
    assert tracked("rules/**/*.py") + tracked("rules/*.py") == []


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_a_python_lock_has_hashes_and_no_host(name: str) -> None:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    pins = [index for index, line in enumerate(lines) if "==" in line and not line.lstrip().startswith("#")]
    assert pins
    assert [lines[index] for index in pins if not lines[index + 1].lstrip().startswith("--hash=sha256:")] == []
    assert [line for line in lines if "://" in line or line.startswith("-")] == []


def test_the_node_lock_has_hashes_and_no_host() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    fetched = {name: package for name, package in packages.items() if name and not package.get("inBundle")}
    assert [name for name, package in fetched.items() if "resolved" in package] == []
    assert [name for name, package in fetched.items() if "integrity" not in package] == []

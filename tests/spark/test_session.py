"""What Spark lacks is said in a line, before anything is begun."""

import os
import sys
from pathlib import Path

import pytest

from marrow.spark.session import NoSpark, session

pytestmark = pytest.mark.needs("pyspark")


def complaint(jobs: int = 1) -> str:
    with pytest.raises(NoSpark) as caught, session(jobs):
        raise AssertionError("it was begun")
    (line,) = str(caught.value).splitlines()
    return line


@pytest.fixture(autouse=True)
def nothing_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.sql import SparkSession

    monkeypatch.setattr(SparkSession, "getActiveSession", staticmethod(lambda: None))


@pytest.mark.parametrize("library", ["pyspark", "pyarrow"])
def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    assert complaint() == (
        f"--engine spark needs the library {library}, which is not installed; pip install 'marrow-rules[spark]'"
    )


def test_no_java_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert complaint() == "--engine spark needs Java 17 or newer, and none is on the path; install it or set JAVA_HOME"


def test_no_java_where_it_should_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert complaint() == "--engine spark needs Java 17 or newer, and none is in JAVA_HOME; install it or set JAVA_HOME"


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ('openjdk version "11.0.2" 2019-01-15', "this one is 11"),
        ('java version "1.8.0_392"', "this one is 8"),
        ("what?", "this one does not say which it is"),
    ],
)
def test_a_java_that_is_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, found: str) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    assert complaint() == f"--engine spark needs Java 17 or newer, and {found}; set JAVA_HOME to another"

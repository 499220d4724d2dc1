"""An evaluation on Spark gives the bytes of a local one."""

import copy
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.calls import call, child, text, write, write_lines_by_type

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.needs("java", "pyspark")
CHILDREN = ("msc-01", "msc-05", "ctl-01", "ctl-02")


def files(out: Path) -> dict[str, bytes]:
    """Every file of a folder of results, those of its tables included; not what lies between."""
    each = (path for path in sorted(out.rglob("*")) if path.is_file() and ".marrow-run" not in path.parts)
    return {str(path.relative_to(out)): path.read_bytes() for path in each}


def evaluated(out: Path, *arguments: str | Path) -> dict[str, bytes]:
    answer = call("evaluate", *arguments, "--out", out, "--parquet", "--quiet")
    assert (answer.status, answer.err) == (0, "")
    return files(out)


def export(folder: Path) -> Path:
    """A bulk export in which everything goes wrong that a run can live with."""
    documents = [copy.deepcopy(child(name)) for name in CHILDREN]
    write_lines_by_type(folder, documents[:3])
    write_lines_by_type(folder / "packed", documents[3:], packed=True)
    patients = folder / "Patient.ndjson"
    patients.write_bytes(b"\xef\xbb\xbf" + patients.read_bytes() + b'\n{"resourceType": "Patient", broken\n\n\xff\xfe\n')
    other = next(entry["resource"] for entry in documents[0]["entry"] if entry["resource"]["resourceType"] == "Observation")
    write(folder / "late.ndjson", other | {"subject": {"reference": "Patient/ctl-01"}, "meta": {"versionId": "9"}}, other)
    write(folder / "more" / "bundle.json", copy.deepcopy(child("msc-02")))
    packed = gzip.compress(text(documents[1]) * 3, mtime=0)
    (folder / "more" / "torn.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "more" / "empty.ndjson").write_bytes(b"")
    (folder / "more" / "nothing.ndjson.gz").write_bytes(gzip.compress(b"", mtime=0))
    (folder / "more" / "misnamed.ndjson").write_bytes(gzip.compress(text(other), mtime=0))
    return folder


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def local(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return evaluated(tmp_path_factory.mktemp("local") / "out", exported)


def test_every_file_is_the_same(spark: "SparkSession", exported: Path, local: dict[str, bytes], tmp_path: Path) -> None:
    """Files are cut into many splits; a resource came for two patients; a file is torn, one empty, one is not what it says."""
    found = evaluated(tmp_path / "out", exported, "--engine", "spark", "--jobs", "2")
    assert {name for name in local if found.get(name) != local[name]} == set()
    assert found.keys() == local.keys()
    assert all(name in local["issues.ndjson"] for name in (b"torn.ndjson.gz", b"empty.ndjson", b"nothing.ndjson.gz"))


def test_what_is_no_fhir_is_refused_as_here(spark: "SparkSession", tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("hello")
    there = call("evaluate", path, "--out", tmp_path / "there", "--engine", "spark")
    here = call("evaluate", path, "--out", tmp_path / "here")
    assert (there.status, there.complaints) == (here.status, here.complaints)

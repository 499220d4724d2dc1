"""Whatever Spark does with a run, the result is the same: how it cuts, where it works, and what fails on the way."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import marrow.spark.reading
from marrow.inputs import UnreadableInput
from marrow.spark.cluster import Cluster
from marrow.spark.inputs import Listed, listed
from marrow.spark.trouble import FailedOnSpark
from tests.spark.conftest import LONG, lines
from tests.spark.standin import Fail, Once, number_of, outcome

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.needs("java", "pyspark")
BUCKETS = 5
Run = Callable[..., dict[str, Any]]


def run(spark: "SparkSession", inputs: list[Listed], **mishaps: Any) -> dict[str, Any]:
    cluster = Cluster(spark, inputs)
    try:
        return outcome(cluster, BUCKETS, **mishaps) | {"unreadable": cluster.unreadable}
    finally:
        cluster.close()


@pytest.fixture(scope="module")
def inputs(spark: "SparkSession", folder: Path) -> list[Listed]:
    return listed(spark, (str(folder),))


@pytest.fixture(scope="module")
def found(spark: "SparkSession", inputs: list[Listed]) -> dict[str, Any]:
    """A run in which nothing goes wrong."""
    return run(spark, inputs)


def expected() -> dict[str, dict[int, tuple[int, int]]]:
    """By patient and number the file and line, counted without Spark."""
    told: dict[str, dict[int, tuple[int, int]]] = {}
    starts = (0, 1500, 2000, 2500, 2999)
    for number, line in enumerate(lines()):
        file = max(place for place, start in enumerate(starts) if number >= start)
        try:
            one = json.loads(line)
        except ValueError:
            continue
        told.setdefault(one["patient"], {})[one["n"]] = (file, number - starts[file] + 1)
    return told


def test_files_are_found_and_named_as_in_a_local_run(inputs: list[Listed]) -> None:
    assert [(each.name, each.by_line, each.has_mark) for each in inputs] == [
        ("a.ndjson", True, False),
        ("below/b [1]%20{x}.ndjson", True, False),
        ("c.ndjson.gz", True, False),
        ("d.ndjson", True, True),
        ("e.json", False, False),
    ]


def test_each_line_is_there_once_with_file_and_number(found: dict[str, Any]) -> None:
    """The files were cut into many splits, and a line is longer than several of them."""
    assert len(expected()["p3"]) > 10 and expected()["p3"][400] == (0, 401) and LONG > 10 * 20_000
    told = {}
    for line in found["patients"]:
        patient, total, numbers = json.loads(line)
        told[patient] = {n: (file, number) for file, number, n in numbers}
        assert total == sum(told[patient])
    documents = {name: {n: (at if at[0] != 4 else (4, 1)) for n, at in numbers.items()} for name, numbers in expected().items()}
    assert told == documents


def test_what_is_wrong_is_told_by_file_and_line(found: dict[str, Any]) -> None:
    """The mark at the beginning of a file reached the step, which is to speak of it; a line feed alone ends a line."""
    assert found["bad"] == [(0, 6, len("{broken")), (2, 223, 2)]
    assert found["marked"] == [(3, 0)]


def test_keys_in_several_homes_are_found(spark: "SparkSession", tmp_path: Path) -> None:
    rows = [{"patient": "a", "n": 1}, {"patient": "b", "n": 1}, {"patient": "b", "n": 1}, {"patient": "c", "n": 2}]
    (tmp_path / "x.ndjson").write_text("\n".join(map(json.dumps, [*rows, {"patient": "d", "n": 1}])))
    cluster = Cluster(spark, listed(spark, (str(tmp_path),)))
    found = outcome(cluster, BUCKETS)
    assert found["shared"] == sorted((number_of("1"), number_of(name)) for name in "abd")
    assert cluster.homes_of([number_of("2"), number_of("9")]) == [(number_of("2"), number_of("c"))]
    cluster.close()


def test_other_cuts_give_the_same(
    spark: "SparkSession", inputs: list[Listed], found: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {
        name: spark.conf.get(name) for name in (f"spark.sql.{each}" for each in ("files.maxPartitionBytes", "shuffle.partitions"))
    }
    try:
        spark.conf.set("spark.sql.files.maxPartitionBytes", "128m")
        spark.conf.set("spark.sql.shuffle.partitions", "3")
        assert run(spark, inputs) == found
    finally:
        for name, value in before.items():
            spark.conf.set(name, value or "")


@pytest.mark.parametrize("step", ["sorting", "evaluating"])
def test_a_worker_that_is_killed_changes_nothing(
    spark: "SparkSession", inputs: list[Listed], found: dict[str, Any], tmp_path: Path, step: str
) -> None:
    """The task is tried again, and its first half was not for good."""
    assert run(spark, inputs, **{step: Once(tmp_path, 1003 if step == "sorting" else 2)}) == found
    assert (tmp_path / "killed").exists()


def test_a_fault_of_ours_is_told_without_what_it_was_about(spark: "SparkSession", inputs: list[Listed]) -> None:
    with pytest.raises(FailedOnSpark, match=r"a fault in Marrow itself: KeyError at \w+\.py:\d+; please report it") as caught:
        run(spark, inputs, sorting=Fail("Wanda"))
    assert "Wanda" not in str(caught.value)


def test_a_file_of_a_folder_that_breaks_off_is_left_out(spark: "SparkSession", tmp_path: Path) -> None:
    """Nothing of it counts, not even what came before the break."""
    row = json.dumps({"patient": "a", "n": 1})
    (tmp_path / "a.ndjson").write_text(row)
    packed = gzip.compress("\n".join(json.dumps({"patient": "b", "n": n}) for n in range(5000)).encode(), mtime=0)
    (tmp_path / "b.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    found = run(spark, listed(spark, (str(tmp_path),)))
    assert found["unreadable"] == {1}
    assert [json.loads(line)[0] for line in found["patients"]] == ["a"]


def test_a_file_that_was_named_and_breaks_off_is_told_in_a_line(spark: "SparkSession", tmp_path: Path) -> None:
    path = tmp_path / "b.ndjson.gz"
    path.write_bytes(gzip.compress(b"x" * 100_000, mtime=0)[:-9])
    with pytest.raises(UnreadableInput, match=r"b.ndjson.gz: cannot be read to its end; write or copy the file again"):
        run(spark, listed(spark, (str(path),)))


def test_bytes_that_are_not_what_their_name_says_are_read_whole(spark: "SparkSession", tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(gzip.compress(b"{}"))
    (tmp_path / "b.ndjson.gz").write_bytes(b"{}")
    (tmp_path / "c.ndjson").write_bytes("{}".encode("utf-16"))
    (tmp_path / "d.ndjson").write_bytes(b"")
    assert [(each.name, each.by_line) for each in listed(spark, (str(tmp_path),))] == [
        ("a.ndjson", False), ("b.ndjson.gz", False), ("c.ndjson", False), ("d.ndjson", False),
    ]  # fmt: skip


def test_what_cannot_be_read_is_told_with_every_name(spark: "SparkSession", tmp_path: Path) -> None:
    (tmp_path / "_hidden.ndjson").write_text("{}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableInput) as caught:
        listed(spark, ("-", str(tmp_path / "gone"), str(tmp_path / "empty"), str(tmp_path / "_hidden.ndjson"), "nowhere://x/y"))
    told = str(caught.value).splitlines()
    assert len(told) == 5
    assert told[0].startswith("standard input cannot be read by Spark")
    assert "gone: there is no file" in told[1] and "empty: there is no file" in told[2]
    assert "nowhere://x/y: cannot be read" in told[3] and "_hidden.ndjson: Spark passes over files" in told[4]


def test_a_chunk_ends_where_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same chunks however the lines come, each with a place of its own."""
    import pyarrow

    monkeypatch.setattr(marrow.spark.reading, "CHUNK", 10)
    files = {"file:/a": marrow.spark.reading.File(3, True)}
    rows = [("file:///a", start, b"x" * size) for start, size in ((0, 4), (0, 4), (0, 0), (50, 20), (50, 1), (90, 1))]
    for width in (1, 2, 6):
        batches = [
            pyarrow.RecordBatch.from_pylist(
                [dict(zip(("file", "start", "data"), row, strict=True)) for row in rows[at : at + width]]
            )
            for at in range(0, len(rows), width)
        ]
        found = list(marrow.spark.reading.chunks_of_lines(batches, files))
        assert [(each.place, each.data) for each in found] == [
            (0, b"\xef\xbb\xbfxxxx\nxxxx\n"), (1, b"\n"), (50, b"x" * 20 + b"\n"), (51, b"x\n"), (90, b"x\n"),
        ]  # fmt: skip
        assert {each.file for each in found} == {3}

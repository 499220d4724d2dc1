"""The tables of a run are there whole and together, or not at all; and they are never those of another run."""

import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from marrow.output import UnwritableOutput
from marrow.parquet.schemas import FIXED
from marrow.parquet.write import write_parquet
from tests.cli.calls import call, write
from tests.cli.test_whole_files import at_most
from tests.parquet.invented import write_run, write_tables
from tests.trial import red, trial

TABLES = [f"{name}.parquet" for name in sorted(FIXED)]


def found(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "parquet").iterdir()) if path.is_file()}


@pytest.fixture
def child(tmp_path: Path) -> Path:
    return write(tmp_path / "patient.json", {"resourceType": "Patient", "id": "p1", "birthDate": "2010-01-01"})


def test_a_broken_line_leaves_the_tables_as_they_were(tmp_path: Path) -> None:
    """The line is met after several tables have rows already."""
    write_tables(tmp_path, red("seen day 9"))
    before = found(tmp_path)
    columns, results = write_run(tmp_path, [red("seen day 10")], issues=[b'{"source": 1}'])
    with pytest.raises(ValueError, match="Expected `str`"):
        write_parquet(trial(), tmp_path, columns, results)
    assert found(tmp_path) == before
    assert sorted(before) == TABLES


def test_a_full_disk_leaves_the_tables_as_they_were(tmp_path: Path) -> None:
    write_tables(tmp_path, red("seen day 9"))
    before = found(tmp_path)
    columns, results = write_run(tmp_path, [red(f"seen day {day}") for day in range(300)])

    def cramped() -> None:
        at_most(len(before["conclusions.parquet"]))
        with pytest.raises(UnwritableOutput, match=r"parquet: cannot be written \(File too large\); make room"):
            write_parquet(trial(), tmp_path, columns, results)

    process = get_context("fork").Process(target=cramped)
    process.start()
    process.join()
    assert process.exitcode == 0
    assert found(tmp_path) == before


def test_a_table_that_cannot_take_its_place_is_told_in_a_line(tmp_path: Path, child: Path) -> None:
    (tmp_path / "out" / "parquet" / "survival.parquet").mkdir(parents=True)
    answer = call("evaluate", child, "--out", tmp_path / "out", "--parquet", "--quiet")
    assert answer.status == 2
    assert answer.complaints == [
        f"marrow: {tmp_path}/out/parquet: cannot be written (Is a directory); make room or name another folder"
    ]
    assert [name for name in found(tmp_path / "out") if name not in TABLES] == []


def test_a_run_without_tables_leaves_none_of_an_earlier_run(tmp_path: Path, child: Path) -> None:
    out = tmp_path / "out"
    assert call("evaluate", child, "--out", out, "--parquet", "--quiet").status == 0
    assert sorted(found(out)) == TABLES
    (out / "parquet" / "mine.parquet").write_bytes(b"kept")
    assert call("evaluate", child, "--out", out, "--quiet").status == 0
    assert sorted(found(out)) == ["mine.parquet"]
    (out / "parquet" / "mine.parquet").unlink()
    assert call("evaluate", child, "--out", out, "--quiet").status == 0
    assert not (out / "parquet").exists()


def test_without_the_library_it_is_said_before_anything_is_read(
    tmp_path: Path, child: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    answer = call("evaluate", child, "--out", tmp_path / "out", "--parquet")
    assert answer.status == 2
    assert answer.complaints == [
        "marrow: --parquet needs the library pyarrow, which is not installed; pip install 'marrow-rules[parquet]'"
    ]
    assert not (tmp_path / "out").exists()


def test_who_does_not_ask_for_tables_needs_no_library(tmp_path: Path, child: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert call("evaluate", child, "--out", tmp_path / "out", "--quiet").status == 0

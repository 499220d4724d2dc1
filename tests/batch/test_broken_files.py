"""Files that are cut off, packed badly, huge or full of nothing cost what is wrong in them, by name, and nothing else."""

import gzip
import json
import resource
import signal
from pathlib import Path

import pytest

from marrow.inputs import UnreadableInput
from tests.batch.runs import as_lines, by_patient, cohort, evaluate, issues, results, small
from tests.cli.calls import process


def test_a_last_line_that_is_cut_off(tmp_path: Path) -> None:
    folder = as_lines(tmp_path / "lines", cohort(), 1, files=2)
    path = folder / "part-1.ndjson"
    data = path.read_bytes()
    number = data.count(b"\n")
    path.write_bytes(data[:-20])
    evaluate(tmp_path / "out", folder)
    assert [(one["source"], one["code"]) for one in issues(tmp_path / "out")] == [(f"part-1.ndjson:{number}", "not-json")]


@pytest.mark.parametrize("stretch", [20_000, 10_000_000])
def test_a_packed_file_that_is_cut_off_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stretch: int) -> None:
    small(monkeypatch, stretch=stretch)
    folder = as_lines(tmp_path / "lines", cohort(), 1, files=3)
    evaluate(tmp_path / "without", folder / "part-0.ndjson", folder / "part-2.ndjson")
    broken = folder / "part-1.ndjson"
    broken.with_suffix(".ndjson.gz").write_bytes(gzip.compress(broken.read_bytes())[:-2000])
    broken.unlink()
    evaluate(tmp_path / "out", folder)
    assert [(one["source"], one["code"]) for one in issues(tmp_path / "out")][-1] == ("part-1.ndjson.gz", "unreadable")
    assert results(tmp_path / "out") == results(tmp_path / "without")
    with pytest.raises(UnreadableInput, match=r"part-1\.ndjson\.gz: this is not complete gzip"):
        evaluate(tmp_path / "named", broken.with_suffix(".ndjson.gz"))
    assert not list((tmp_path / "named").glob("*.ndjson"))


def test_a_line_of_50_megabytes(tmp_path: Path) -> None:
    folder = as_lines(tmp_path / "lines", cohort(), 1, files=1)
    evaluate(tmp_path / "without", folder)
    huge = "x" * 50_000_000
    good = {"resourceType": "Observation", "id": "huge", "status": "final", "code": {"text": "something else"},
            "subject": {"reference": "Patient/msc-01"}, "effectiveDateTime": "2012-01-01", "note": [{"text": huge}]}  # fmt: skip
    (folder / "huge.ndjson").write_text(f"{json.dumps(good)}\n{json.dumps(good)[:-1000]}\n[{huge}]\n")
    evaluate(tmp_path / "out", folder)
    assert results(tmp_path / "out", ["conclusions.ndjson"]) == results(tmp_path / "without", ["conclusions.ndjson"])
    assert [(one["source"], one["code"]) for one in issues(tmp_path / "out")] == [
        ("huge.ndjson:2", "not-json"),
        ("huge.ndjson:3", "not-an-object"),
    ]


def test_lines_of_nothing_and_lines_that_end_as_elsewhere(tmp_path: Path) -> None:
    folder = as_lines(tmp_path / "lines", cohort(), 1, files=1)
    evaluate(tmp_path / "plain", folder)
    path = folder / "part-0.ndjson"
    path.write_bytes(b"\r\n\n" + path.read_bytes().replace(b"\n", b"\r\n \t\n") + b"\n\n")
    evaluate(tmp_path / "out", folder)
    assert results(tmp_path / "out") == results(tmp_path / "plain")
    assert issues(tmp_path / "out") == []


def _no_large_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))


def test_a_disk_without_room_is_told_and_nothing_half_is_left(tmp_path: Path) -> None:
    folder = as_lines(tmp_path / "lines", cohort(), 1)
    answer = process("evaluate", folder, "--out", tmp_path / "out", before=_no_large_files)
    assert answer.status == 2
    assert "make room or name another folder" in answer.complaints[0]
    assert not [path for path in (tmp_path / "out").iterdir() if path.is_file()]
    assert process("evaluate", folder, "--out", tmp_path / "out").status == 0
    assert len(by_patient(tmp_path / "out")) == 18

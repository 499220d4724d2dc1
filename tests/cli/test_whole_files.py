"""Each result is there whole or not at all, and as it was before where it cannot be written."""

import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from marrow.batch.work import WORK
from marrow.output import UnwritableOutput, output_folder, write_lines
from tests.cli.calls import Answer, call, on_a_terminal, process, results


def at_most(size: int) -> None:
    """No file of this process grows beyond so many bytes: a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def evaluate_on_a_full_disk(bundle: Path, out: Path, size: int) -> Answer:
    return process("evaluate", bundle, "--out", out, before=lambda: at_most(size))


def test_on_a_full_disk_nothing_is_left(bundle: Path, out: Path) -> None:
    answer = evaluate_on_a_full_disk(bundle, out, 5_000)
    assert (answer.status, answer.out) == (2, "")
    (complaint,) = answer.complaints
    assert complaint.startswith(f"marrow: {out}/{WORK}/")
    assert complaint.endswith(": cannot be written (File too large); make room or name another folder")
    assert [path.name for path in out.iterdir()] == [WORK]


def test_on_a_full_disk_what_was_there_stays(bundle: Path, folder: Path, out: Path) -> None:
    assert call("evaluate", folder / "msc-05.json", "--out", out).status == 0
    before = results(out)
    assert evaluate_on_a_full_disk(bundle, out, 5_000).status == 2
    assert results(out) == before


def test_what_does_not_fit_does_not_spoil_what_does(bundle: Path, tmp_path: Path) -> None:
    assert call("evaluate", bundle, "--out", tmp_path / "whole").status == 0
    whole = results(tmp_path / "whole")
    answer = evaluate_on_a_full_disk(bundle, tmp_path / "part", len(whole["report.html"]) - 1)
    assert answer.status == 2
    part = results(tmp_path / "part")
    assert "report.html" not in part
    assert {name: whole[name] for name in part} == part and part


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_whole_files_only(long: Path, tmp_path: Path, stop: signal.Signals, jobs: str) -> None:
    """Stopped as soon as the terminal shows that patients are being evaluated."""
    options = ["--evaluator", "rete", "--jobs", jobs]
    status, printed, shown = on_a_terminal("evaluate", long, "--out", tmp_path / "out", *options, stop=stop, when=b"evaluating")
    assert status == 130, shown
    assert printed == ""
    assert shown.rstrip().endswith("marrow: stopped; nothing was left half written")
    assert "Traceback" not in shown
    assert [path.name for path in (tmp_path / "out").iterdir()] == [WORK]


@pytest.mark.parametrize("name", ["file", "file/below", "/dev/full", "/proc/marrow"])
def test_a_folder_that_cannot_be_one(bundle: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    answer = call("evaluate", bundle, "--out", tmp_path / name)
    assert answer.status == 2
    (complaint,) = answer.complaints
    assert f"{tmp_path / name}: cannot be written to (" in complaint and complaint.endswith("name another folder")


def test_the_folder_is_made_with_those_above_it(bundle: Path, tmp_path: Path) -> None:
    assert call("evaluate", bundle, "--out", tmp_path / "a" / "b" / "c").status == 0


def test_trying_the_folder_leaves_nothing(tmp_path: Path) -> None:
    assert list(output_folder(str(tmp_path / "out")).iterdir()) == []


@pytest.mark.parametrize("fault", [KeyboardInterrupt, MemoryError, RuntimeError])
def test_a_fault_between_two_lines_leaves_the_file_as_it_was(tmp_path: Path, fault: type[BaseException]) -> None:
    def lines() -> Iterator[bytes]:
        yield b"new"
        raise fault

    (tmp_path / "f.ndjson").write_bytes(b"old\n")
    with pytest.raises(fault):
        write_lines(tmp_path / "f.ndjson", lines())
    assert results(tmp_path) == {"f.ndjson": b"old\n"}


def test_a_file_appears_only_when_its_last_line_is_written(tmp_path: Path) -> None:
    path = tmp_path / "f.ndjson"

    def lines() -> Iterator[bytes]:
        yield b"first"
        assert not path.exists()
        yield b"last"

    assert write_lines(path, lines()) == 2
    assert results(tmp_path) == {"f.ndjson": b"first\nlast\n"}


def test_a_file_is_as_private_as_its_writer_is(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_lines(tmp_path / "f.ndjson", [b"line"])
    finally:
        os.umask(before)
    assert (tmp_path / "f.ndjson").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnwritableOutput, match=r"gone/f.ndjson: cannot be written \(No such file or directory\)"):
        write_lines(tmp_path / "gone" / "f.ndjson", [b"line"])

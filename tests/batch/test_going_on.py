"""A run that was stopped goes on: what is done is not done again, and the results are those of a run that was never stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marrow.batch import part_step, pool, sort_step
from marrow.batch.work import WORK
from marrow.output import UnwritableOutput
from tests.batch.runs import as_lines, cohort, evaluate, results, small
from tests.cli.calls import COMMAND

NAMES = ("conclusions.ndjson", "conditions.ndjson", "issues.ndjson", "tables.json", "survival.json", "report.html")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small(monkeypatch, stretch=60_000, part=120_000)
    return as_lines(tmp_path / "lines", cohort(), 1)


class Counted:
    """A step that counts what it really does, and is interrupted before it does more than it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> None:
        self.done, self.most = 0, 10**9
        real = getattr(kind, name)

        def counting(step: object, *arguments: object) -> object:
            if self.done >= self.most:
                raise KeyboardInterrupt
            self.done += 1
            return real(step, *arguments)

        monkeypatch.setattr(kind, name, counting)


def test_what_is_done_is_not_done_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate(tmp_path / "whole", folder)
    sorting = Counted(monkeypatch, sort_step.SortStep, "sorted")
    parts = Counted(monkeypatch, part_step.PartStep, "_result")
    sorting.most = 4
    with pytest.raises(KeyboardInterrupt):
        evaluate(tmp_path / "out", folder)
    sorting.most, parts.most = 10**9, 3
    with pytest.raises(KeyboardInterrupt):
        evaluate(tmp_path / "out", folder)
    assert not (tmp_path / "out" / "conclusions.ndjson").exists()
    stretches, parts.most = sorting.done, 10**9
    evaluate(tmp_path / "out", folder)
    assert sorting.done == stretches > 8
    done = parts.done
    assert done > 6
    evaluate(tmp_path / "again", folder)
    assert (sorting.done, parts.done) == (2 * stretches, 2 * done)
    assert results(tmp_path / "out", NAMES) == results(tmp_path / "whole", NAMES)
    assert not (tmp_path / "out" / WORK).exists()


def test_other_input_is_begun_anew(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Counted(monkeypatch, part_step.PartStep, "_result")
    parts.most = 3
    with pytest.raises(KeyboardInterrupt):
        evaluate(tmp_path / "out", folder)
    parts.most = 10**9
    path = next(folder.iterdir())
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    evaluate(tmp_path / "out", folder)
    evaluate(tmp_path / "anew", folder)
    assert results(tmp_path / "out", NAMES) == results(tmp_path / "anew", NAMES)


@pytest.mark.parametrize("others", [{"release": "R4B"}, {"settings": {"ti.capture_complete": "true"}}])
def test_other_settings_are_begun_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: dict[str, Any]
) -> None:
    parts = Counted(monkeypatch, part_step.PartStep, "_result")
    parts.most = 3
    with pytest.raises(KeyboardInterrupt):
        evaluate(tmp_path / "out", folder)
    parts.most = 10**9
    evaluate(tmp_path / "out", folder, **others)
    evaluate(tmp_path / "anew", folder, **others)
    assert results(tmp_path / "out", NAMES) == results(tmp_path / "anew", NAMES)


def test_two_runs_never_write_into_one_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sort_step.SortStep.sorted

    def meanwhile(step: sort_step.SortStep, *arguments: object) -> object:
        with pytest.raises(UnwritableOutput, match="another run is writing there"):
            evaluate(tmp_path / "out", folder)
        return real(step, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sort_step.SortStep, "sorted", meanwhile)
    evaluate(tmp_path / "out", folder)


def test_a_process_that_is_killed_is_told_and_the_run_goes_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = part_step.PartStep._result

    def dying(step: part_step.PartStep, part: int, *arguments: object) -> object:
        if part == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(step, part, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(part_step.PartStep, "_result", dying)
        with pytest.raises(pool.WorkerLost, match="goes on"):
            evaluate(tmp_path / "out", folder, jobs=2)
    evaluate(tmp_path / "out", folder, jobs=2)
    evaluate(tmp_path / "whole", folder)
    assert results(tmp_path / "out", NAMES) == results(tmp_path / "whole", NAMES)


def _stages(work: Path) -> Iterator[int]:
    """How many files of sorting and of parts there are, again and again."""
    while True:
        yield sum(1 for path in work.glob("*/*") if not path.name.startswith("."))


@pytest.mark.parametrize("files", [1, 3, 6])
def test_killed_from_outside_at_any_stage(tmp_path: Path, files: int) -> None:
    lines = as_lines(tmp_path / "lines", cohort(), 2, files=4)
    for path in list(lines.iterdir()):  # as much as takes several stretches and parts without smaller ones
        lines_of = path.read_bytes()
        padding = b'{"resourceType":"Observation","id":"x%d-%s","code":{"text":"%s"},"subject":{"reference":"Patient/p%d"}}\n'
        with path.open("ab") as file:
            for number in range(60):
                file.write(padding % (number, path.stem.encode(), b"-" * 400_000, number))
        assert len(lines_of) > 1000
    command = [str(COMMAND), "evaluate", str(lines), "--out", str(tmp_path / "out"), "--jobs", "2", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        for found in _stages(tmp_path / "out" / WORK):
            if found >= files or running.poll() is not None:
                break
            time.sleep(0.005)
        running.kill()
    subprocess.run(command, check=True, capture_output=True)
    evaluate(tmp_path / "whole", lines)
    assert results(tmp_path / "out", NAMES) == results(tmp_path / "whole", NAMES)

"""However the input is cut, packed, ordered and shared out, the results are the same to the byte."""

import gzip
import shutil
from pathlib import Path

import pytest

from benchmarks.bulk.generate import generate
from marrow.demo.cohort import write_cohort
from tests.batch.runs import ALIKE, as_lines, at_once, by_patient, cohort, evaluate, results, small


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """The cohort as Bundles, evaluated in one part."""
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder / "bundles", "R4")
    evaluate(folder / "out", folder / "bundles")
    return folder / "bundles", results(folder / "out")


@pytest.mark.parametrize("jobs", [1, 3])
def test_bundles_in_parts(
    whole: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    evaluate(tmp_path / "one", whole[0])
    small(monkeypatch)
    evaluate(tmp_path / "many", whole[0], jobs=jobs)
    names = (*ALIKE, "bundle.json", "issues.ndjson", "report.html")
    assert results(tmp_path / "many", names) == results(tmp_path / "one", names)
    assert results(tmp_path / "one") == whole[1]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("packed", [False, True])
def test_lines_anywhere(
    whole: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, packed: bool
) -> None:
    small(monkeypatch)
    folder = as_lines(tmp_path / "lines", cohort(), seed)
    if packed:
        for path in list(folder.iterdir()):
            path.with_suffix(".ndjson.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    evaluate(tmp_path / "out", folder, jobs=2)
    assert results(tmp_path / "out") == whole[1]
    assert not (tmp_path / "out" / "bundle.json").exists()


def test_both_evaluators_and_strictly(
    whole: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, part=60_000)
    evaluate(tmp_path / "out", as_lines(tmp_path / "lines", cohort(), 3), evaluator="both", validation="strict", jobs=2)
    assert results(tmp_path / "out") == whole[1]


def test_an_export_with_dirt_is_evaluated_as_if_it_were_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "export"
    generate(25, 7, folder)
    small(monkeypatch, stretch=300_000, part=300_000)
    outcome = evaluate(tmp_path / "out", folder, jobs=2)
    assert by_patient(tmp_path / "out") == at_once(folder, outcome.as_of)
    assert outcome.patients == 25 and outcome.issues > 0


def test_every_place_in_a_file_is_the_line_that_it_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = as_lines(tmp_path / "lines", cohort()[:400], 5, files=1)
    path = folder / "part-0.ndjson"
    lines = path.read_bytes().splitlines()
    wrong = [3, 77, 200, len(lines) - 1]
    for number in wrong:
        lines[number] = lines[number][:-5]
    path.write_bytes(b"\n".join([b"", *lines]))
    small(monkeypatch)
    for data in (path, gzip.compress(path.read_bytes())):
        if isinstance(data, bytes):
            path.unlink()
            path = folder / "part-0.ndjson.gz"
            path.write_bytes(data)
        evaluate(tmp_path / "out", folder)
        found = [line for line in (tmp_path / "out" / "issues.ndjson").read_text().splitlines() if "not-json" in line]
        assert [f'"{path.name}:{number + 2}"' in line for number, line in zip(wrong, found, strict=True)] == [True] * 4
        shutil.rmtree(tmp_path / "out")

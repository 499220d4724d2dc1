"""Runs over folders with small parts, so that a few children are many parts, and what reading all at once comes to."""

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.batch import layout, sort_step
from marrow.demo.cohort import Release, bundles
from marrow.lines import Lines
from marrow.packs import load_pack
from marrow.run import Options, RunOutcome, run
from tests.cli.calls import text

PACK = load_pack("lan_2021")
ALIKE = (
    "conclusions.ndjson", "conditions.ndjson", "survival.json", "survival.csv", "survival.svg", "tables.json",
    "measure-report.json", "evidence.json",
)  # fmt: skip
"""What does not say where in the input something was."""

Json = dict[str, Any]


def small(monkeypatch: pytest.MonkeyPatch, stretch: int = 20_000, part: int = 30_000) -> None:
    """Cut the input into many small stretches and parts."""
    monkeypatch.setattr(layout, "STRETCH", stretch)
    monkeypatch.setattr(sort_step, "STRETCH", stretch)
    monkeypatch.setattr(layout, "PART", part)


def evaluate(out: Path, *inputs: Path, jobs: int = 1, **others: Any) -> RunOutcome:
    return run(Options(tuple(map(str, inputs)), out, jobs=jobs, quiet=True, **others))


def results(out: Path, names: Iterable[str] = ALIKE) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in names}


def cohort(release: Release = "R4") -> list[Json]:
    """Every resource of the demonstration cohort."""
    return [entry["resource"] for _, each in bundles(release) for entry in each["entry"]]


def as_lines(folder: Path, resources: Sequence[Json], seed: int, files: int = 5) -> Path:
    """NDJSON files with the lines anywhere."""
    drawn = random.Random(seed)
    lines = [text(resource) for resource in resources]
    drawn.shuffle(lines)
    folder.mkdir(parents=True)
    for number in range(files):
        (folder / f"part-{number}.ndjson").write_bytes(b"".join(line + b"\n" for line in lines[number::files]))
    return folder


def at_once(folder: Path, as_of: int) -> dict[str, list[Json]]:
    """The conclusions of each patient when everything is read into one reader, without parts."""
    reader = Reader(Vocabulary.of(PACK.concepts, PACK.systems), validation="fast")
    for path in sorted(folder.glob("*.ndjson")):
        reader.read(path.read_bytes(), path.name, ndjson=True)
    evaluation, lines = Evaluation(PACK, Plain(PACK)), Lines(PACK)
    return {record.patient: [json.loads(line) for line in lines(evaluation(record, as_of))] for record in reader.finish().records}


def by_patient(out: Path) -> dict[str, list[Json]]:
    """The conclusions that a run wrote."""
    found: dict[str, list[Json]] = {}
    for line in (out / "conclusions.ndjson").read_text().splitlines():
        one = json.loads(line)
        found.setdefault(one["patient"], []).append(one)
    return found


def issues(out: Path) -> list[Json]:
    return [json.loads(line) for line in (out / "issues.ndjson").read_text().splitlines()]

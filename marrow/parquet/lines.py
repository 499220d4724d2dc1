"""The lines of conclusions.ndjson and issues.ndjson as rows, a part of the file at a time."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Raw, Struct
from msgspec.json import Decoder

from engine.cohort.columns import Columns
from engine.cohort.results import NO_DATE
from marrow.parquet.files import Tables
from marrow.parquet.schemas import FIXED

AT_ONCE = 2_097_152
"""How many bytes of a file are objects of Python at the same time."""
Line = TypeVar("Line")


class CriterionLine(Struct, gc=False):
    """A criterion of a conclusion."""

    id: str
    status: str
    because: str
    kind: str | None = None


class ConclusionLine(Struct):
    """A line of conclusions.ndjson."""

    patient: str
    pack: str
    pack_version: str
    conclusion: str
    outcome: str
    as_of: str
    effective: str | None
    possible: list[str]
    missing: list[str]
    flags: list[str]
    evidence: list[str]
    criteria: list[CriterionLine]
    parameters: Raw


class IssueLine(Struct, gc=False):
    """A line of issues.ndjson."""

    source: str
    path: str
    code: str
    severity: str
    message: str


class OtherPatients(RuntimeError):
    """A fault of ours: the columns of a cohort are not those of the conclusions that were written."""

    def __init__(self) -> None:
        super().__init__("a fault in Marrow itself: the columns and the lines of the conclusions are of different patients")


def parts(path: Path, kind: type[Line]) -> Iterator[list[Line]]:
    """The lines of a file of ours, read as far as they are asked for."""
    decode = Decoder(kind).decode
    with path.open("rb") as file:
        while lines := file.readlines(AT_ONCE):
            yield [decode(line) for line in lines]


def day(text: str | None) -> int | None:
    """A day as a proleptic ordinal; none where there is none, or nothing in the data had a date."""
    ordinal = None if text is None else date.fromisoformat(text).toordinal()
    return None if ordinal == NO_DATE else ordinal


def add_conclusions(tables: Tables, path: Path, columns: Columns) -> list[str]:
    """Write conclusions and their criteria; the patients, in the order of the lines, which is that of the columns.

    Raises OtherPatients where these do not agree.
    """
    patients: list[str] = []
    for lines in parts(path, ConclusionLine):
        for line in lines:
            if not patients or patients[-1] != line.patient:
                patients.append(line.patient)
            outcomes = columns.outcomes.get(line.conclusion)
            if outcomes is not None and (len(patients) > len(outcomes) or outcomes[len(patients) - 1] != line.outcome):
                raise OtherPatients
        tables.add("conclusions", _conclusions(lines))
        tables.add("criteria", _criteria(lines))
    if len(patients) != columns.patients:
        raise OtherPatients
    return patients


def _conclusions(lines: list[ConclusionLine]) -> dict[str, list[Any]]:
    rows = {name: [getattr(line, name) for line in lines] for name in FIXED["conclusions"]}
    for name in ("as_of", "effective"):
        rows[name] = [day(text) for text in rows[name]]
    rows["parameters"] = [bytes(raw).decode() for raw in rows["parameters"]]
    return rows


def _criteria(lines: list[ConclusionLine]) -> dict[str, list[Any]]:
    each = [(line, place, one) for line in lines for place, one in enumerate(line.criteria, start=1)]
    return {
        "patient": [line.patient for line, _, _ in each],
        "conclusion": [line.conclusion for line, _, _ in each],
        "position": [place for _, place, _ in each],
        "criterion": [one.id for _, _, one in each],
        "kind": [one.kind for _, _, one in each],
        "status": [one.status for _, _, one in each],
        "because": [one.because for _, _, one in each],
    }


def add_issues(tables: Tables, path: Path) -> None:
    """Write what was rejected."""
    for lines in parts(path, IssueLine):
        tables.add("issues", {name: [getattr(line, name) for line in lines] for name in FIXED["issues"]})

"""The invented trial as the files of a run and their tables, from patients written in a line."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet

from engine.cohort.columns import Columns, Observer
from engine.cohort.results import Results
from engine.cohort.study import study
from engine.evaluate.plain import Plain
from engine.evaluation import Evaluation
from marrow.lines import Lines
from marrow.output import write_lines
from marrow.parquet.write import write_parquet
from tests.spec.language import START, record
from tests.trial import LAST_DAY, trial

Row = dict[str, Any]


def write_run(out: Path, patients: Iterable[str], issues: Iterable[bytes] = ()) -> tuple[Columns, Results]:
    """The NDJSON files of a run, without Conditions, and what the statistics read of it."""
    pack = trial()
    evaluation, observe, lines_of = Evaluation(pack, Plain(pack)), Observer(pack), Lines(pack)
    lines: list[bytes] = []
    for number, text in enumerate(patients):
        evaluated = evaluation(replace(record(text), patient=f"Patient/p{number:03}"), START + LAST_DAY)
        observe(evaluated)
        lines += lines_of(evaluated)
    out.mkdir(exist_ok=True)
    write_lines(out / "conclusions.ndjson", lines)
    write_lines(out / "conditions.ndjson", ())
    write_lines(out / "issues.ndjson", issues)
    return observe.columns, study(pack, observe.columns, START + LAST_DAY)


def write_tables(out: Path, *patients: str) -> Results:
    """A run and its tables."""
    columns, results = write_run(out, patients)
    write_parquet(trial(), out, columns, results)
    return results


def rows(out: Path, table: str) -> list[Row]:
    """A table, row by row."""
    return list(pyarrow.parquet.read_table(out / "parquet" / f"{table}.parquet").to_pylist())

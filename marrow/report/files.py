"""The files of a cohort's results, each written whole: data, figures, the report, and the same as FHIR."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from engine.cohort.results import Results
from engine.pack.program import Pack
from fhir_adapter.write import to_json
from fhir_adapter.write_evidence import evidence
from fhir_adapter.write_measure_report import measure_report
from marrow.lines import encode
from marrow.output import write_lines
from marrow.report.data import survival_csv, survival_json, tables_json
from marrow.report.drawings import drawn
from marrow.report.figures import survival_figure
from marrow.report.page import Contents, page
from marrow.report.reproduction import Reproduced

REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says beside the results.

    problems: code, message without patient data, and how often. resources: how many by what became of them.
    """

    problems: Sequence[tuple[str, str, int]] = ()
    resources: Mapping[str, int] = field(default_factory=dict)
    reproduction: Sequence[Reproduced] = ()
    notes: Sequence[str] = ()


def write_results(pack: Pack, results: Results, told: Told, out: Path) -> None:
    """Everything that says what a cohort came to, into a folder."""
    month_days = Decimal(pack.statistics.month_days)
    contents = Contents(
        pack, results, told.problems, told.resources, told.reproduction, told.notes, drawings=drawn(results, month_days)
    )
    files = {
        "survival.json": _json(survival_json(pack, results)),
        "survival.csv": survival_csv(results),
        "survival.svg": survival_figure(results, pack.manifest.title, month_days),
        "tables.json": _json(tables_json(pack, results)),
        "measure-report.json": to_json(measure_report(pack, results)),
        "evidence.json": to_json(evidence(pack, results)),
        REPORT: page(contents),
    }
    for name, text in files.items():
        write_lines(out / name, [text.rstrip("\n").encode()])


def _json(value: Any) -> str:
    """JSON for people as well."""
    return msgspec.json.format(encode(value), indent=1).decode()

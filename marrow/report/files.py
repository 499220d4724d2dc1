"""The files of a cohort's results, each written whole: data, figures, the report, and the same as FHIR."""

from pathlib import Path

import msgspec

from engine.cohort.results import Results
from engine.pack.program import Pack
from marrow.lines import encode
from marrow.output import write_lines
from marrow.report.data import survival_csv, survival_json, tables_json


def write_results(pack: Pack, results: Results, out: Path) -> None:
    """Everything that says what a cohort came to, into a folder."""
    for name, found in (("survival.json", survival_json(pack, results)), ("tables.json", tables_json(pack, results))):
        write_lines(out / name, [msgspec.json.format(encode(found), indent=1)])
    write_lines(out / "survival.csv", [survival_csv(results).rstrip("\n").encode()])

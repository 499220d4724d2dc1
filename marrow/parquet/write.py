"""All the tables of a run, from its NDJSON files and what the statistics read."""

from pathlib import Path

from engine.cohort.columns import Columns
from engine.cohort.results import NO_DATE, Results
from engine.pack.program import Pack
from marrow.parquet.cohort import endpoint_rows, survival_rows
from marrow.parquet.conditions import add_conditions
from marrow.parquet.files import tables
from marrow.parquet.lines import add_conclusions, add_issues
from marrow.parquet.patients import own_columns, patient_rows


def write_parquet(pack: Pack, out: Path, columns: Columns, results: Results) -> None:
    """Write out/parquet/NAME.parquet for each table: all of them, or none.

    conclusions.ndjson, conditions.ndjson and issues.ndjson are in `out` already and whole; they are read a part at a time.
    Patients stand in `columns` in the order of the conclusions. Raises UnwritableOutput, OtherPatients.
    """
    own = own_columns(pack, columns)
    about = {each.name: {each.of[0]: each.of[1], "label": each.label, "unit": each.unit or ""} for each in own}
    as_of = None if results.cutoff == NO_DATE else results.cutoff
    with tables(out, {each.name: each.type for each in own}, about) as written:
        names = add_conclusions(written, out / "conclusions.ndjson", columns)
        add_conditions(written, out / "conditions.ndjson")
        add_issues(written, out / "issues.ndjson")
        for rows in patient_rows(pack, columns, own, names, as_of):
            written.add("patients", rows)
        for rows in endpoint_rows(pack, columns, names):
            written.add("endpoints", rows)
        written.add("survival", survival_rows(results))

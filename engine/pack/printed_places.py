"""Whether the numbers that a source prints have a place in the results: a table, a row of it, and groups that there are."""

from collections.abc import Iterator, Mapping, Sequence

from engine.pack.draft import Draft
from engine.pack.parse import suggestion
from engine.pack.printed import PrintedSpec
from engine.pack.statistics import ALL, StatisticsSpec

_OTHERS = ("follow_up", "flow", "left_out", "groups", "cutoff")
"""What the results have beside tables with rows of the pack."""


def check_printed(draft: Draft, spec: StatisticsSpec) -> None:
    """Add a fault to the draft for each printed number that can never be found; not where the statistics are broken."""
    if draft.items.get("statistics") and not spec.model_fields_set:
        return
    tables, groups = _tables(spec), (ALL,) if spec.groups is None else spec.groups.outcomes
    for name, printed in draft.sound("printed"):
        for message, about in _faults(printed, tables, groups):
            draft.fault("printed", name, message, about=about)


def _faults(printed: PrintedSpec, tables: Mapping[str, Sequence[str]], groups: Sequence[str]) -> Iterator[tuple[str, str]]:
    if printed.of is not None:
        table, _, row = printed.of.partition(".")[0].rstrip("]").partition("[")
        if table not in tables and table not in _OTHERS:
            yield f"the results have no `{table}`{suggestion(table, [*tables, *_OTHERS])}", table
        elif table in tables and row and row not in tables[table]:
            yield f"`{table}` has no row `{row}`{suggestion(row, tables[table])}", row
    for group in printed.values:
        if group not in groups:
            yield f"there is no group `{group}`{suggestion(group, groups)}", group


def _tables(spec: StatisticsSpec) -> dict[str, list[str]]:
    """The names of the rows of each table."""
    days = [one.day for one in spec.response.assessments] if spec.response else []
    return {
        "endpoints": [endpoint.name for endpoint in spec.endpoints],
        "baseline": [row.name for row in spec.baseline.rows] if spec.baseline else [],
        "adverse_events": [row.name for row in spec.adverse_events.rows] if spec.adverse_events else [],
        "response": [f"{day.normalize():f}" for day in days if not isinstance(day, str)],
        "repeated_measures": [row.name for panel in spec.repeated_measures for row in panel.rows],
        "long_term": [line.name for line in spec.long_term],
    }

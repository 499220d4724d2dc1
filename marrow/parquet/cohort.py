"""The tables of the cohort: how long each patient was followed on each endpoint, and the rows of the curves."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.cohort.columns import Columns
from engine.cohort.placing import followed_for, placement
from engine.cohort.results import Results
from engine.pack.program import Pack
from engine.pack.statistics import ALL, EndpointSpec
from marrow.parquet.patients import BATCH
from marrow.parquet.schemas import FIXED

Rows = dict[str, list[Any]]


def endpoint_rows(pack: Pack, columns: Columns, names: Sequence[str]) -> Iterator[Rows]:
    """Each patient who is in the analysis, on each endpoint of the pack, in parts."""
    for start in range(0, columns.patients, BATCH):
        rows = [row for place in range(start, min(start + BATCH, columns.patients)) for row in _of(pack, columns, names, place)]
        yield _columns("endpoints", rows)


def _of(pack: Pack, columns: Columns, names: Sequence[str], place: int) -> Iterator[tuple[Any, ...]]:
    group, reason = placement(pack, columns, place)
    if reason:
        return
    for spec in pack.statistics.endpoints:
        found = followed_for(pack, columns, spec, place)
        yield (names[place], spec.name, group or ALL, *_ended(spec, found))


def _ended(spec: EndpointSpec, found: tuple[int, int] | str) -> tuple[Any, ...]:
    """Days, the number and name of the event, whether it competes, and why none of this can be told."""
    if isinstance(found, str):
        return None, None, None, None, found
    days, kind = found
    if not kind:
        return days, 0, None, None, None
    event = spec.events[kind - 1]
    return days, kind, event.event, event.competing, None


def survival_rows(results: Results) -> Rows:
    """The rows of every curve, as in survival.csv."""
    rows = []
    for endpoint in results.endpoints:
        for curve in endpoint.curves:
            for step in curve.steps:
                at = step.estimate
                rows.append(
                    (endpoint.name, curve.group, step.days, step.at_risk, step.events, step.censored,
                     at.survival, at.standard_error, at.ci_low, at.ci_high)
                )  # fmt: skip
    return _columns("survival", rows)


def _columns(table: str, rows: Sequence[tuple[Any, ...]]) -> Rows:
    """Rows as columns, which are there without rows too."""
    names = list(FIXED[table])
    turned = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, turned, strict=True)}

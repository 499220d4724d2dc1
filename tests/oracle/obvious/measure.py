"""Each way in which a measure is computed."""

from collections.abc import Callable
from typing import Any, Final

from engine.pack.program import Measure
from engine.snapshot import Measured
from tests.oracle.obvious.computing import age_at, calculate_formula, earliest_event, mark_of, table_value
from tests.oracle.obvious.counting import count_facts, days_between, panel_day, sum_doses, worst_value
from tests.oracle.obvious.reading import select_value, state_value
from tests.oracle.obvious.timeline import Timeline

_WAYS: Final[dict[str, Callable[[Timeline, Measure, Any], Measured]]] = {
    "select": select_value,
    "count": count_facts,
    "worst": worst_value,
    "daily": sum_doses,
    "doses": sum_doses,
    "days": lambda timeline, _, spec: days_between(timeline, spec),
    "age": age_at,
    "formula": lambda timeline, measure, _: _formula(timeline, measure),
    "lookup": table_value,
    "state": lambda timeline, measure, spec: state_value(timeline, measure.name, spec),
    "earliest": earliest_event,
    "panel_day": panel_day,
    "marked": mark_of,
}


def _formula(timeline: Timeline, measure: Measure) -> Measured:
    assert measure.tree is not None
    return calculate_formula(timeline, measure, measure.tree)


def compute(timeline: Timeline, measure: Measure) -> Measured:
    """The value of one measure that needs only measures before it: `outcome_day` and `scan` need conclusions."""
    kind = measure.spec.kind
    return _WAYS[kind](timeline, measure, getattr(measure.spec, kind))

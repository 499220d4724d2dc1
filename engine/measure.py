"""Each way in which a measure is computed."""

from collections.abc import Callable
from typing import Any, Final

from engine.computing import age_at, earliest_event, formula_value, mark_of, table_value
from engine.counting import count_facts, days_between, panel_day, worst_value
from engine.dose import sum_doses
from engine.pack.program import Measure
from engine.reading import select_value, state_value
from engine.timeline import Layout, Way

_WAYS: Final[dict[str, Callable[[Layout, Measure, Any], Way]]] = {
    "select": select_value,
    "count": count_facts,
    "worst": worst_value,
    "daily": sum_doses,
    "doses": sum_doses,
    "days": days_between,
    "age": age_at,
    "formula": lambda layout, measure, _: formula_value(layout, measure),
    "lookup": table_value,
    "state": state_value,
    "earliest": earliest_event,
    "panel_day": panel_day,
    "marked": mark_of,
}


def way_of(layout: Layout, measure: Measure) -> Way:
    """How one measure is computed that needs only measures before it: `outcome_day` and `scan` need conclusions."""
    kind = measure.spec.kind
    return _WAYS[kind](layout, measure, getattr(measure.spec, kind))

"""Each way in which a measure is computed."""

from engine.computing import age_at, calculate_formula, earliest_event, mark_of, table_value
from engine.counting import count_facts, days_between, panel_day, sum_doses
from engine.pack.program import Measure
from engine.reading import select_value, state_value
from engine.snapshot import Measured
from engine.timeline import Timeline


def compute(timeline: Timeline, measure: Measure) -> Measured:
    """The value of one measure that needs only measures before it."""
    spec = measure.spec
    if spec.select:
        return select_value(timeline, measure, spec.select)
    if spec.count:
        return count_facts(timeline, measure, spec.count)
    if measure.tree is not None:
        return calculate_formula(timeline, measure, measure.tree)
    if spec.days:
        return days_between(timeline, spec.days)
    if spec.daily or spec.doses:
        return sum_doses(timeline, measure)
    if spec.age:
        return age_at(timeline, measure, spec.age)
    if spec.lookup:
        return table_value(timeline, measure, spec.lookup)
    if spec.state:
        return state_value(timeline, measure.name, spec.state)
    if spec.earliest:
        return earliest_event(timeline, measure, spec.earliest)
    if spec.panel_day:
        return panel_day(timeline, measure, spec.panel_day)
    if spec.marked:
        return mark_of(timeline, measure, spec.marked)
    raise TypeError(f"{measure.name} is computed from conclusions")

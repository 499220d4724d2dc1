"""What was measured: the Observations of a child."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from marrow.demo.child import Child
from marrow.demo.pieces import Resource, coding, concept, instant, number, observation, product, quantity
from marrow.demo.plan import Measure, Plan, Way


def findings(child: Child, plan: Plan) -> Iterator[Resource]:
    """Every measure at each of its visits, while the child was in the clinic's care."""
    for name, measure in plan.measures.items():
        for visit in measure.at:
            if child.treated_on(child.day(child.takes(plan.visits[visit].days))) and child.value(measure.at[visit]):
                yield _observation(child, plan, name, visit)


def _observation(child: Child, plan: Plan, name: str, visit: str) -> Resource:
    measure, place = plan.measures[name], plan.visits[visit]
    taken = instant(plan, child.day(child.takes(place.days)), place.time)
    return measured(plan, child, name, visit.replace("_", "-"), taken, child.value(measure.at[visit]))


def measured(plan: Plan, child: Child, name: str, occasion: str, taken: str, text: str) -> Resource:
    """One value, as the child's hospital reports it. occasion: ends the id; text: the value in the unit of the first way."""
    measure = plan.measures[name]
    way = child.takes(measure.ways)
    found = observation(plan, child, f"{name}-{occasion}", measure.category, taken, *way.codings)
    found |= _answer(plan, measure, way, text)
    if measure.method is not None:
        found["method"] = concept(plan, measure.method, text=measure.method_text)
    limits = {side: quantity(limit, way.unit) for side, limit in (("low", way.low), ("high", way.high)) if limit}
    if limits:
        found["referenceRange"] = [limits]
    return found


def _answer(plan: Plan, measure: Measure, way: Way, text: str) -> dict[str, Any]:
    """The element that says the value."""
    match way.says:
        case "quantity":
            amount = text if way.times is None else product(Decimal(text), way.times)
            return {"valueQuantity": quantity(amount, way.unit)}
        case "integer":
            return {"valueInteger": number(text)}
        case "boolean":
            return {"valueBoolean": text == "true"}
        case "concept":
            return {"valueCodeableConcept": concept(plan, measure.answers[text])}
        case "interpretation":
            return {"interpretation": [{"coding": [coding(plan, measure.answers[text])]}]}

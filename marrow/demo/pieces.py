"""The pieces of FHIR that all resources of the cohort are made of."""

from datetime import date
from decimal import Decimal
from typing import Any

from marrow.demo.child import Child
from marrow.demo.plan import Coded, Plan

Resource = dict[str, Any]

UCUM = "http://unitsofmeasure.org"


def start(plan: Plan, kind: str, child: Child, name: str) -> Resource:
    """A resource's head; every one is marked as test data."""
    ident = f"{child.id}-{name}" if name else child.id
    return {"resourceType": kind, "id": ident, "meta": {"versionId": "1", "security": [coding(plan, plan.labels.synthetic)]}}


def coding(plan: Plan, coded: Coded) -> dict[str, str]:
    return {"system": plan.systems[coded.system], "code": coded.code, "display": coded.display}


def concept(plan: Plan, *coded: Coded, text: str | None = None) -> dict[str, Any]:
    codings = {"coding": [coding(plan, one) for one in coded]}
    return codings if text is None else {**codings, "text": text}


def instant(plan: Plan, day: date, time: str) -> str:
    """A FHIR dateTime with the clinic's hour and zone."""
    return f"{day.isoformat()}T{time}:00{plan.zone}"


def number(text: str) -> int | Decimal:
    """The number as a JSON reader that keeps decimals would give it: its digits are those of the text."""
    return Decimal(text) if "." in text else int(text)


def product(*factors: Decimal) -> str:
    """The exact product, without an exponent and without idle zeros."""
    total = Decimal(1)
    for factor in factors:
        total *= factor
    return format(total.normalize(), "f")


def quantity(text: str, unit: str) -> dict[str, Any]:
    return {"value": number(text), "unit": unit, "system": UCUM, "code": unit}


def observation(plan: Plan, child: Child, name: str, category: str, effective: str, *what: Coded) -> Resource:
    """An Observation without its value."""
    found = start(plan, "Observation", child, name)
    found["status"] = "final"
    found["category"] = [{"coding": [{"system": plan.systems["category"], "code": category}]}]
    found["code"] = concept(plan, *what)
    found["subject"] = child.reference
    found["effectiveDateTime"] = effective
    return found


def day_name(day: int) -> str:
    """The part of an id that names a study day."""
    return f"day-{day}" if day >= 0 else f"before-{-day}"

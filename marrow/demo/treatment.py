"""What was given: drugs, cells, transfusions and transplants of a child, and who gave the graft, in the shape of R4."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from marrow.demo.child import Child
from marrow.demo.pieces import Resource, concept, day_name, instant, observation, product, quantity, start
from marrow.demo.plan import Medication, Plan


def treatment(child: Child, plan: Plan) -> Iterator[Resource]:
    for name, drug in plan.medications.items():
        yield from _administrations(child, plan, name, drug)
    yield from _transfusions(child, plan)
    yield from _transplant(child, plan)


def _administrations(child: Child, plan: Plan, name: str, drug: Medication) -> Iterator[Resource]:
    days = drug.days if drug.how_many is None else drug.days[: int(child.row[drug.how_many])]
    for day in days:
        if child.treated_on(child.day(day)):
            yield from doses(child, plan, name, day)


def doses(child: Child, plan: Plan, name: str, day: int) -> Iterator[Resource]:
    """What was given of a drug on one study day."""
    drug = plan.medications[name]
    for nth, time in enumerate(drug.times):
        given = start(plan, "MedicationAdministration", child, f"{name}-{day_name(day)}" + (f"-{nth + 1}" if nth else ""))
        given["status"] = "completed"
        given["medicationCodeableConcept"] = concept(plan, *child.takes(drug.codings))
        given["subject"] = child.reference
        begin = instant(plan, child.day(day), time)
        if drug.until is None:
            given["effectiveDateTime"] = begin
        else:
            given["effectivePeriod"] = {"start": begin, "end": instant(plan, child.day(day), drug.until)}
        given["dosage"] = _dosage(child, drug)
        yield given


def _dosage(child: Child, drug: Medication) -> dict[str, Any]:
    dose = child.takes(drug.doses)
    amount = product(drug.per_kg, Decimal(1) if dose.per_kg else child.weight)
    return {"route": {"text": drug.route}, "dose": quantity(amount, dose.unit)}


def _transfusions(child: Child, plan: Plan) -> Iterator[Resource]:
    for name, product_given in plan.transfusions.items():
        courses = (one for one in product_given.courses if one.where is None or child.row[one.where] == "True")
        for day in (day for course in courses for day in course.days if child.treated_on(child.day(day))):
            yield transfusion(child, plan, name, day)


def transfusion(child: Child, plan: Plan, name: str, day: int) -> Resource:
    """One transfusion of a product on a study day."""
    product_given = plan.transfusions[name]
    given = start(plan, "Procedure", child, f"{name}-{day_name(day)}")
    given["status"] = "completed"
    given["code"] = concept(plan, product_given.coding)
    given["subject"] = child.reference
    given["performedDateTime"] = instant(plan, child.day(day), product_given.time)
    return given


def _transplant(child: Child, plan: Plan) -> Iterator[Resource]:
    if child.transplanted is None:
        return
    done = start(plan, "Procedure", child, "transplant")
    done["status"] = "completed"
    done["code"] = concept(plan, plan.transplant.coding)
    done["subject"] = child.reference
    done["performedDateTime"] = instant(plan, child.transplanted, plan.transplant.time)
    done["reasonCode"] = [{"text": plan.transplant.reason}]
    given = child.row[child.columns.donor]
    done["note"] = [{"text": given}]
    yield done
    donor = plan.transplant.donor
    found = observation(plan, child, "transplant-donor", donor.category, done["performedDateTime"], donor.coding)
    yield found | {"valueCodeableConcept": concept(plan, donor.answers[given])}

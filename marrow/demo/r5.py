"""The same resource in R5, for the kinds of which R5 changed the shape."""

from collections.abc import Callable

from marrow.demo.pieces import Resource, coding
from marrow.demo.plan import Plan


def to_r5(resource: Resource, plan: Plan) -> Resource:
    """A resource of the cohort, given in the shape of R4 (and R4B), in the shape of R5."""
    kind = resource["resourceType"]
    moved = {_NAMES.get((kind, name), name): value for name, value in resource.items()}
    return _SHAPES[kind](moved, plan) if kind in _SHAPES else moved


# Elements that only changed their name. "occurence" is spelt as the standard spells it.
_NAMES = {
    ("MedicationAdministration", "medicationCodeableConcept"): "medication",
    ("MedicationAdministration", "effectiveDateTime"): "occurenceDateTime",
    ("MedicationAdministration", "effectivePeriod"): "occurencePeriod",
    ("Procedure", "performedDateTime"): "occurrenceDateTime",
    ("Procedure", "reasonCode"): "reason",
    ("AdverseEvent", "event"): "code",
    ("AdverseEvent", "date"): "occurrenceDateTime",
    ("Encounter", "period"): "actualPeriod",
    ("Consent", "patient"): "subject",
    ("Consent", "dateTime"): "date",
    ("Consent", "performer"): "grantor",
    ("Consent", "policyRule"): "policyText",
    ("ResearchSubject", "individual"): "subject",
    ("ResearchSubject", "assignedArm"): "assignedComparisonGroup",
}


def _administration(given: Resource, _plan: Plan) -> Resource:
    return given | {"medication": {"concept": given["medication"]}}


def _procedure(done: Resource, _plan: Plan) -> Resource:
    return done | {"reason": [{"concept": one} for one in done["reason"]]} if "reason" in done else done


def _adverse_event(found: Resource, _plan: Plan) -> Resource:
    return found | {"status": "completed"}


def _encounter(seen: Resource, _plan: Plan) -> Resource:
    return seen | {"status": "completed", "class": [{"coding": [seen["class"]]}]}


def _consent(found: Resource, _plan: Plan) -> Resource:
    kept = {name: value for name, value in found.items() if name not in ("scope", "policyText")}
    return kept | {"decision": "permit"}


def _study(found: Resource, _plan: Plan) -> Resource:
    return found | {"status": "active"}


def _subject(found: Resource, plan: Plan) -> Resource:
    state = {"coding": [coding(plan, plan.labels.on_study)]}
    progress = {"subjectState": state, "startDate": found["period"]["start"], "endDate": found["period"]["end"]}
    return found | {"status": "active", "progress": [progress], "consent": [found["consent"]]}


_SHAPES: dict[str, Callable[[Resource, Plan], Resource]] = {
    "MedicationAdministration": _administration,
    "Procedure": _procedure,
    "AdverseEvent": _adverse_event,
    "Encounter": _encounter,
    "Consent": _consent,
    "ResearchStudy": _study,
    "ResearchSubject": _subject,
}

"""Conditions to facts: a diagnosis, since when, how certain, and whether it is over."""

from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.desk import Desk
from fhir_adapter.elements import CodeableConcept
from fhir_adapter.resources import Condition

_NOT_SO = frozenset({"refuted", "entered-in-error"})
_SUSPECTED = frozenset({"provisional", "differential", "unconfirmed"})
_OVER = frozenset({"inactive", "resolved"})
INACTIVE = "inactive"
"""The mark of a diagnosis that is over."""


def read_condition(condition: Condition, desk: Desk) -> list[Fact]:
    """The diagnosis; nothing where it was refuted or never was."""
    verification = _codes(condition.verification_status)
    if verification & _NOT_SO:
        return []
    matches = desk.vocabulary.match(desk.kind, condition.code, "Condition.code")
    if not matches:
        return []
    when = _since(condition, desk)
    certain = not verification & _SUSPECTED
    over = frozenset({INACTIVE}) if _codes(condition.clinical_status) & _OVER else frozenset[str]()
    return [
        Fact(concept=concept.name, ref=desk.ref, when=when, certain=certain, marks=marks | over) for concept, marks in matches
    ]


def was_recorded(condition: Condition) -> bool:
    """Whether the record itself stands, be it to say that the diagnosis was refuted."""
    return "entered-in-error" not in _codes(condition.verification_status)


def _since(condition: Condition, desk: Desk) -> Moment | None:
    """Onset where it has a date, else the day it was recorded."""
    if condition.onset_date_time is not None:
        return desk.moment(condition.onset_date_time, "onsetDateTime")
    if condition.onset_period is not None:
        start = desk.start(condition.onset_period, "onsetPeriod")
        if start is not None:
            return start
    return None if condition.recorded_date is None else desk.moment(condition.recorded_date, "recordedDate")


def _codes(concept: CodeableConcept | None) -> frozenset[str]:
    return frozenset() if concept is None else frozenset(coding.code for coding in concept.coding if coding.code)

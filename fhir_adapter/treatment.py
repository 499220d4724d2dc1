"""MedicationAdministrations and Procedures to facts: what was given or done, when, and how much."""

from typing import Any

from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.codes import Concept
from fhir_adapter.desk import Desk
from fhir_adapter.elements import CodeableConcept, Period, Reference
from fhir_adapter.issue import Refusal
from fhir_adapter.quantity import Amount, read_quantity
from fhir_adapter.resources import MedicationAdministration, Procedure


def read_administration(given: MedicationAdministration, code: CodeableConcept | None, desk: Desk) -> list[Fact]:
    """The administration of the drug that `code` names: that of the Medication where it refers to one.

    A dose that cannot be used does not undo that something was given: the fact stays, without a value.
    """
    standing = desk.standing(given.status)
    if standing == "absent":
        return []
    matches = desk.vocabulary.match(desk.kind, code, "MedicationAdministration.medication")
    if not matches:
        return []
    when = administered(given, desk)
    if standing == "halted":
        desk.note("dose-incomplete", "MedicationAdministration.status")
    facts = []
    for concept, marks in matches:
        amount = None if standing == "halted" else _dose(given, concept, desk)
        value = None if amount is None else amount.value
        unit = None if amount is None or concept.yardstick is None or not concept.yardstick.also else amount.unit
        sure = standing != "possible"
        facts.append(Fact(concept=concept.name, ref=desk.ref, value=value, when=when, certain=sure, marks=marks, unit=unit))
    return facts


def medication_of(given: MedicationAdministration) -> tuple[CodeableConcept | None, Reference | None]:
    """The drug by its code, or by a reference to a Medication; R5 has either in one element."""
    either = given.medication
    code = given.medication_codeable_concept or (None if either is None else either.concept)
    reference = given.medication_reference or (None if either is None else either.reference)
    return code, reference


def administered(given: MedicationAdministration, desk: Desk) -> Moment | None:
    """When it was given; of a period, its start."""
    if given.effective_date_time is not None:
        return desk.moment(given.effective_date_time, "effectiveDateTime")
    other = given.occurrence_timing
    return _dated(
        desk,
        (
            ("effectiveDateTime", None, "effectivePeriod", given.effective_period, None),
            ("occurenceDateTime", given.occurence_date_time, "occurencePeriod", given.occurence_period, given.occurence_timing),
            ("occurrenceDateTime", given.occurrence_date_time, "occurrencePeriod", given.occurrence_period, other),
        ),
    )


def read_procedure(done: Procedure, desk: Desk) -> list[Fact]:
    """What was done, when it began."""
    standing = desk.standing(done.status)
    if standing == "absent":
        return []
    matches = desk.vocabulary.match(desk.kind, done.code, "Procedure.code")
    when = performed(done, desk) if matches else None
    sure = standing != "possible"
    return [Fact(concept=concept.name, ref=desk.ref, when=when, certain=sure, marks=marks) for concept, marks in matches]


def performed(done: Procedure, desk: Desk) -> Moment | None:
    """When it was done; of a period, its start."""
    if done.performed_date_time is not None:
        return desk.moment(done.performed_date_time, "performedDateTime")
    other = (
        done.performed_string or done.performed_age or done.performed_range,
        done.occurrence_string or done.occurrence_age or done.occurrence_range or done.occurrence_timing,
    )
    return _dated(
        desk,
        (
            ("performedDateTime", None, "performedPeriod", done.performed_period, other[0]),
            ("occurrenceDateTime", done.occurrence_date_time, "occurrencePeriod", done.occurrence_period, other[1]),
        ),
    )


_Spelling = tuple[str, str | None, str, Period | None, Any]
"""Element and value of a dateTime, of a Period, and of what is neither."""


def _dated(desk: Desk, spellings: tuple[_Spelling, ...]) -> Moment | None:
    for at, text, during, period, other in spellings:
        if text is not None:
            return desk.moment(text, at)
        if period is not None:
            return desk.start(period, during)
        if other is not None:
            desk.note("time-form", f"{desk.kind}.{at.removesuffix('DateTime')}[x]")
    return None


def _dose(given: MedicationAdministration, concept: Concept, desk: Desk) -> Amount | None:
    if concept.yardstick is None or given.dosage is None or given.dosage.dose is None:
        return None
    try:
        return read_quantity(given.dosage.dose, concept, "MedicationAdministration.dosage.dose")
    except Refusal as refusal:
        desk.refuse(refusal)
        return None

"""Patients to facts: birth, sex, death."""

from engine.record import Fact
from fhir_adapter.desk import Desk
from fhir_adapter.resources import Patient

_UNSPOKEN = frozenset({"other", "unknown"})
"""Codes of FHIR that say nothing that rules could use."""


def read_patient(patient: Patient, desk: Desk) -> list[Fact]:
    """What the Patient says of itself; a death without a date is a fact without a date."""
    return [*_birth(patient, desk), *_sex(patient, desk), *_death(patient, desk)]


def _birth(patient: Patient, desk: Desk) -> list[Fact]:
    if patient.birth_date is None:
        return []
    when = desk.moment(patient.birth_date, "birthDate")
    return [Fact(concept=concept.name, ref=desk.ref, when=when) for concept in desk.vocabulary.only("Patient.birthDate")]


def _sex(patient: Patient, desk: Desk) -> list[Fact]:
    facts = []
    for concept in desk.vocabulary.only("Patient.gender"):
        word = concept.wordings.get(patient.gender or "")
        if word is not None:
            facts.append(Fact(concept=concept.name, ref=desk.ref, value=frozenset({word})))
        elif patient.gender is not None and patient.gender not in _UNSPOKEN:
            desk.note("gender-unknown", "Patient.gender")
    return facts


def _death(patient: Patient, desk: Desk) -> list[Fact]:
    text = patient.deceased_date_time
    if text is None and not patient.deceased_boolean:
        return []
    when = None if text is None else desk.moment(text, "deceasedDateTime")
    return [Fact(concept=concept.name, ref=desk.ref, when=when) for concept in desk.vocabulary.only("Patient.deceased")]

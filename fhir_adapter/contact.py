"""When a resource shows that the patient was seen, whatever it says: for the last contact and the newest day of the data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.moment import Moment
from fhir_adapter.condition import was_recorded
from fhir_adapter.desk import Desk
from fhir_adapter.elements import Period, Reference, fhir_name
from fhir_adapter.resources import (
    AdverseEvent,
    Body,
    Condition,
    Consent,
    DiagnosticReport,
    Encounter,
    Immunization,
    MedicationAdministration,
    Observation,
    Procedure,
    ResearchSubject,
    Specimen,
)
from fhir_adapter.statuses import NOT_HAPPENED, STANDINGS


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is kept of a resource that the rules do not ask for: whose it is, and when the patient was seen."""

    subject: Reference | None
    element: str
    moments: tuple[Moment, ...]


def trace(body: Body, desk: Desk) -> Trace:
    """The trace that a resource leaves; raises Refusal for a date that is none."""
    return Trace(*subject_of(body), contacts(body, desk))


def subject_of(body: Body) -> tuple[Reference | None, str]:
    """The reference that says whose a resource is, and its element; R4 and R5 name it differently."""
    if isinstance(body, Immunization):
        return body.patient, "patient"
    if isinstance(body, Consent):
        return (body.patient, "patient") if body.patient is not None else (body.subject, "subject")
    if isinstance(body, ResearchSubject):
        return (body.individual, "individual") if body.individual is not None else (body.subject, "subject")
    return getattr(body, "subject", None), "subject"


def contacts(body: Body, desk: Desk) -> tuple[Moment, ...]:
    """The moments at which the patient was seen; raises Refusal for a date that is none."""
    if not took_place(body, desk.kind):
        return ()
    found: list[Moment] = []
    for element, written in _written(body):
        if isinstance(written, Period):
            found += [end for end in desk.ends(written, element) if end is not None]
        else:
            found.append(desk.moment(written, element))
    return tuple(found)


def took_place(body: Body, kind: str) -> bool:
    """Whether there was anything at which the patient could be seen."""
    if isinstance(body, Condition):
        return was_recorded(body)
    if isinstance(body, AdverseEvent) and body.actuality == "potential":
        return False
    status = getattr(body, "status", None)
    if kind in STANDINGS:
        return STANDINGS[kind].get(status or "", "absent") != "absent"
    return status not in NOT_HAPPENED.get(kind, ())


_WHEN: dict[type[Body], tuple[str, ...]] = {
    Observation: ("effective_date_time", "effective_instant", "effective_period"),
    DiagnosticReport: ("effective_date_time", "effective_period"),
    MedicationAdministration: (
        "effective_date_time", "effective_period", "occurence_date_time", "occurence_period", "occurrence_date_time",
        "occurrence_period",
    ),
    Procedure: ("performed_date_time", "performed_period", "occurrence_date_time", "occurrence_period"),
    Condition: ("recorded_date",),
    Encounter: ("period", "actual_period"),
    Immunization: ("occurrence_date_time",),
    Specimen: ("collection.collected_date_time", "collection.collected_period"),
    AdverseEvent: ("date", "occurrence_date_time", "occurrence_period", "occurence_date_time", "occurence_period"),
}  # fmt: skip
"""The dates on which the patient was seen; onset is not among them, nor are plans."""


def _written(body: Body) -> Iterator[tuple[str, Any]]:
    for path in _WHEN.get(type(body), ()):
        found: Any = body
        for name in path.split("."):
            found = getattr(found, name, None)
        if found is not None:
            yield fhir_name(path), found

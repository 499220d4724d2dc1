"""The FHIR resources, as far as they are read: the elements of R4, R4B and R5 side by side."""

from typing import Any

from fhir_adapter.elements import (
    CodeableConcept,
    CodeableReference,
    Extension,
    Identifier,
    Period,
    Quantity,
    Range,
    Reference,
    Shape,
)


class Contained(Shape):
    """A contained resource: what a Medication or a Patient in it may say, to be checked when it is needed."""

    resource_type: str | None = None
    id: str | None = None
    code: Any = None
    birth_date: Any = None
    gender: Any = None
    deceased_boolean: Any = None
    deceased_date_time: Any = None


class Resource(Shape):
    id: str | None = None
    contained: tuple[Contained, ...] = ()


class PatientLink(Shape):
    """Another Patient that is the same person, and how the two relate."""

    type: str | None = None
    other: Reference | None = None


class Patient(Resource):
    birth_date: str | None = None
    gender: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None
    link: tuple[PatientLink, ...] = ()


class ReferenceRange(Shape):
    low: Quantity | None = None
    high: Quantity | None = None
    type: CodeableConcept | None = None


class Finding(Shape):
    """What an Observation and each of its components have alike: a code and a value."""

    code: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_range: Range | None = None
    value_integer: Any = None
    value_boolean: bool | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: Any = None
    value_ratio: Any = None
    value_sampled_data: Any = None
    value_time: Any = None
    value_date_time: Any = None
    value_period: Any = None
    value_attachment: Any = None
    value_reference: Any = None
    data_absent_reason: CodeableConcept | None = None
    interpretation: tuple[CodeableConcept, ...] = ()
    reference_range: tuple[ReferenceRange, ...] = ()


class Observation(Finding):
    id: str | None = None
    contained: tuple[Contained, ...] = ()
    status: str | None = None
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_instant: str | None = None
    effective_period: Period | None = None
    effective_timing: Any = None
    method: CodeableConcept | None = None
    specimen: Reference | None = None
    component: tuple[Finding, ...] = ()


class Dosage(Shape):
    dose: Quantity | None = None


class MedicationAdministration(Resource):
    """R5 spells `occurence`; the right spelling, of later releases, is read alike."""

    status: str | None = None
    subject: Reference | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    medication: CodeableReference | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    occurence_date_time: str | None = None
    occurence_period: Period | None = None
    occurence_timing: Any = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    occurrence_timing: Any = None
    dosage: Dosage | None = None


class Medication(Resource):
    code: CodeableConcept | None = None


class Procedure(Resource):
    status: str | None = None
    subject: Reference | None = None
    code: CodeableConcept | None = None
    performed_date_time: str | None = None
    performed_period: Period | None = None
    performed_string: Any = None
    performed_age: Any = None
    performed_range: Any = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    occurrence_string: Any = None
    occurrence_age: Any = None
    occurrence_range: Any = None
    occurrence_timing: Any = None


class Condition(Resource):
    subject: Reference | None = None
    code: CodeableConcept | None = None
    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    recorded_date: str | None = None


class Progress(Shape):
    """R5: one step of a subject through the study."""

    start_date: str | None = None
    end_date: str | None = None


class ResearchSubject(Resource):
    status: str | None = None
    individual: Reference | None = None
    subject: Reference | None = None
    assigned_arm: str | None = None
    assigned_comparison_group: str | None = None
    period: Period | None = None
    progress: tuple[Progress, ...] = ()


class AdverseEvent(Resource):
    status: str | None = None
    actuality: str | None = None
    subject: Reference | None = None
    event: CodeableConcept | None = None
    code: CodeableConcept | None = None
    date: str | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    occurrence_timing: Any = None
    occurence_date_time: str | None = None
    occurence_period: Period | None = None
    extension: tuple[Extension, ...] = ()


class Provision(Shape):
    type: str | None = None


class Consent(Resource):
    """R4 has one root provision with its type, R5 a list of provisions and the decision beside them."""

    status: str | None = None
    patient: Reference | None = None
    subject: Reference | None = None
    date_time: str | None = None
    date: str | None = None
    period: Period | None = None
    decision: str | None = None
    provision: Provision | list[Any] | None = None


class Encounter(Resource):
    status: str | None = None
    subject: Reference | None = None
    period: Period | None = None
    actual_period: Period | None = None


class DiagnosticReport(Resource):
    status: str | None = None
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None


class Immunization(Resource):
    status: str | None = None
    patient: Reference | None = None
    occurrence_date_time: str | None = None


class Collection(Shape):
    collected_date_time: str | None = None
    collected_period: Period | None = None


class Specimen(Resource):
    status: str | None = None
    subject: Reference | None = None
    collection: Collection | None = None


class Head(Shape):
    """What every resource says about itself."""

    identifier: list[Identifier] | Identifier | None = None


Body = (
    Patient
    | Observation
    | MedicationAdministration
    | Medication
    | Procedure
    | Condition
    | ResearchSubject
    | AdverseEvent
    | Consent
    | Encounter
    | DiagnosticReport
    | Immunization
    | Specimen
)

SHAPES: dict[str, type[Body]] = {
    "Patient": Patient,
    "Observation": Observation,
    "MedicationAdministration": MedicationAdministration,
    "Medication": Medication,
    "Procedure": Procedure,
    "Condition": Condition,
    "ResearchSubject": ResearchSubject,
    "AdverseEvent": AdverseEvent,
    "Consent": Consent,
    "Encounter": Encounter,
    "DiagnosticReport": DiagnosticReport,
    "Immunization": Immunization,
    "Specimen": Specimen,
}
"""The types that are read; every other is not relevant."""

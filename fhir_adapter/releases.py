"""Which release of FHIR a resource is written in, by what only that release has."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

Release = Literal["R4", "R4B", "R5"]
RELEASES: tuple[Release, ...] = ("R4", "R4B", "R5")
PLAIN: Release = "R4"
"""What nothing distinguishes."""

_R4 = {
    "MedicationAdministration": (
        "context", "effectiveDateTime", "effectivePeriod", "instantiates", "medicationCodeableConcept", "medicationReference",
        "reasonCode", "reasonReference",
    ),
    "Medication": ("amount", "form", "manufacturer"),
    "Procedure": (
        "asserter", "complicationDetail", "performedAge", "performedDateTime", "performedPeriod", "performedRange",
        "performedString", "reasonCode", "reasonReference", "usedCode", "usedReference",
    ),
    "Condition": ("asserter", "recorder"),
    "ResearchSubject": ("actualArm", "assignedArm", "individual"),
    "AdverseEvent": (
        "contributor", "date", "event", "referenceDocument", "resultingCondition", "severity", "subjectMedicalHistory",
    ),
    "Consent": ("dateTime", "organization", "patient", "performer", "policy", "policyRule", "scope"),
    "Encounter": ("classHistory", "hospitalization", "period", "reasonCode", "reasonReference", "statusHistory"),
    "DiagnosticReport": ("imagingStudy",),
    "Immunization": ("education", "reasonCode", "reasonReference", "recorded", "reportOrigin"),
}  # fmt: skip
_R5 = {
    "Observation": (
        "bodyStructure", "instantiatesCanonical", "instantiatesReference", "triggeredBy", "valueAttachment", "valueReference",
    ),
    "MedicationAdministration": (
        "basedOn", "encounter", "isSubPotent", "medication", "occurenceDateTime", "occurencePeriod", "occurenceTiming",
        "occurrenceDateTime", "occurrencePeriod", "reason", "recorded", "subPotentReason",
    ),
    "Medication": ("definition", "doseForm", "marketingAuthorizationHolder", "totalVolume"),
    "Procedure": (
        "focus", "occurrenceAge", "occurrenceDateTime", "occurrencePeriod", "occurrenceRange", "occurrenceString",
        "occurrenceTiming", "reason", "recorded", "reportedBoolean", "reportedReference", "supportingInfo", "used",
    ),
    "Condition": ("participant",),
    "ResearchSubject": ("actualComparisonGroup", "assignedComparisonGroup", "progress", "subject"),
    "AdverseEvent": (
        "code", "contributingFactor", "expectedInResearchStudy", "mitigatingAction", "note", "occurrenceDateTime",
        "occurrencePeriod", "occurrenceTiming", "participant", "preventiveAction", "resultingEffect", "status", "supportingInfo",
    ),
    "Consent": (
        "controller", "date", "decision", "grantee", "grantor", "manager", "period", "policyBasis", "policyText",
        "regulatoryBasis", "subject",
    ),
    "Encounter": (
        "actualPeriod", "admission", "careTeam", "dietPreference", "plannedEndDate", "plannedStartDate", "reason",
        "specialArrangement", "specialCourtesy", "subjectStatus", "virtualService",
    ),
    "DiagnosticReport": ("composition", "note", "study", "supportingInfo"),
    "Immunization": ("administeredProduct", "basedOn", "informationSource", "reason", "supportingInformation"),
    "Specimen": ("combined", "feature", "role"),
}  # fmt: skip


def _all(names: Iterable[str], release: Release) -> dict[str, Release]:
    return dict.fromkeys(names, release)


MARKERS: dict[str, dict[str, Release]] = {
    kind: {**_all(_R4.get(kind, ()), "R4"), **_all(_R5.get(kind, ()), "R5")} for kind in _R4 | _R5
}
"""By resource type, the elements that only one of R4 (with R4B) and R5 has; R4 and R4B do not differ in the types read."""

_OPENINGS: dict[tuple[str, str], dict[bytes, Release]] = {
    ("Encounter", "class"): {b"{": "R4", b"[": "R5"},
    ("Consent", "provision"): {b"{": "R4", b"[": "R5"},
}
"""Elements that are one object in R4 and a list in R5."""

_PROFILE = re.compile(
    r"http://hl7\.org/fhir/(?:(4\.0|4\.3|5\.0)/StructureDefinition/|StructureDefinition/[^|]*\|(4\.0|4\.3|5\.0)\b)"
)
_BY_NUMBER: dict[str, Release] = {"4.0": "R4", "4.3": "R4B", "5.0": "R5"}


def recognise(kind: str, elements: Mapping[str, object], profiles: Iterable[str | None], hint: Release | None) -> Release | None:
    """The release that a resource shows; None where nothing in it distinguishes one, or where it mixes two.

    elements: its JSON by element, each value the bytes it was written in. hint: what the Bundle around it shows.
    """
    named = {_BY_NUMBER[found[1] or found[2]] for profile in profiles if profile and (found := _PROFILE.match(profile))}
    markers = MARKERS.get(kind, {})
    shown = {markers[name] for name in elements if name in markers}
    for (owner, name), openings in _OPENINGS.items():
        if owner == kind and name in elements:
            opening = bytes(elements[name])[:1]  # type: ignore[call-overload]
            shown |= {openings[opening]} if opening in openings else set()
    if not shown:
        return named.pop() if len(named) == 1 else hint
    if len(shown) > 1:
        return None
    found_release = shown.pop()
    if found_release == "R4" and (named == {"R4B"} or (not named and hint == "R4B")):
        return "R4B"
    return found_release

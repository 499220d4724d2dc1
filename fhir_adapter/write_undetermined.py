"""The Observation that states what cannot be concluded: no value, why not, what is missing and what is still possible."""

from collections.abc import Sequence
from typing import Any

from engine.conclusion import UNDETERMINED, Conclusion
from engine.moment import day_text
from engine.pack.program import ConclusionRule, Pack
from fhir_adapter.identity import Resource, device_reference, hl7, identity, notes, reference
from fhir_adapter.sentence import name_of, remarks, undetermined


def observation(pack: Pack, conclusion: Conclusion) -> Resource | None:
    """None unless the conclusion is undetermined; its status is preliminary, since the missing values may come.

    derivedFrom holds the Observations among the evidence; it may not hold other types, nor what does not show its type.
    The type is said again, since a validator (`fhir` on npm) takes the `_history` of a versioned reference for it.
    """
    if conclusion.outcome != UNDETERMINED:
        return None
    rule = pack.conclusions[conclusion.name]
    paragraphs = observation_paragraphs(pack, rule, conclusion)
    return observation_of(pack, rule, conclusion.patient, paragraphs, day_text(conclusion.as_of), derived(conclusion))


def observation_paragraphs(pack: Pack, rule: ConclusionRule, conclusion: Conclusion) -> list[str]:
    """What it says; nothing in it is of the patient alone."""
    return [undetermined(pack, rule, conclusion), *remarks(pack, rule, conclusion)]


def derived(conclusion: Conclusion) -> list[Resource]:
    """The Observations among the evidence."""
    return [{"reference": ref, "type": "Observation"} for ref in conclusion.evidence if ref.startswith("Observation/")]


def observation_of(
    pack: Pack, rule: ConclusionRule, patient: str, paragraphs: Sequence[str], day: str, derived_from: Any
) -> Resource:
    """The Observation with what differs from patient to patient."""
    found = identity(pack, "Observation", rule.name, patient, paragraphs)
    found["status"] = "preliminary"
    name = name_of(pack, rule)
    found["code"] = {"coding": [{"system": pack.manifest.system, "code": rule.name, "display": name}], "text": name}
    found["subject"] = reference(patient)
    found["effectiveDateTime"] = day
    found["dataAbsentReason"] = hl7("data-absent-reason", "unknown")
    found["note"] = notes(paragraphs)
    found["device"] = device_reference(pack)
    if derived_from:
        found["derivedFrom"] = derived_from
    return found

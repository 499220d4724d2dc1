"""The Observation that states what cannot be concluded: no value, why not, what is missing and what is still possible."""

from engine.conclusion import UNDETERMINED, Conclusion
from engine.moment import day_text
from engine.pack.program import Pack
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
    paragraphs = [undetermined(pack, rule, conclusion), *remarks(pack, rule, conclusion)]
    found = identity(pack, "Observation", conclusion.name, conclusion.patient, paragraphs)
    found["status"] = "preliminary"
    name = name_of(pack, rule)
    found["code"] = {"coding": [{"system": pack.manifest.system, "code": conclusion.name, "display": name}], "text": name}
    found["subject"] = reference(conclusion.patient)
    found["effectiveDateTime"] = day_text(conclusion.as_of)
    found["dataAbsentReason"] = hl7("data-absent-reason", "unknown")
    found["note"] = notes(paragraphs)
    found["device"] = device_reference(pack)
    derived = [{**reference(ref), "type": "Observation"} for ref in conclusion.evidence if ref.startswith("Observation/")]
    if derived:
        found["derivedFrom"] = derived
    return found

"""What a sender sends: resources of the lan_2021 concepts, Bundles around them, and what the reader makes of them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from engine.pack.parse import parse
from engine.pack.schema import PackFile
from engine.pack.vocabulary import ConceptSpec
from engine.record import Fact
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Intake, Reader

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
LOCAL = "urn:marrow:lan-2021"
ANC, PLT, HGB = "751-8", "777-3", "718-7"
DAY = "2013-11-02"


@cache
def vocabulary() -> Vocabulary:
    """The concepts of lan_2021, without its rules."""
    concepts: dict[str, ConceptSpec] = {}
    systems: dict[str, list[str]] = {}
    for name in ("concepts.yaml", "adverse_events.yaml"):
        sections = parse(name, (ROOT / "rules" / "lan_2021" / name).read_text()).data
        file = PackFile.model_validate({key: sections[key] for key in ("systems", "concepts") if key in sections})
        concepts |= file.concepts
        systems |= file.systems
    return Vocabulary.of(concepts, systems)


def code(value: str, system: str = LOINC) -> Json:
    return {"coding": [{"system": system, "code": value}]}


def ucum(value: Any, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def patient(**more: Any) -> Json:
    return {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "2009-05-01"} | more


def observation(loinc: str = ANC, /, **more: Any) -> Json:
    """An ANC of 0.4 for p1, unless told otherwise; `None` leaves an element out."""
    plain: Json = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": code(loinc),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": DAY,
    }
    if not any(name.startswith("value") or name == "interpretation" for name in more):
        plain["valueQuantity"] = ucum(0.4, "10*9/L")
    return _without(plain | more)


def administration(**more: Any) -> Json:
    plain = {
        "resourceType": "MedicationAdministration",
        "id": "m1",
        "status": "completed",
        "medicationCodeableConcept": code("L04AA04", "http://www.whocc.no/atc"),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": DAY,
        "dosage": {"dose": ucum(60, "mg")},
    }
    return _without(plain | more)


def procedure(**more: Any) -> Json:
    plain = {
        "resourceType": "Procedure",
        "id": "t1",
        "status": "completed",
        "code": code("12719002", SNOMED),
        "subject": {"reference": "Patient/p1"},
        "performedDateTime": DAY,
    }
    return _without(plain | more)


def condition(**more: Any) -> Json:
    plain = {
        "resourceType": "Condition",
        "id": "c1",
        "code": code("306058006", SNOMED),
        "subject": {"reference": "Patient/p1"},
        "onsetDateTime": DAY,
    }
    return _without(plain | more)


def adverse_event(grade: Any = 3, **more: Any) -> Json:
    plain = {
        "resourceType": "AdverseEvent",
        "id": "a1",
        "actuality": "actual",
        "event": code("10002218", "http://terminology.hl7.org/CodeSystem/mdr"),
        "subject": {"reference": "Patient/p1"},
        "date": DAY,
        "extension": [{"url": "http://hl7.org/fhir/us/ctcae/StructureDefinition/ctcae-grade", "valueInteger": grade}],
    }
    return _without(plain | more)


def bundle(*resources: Json, kind: str = "collection", **entry: Any) -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource, **entry} for resource in resources]}


def entries(*each: Json, kind: str = "collection") -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(each)}


def read(*documents: Json | bytes, validation: Any = "fast", **more: Any) -> Intake:
    """What comes of these documents, each read by itself."""
    reader = Reader(vocabulary(), validation=validation, **more)
    for number, document in enumerate(documents):
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        reader.read(data, f"input-{number}.json")
    return reader.finish()


def facts(*documents: Json | bytes, concept: str | None = None, **more: Any) -> list[Fact]:
    """The facts of one patient; all but that something was seen, or those of one concept."""
    intake = read(*documents, **more)
    found = [fact for record in intake.records for fact in record.facts]
    return [fact for fact in found if (fact.concept != "seen" if concept is None else fact.concept == concept)]


def only(*documents: Json | bytes, **more: Any) -> Fact:
    """The one fact there is."""
    (fact,) = facts(*documents, **more)
    return fact


def codes(intake: Intake) -> list[str]:
    """The kinds of issues, in order."""
    return [issue.code for issue in intake.issues]


def _without(resource: Json) -> Json:
    return {name: value for name, value in resource.items() if value is not None}

"""What is sent: patients with the charts of the demonstration, and many neutrophil counts of each, one after the other."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from marrow.demo.cohort import bundles

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_UPDATED = "2026-01-05T08:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Value:
    """One event: the patient's logical id, which of the patient's values it is, counted from 1, and the Observation."""

    patient: str
    number: int
    resource: bytes

    @property
    def ref(self) -> str:
        return f"Observation/{name_of(self.patient, self.number)}"


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as the hospital holds it before the load: each resource by `Type/id`, and when the counts begin."""

    identity: str
    chart: dict[str, bytes]
    begins: datetime


def name_of(patient: str, number: int) -> str:
    return f"{patient}-load-{number}"


def patients(how_many: int) -> list[Patient]:
    """The children of the demonstration over and over, each time under another name."""
    children = [(stem, _ENCODER.encode([entry["resource"] for entry in bundle["entry"]])) for stem, bundle in bundles("R4")]
    return [_renamed(*children[place % len(children)], f"p{place:05}") for place in range(how_many)]


def values(among: Sequence[Patient], each: int, seed: int, first: int = 1) -> Iterator[Value]:
    """So many values of each patient, in rounds over all patients: the newest is the one that counts."""
    chance = random.Random(f"{seed}/{first}")
    for number in range(first, first + each):
        for patient in among:
            yield _value(patient, number, chance.randrange(1, 180) / 1000)


def _value(patient: Patient, number: int, neutrophils: float) -> Value:
    when = patient.begins + timedelta(seconds=number)
    resource = {
        "resourceType": "Observation",
        "id": name_of(patient.identity, number),
        "meta": {"versionId": "1", "lastUpdated": _UPDATED},
        "status": "final",
        "category": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}], "text": "Neutrophils"},
        "subject": {"reference": f"Patient/{patient.identity}"},
        "effectiveDateTime": when.isoformat(timespec="seconds"),
        "valueQuantity": {"value": neutrophils, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"},
    }
    return Value(patient.identity, number, msgspec.json.encode(resource))


def _renamed(stem: str, chart: bytes, identity: str) -> Patient:
    resources = msgspec.json.decode(chart.replace(f"{stem}".encode(), identity.encode()), type=list[msgspec.Raw])
    named: dict[str, bytes] = {}
    begins = None
    for raw in resources:
        told = msgspec.json.decode(raw)
        named[f"{told['resourceType']}/{told['id']}"] = bytes(raw)
        if told["id"] == f"{identity}-anc-baseline":
            begins = datetime.fromisoformat(told["effectiveDateTime"])
    assert begins is not None
    return Patient(identity, named, begins)

"""The chart of one child: what the clinic's words put into it, told as a FHIR R4 Bundle."""

from dataclasses import dataclass, field
from datetime import date

import msgspec

from tests.features.days import MORNING, at_hour, fhir_date
from tests.features.findings import FINDINGS, LOCAL, Json, Result, coded, quantity

PATIENT = "Patient/child"
ATG_HOUR = "10:00"

DRUGS = {
    "rabbit ATG": "atc L04AA04",
    "horse ATG": "atc L04AA03",
    "ATG of unknown species": "rxnorm 1011",
    "ciclosporin": "atc L04AD01",
    "cells": "local uc-msc",
    "alemtuzumab": "atc L04AA34",
    "eltrombopag": "atc B02BX05",
    "cyclophosphamide": "atc L01AA01",
    "G-CSF": "atc L03AA02",
}
PRODUCTS = {"platelets": "snomed 12719002", "red cells": "snomed 116863004", "a blood product without a name": "snomed 5447007"}
TRANSPLANT = "snomed 234336002"
DIAGNOSES = {
    "aplastic anaemia": "snomed 306058006",
    "Fanconi anaemia": "snomed 30575002",
    "Diamond-Blackfan anaemia": "snomed 88854002",
    "dyskeratosis congenita": "snomed 74911008",
    "Estren-Dameshek anaemia": "snomed 46760003",
    "congenital amegakaryocytic thrombocytopenia": "snomed 716336002",
    "Shwachman-Diamond syndrome": "icd10 D61.02",
    "iron deficiency anaemia": "snomed 87522002",
    "myelodysplastic syndrome": "snomed 109995007",
    "acute myeloid leukaemia": "snomed 91861009",
    "paroxysmal nocturnal haemoglobinuria": "snomed 1963002",
    "relapse": "snomed 58184002",
    "acute graft-versus-host disease": "snomed 402355000",
    "chronic graft-versus-host disease": "snomed 402356004",
    "graft-versus-host disease": "snomed 234646005",
}
DOSE_UNITS = {"mg": "mg", "mg/kg": "mg/kg", "million cells": "10*6", "million cells/kg": "10*6/kg", "g": "g"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the chart. name: what the clinic calls it; day: a FHIR date, as precise as it is known."""

    name: str
    day: str | None
    resource: Json


@dataclass(slots=True)
class Chart:
    """Everything on record of one child; `day_zero` is what "day 40" counts from."""

    day_zero: date | None = None
    patient: Json = field(default_factory=lambda: {"resourceType": "Patient", "id": "child"})
    entries: list[Entry] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    release: str = "R4"
    _numbered: int = 0

    # --- days ---

    def day(self, text: str) -> str:
        return fhir_date(text, self.day_zero)

    # --- entries ---

    def add(self, name: str, day: str | None, resource: Json) -> None:
        self._numbered += 1
        whose = {"individual" if resource["resourceType"] == "ResearchSubject" else "subject": {"reference": PATIENT}}
        if resource["resourceType"] == "Consent":
            whose = {"patient": {"reference": PATIENT}}
        self.entries.append(Entry(name, day, {"id": f"e{self._numbered}", **resource, **whose}))

    def forget(self, name: str, day: str | None = None) -> None:
        """Strike everything of one name, or what it was on one day."""
        self.entries = [one for one in self.entries if one.name != name or (day is not None and one.day != day)]

    def references(self, name: str, day: str) -> set[str]:
        """The resources of one name and day, as evidence cites them."""
        return {
            f"{one.resource['resourceType']}/{one.resource['id']}" for one in self.entries if (one.name, one.day) == (name, day)
        }

    def found(self, finding: str, result: Result, day: str | None, hour: str | None = MORNING, method: str | None = None) -> None:
        code, _ = FINDINGS[finding]
        when = {} if day is None else {"effectiveDateTime": at_hour(day, hour)}
        how = {"method": coded(f"local {method}")} if method else {}
        kind = {"resourceType": "Observation", "status": result.status, "code": coded(code)}
        self.add(finding, day, kind | when | how | result.value)

    def given(self, drug: str, day: str, dose: str | None = None, hour: str | None = ATG_HOUR, status: str = "completed") -> None:
        number, _, unit = (dose or "").partition(" ")
        amount = {"dosage": {"dose": quantity(number, None, DOSE_UNITS[unit])}} if dose else {}
        kind = {"resourceType": "MedicationAdministration", "status": status, "medicationCodeableConcept": coded(DRUGS[drug])}
        self.add(drug, day, kind | {"effectiveDateTime": at_hour(day, hour)} | amount)

    def done(self, name: str, code: str, day: str, hour: str | None = "12:00") -> None:
        kind = {"resourceType": "Procedure", "status": "completed", "code": coded(code)}
        self.add(name, day, kind | {"performedDateTime": at_hour(day, hour)})

    def diagnosed(self, diagnosis: str, day: str | None, certainty: str = "confirmed", course: str = "active") -> None:
        kind = {
            "resourceType": "Condition",
            "clinicalStatus": _condition_code("clinical", course),
            "verificationStatus": _condition_code("ver-status", certainty),
            "code": coded(DIAGNOSES[diagnosis]),
        }
        self.add(diagnosis, day, kind | ({} if day is None else {"onsetDateTime": day}))

    def enrolled(self, arm: str | None, until: str | None = None) -> None:
        """The study's own record: one a child."""
        before = next((one.resource for one in self.entries if one.name == "study"), {})
        self.forget("study")
        kind: Json = {"resourceType": "ResearchSubject", "status": "on-study", "study": {"reference": "ResearchStudy/trial"}}
        kind |= {key: before[key] for key in ("assignedArm", "period") if key in before}
        if arm is not None:
            kind["assignedArm"] = arm
        if until is not None:
            kind["period"] = {"end": until}
        self.add("study", None, kind)

    def agreed(self, day: str, *, refused: bool = False) -> None:
        kind: Json = {
            "resourceType": "Consent",
            "status": "active",
            "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]},
            "category": [coded("loinc 59284-0")],
            "policyRule": {"text": "informed consent to the trial"},
            "dateTime": day,
        }
        self.add("consent", day, kind | ({"provision": {"type": "deny"}} if refused else {}))

    def seen(self, day: str) -> None:
        visit = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
        self.add(
            "visit",
            day,
            {"resourceType": "Encounter", "status": "finished", "class": visit, "period": {"start": day, "end": day}},
        )

    # --- out ---

    def bundle(self) -> bytes:
        """The chart as the JSON of a FHIR Bundle, every number with the digits it was written with."""
        resources = [self.patient, *(one.resource for one in self.entries)]
        whole = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
        return msgspec.json.Encoder(decimal_format="number").encode(whole)


def _condition_code(system: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/condition-{system}", "code": code}]}


__all__ = ["DIAGNOSES", "DRUGS", "LOCAL", "PRODUCTS", "TRANSPLANT", "Chart"]

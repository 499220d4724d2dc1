"""A child of the oracle as a FHIR R4 Bundle: several spellings of the same thing, chosen by the seed."""

import json
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle.lan_2021 import INFINITY, Child, Event, Span, Value

LOINC, SNOMED, RXNORM, ATC = (
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://www.whocc.no/atc",
)
LOCAL, UCUM = "urn:marrow:lan-2021", "http://unitsofmeasure.org"

COUNT_UNITS = [("10*9/L", 1), ("10*3/uL", 1), ("/uL", 1000), ("10*6/L", 1000), ("10*6/mL", 1), ("10*3/mm3", 1), ("K/uL", 1)]
CODES: dict[str, tuple[str, list[str]]] = {
    "anc": (LOINC, ["751-8", "26499-4", "753-4"]),
    "plt": (LOINC, ["777-3", "26515-7", "778-1"]),
    "arc": (LOINC, ["60474-4", "14196-0", "40665-2"]),
    "hgb": (LOINC, ["718-7", "20509-6", "30350-3"]),
    "wbc": (LOINC, ["6690-2", "26464-8", "804-5"]),
    "neutrophils_percent": (LOINC, ["26511-6", "770-8"]),
    "reticulocytes_percent": (LOINC, ["17849-1", "4679-7"]),
    "rbc": (LOINC, ["789-8", "26453-1"]),
    "weight": (LOINC, ["29463-7", "3141-9"]),
    "height": (LOINC, ["8302-2"]),
    "creatinine": (LOINC, ["2160-0"]),
    "alt": (LOINC, ["1742-6", "1743-4"]),
    "ast": (LOINC, ["1920-8", "30239-8"]),
    "bilirubin": (LOINC, ["1968-7"]),
    "ecog": (LOINC, ["89247-1"]),
    "lansky": (LOINC, ["89244-8"]),
    "cellularity": (LOCAL, ["marrow-cellularity"]),
    "residual": (LOCAL, ["residual-haematopoietic-cells"]),
    "breakage": (LOINC, ["34730-2"]),
    "comet": (LOCAL, ["comet-assay"]),
    "cytogenetics": (LOCAL, ["cytogenetics"]),
    "ngs": (LOCAL, ["ngs-ibmfs"]),
    "sibling": (LOCAL, ["matched-sibling-donor"]),
    "planned": (LOCAL, ["immediate-hsct-planned"]),
}
UNITS: dict[str, list[tuple[str, Any]]] = {
    **dict.fromkeys(("anc", "plt", "arc", "wbc"), COUNT_UNITS),
    "arc": [*COUNT_UNITS, ("10*6/uL", Fraction(1, 1000)), ("10*12/L", Fraction(1, 1000))],
    "hgb": [("g/L", 1), ("g/dL", Fraction(1, 10))],
    "rbc": [("10*12/L", 1), ("10*6/uL", 1)],
    **{item: [("%", 1)] for item in ("neutrophils_percent", "reticulocytes_percent", "cellularity", "residual")},
    "weight": [("kg", 1), ("g", 1000)],
    "height": [("cm", 1), ("m", Fraction(1, 100))],
    "creatinine": [("mg/dL", 1)],
    "bilirubin": [("mg/dL", 1)],
    **{item: [("U/L", 1), ("[IU]/L", 1)] for item in ("alt", "ast")},
}
DRUGS: dict[str, list[tuple[str, str]]] = {
    "rabbit": [(RXNORM, "225741"), (ATC, "L04AA04"), (RXNORM, "107047")],
    "horse": [(RXNORM, "1204"), (ATC, "L04AA03"), (RXNORM, "91601")],
    "ambiguous": [(RXNORM, "1011"), (RXNORM, "2282515"), (RXNORM, "973")],
    "ciclosporin": [(RXNORM, "3008"), (ATC, "L04AD01")],
    "eltrombopag": [(ATC, "B02BX05")],
    "msc": [(LOCAL, "uc-msc")],
}
PROCEDURES = {
    "red_cells": ["116863004", "71493000", "425513008"],
    "whole_blood": ["33389009"],
    "platelets": ["12719002", "180208003"],
    "plasma": ["116861002"],
    "hsct": ["234336002"],
}
DIAGNOSES = {"mds": "109995007", "aml": "91861009", "pnh": "1963002", "fanconi": "30575002"}


def decimal(x: Fraction) -> str:
    """The number as written out, without loss."""
    for digits in range(12):
        scaled = x * 10**digits
        if scaled.denominator == 1:
            sign, n = ("-", -scaled.numerator) if scaled < 0 else ("", scaled.numerator)
            text = str(n).rjust(digits + 1, "0")
            return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)
    raise ValueError("not a short decimal")


class Number(float):
    """A number that is written with its own digits."""

    def __new__(cls, text: str) -> "Number":
        made = super().__new__(cls, text)
        made.text = text
        return made

    text: str

    def __repr__(self) -> str:
        return self.text


def number(x: Fraction) -> Number:
    return Number(decimal(x))


def moment(day: Any, minute: int | None) -> str:
    return day.isoformat() if minute is None else f"{day.isoformat()}T{minute // 60:02}:{minute % 60:02}:00+08:00"


class Writer:
    """Writes one child's entries."""

    def __init__(self, child: Child, seed: int) -> None:
        self.child = child
        self.random = Random(seed)
        self.entries: list[dict[str, Any]] = []
        self.count = 0

    def add(self, resource: str, **fields: Any) -> dict[str, Any]:
        self.count += 1
        made = {"resourceType": resource, "id": f"{self.child.name}-{self.count}", **fields}
        if resource != "Patient":
            made["subject"] = {"reference": f"Patient/{self.child.name}"}
        self.entries.append(made)
        return made

    def bundle(self) -> bytes:
        """Everything, in any order, one entry perhaps twice."""
        self.person()
        for item, values in self.child.values.items():
            for value in values:
                self.observation(item, value)
        for event in self.child.events:
            self.event(event)
        self.findings()
        self.random.shuffle(self.entries)
        if self.random.random() < 0.2:
            self.entries.append(self.random.choice(self.entries))
        entries = [{"resource": one} for one in self.entries]
        return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()

    def person(self) -> None:
        child = self.child
        patient = self.add("Patient")
        patient["id"] = child.name
        if child.birth is not None:
            patient["birthDate"] = child.birth.isoformat()
        if child.sex is not None:
            patient["gender"] = child.sex
        if child.death is not None:
            patient["deceasedDateTime"] = child.death.isoformat()
        if child.diagnosis is not None:
            self.condition("306058006", child.diagnosis)
        for kind, day in child.conditions:
            self.condition(DIAGNOSES[kind], day)
        if child.recorded_arm is not None:
            study = {"reference": "ResearchStudy/nct02218437"}
            subject = self.add("ResearchSubject", status="on-study", study=study, assignedArm=child.recorded_arm)
            subject["individual"] = subject.pop("subject")

    def findings(self) -> None:
        child = self.child
        for day, what in child.statuses:
            code = {"coding": [{"system": LOCAL, "code": "transfusion-status"}]}
            said = {"coding": [{"system": LOCAL, "code": what}]}
            self.add("Observation", status="final", code=code, effectiveDateTime=day.isoformat(), valueCodeableConcept=said)
        for test, results in child.tests.items():
            for day, result in results:
                self.test(test, day, result)
        zero = min((e.day for e in child.events if e.kind == "rabbit"), default=child.as_of)
        before = (zero - timedelta(3)).isoformat()
        for flag, truth in child.flags.items():
            if truth is not None:
                self.add("Observation", status="final", code=self.code(flag), effectiveDateTime=before, valueBoolean=truth)

    def code(self, item: str) -> dict[str, Any]:
        system, codes = CODES[item]
        return {"coding": [{"system": system, "code": self.random.choice(codes)}]}

    def condition(self, code: str, day: Any) -> None:
        status = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
        self.add(
            "Condition", clinicalStatus=status, code={"coding": [{"system": SNOMED, "code": code}]}, onsetDateTime=day.isoformat()
        )

    def test(self, test: str, day: Any, result: str) -> None:
        coded = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": result}]}
        made = self.add("Observation", status="final", code=self.code(test), effectiveDateTime=day.isoformat())
        if self.random.random() < 0.5:
            made["valueCodeableConcept"] = coded
        else:
            made["interpretation"] = [coded]

    def observation(self, item: str, value: Value) -> None:
        made = self.add("Observation", status="preliminary" if value.preliminary else "final", code=self.code(item))
        made["effectiveDateTime"] = moment(value.day, value.minute)
        if item in ("ecog", "lansky"):
            made["valueInteger"] = int(value.span.low)
        else:
            unit, factor = self.random.choice(UNITS[item])
            made.update(self.quantity(value.span, unit, Fraction(factor)))
            if value.limit is not None:
                made["referenceRange"] = [{"high": self.unit(unit, number(value.limit * Fraction(factor)))}]
        if value.biopsy is not None:
            method = "234326005" if value.biopsy else "49401003"
            made["method"] = {"coding": [{"system": SNOMED, "code": method}], "text": "biopsy" if value.biopsy else "aspirate"}
        if value.void:
            made["status"] = self.random.choice(["entered-in-error", "cancelled"])
            if self.random.random() < 0.5:
                self.version(made, "final", "entered-in-error", dict(made))
        elif not value.preliminary and self.random.random() < 0.1:
            earlier = dict(made)
            if "valueQuantity" in earlier:
                earlier["valueQuantity"] = {**earlier["valueQuantity"], "value": Number("1")}
            self.version(
                made, self.random.choice(["final", "preliminary"]), self.random.choice(["amended", "corrected"]), earlier
            )

    def version(self, made: dict[str, Any], before: str, after: str, earlier: dict[str, Any]) -> None:
        """An earlier version of the same resource beside the last."""
        earlier["status"], made["status"] = before, after
        earlier["meta"], made["meta"] = {"versionId": "1"}, {"versionId": "2"}
        self.entries.append(earlier)

    def unit(self, unit: str, value: Number) -> dict[str, Any]:
        made: dict[str, Any] = {"value": value, "unit": unit}
        if unit != "K/uL":
            made |= {"system": UCUM, "code": unit}
        return made

    def quantity(self, span: Span, unit: str, factor: Fraction) -> dict[str, Any]:
        low, high = span.low * factor, span.high * factor
        if span.low == span.high:
            return {"valueQuantity": self.unit(unit, number(low))}
        if span.high == INFINITY:
            return {"valueQuantity": {**self.unit(unit, number(low)), "comparator": ">" if span.low_open else ">="}}
        if span.low == 0 and (span.high_open or unit != "%" or self.random.random() < 0.5):
            return {"valueQuantity": {**self.unit(unit, number(high)), "comparator": "<" if span.high_open else "<="}}
        return {"valueRange": {"low": self.unit(unit, number(low)), "high": self.unit(unit, number(high))}}

    def event(self, event: Event) -> None:
        when = moment(event.day, event.minute)
        if event.kind in DRUGS:
            system, code = self.random.choice(DRUGS[event.kind])
            made = self.add("MedicationAdministration", status="completed", effectiveDateTime=when)
            made["medicationCodeableConcept"] = {"coding": [{"system": system, "code": code}]}
            if event.amount is not None:
                unit = "10*6" if event.kind == "msc" else "mg"
                made["dosage"] = {"dose": self.unit(unit, number(event.amount))}
            return
        code = self.random.choice(PROCEDURES[event.kind])
        self.add("Procedure", status="completed", code={"coding": [{"system": SNOMED, "code": code}]}, performedDateTime=when)


def write(child: Child, seed: int) -> bytes:
    """The child's Bundle."""
    return Writer(child, seed).bundle()

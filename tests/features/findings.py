"""What the clinic measures and finds: its words for each finding and each result, and how FHIR says them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

LOCAL = "urn:marrow:lan-2021"
SYSTEMS = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "interpretation": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    "local": LOCAL,
}
UCUM = "http://unitsofmeasure.org"


def coded(text: str) -> Json:
    """A CodeableConcept of `system code`."""
    system, code = text.split()
    return {"coding": [{"system": SYSTEMS[system], "code": code}]}


CELLS, PERCENT, SCORE = "10*9/L", "%", "1"

FINDINGS: dict[str, tuple[str, str | None]] = {
    "neutrophils": ("loinc 26499-4", CELLS),
    "segmented neutrophils": ("loinc 30451-9", CELLS),
    "band neutrophils": ("loinc 26507-4", CELLS),
    "granulocytes": ("loinc 30394-1", CELLS),
    "neutrophil percentage": ("loinc 770-8", PERCENT),
    "segmented percentage": ("loinc 26505-8", PERCENT),
    "band percentage": ("loinc 26508-2", PERCENT),
    "white cells": ("loinc 6690-2", CELLS),
    "platelets": ("loinc 777-3", CELLS),
    "reticulocytes": ("loinc 40665-2", CELLS),
    "machine-counted reticulocytes": ("loinc 60474-4", CELLS),
    "reticulocyte percentage": ("loinc 4679-7", PERCENT),
    "red cells": ("loinc 789-8", "10*12/L"),
    "haemoglobin": ("loinc 718-7", "g/L"),
    "marrow cellularity": ("local marrow-cellularity", PERCENT),
    "residual haematopoietic cells": ("local residual-haematopoietic-cells", PERCENT),
    "regulatory T cells": ("local treg", PERCENT),
    "ALT": ("loinc 1742-6", "U/L"),
    "AST": ("loinc 1920-8", "U/L"),
    "direct bilirubin": ("loinc 1968-7", "mg/dL"),
    "total bilirubin": ("loinc 1975-2", "mg/dL"),
    "creatinine": ("loinc 2160-0", "mg/dL"),
    "filtration rate": ("loinc 50384-7", "mL/min/{1.73_m2}"),
    "ECOG status": ("loinc 89247-1", SCORE),
    "Lansky score": ("loinc 89244-8", SCORE),
    "weight": ("loinc 29463-7", "kg"),
    "height": ("loinc 8302-2", "cm"),
    "chromosome breakage test": ("loinc 34730-2", None),
    "comet assay": ("local comet-assay", None),
    "cytogenetic analysis": ("local cytogenetics", None),
    "sequencing": ("local ngs-ibmfs", None),
    "matched sibling donor": ("local matched-sibling-donor", None),
    "immediate transplant planned": ("local immediate-hsct-planned", None),
    "transfusion status": ("local transfusion-status", None),
    "mature lymphocytes in the marrow": ("local marrow-lymphocytes", PERCENT),
    "cause of death": ("loinc 69453-9", None),
    "donor of the transplant": ("local transplant-donor", None),
    "grade of graft-versus-host disease of the gut": ("local acute-gvhd-gut", SCORE),
    "grade of graft-versus-host disease of the skin": ("local acute-gvhd-skin", SCORE),
    "grade of graft-versus-host disease of the eye": ("local acute-gvhd-eye", SCORE),
}
"""The code of each finding, and the unit that its numbers are in where none is said."""

FINDING = "|".join(sorted(FINDINGS, key=len, reverse=True))
NOTHING = frozenset({"", "-", "not measured", "not done", "not known", "not recorded"})

_ECOG_GRADES = {
    f"grade {grade}": f"loinc LA{code}" for grade, code in enumerate(("9622-7", "9623-5", "9624-3", "9625-0", "9626-8"))
}
_ANSWERS: dict[str, Json] = {
    "positive": {"interpretation": [coded("interpretation POS")]},
    "negative": {"interpretation": [coded("interpretation NEG")]},
    "yes": {"valueBoolean": True},
    "no": {"valueBoolean": False},
    "independent": {"valueCodeableConcept": coded("local independent")},
    "dependent": {"valueCodeableConcept": coded("local dependent")},
    "an infection": {"valueCodeableConcept": coded("snomed 40733004")},
    "a bleeding in the head": {"valueCodeableConcept": coded("snomed 1386000")},
    "a half-matched relative": {"valueCodeableConcept": coded("local haploidentical-family")},
    "a sibling": {"valueCodeableConcept": coded("local matched-sibling")},
    "an unrelated donor": {"valueCodeableConcept": coded("local matched-unrelated")},
    **{words: {"valueCodeableConcept": coded(code)} for words, code in _ECOG_GRADES.items()},
}
_NUMBER = re.compile(r"(?P<comparator><=|>=|<|>)?(?P<low>\d+(?:\.\d+)?)(?:-(?P<high>\d+(?:\.\d+)?))?(?: (?P<unit>.+))?")
_REMARKS = {
    "preliminary": "preliminary",
    "entered in error": "entered-in-error",
    "cancelled": "cancelled",
    "corrected": "corrected",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What is reported of a finding: its FHIR value, the laboratory's limits, and its status."""

    value: Json
    status: str = "final"


def read_result(finding: str, text: str) -> Result | None:
    """The result that words say ("0.4", "<5", "10-20 %", "500 /uL", "80 U/L, normal up to 40", "negative"); None for nothing."""
    if text in NOTHING:
        return None
    said, *remarks = text.split(", ")
    unit = FINDINGS[finding][1]
    value = dict(_ANSWERS[said]) if said in _ANSWERS else _numeric(said, unit)
    status = "final"
    for remark in remarks:
        if found := re.fullmatch(r"normal (up to|from) (\S+)(?: (.+))?", remark):
            side = {"up to": "high", "from": "low"}[found[1]]
            value["referenceRange"] = [{side: quantity(found[2], found[3] or _unit_of(said), unit)}]
        else:
            status = _REMARKS[remark]
    return Result(value, status)


def _unit_of(said: str) -> str | None:
    found = _NUMBER.fullmatch(said)
    return found["unit"] if found else None


def _numeric(said: str, unit: str | None) -> Json:
    found = _NUMBER.fullmatch(said)
    assert found is not None, f"no result: {said}"
    low = quantity(found["low"], found["unit"], unit)
    if found["high"]:
        return {"valueRange": {"low": low, "high": quantity(found["high"], found["unit"], unit)}}
    return {"valueQuantity": low | ({"comparator": found["comparator"]} if found["comparator"] else {})}


def quantity(number: str, unit: str | None, usual: str | None) -> Json:
    """A Quantity with the digits as written: coded in the usual unit, else with the unit as the clinic spells it."""
    value: Json = {"value": Decimal(number)}
    if unit is None:
        assert usual is not None
        return value | {"unit": usual, "system": UCUM, "code": usual}
    return value if unit == "without a unit" else value | {"unit": unit}

"""What a hospital measures: the tests of the export, those that the protocol asks for and the many that it does not."""

from dataclasses import dataclass
from typing import NamedTuple

ROLES = "http://terminology.hl7.org/CodeSystem"
HOUSE = "urn:oid:1.2.276.0.76.3.1.999"
"""The laboratory's own codes, which no pack knows."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test: its JSON for category and code, its unit, how its values lie, and its limits of normal."""

    label: str
    category: str
    code: str
    unit: str
    mean: float
    spread: float
    low: str
    high: str
    digits: int


class Spelling(NamedTuple):
    """One way to report a count: what is multiplied with, unit, UCUM code ("" for none), digits."""

    factor: int
    unit: str
    code: str
    digits: int


def _test(  # noqa: PLR0913, PLR0917 - one row of a table
    system: str, code: str, label: str, unit: str, mean: float, low: str, high: str, digits: int,
    group: str = "laboratory", house: str = "",
) -> Test:  # fmt: skip
    own = f'{{"system":"{HOUSE}","code":"{house}","display":"{house}"}},' if house else ""
    said = f'{{"coding":[{own}{{"system":"{system}","code":"{code}","display":"{label}"}}]}}'
    if not system:
        said = f'{{"coding":[{own[:-1]}],"text":"{label}"}}'
    category = f'"category":[{{"coding":[{{"system":"{ROLES}/observation-category","code":"{group}"}}]}}]'
    return Test(label, category, said, unit, mean, mean * 0.18, low, high, digits)


LOINC = "http://loinc.org"
LOCAL = "urn:marrow:lan-2021"
_N = "Neutrophils [#/volume] in Blood"
_R = "Reticulocytes [#/volume] in Blood"

ANC = (
    _test(LOINC, "751-8", f"{_N} by Automated count", "10*9/L", 0, "1.5", "8", 2, house="NEUT#"),
    _test(LOINC, "26499-4", _N, "10*9/L", 0, "1.5", "8", 2),
    _test(LOINC, "753-4", f"{_N} by Manual count", "10*9/L", 0, "1.5", "8", 2),
)
PLT = (
    _test(LOINC, "777-3", "Platelets [#/volume] in Blood by Automated count", "10*9/L", 0, "150", "450", 0, house="PLT"),
    _test(LOINC, "26515-7", "Platelets [#/volume] in Blood", "10*9/L", 0, "150", "450", 0),
)
ARC = (
    _test(LOINC, "60474-4", f"{_R} by Automated count", "10*9/L", 0, "25", "100", 1, house="RET#"),
    _test(LOINC, "14196-0", _R, "10*9/L", 0, "25", "100", 1),
)
HGB = (
    _test(LOINC, "718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 0, "11", "15", 1, house="HGB"),
    _test(LOINC, "20509-6", "Hemoglobin [Mass/volume] in Blood by calculation", "g/dL", 0, "11", "15", 1),
)
WBC = _test(LOINC, "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*9/L", 0, "4.5", "13.5", 2, house="WBC")
CELLULARITY = _test(LOCAL, "marrow-cellularity", "Marrow cellularity", "%", 0, "50", "90", 0)
RESIDUAL = _test(LOCAL, "residual-haematopoietic-cells", "Residual haematopoietic cells", "%", 0, "60", "90", 0)
STATUS = _test(LOCAL, "transfusion-status", "Transfusion status", "", 0, "", "", 0)

COUNTS = (
    Spelling(1, "10*9/L", "10*9/L", 2), Spelling(1, "10*9/L", "10*9/L", 2), Spelling(1, "10*3/uL", "10*3/uL", 2),
    Spelling(1, "x10E9/L", "10*9/L", 2), Spelling(1, "x10E9/L", "", 2), Spelling(1, "K/uL", "10*3/uL", 2),
    Spelling(1, "K/uL", "", 2), Spelling(1000, "/uL", "/uL", 0), Spelling(1, "10^3/uL", "10*3/uL", 2),
)  # fmt: skip
MASSES = (
    Spelling(1, "g/L", "g/L", 0), Spelling(1, "g/L", "g/L", 0),
    Spelling(-10, "g/dL", "g/dL", 1), Spelling(-10, "g/dL", "", 1),
)  # fmt: skip
"""A negative factor divides."""

WITH_A_COUNT = (
    _test(LOINC, "787-2", "MCV [Entitic mean volume] in Red Blood Cells", "fL", 88, "75", "95", 1, house="MCV"),
    _test(LOINC, "785-6", "MCH [Entitic mass] by Automated count", "pg", 29, "25", "33", 1, house="MCH"),
    _test(LOINC, "788-0", "Erythrocyte [DistWidth] in Blood by Automated count", "%", 15, "11.5", "14.5", 1, house="RDW"),
    _test(LOINC, "736-9", "Lymphocytes/Leukocytes in Blood by Automated count", "%", 70, "20", "60", 1, house="LY%"),
    _test(LOINC, "5905-5", "Monocytes/Leukocytes in Blood by Automated count", "%", 6, "2", "12", 1, house="MO%"),
    _test(LOINC, "4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "%", 25, "34", "45", 1, house="HCT"),
)

CHEMISTRY = (
    _test(LOINC, "2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 139, "135", "145", 0, house="NA"),
    _test(LOINC, "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 4.1, "3.5", "5.1", 1, house="K"),
    _test(LOINC, "2075-0", "Chloride [Moles/volume] in Serum or Plasma", "mmol/L", 103, "98", "107", 0),
    _test(LOINC, "1963-8", "Bicarbonate [Moles/volume] in Serum or Plasma", "mmol/L", 24, "22", "29", 0),
    _test(LOINC, "3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", "mg/dL", 13, "7", "20", 0),
    _test(LOINC, "2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 92, "70", "110", 0),
    _test(LOINC, "17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", 9.3, "8.6", "10.3", 1),
    _test(LOINC, "1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 4.1, "3.5", "5.2", 1),
    _test(LOINC, "2885-2", "Protein [Mass/volume] in Serum or Plasma", "g/dL", 7, "6.4", "8.3", 1),
    _test(LOINC, "1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "mg/L", 8, "0", "5", 1, house="CRP"),
    _test(LOINC, "2276-4", "Ferritin [Mass/volume] in Serum or Plasma", "ng/mL", 900, "7", "140", 0),
    _test(LOINC, "14804-9", "Lactate dehydrogenase [Enzymatic activity/volume] in Serum", "U/L", 240, "120", "300", 0),
    _test(LOINC, "19123-9", "Magnesium [Mass/volume] in Serum or Plasma", "mg/dL", 2, "1.7", "2.4", 1),
    _test(LOINC, "2777-1", "Phosphate [Mass/volume] in Serum or Plasma", "mg/dL", 4.4, "3.2", "5.7", 1),
    _test(LOINC, "3084-1", "Urate [Mass/volume] in Serum or Plasma", "mg/dL", 4.2, "2", "5.5", 1),
    _test(LOINC, "6301-6", "INR in Platelet poor plasma by Coagulation assay", "{INR}", 1.1, "0.9", "1.2", 2),
    _test(LOINC, "1742-6", "Alanine aminotransferase [Enzymatic activity/volume]", "U/L", 30, "5", "40", 0, house="ALT"),
    _test(LOINC, "1920-8", "Aspartate aminotransferase [Enzymatic activity/volume]", "U/L", 32, "5", "40", 0, house="AST"),
    _test(LOINC, "1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.6, "0.1", "1.2", 1),
    _test(LOINC, "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.5, "0.3", "0.9", 2, house="CREA"),
    _test(LOINC, "11580-8", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", 2.3, "0.6", "4.8", 2),
    _test(LOINC, "2132-9", "Cobalamin (Vitamin B12) [Mass/volume] in Serum or Plasma", "pg/mL", 520, "200", "900", 0),
    _test(LOINC, "26474-7", "Lymphocytes [#/volume] in Blood", "10*9/L", 1.9, "1.5", "7", 2),
    _test("", "", "Ciclosporin trough, house assay", "ng/mL", 180, "150", "250", 0, house="CSA-T"),
    _test("", "", "Neutrophils, house count", "/nL", 1.2, "1.5", "8", 2, house="NEUT-OLD"),
)
_VITAL = "vital-signs"
VITALS = (
    _test(LOINC, "8867-4", "Heart rate", "/min", 96, "60", "120", 0, _VITAL),
    _test(LOINC, "9279-1", "Respiratory rate", "/min", 22, "16", "30", 0, _VITAL),
    _test(LOINC, "8310-5", "Body temperature", "Cel", 36.9, "36", "37.8", 1, _VITAL),
    _test(LOINC, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%", 97, "94", "100", 0, _VITAL),
    _test(LOINC, "29463-7", "Body weight", "kg", 24, "", "", 1, _VITAL),
    _test(LOINC, "8302-2", "Body height", "cm", 118, "", "", 1, _VITAL),
    _test(LOINC, "72514-3", "Pain severity - 0-10 verbal numeric rating", "{score}", 2, "", "", 0, _VITAL),
)
PRESSURE = _test(LOINC, "85354-9", "Blood pressure panel with all children optional", "", 0, "", "", 0, _VITAL)

"""Units: what is converted, exactly; what is refused; and the tables against the library."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.interval import Interval
from fhir_adapter.spellings import in_ucum
from fhir_adapter.ucum import library_factor
from fhir_adapter.units import COMMON, Scale, Yardstick, scale
from tests.wire.sent import LOCAL, ROOT, SNOMED, UCUM, administration, code, codes, observation, only, read, ucum

SEEN_IN_REAL_DATA = [
    # unit text, code, from the laboratory index of real examples, and the number that 1 of it is in 10*9/L
    ("10*3/uL", "10*3/uL", "1"),
    ("10*6/uL", "10*6/uL", "1000"),
    ("x10*9/L", "10*9/L", "1"),
    ("K/ul", None, "1"),
    ("10*3/mm3", "10*3/mm3", "1"),
    ("10^12/L", "10*12/L", "1000"),
    ("x10*12/L", "10*12/L", "1000"),
    ("10*6/mm3", "10*6/mm3", "1000"),
]


@pytest.mark.parametrize(("text", "ucum_code", "expected"), SEEN_IN_REAL_DATA)
def test_units_of_real_blood_counts(text: str, ucum_code: str | None, expected: str) -> None:
    quantity: dict[str, Any] = {"value": 0.25, "unit": text}
    if ucum_code is not None:
        quantity |= {"system": UCUM, "code": ucum_code}
    assert only(observation(valueQuantity=quantity)).value == Interval.exactly(Decimal("0.25") * Decimal(expected))


@pytest.mark.parametrize(("text", "ucum_code"), [("g/dL", "g/dL"), ("g/dl", "g/dL"), ("g/dl", "g/dl"), ("gm/dL", None)])
def test_units_of_real_haemoglobin(text: str, ucum_code: str | None) -> None:
    quantity: dict[str, Any] = {"value": 7.2, "unit": text} | ({"system": UCUM, "code": ucum_code} if ucum_code else {})
    assert only(observation("718-7", valueQuantity=quantity)).value == Interval.exactly(Decimal(72))


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("K/uL", "10*3/uL"), ("K/ul", "10*3/uL"), ("k/µL", "10*3/uL"), ("Thousand/uL", "10*3/uL"), ("Tsd./µl", "10*3/uL"),
        ("x10*9/L", "10*9/L"), ("x10^9/L", "10*9/L"), ("X 10^9/l", "10*9/L"), ("10E9/L", "10*9/L"), ("10⁹/L", "10*9/L"),
        ("×10⁹/L", "10*9/L"), ("E9/L", "10*9/L"), ("G/L", "10*9/L"), ("G/l", "10*9/L"), ("Gpt/l", "10*9/L"),
        ("g/l", "g/L"), ("g/L", "g/L"), ("g/dl", "g/dL"), ("gm/dL", "g/dL"), ("G/DL", "g/dL"),
        ("T/L", "10*12/L"), ("m/uL", "10*6/uL"), ("M/uL", "10*6/uL"), ("Mio/µl", "10*6/uL"), ("10^12/L", "10*12/L"),
        ("cells/uL", "/uL"), ("#/uL", "/uL"), ("/mm3", "/uL"), ("/cumm", "/uL"), ("cells/mm^3", "/uL"),
        ("10*3/mm3", "10*3/uL"), ("10^3/mcL", "10*3/uL"), ("IU/L", "U/L"), ("[IU]/L", "U/L"), ("units/L", "U/L"),
        ("percent", "%"), ("mL/min/1.73 m2", "mL/min/{1.73_m2}"), ("ml/min/1.73m²", "ml/min/{1.73_m2}"), ("lbs", "[lb_av]"),
        ("10^6 cells/kg", "10*6/kg"), (" mg/dl ", "mg/dL"), ("furlong", "furlong"),
    ],
)  # fmt: skip
def test_hospital_spellings(spelling: str, unit: str) -> None:
    assert in_ucum(spelling) == unit


def test_the_common_conversions_are_the_librarys() -> None:
    assert {pair: library_factor(*pair) for pair in COMMON} == COMMON


def yardstick(unit: str, *also: str, **conversions: str) -> Yardstick:
    steps = tuple((name.replace("_per_", "/"), Fraction(factor)) for name, factor in conversions.items())
    return Yardstick(unit, also, steps, Decimal(0), Decimal(1000))


@pytest.mark.parametrize(
    ("canonical", "unit", "factor"),
    [
        (yardstick("10*9/L"), "/L", "1/1000000000"),
        (yardstick("g/L", mmol_per_L="16.11"), "mmol/L", "1611/100"),
        (yardstick("g/L", mmol_per_L="16.11"), "umol/L", "1611/100000"),
        (yardstick("mg/dL", umol_per_L="0.0113", mmol_per_L="11.31"), "umol/L", "113/10000"),
        (yardstick("mg/dL", umol_per_L="0.0113", mmol_per_L="11.31"), "mmol/L", "1131/100"),
        (yardstick("%"), "1", "100"),
        (yardstick("%"), "%{WBC}", "1"),
        (yardstick("%"), "/100{WBC}", "1"),
        (yardstick("%"), "10*-2", "1"),
        (yardstick("U/L"), "nkat/L", "3/50"),
        (yardstick("U/L"), "ukat/L", "60"),
        (yardstick("cm"), "[ft_i]", "762/25"),
        (yardstick("kg"), "5.g", "1/200"),
        (yardstick("1"), "{score}", "1"),
        (yardstick("10*6"), "10*7", "10"),
        (yardstick("10*6"), "{cells}", "1/1000000"),
        (yardstick("mL/min/{1.73_m2}"), "mL/s/1.73m2", "60"),
    ],
)
def test_conversions_are_exact(canonical: Yardstick, unit: str, factor: str) -> None:
    assert scale(unit, canonical) == Scale(canonical.unit, Fraction(factor))


@pytest.mark.parametrize(
    ("canonical", "unit"),
    [
        (yardstick("10*9/L"), "mmol/L"),
        (yardstick("10*9/L"), "%"),
        (yardstick("10*9/L"), "10*9"),
        (yardstick("10*9/L"), "furlong"),
        (yardstick("10*9/L"), "x" * 5000),
        (yardstick("%"), "{ratio}"),
        (yardstick("%"), "mg/kg"),
        (yardstick("%"), "10*9/L"),
        (yardstick("%"), "10*6"),
        (yardstick("1"), "%"),
        (yardstick("1"), "kg"),
        (yardstick("mg", "mg/kg"), "mL/L"),
        (yardstick("mg", "mg/kg"), "%"),
        (yardstick("mg", "mg/kg"), "mg/m2"),
        (yardstick("mg", "mg/kg"), "{tablet}"),
        (yardstick("10*6", "10*6/kg"), "1"),
        (yardstick("10*6", "10*6/kg"), "{dose}"),
        (yardstick("10*6", "10*6/kg"), "mg/kg"),
        (yardstick("Cel"), "[degF]"),
    ],
)
def test_units_that_mean_something_else_are_refused(canonical: Yardstick, unit: str) -> None:
    assert scale(unit, canonical) is None


def test_a_conversion_has_no_trailing_digits() -> None:
    assert str(scale("/uL", yardstick("10*9/L")).convert(Decimal(500))) == "0.5"  # type: ignore[union-attr]
    assert str(scale("10*3/mm3", yardstick("10*9/L")).convert(Decimal("1.50"))) == "1.5"  # type: ignore[union-attr]
    assert str(scale("g/dL", yardstick("g/L")).convert(Decimal(10))) == "100"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("quantity", "fault", "path"),
    [
        ({"value": 1}, "unit-missing", "unit"),
        ({"value": 1, "unit": ""}, "unit-missing", "unit"),
        ({"value": 1, "unit": "mmol/L"}, "unit-unknown", "unit"),
        ({"value": 1, "unit": "10*9/L", "system": UCUM, "code": "furlong"}, "unit-unknown", "code"),
        ({"value": 1, "system": SNOMED, "code": "258947003"}, "unit-unknown", "code"),
        ({"value": 1, "unit": "cells/uL", "system": UCUM, "code": "10*3/uL"}, "unit-conflict", None),
        ({"value": 1, "unit": "K/uL", "code": "10*9/mL"}, "unit-conflict", None),
    ],
)
def test_a_unit_is_never_guessed(quantity: Any, fault: str, path: str | None) -> None:
    intake = read(observation(valueQuantity=quantity))
    where = "Observation.valueQuantity" + (f".{path}" if path else "")
    assert [(issue.code, issue.path) for issue in intake.issues] == [(fault, where)]


def test_a_snomed_unit_code_leaves_the_unit_text() -> None:
    quantity = {"value": 1, "unit": "x10*9/L", "system": SNOMED, "code": "258947003"}
    assert only(observation(valueQuantity=quantity)).value == Interval.exactly(Decimal(1))


def test_a_code_without_its_system_counts_where_the_text_says_nothing() -> None:
    assert only(observation(valueQuantity={"value": 1, "code": "10*9/L"})).value == Interval.exactly(Decimal(1))
    assert only(observation(valueQuantity={"value": 1, "unit": "billions", "code": "10*9/L"})).value == Interval.exactly(
        Decimal(1)
    )


def test_doses_stay_apart_from_doses_per_kilogram() -> None:
    for unit, expected, kept in (("mg", "60", "mg"), ("g", "60000", None), ("mg/kg", "60", "mg/kg"), ("ug/kg", "0.06", "mg/kg")):
        fact = only(administration(dosage={"dose": ucum(60, unit)}))
        assert (fact.value, fact.unit) == (None if kept is None else Interval.exactly(Decimal(expected)), kept)


def test_cells() -> None:
    msc = code("uc-msc", LOCAL)
    for unit, number, canonical in (("10*6", "20", "10*6"), ("10*6/kg", "20", "10*6/kg"), ("10*7", "200", "10*6")):
        fact = only(administration(medicationCodeableConcept=msc, dosage={"dose": ucum(20, unit)}))
        assert (fact.value, fact.unit) == (Interval.exactly(Decimal(number)), canonical)


def test_a_dose_in_an_unknown_unit_does_not_undo_the_administration() -> None:
    intake = read(administration(dosage={"dose": ucum(3, "{vial}")}))
    assert codes(intake) == ["unit-unknown"]
    assert [(fact.concept, fact.value) for fact in intake.records[0].facts] == [("rabbit_atg", None), ("seen", None)]


def test_ordinary_units_do_not_load_the_library() -> None:
    script = (
        "import sys\n"
        "from tests.wire.sent import *\n"
        "read(observation(), observation('718-7', valueQuantity=ucum(7, 'g/dL')), administration())\n"
        "assert not {'pint', 'ucumvert', 'fhir'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=60)

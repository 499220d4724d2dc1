"""What was read before changes nothing in what is read now, however alike the two are."""

from decimal import Decimal
from functools import cache
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.pack.vocabulary import ConceptSpec
from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import CodeableConcept, Quantity
from fhir_adapter.issue import Refusal
from fhir_adapter.quantity import read_quantity
from fhir_adapter.read import Reader

LINE = (
    '{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[%s]},"subject":{"reference":"Patient/p1"},'
    '"effectiveDateTime":"%s","valueQuantity":{"value":%s%s},"referenceRange":[{"low":{"value":%s%s}}]}'
)
NUMBERS = (
    "1", "1.0", "1.00", "10e-1", "1." + "0" * 45, "true", '"1"', "null", "[1]", "0", "-0.0", "0e-50", "0." + "0" * 45, "1000",
    "1e3", "1e29", "1e31", "99999", "-1", "1.5", "1.50", "4" * 25, "0.1" + "4" * 38, "0.1" + "4" * 41,
)  # fmt: skip
UNITS = (
    "", ',"unit":"10*9/L"', ',"unit":"K/uL"', ',"code":"10*9/L"', ',"unit":"10*9/L","code":"/uL"', ',"unit":" 10*9/L "',
    ',"unit":"10*9/L","system":"http://unitsofmeasure.org"', ',"code":"10*9/L","system":"http://unitsofmeasure.org"',
    ',"unit":"/uL","code":"10*9/L","system":"http://unitsofmeasure.org"', ',"unit":"10*9/L","code":"/uL","system":"urn:x"',
    ',"code":"10*9/L","system":"urn:x"', ',"unit":"mg","system":"http://unitsofmeasure.org"', ',"unit":"{cells}"',
    ',"unit":"10*9/L","comparator":"<"', ',"unit":"10*9/L","comparator":">="', ',"unit":"10*9/L","comparator":"~"',
)  # fmt: skip
CODINGS = (
    '{"system":"http://loinc.org","code":"a"}', '{"system":"http://loinc.org","code":"b"}', '{"code":"a"}',
    '{"system":"http://loinc.org","code":"a"},{"system":"http://loinc.org","code":"b"}',
    '{"system":"http://loinc.org","code":"a"},{"system":"http://loinc.org","code":"never"}',
    '{"system":"http://loinc.org","code":"never"}',
    '{"system":"http://loinc.org","code":"a"},{"system":"http://loinc.org","code":"marked"}',
    '{"system":"http://loinc.org","code":"a"},{"system":"http://loinc.org","code":"c"}',
    '{"system":"http://loinc.org","code":"marked"}', '{"system":"http://loinc.org","code":"a"},{"code":"marked"}',
)  # fmt: skip
DAYS = (
    "2013",
    "2013-11",
    "2013-11-02",
    "2013-11-02T08:30:00Z",
    "2013-11-02T08:30:00+08:00",
    "2013-11-02T08:30:00." + "1" * 40 + "Z",
    "x",
)


def vocabulary() -> Vocabulary:
    """One that has read nothing yet."""
    codes = [{"system": "loinc", "codes": ["a"]}, {"system": "loinc", "codes": ["marked"], "mark": "automated"}]
    one = {
        "label": "one", "element": "Observation", "quantity": {"unit": "10*9/L", "plausible": ["0", "5000"]}, "codes": codes,
        "never": [{"system": "loinc", "codes": ["never"], "means": "another"}],
    }  # fmt: skip
    other = {
        "label": "other", "element": "Observation", "quantity": {"unit": "10*9/L", "plausible": ["1", "2"]},
        "codes": [{"system": "loinc", "codes": ["b"]}],
    }  # fmt: skip
    concepts = {name: ConceptSpec.model_validate(spec) for name, spec in (("one", one), ("other", other))}
    return Vocabulary.of(concepts, {"loinc": ["http://loinc.org"]})


def reading(line: str, known: Vocabulary) -> tuple[object, ...]:
    reader = Reader(known, validation="fast")
    reader.read(line.encode(), "x.ndjson", ndjson=True)
    intake = reader.finish()
    facts = [
        (f.concept, repr(f.value), f.when, f.marks, f.unit, repr(f.lower_limit), f.preliminary)
        for r in intake.records
        for f in r.facts
    ]
    return facts, [issue.line() for issue in intake.issues]


@cache
def alone(line: str) -> tuple[object, ...]:
    return reading(line, vocabulary())


LINES = st.builds(
    lambda *parts: LINE % parts,
    *(st.sampled_from(each) for each in (CODINGS, DAYS, NUMBERS, UNITS, NUMBERS, UNITS)),
)


@settings(deadline=None)  # the first unit that no table holds loads a library
@given(st.lists(LINES, min_size=2, max_size=6))
def test_one_after_the_other_is_each_for_itself(lines: list[str]) -> None:
    known = vocabulary()
    for line in [*lines, *lines]:
        assert reading(line, known) == alone(line)


@pytest.mark.parametrize("unit", [',"unit":"10*9/L"', ',"unit":"/uL"'])
def test_every_number_after_every_other_is_itself(unit: str) -> None:
    """With one unit, since the same number may be written in many ways, some of which are refused."""
    lines = [LINE % (CODINGS[0], DAYS[2], number, unit, "1", "") for number in NUMBERS]
    for first, then in product(lines, repeat=2):
        known = vocabulary()
        reading(first, known)
        assert reading(then, known) == alone(then)


def test_every_unit_after_every_other_is_itself() -> None:
    lines = [LINE % (CODINGS[0], DAYS[2], "1.5", unit, "1", "") for unit in UNITS]
    for first, then in product(lines, repeat=2):
        known = vocabulary()
        reading(first, known)
        assert reading(then, known) == alone(then)


def matched(coding: str, known: Vocabulary) -> object:
    """Asked directly, since a code that the rules do not know is passed over before."""
    code = msgspec.json.decode(f'{{"coding":[{coding}]}}', type=CodeableConcept)
    try:
        return [(concept.name, marks) for concept, marks in known.match("Observation", code, "x")]
    except Refusal as refusal:
        return refusal.code, refusal.path, refusal.words


def test_every_coding_after_every_other_is_itself() -> None:
    for first, then in product((*CODINGS, '{"system":"urn:x","code":"a"}', ""), repeat=2):
        known = vocabulary()
        matched(first, known)
        assert matched(then, known) == matched(then, vocabulary())


def test_what_is_remembered_stays_within_bounds() -> None:
    known = vocabulary()
    concept = known.coded["Observation"]["http://loinc.org", "a"][0].concept
    yardstick = concept.yardstick
    for number in range(3000):
        read_quantity(Quantity(Decimal(number) / 2, unit="10*9/L"), concept, "")
    coded = f'{{"system":"http://loinc.org","code":"a"}},{{"system":"urn:x","code":"{"y" * 5000}"}}'
    reading(LINE % (coded, DAYS[2], "7.125", UNITS[1] + f',"system":"{"z" * 5000}"', "1", ""), known)
    assert yardstick is not None
    assert 0 < len(yardstick.known) <= 2048
    assert all(len(str(part)) < 100 for said in yardstick.known for part in said)
    assert all(len(str(said)) < 1000 for said in known._matched)

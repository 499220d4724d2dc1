"""Every form of value[x], and what it says."""

from decimal import Decimal
from typing import Any

import pytest

from engine.interval import Interval
from tests.wire.sent import DAY, LOCAL, LOINC, SNOMED, code, codes, facts, observation, only, read, ucum

COUNT = "10*9/L"
POSITIVE = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def exactly(text: str) -> Interval:
    return Interval.exactly(Decimal(text))


def test_a_number_is_what_its_text_says_to_the_last_digit() -> None:
    for text in ("0.10", "0.1", "1e-05", "0.5", "499.99999999999999999", "5E+1", "0", "-0", "-0.0"):
        raw = b'{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org",'
        raw += b'"code":"751-8"}]},"subject":{"reference":"Patient/p1"},"valueQuantity":{"value":%s,"unit":"10*9/L"}}'
        value = only(raw % text.encode()).value
        assert value == exactly(text)
        assert isinstance(value, Interval)
        assert "E" not in str(value.lo) or abs(Decimal(text)) < Decimal("1e-6")


@pytest.mark.parametrize(
    ("comparator", "expected"),
    [
        ("<", Interval(Decimal(0), Decimal(5), hi_open=True)),
        ("<=", Interval(Decimal(0), Decimal(5))),
        (">", Interval(Decimal(5), None, lo_open=True)),
        (">=", Interval(Decimal(5), None)),
    ],
)
def test_a_comparator_leaves_an_interval(comparator: str, expected: Interval) -> None:
    assert only(observation(valueQuantity=ucum(5, COUNT) | {"comparator": comparator})).value == expected


def test_below_the_plausible_minimum_starts_there() -> None:
    value = only(observation("718-7", valueQuantity=ucum(3, "g/dL") | {"comparator": "<"})).value
    assert value == Interval(Decimal(10), Decimal(30), hi_open=True)


@pytest.mark.parametrize(
    ("extent", "expected"),
    [
        ({"low": ucum(10, "%"), "high": ucum(20, "%")}, Interval(Decimal(10), Decimal(20))),
        ({"high": ucum(20, "%")}, Interval(Decimal(0), Decimal(20))),
        ({"low": ucum(10, "%")}, Interval(Decimal(10), None)),
        ({"low": ucum("0.1", "1") | {"value": 0.1}, "high": ucum(20, "%")}, Interval(Decimal(10), Decimal(20))),
    ],
)
def test_a_range_is_a_range(extent: Any, expected: Interval) -> None:
    assert only(observation(code=code("marrow-cellularity", LOCAL), valueRange=extent)).value == expected


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": ucum(2, "{score}")},
        {"valueQuantity": {"value": 2}},
        {"valueQuantity": ucum(2, "1")},
        {"valueInteger": 2},
        {"valueCodeableConcept": code("LA9624-3")},
        {"valueCodeableConcept": code("422894000", SNOMED)},
    ],
)
def test_a_performance_status_is_a_number_in_every_form(value: Any) -> None:
    assert only(observation("89247-1", **value)).value == exactly("2")


def test_codes_that_stand_for_two_numbers_may_be_either() -> None:
    both = {"coding": [*code("LA9622-7")["coding"], *code("422512005", SNOMED)["coding"]]}
    intake = read(observation("89247-1", valueCodeableConcept=both))
    assert intake.records[0].facts[0].value == Interval(Decimal(0), Decimal(1))
    assert codes(intake) == ["answer-contradiction"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueCodeableConcept": code("10828004", SNOMED)}, {"POS"}),
        ({"valueCodeableConcept": code("NEG", LOCAL)}, {"NEG"}),
        ({"valueCodeableConcept": code("NEG", POSITIVE)}, {"NEG"}),
        ({"interpretation": [code("POS", POSITIVE)]}, {"POS"}),
        ({"interpretation": [code("N", POSITIVE)]}, {"NEG"}),
        ({"interpretation": [code("N", POSITIVE)], "dataAbsentReason": {"text": "see interpretation"}}, {"NEG"}),
    ],
)
def test_a_test_is_positive_or_negative_by_value_or_interpretation(value: Any, expected: set[str]) -> None:
    assert only(observation("34730-2", **value)).value == expected


def test_value_and_interpretation_that_differ_stay_both_visible() -> None:
    intake = read(observation("34730-2", valueCodeableConcept=code("NEG", LOCAL), interpretation=[code("POS", POSITIVE)]))
    assert intake.records[0].facts[0].value == {"POS", "NEG"}
    assert codes(intake) == ["answer-contradiction"]


def test_yes_and_no() -> None:
    for answer, word in ((True, "true"), (False, "false")):
        sent = observation(code=code("matched-sibling-donor", LOCAL), valueBoolean=answer)
        assert only(sent).value == {word}


def test_transfusion_status() -> None:
    sent = observation(code=code("transfusion-status", LOCAL), valueCodeableConcept=code("independent", LOCAL))
    assert only(sent).value == {"independent"}


@pytest.mark.parametrize(
    ("loinc", "value", "fault", "path"),
    [
        ("751-8", {"valueString": "0.4 10*9/L"}, "value-text", "Observation.valueString"),
        ("751-8", {"valueInteger": 4}, "unit-missing", "Observation.valueInteger"),
        ("751-8", {"valueBoolean": True}, "value-form", "Observation.valueBoolean"),
        ("751-8", {"valueCodeableConcept": code("NEG", LOCAL)}, "value-form", "Observation.valueCodeableConcept"),
        ("751-8", {"valueRatio": {"numerator": {"value": 1}}}, "value-form", "Observation.valueRatio"),
        ("751-8", {"valueQuantity": ucum(0.4, COUNT), "valueInteger": 1}, "value-several", "Observation"),
        ("751-8", {"valueQuantity": ucum("0.4", COUNT)}, "number-form", "Observation.valueQuantity.value"),
        ("751-8", {"valueQuantity": ucum(True, COUNT)}, "number-form", "Observation.valueQuantity.value"),
        ("751-8", {"valueQuantity": ucum([1], COUNT)}, "number-form", "Observation.valueQuantity.value"),
        ("751-8", {"valueQuantity": ucum(10**60, COUNT)}, "number-size", "Observation.valueQuantity.value"),
        ("751-8", {"valueQuantity": ucum(501, COUNT)}, "implausible", "Observation.valueQuantity"),
        ("751-8", {"valueQuantity": ucum(-1, COUNT)}, "implausible", "Observation.valueQuantity"),
        ("751-8", {"valueQuantity": ucum(3000, "10*3/uL")}, "implausible", "Observation.valueQuantity"),
        ("751-8", {"valueQuantity": ucum(0, COUNT) | {"comparator": "<"}}, "implausible", "Observation.valueQuantity"),
        (
            "751-8",
            {"valueQuantity": ucum(1, COUNT) | {"comparator": "~"}},
            "comparator-unknown",
            "Observation.valueQuantity.comparator",
        ),
        ("751-8", {"valueRange": {"low": ucum(2, COUNT), "high": ucum(1, COUNT)}}, "range-empty", "Observation.valueRange"),
        ("34730-2", {"valueString": "negative"}, "value-text", "Observation.valueString"),
        ("34730-2", {"valueCodeableConcept": {"text": "negative"}}, "answer-unknown", "Observation.valueCodeableConcept"),
        ("34730-2", {"valueQuantity": ucum(1, "1")}, "value-form", "Observation.valueQuantity"),
        ("34730-2", {"interpretation": [code("IND", POSITIVE)]}, "answer-unknown", "Observation.interpretation"),
        (
            "751-8",
            {"valueQuantity": ucum(0.4, COUNT), "dataAbsentReason": {"text": "unknown"}},
            "value-and-absent",
            "Observation",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_rejected_with_its_path(loinc: str, value: Any, fault: str, path: str) -> None:
    intake = read(observation(loinc, **value))
    assert [(issue.code, issue.path, issue.severity) for issue in intake.issues] == [(fault, path, "error")]
    assert [fact.concept for fact in intake.records[0].facts] == ["seen"]
    assert intake.counts == {("Observation", "rejected"): 1}


@pytest.mark.parametrize("value", [{"valueQuantity": None}, {"valueQuantity": {"unit": "10*9/L"}}, {"valueQuantity": {}}])
def test_no_value_is_no_fact_and_no_fault(value: Any) -> None:
    intake = read(observation(**value, dataAbsentReason=code("unknown")))
    assert not intake.issues
    assert intake.counts == {("Observation", "not relevant"): 1}


def test_the_reference_range_gives_the_limits_of_normal() -> None:
    limits = [{"low": ucum(4, "g/dL"), "high": ucum(160, "g/L"), "type": code("normal", "x")}, {"type": code("treatment", "x")}]
    fact = only(observation("718-7", valueQuantity=ucum(8, "g/dL"), referenceRange=limits))
    assert (fact.lower_limit, fact.upper_limit) == (exactly("40"), exactly("160"))


def test_two_ranges_of_normal_give_no_limit() -> None:
    ranges = [{"high": ucum(1, "g/dL")}, {"high": ucum(2, "g/dL")}]
    assert only(observation("718-7", valueQuantity=ucum(8, "g/dL"), referenceRange=ranges)).upper_limit is None


def test_a_limit_in_no_unit_is_left_out_and_said() -> None:
    intake = read(observation("718-7", valueQuantity=ucum(8, "g/dL"), referenceRange=[{"high": {"value": 16}}]))
    assert codes(intake) == ["limit-unreadable"]
    assert intake.counts == {("Observation", "used"): 1}


def test_components_and_their_parent_are_read_with_its_time_and_specimen() -> None:
    parts = [
        {"code": code("777-3"), "valueQuantity": ucum(12, COUNT)},
        {"code": code("718-7"), "valueQuantity": ucum(7, "g/dL")},
        {"code": code("1-1"), "valueString": "nothing to us"},
        {"code": code("6690-2"), "valueQuantity": ucum(7, "furlong")},
    ]
    intake = read(observation("58410-2", valueQuantity=None, component=parts, specimen={"reference": "Specimen/s1"}))
    found = [fact for fact in intake.records[0].facts if fact.concept != "seen"]
    assert [(fact.concept, str(fact.when), fact.sample, fact.ref) for fact in found] == [
        ("hgb", DAY, "Specimen/s1", "Observation/o1"),
        ("plt", DAY, "Specimen/s1", "Observation/o1"),
    ]
    assert [(issue.code, issue.path) for issue in intake.issues] == [
        ("unit-unknown", "Observation.component[3].valueQuantity.code")
    ]


def test_the_method_marks_a_value() -> None:
    sent = observation(code=code("marrow-cellularity", LOCAL), valueQuantity=ucum(10, "%"), method=code("49401003", SNOMED))
    assert only(sent).marks == {"aspirate"}


def test_the_code_marks_a_value() -> None:
    assert only(observation("60474-4")).marks == {"automated"}
    assert only(observation("14196-0")).marks == frozenset()
    several = {"coding": [{"system": LOINC, "code": name} for name in ("60474-4", "14196-0", "40665-2")]}
    assert only(observation(code=several)).marks == {"automated"}


def test_codings_for_different_things_are_refused() -> None:
    both = {"coding": [{"system": LOINC, "code": name} for name in ("751-8", "777-3")]}
    intake = read(observation(code=both))
    assert codes(intake) == ["code-contradiction"]
    assert "absolute neutrophil count, platelet count" in intake.issues[0].message


def test_a_coding_that_says_less_steps_back_beside_one_that_says_more() -> None:
    product = {"coding": [{"system": SNOMED, "code": name} for name in ("5447007", "12719002")]}
    sent = {
        "resourceType": "Procedure",
        "id": "t1",
        "status": "completed",
        "code": product,
        "subject": {"reference": "Patient/p1"},
        "performedDateTime": DAY,
    }
    assert {fact.concept for fact in facts(sent)} == {"platelet_transfusion"}
    assert {fact.concept for fact in facts(sent | {"code": code("5447007", SNOMED)})} == {"transfusion_product_unknown"}


def test_cord_blood_is_refused_by_name() -> None:
    both = {"coding": [{"system": LOINC, "code": name} for name in ("751-8", "74398-9")]}
    intake = read(observation(code=both))
    assert codes(intake) == ["code-refused"]
    assert "neutrophils in cord blood" in intake.issues[0].message


def test_a_code_of_another_system_is_not_relevant() -> None:
    assert facts(observation(code=code("751-8", "http://example.org/lab"))) == []
    assert only(observation(code=code("751-8", "urn:oid:2.16.840.1.113883.6.1"))).concept == "anc"

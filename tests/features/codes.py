"""Steps that say under which codes, units and wordings a record may tell something, and what is read of each."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from pytest_bdd import parsers, then, when

from engine.interval import Interval
from engine.record import Fact
from fhir_adapter.read import Intake
from marrow.review.rules_under_test import RulesUnderTest
from tests.features.findings import SYSTEMS, UCUM, Json

_DAY = "2014-03-03"
_GRADE = "http://hl7.org/fhir/us/ctcae/StructureDefinition/ctcae-grade"
_URIS = {**SYSTEMS, "meddra": "http://terminology.hl7.org/CodeSystem/mdr"}
_JSON = msgspec.json.Encoder(decimal_format="number")
_NUMBER = r"-?\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Row:
    """One code by which something may be told. kind: what the code says; says: the answer, mark or number that it stands for."""

    kind: str
    words: str
    concept: str
    element: str
    code: str
    value: str
    method: str
    says: str


@dataclass(frozen=True, slots=True)
class Told:
    """Rows that were sent, each of a patient of its own, and what was read of them."""

    rows: tuple[Row, ...]
    intake: Intake

    def facts(self, number: int) -> list[Fact]:
        """What was read of one row's resource."""
        found = [record for record in self.intake.records if record.patient == f"Patient/c{number}"]
        return [
            fact for record in found for fact in record.facts if not fact.ref.startswith("Patient/") and fact.concept != "seen"
        ]


def _rows() -> tuple[Row, ...]:
    with (Path(__file__).parent / "codes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Row(**line) for line in csv.DictReader(file))


ROWS = _rows()


def rows_of(kind: str, words: str) -> tuple[Row, ...]:
    found = tuple(row for row in ROWS if (row.kind, row.words) == (kind, words))
    assert found, f"no {kind} of {words} is listed"
    return found


# --- a resource of a row ----------------------------------------------------------------------------------------------


def _coded(text: str) -> Json:
    """A CodeableConcept of "loinc 718-7", or of a code list's own URI and a code."""
    system, _, code = text.rpartition(" ")
    return {"coding": [{"system": _URIS.get(system, system), "code": code}]}


def _quantity(text: str) -> Json:
    number, _, unit = text.partition(" ")
    return {"value": Decimal(number), "unit": unit, "system": UCUM, "code": unit}


def _value(text: str) -> Json:
    if not text:
        return {}
    if text == "true":
        return {"valueBoolean": True}
    return {"valueCodeableConcept": _coded(text[1:])} if text.startswith("=") else {"valueQuantity": _quantity(text)}


def _observation(row: Row) -> Json:
    how = {"method": _coded(row.method)} if row.method else {}
    return {"status": "final", "code": _coded(row.code), "effectiveDateTime": _DAY} | _value(row.value) | how


def _condition(row: Row) -> Json:
    status = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]}
    return {"verificationStatus": status, "code": _coded(row.code), "onsetDateTime": _DAY}


def _administration(row: Row) -> Json:
    dose = {"dosage": {"dose": _quantity(row.value)}} if row.value else {}
    return {"status": "completed", "medicationCodeableConcept": _coded(row.code), "effectiveDateTime": _DAY} | dose


def _event(row: Row) -> Json:
    return event(row, row.value, _DAY)


def event(row: Row, grade: str, day: str) -> Json:
    """A toxic event on a day, with its grade where one is recorded."""
    term = {"text": row.code} if row.kind == "wording" else _coded(row.code)
    graded = [{"url": _GRADE, "valueCodeableConcept": {"text": grade}}] if grade else []
    return {"actuality": "actual", "event": term, "date": day} | ({"extension": graded} if graded else {})


_BODIES: dict[str, Callable[[Row], Json]] = {
    "Observation": _observation,
    "Condition": _condition,
    "Procedure": lambda row: {"status": "completed", "code": _coded(row.code), "performedDateTime": _DAY},
    "MedicationAdministration": _administration,
    "AdverseEvent": _event,
    "ResearchSubject": lambda row: {"status": "on-study", "study": {"reference": "ResearchStudy/trial"}, "assignedArm": row.code},
}


def told(rules: RulesUnderTest, rows: tuple[Row, ...], change: Callable[[Json], Json] = lambda body: body) -> Told:
    """Every row as a resource of a patient of its own, read through one Bundle."""
    entries: list[Any] = []
    for number, row in enumerate(rows):
        whose = {"individual" if row.element == "ResearchSubject" else "subject": {"reference": f"Patient/c{number}"}}
        body = {"resourceType": row.element, "id": f"r{number}", **change(_BODIES[row.element](row)), **whose}
        entries += [{"resource": {"resourceType": "Patient", "id": f"c{number}"}}, {"resource": body}]
    whole = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return Told(rows, rules.read(_JSON.encode(whole)))


# --- steps ------------------------------------------------------------------------------------------------------------

_KINDS = {
    "under each of its codes": "code",
    "in each of its wordings": "wording",
    "by each of its answers": "answer",
    "with each code of the method": "method",
    "in each spelling": "arm",
}


@when(parsers.re(rf'"(?P<words>[^"]+)" is told (?P<how>{"|".join(_KINDS)}), (?P<number>\d+) in all'), target_fixture="told_rows")
def each_code(rules: RulesUnderTest, words: str, how: str, number: str) -> Told:
    rows = rows_of(_KINDS[how], words)
    assert len(rows) == int(number)
    return told(rules, rows)


@when(
    parsers.re(r'codes of "(?P<words>[^"]+)" are sent under each name of that list, (?P<number>\d+) in all'),
    target_fixture="told_rows",
)
def each_name(rules: RulesUnderTest, words: str, number: str) -> Told:
    rows = rows_of("name", words)
    assert len(rows) == int(number)
    return told(rules, rows)


@when(parsers.re(r'"(?P<words>[^"]+)" is sent by mistake'), target_fixture="told_rows")
def refused_code(rules: RulesUnderTest, words: str) -> Told:
    return told(rules, rows_of("refused", words))


@when(parsers.re(r'one record says both "(?P<less>[^"]+)" and "(?P<more>[^"]+)"'), target_fixture="told_rows")
def both_codes(rules: RulesUnderTest, less: str, more: str) -> Told:
    vague, exact = rows_of("code", less)[0], rows_of("code", more)[0]
    key = "medicationCodeableConcept" if exact.element == "MedicationAdministration" else "code"
    also = _coded(vague.code)["coding"]
    return told(rules, (exact,), lambda body: body | {key: {"coding": [*also, *body[key]["coding"]]}})


@when(parsers.re(rf'"(?P<words>[^"]+)" is (?:given at |of grade )?(?P<value>{_NUMBER}(?: \S+)?)'), target_fixture="told_rows")
def with_value(rules: RulesUnderTest, words: str, value: str) -> Told:
    row = rows_of("code", words)[0]
    unit = row.value.partition(" ")[2] if row.element == "Observation" else ""
    number = value if row.element == "AdverseEvent" or " " in value else f"{value} {unit}"
    return told(rules, (Row(row.kind, row.words, row.concept, row.element, row.code, number, "", ""),))


@then("each of them is read as that and nothing else")
def read_as_that(told_rows: Told) -> None:
    for number, row in enumerate(told_rows.rows):
        facts = told_rows.facts(number)
        assert {fact.concept for fact in facts} >= {row.concept}, row
        (fact,) = [fact for fact in facts if fact.concept == row.concept]
        assert {one.concept for one in facts} - {row.concept} <= _SHARED.get(row.code, frozenset()), row
        if row.kind == "method":
            assert row.says in fact.marks, row
        elif re.fullmatch(r"\d+", row.says):
            assert fact.value == Interval.exactly(Decimal(row.says)), row
        elif row.says:
            assert fact.value == frozenset({row.says}), row
        elif row.value:
            assert fact.value is not None, row


_SHARED = {"icd10 D89.812": frozenset({"acute_gvhd", "chronic_gvhd"})}
"""Codes that say two things at once."""


@then("it is refused")
def is_refused(told_rows: Told) -> None:
    for number, row in enumerate(told_rows.rows):
        assert [fact for fact in told_rows.facts(number) if fact.concept == row.concept] == [], row
    assert [issue.code for issue in told_rows.intake.issues] == ["code-refused"] * len(told_rows.rows)


@then(parsers.re(r"it is read"))
def is_read(told_rows: Told) -> None:
    assert _values(told_rows) != []


@then(parsers.re(rf"it is read as (?P<number>{_NUMBER})"))
def is_read_as(told_rows: Told, number: str) -> None:
    assert _values(told_rows) == [Interval.exactly(Decimal(number))]


@then("it is refused as a value that cannot be")
def is_implausible(told_rows: Told) -> None:
    assert _values(told_rows) == []
    assert [issue.code for issue in told_rows.intake.issues] == ["implausible"]


def _values(told_rows: Told) -> list[Any]:
    (row,) = told_rows.rows
    return [fact.value for fact in told_rows.facts(0) if fact.concept == row.concept and fact.value is not None]

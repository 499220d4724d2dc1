"""Kinds of broken input, each with what is said of it: where, what was expected, what to do, and never what was sent.

Everything broken comes beside the chart of a child whose conclusions are known: they do not change.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import Answer, Json, call, child, lines, results, text, write

LOINC, SNOMED, UCUM, LOCAL = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org", "urn:marrow:lan-2021"
SECRET = "Wanda"


def code(value: str, system: str = LOINC) -> Json:
    return {"coding": [{"system": system, "code": value}]}


def amount(value: Any, unit: str = "10*9/L") -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def observation(**more: Any) -> Json:
    """Neutrophils of the child on the day of the first dose; None leaves an element out."""
    plain: Json = {
        "resourceType": "Observation",
        "id": "broken",
        "status": "final",
        "code": code("751-8"),
        "subject": {"reference": "Patient/msc-01"},
        "effectiveDateTime": "2013-11-07",
        "valueQuantity": amount(0.7131),
    }
    return {name: value for name, value in (plain | more).items() if value is not None}


def given(**more: Any) -> Json:
    plain: Json = {
        "resourceType": "MedicationAdministration",
        "id": "broken",
        "status": "completed",
        "medicationCodeableConcept": code("L04AA04", "http://www.whocc.no/atc"),
        "subject": {"reference": "Patient/msc-01"},
        "effectiveDateTime": "2013-11-07",
    }
    return {name: value for name, value in (plain | more).items() if value is not None}


@dataclass(frozen=True)
class Broken:
    """Something broken and what is said of it. sent: a resource, or its text; secrets: what may not be said again."""

    name: str
    sent: Json | bytes
    code: str
    path: str
    message: str
    strict: tuple[str, str] | None = None
    """Code and path under strict validation, where FHIR itself does not allow it."""
    secrets: tuple[str, ...] = field(default=(SECRET, "0.7131"))


NOT_GUESSED = "expected 10*9/L or a unit like it"
TWO_THINGS = "the codings name different things (absolute neutrophil count, platelet count); send only what is meant"
PLAIN = json.dumps(observation()).encode()

BROKEN = [
    # the resource
    Broken("no resourceType", {"id": SECRET}, "no-resource-type", "resourceType",
           "resourceType is missing; expected the name of a FHIR resource type"),
    Broken("unknown resourceType", {"resourceType": SECRET}, "unknown-resource-type", "resourceType",
           "resourceType names no FHIR resource type of R4, R4B or R5"),
    Broken("not an id", observation(id=f"{SECRET} 1"), "id-invalid", "Observation.id",
           "the id is not a FHIR id (letters, digits, - and ., at most 64)"),
    Broken("a duplicate key", PLAIN.replace(b'"status"', b'"status": "final", "status"'), "duplicate-key", "Observation",
           "an element stands here twice, so what is meant is unclear; send it once"),
    Broken("a duplicate key deep inside", PLAIN.replace(b'"value": 0.7131', b'"value": 0.7131, "value": 7.131'), "duplicate-key",
           "Observation", "an element stands here twice, so what is meant is unclear; send it once"),
    Broken("a wrong JSON type", observation(status=[SECRET]), "structure", "Observation.status",
           "an element has another JSON type than FHIR gives it; see the path", strict=("invalid", "Observation.status")),
    Broken("a wrong JSON type in a list", observation(code={"coding": [{"code": "1"}, {"code": {SECRET: 1}}]}), "structure",
           "Observation.code.coding[1].code", "an element has another JSON type than FHIR gives it; see the path",
           strict=("invalid", "Observation.code.coding[1].code")),
    Broken("NaN", PLAIN.replace(b"0.7131", b"NaN"), "unreadable-value", "Observation",
           "NaN, Infinity, a broken escape or nesting below 100 levels: the resource was not read"),
    Broken("half a surrogate", PLAIN.replace(b'"broken"', b'"\\ud83d"'), "unreadable-value", "Observation",
           "NaN, Infinity, a broken escape or nesting below 100 levels: the resource was not read"),
    Broken("a bomb of brackets", PLAIN.replace(b'"final"', b"[" * 50_000 + b"]" * 50_000), "unreadable-value", "Observation",
           "NaN, Infinity, a broken escape or nesting below 100 levels: the resource was not read"),
    Broken("a status that FHIR does not know", observation(status=SECRET), "status-unknown", "Observation.status",
           "this status does not say whether it happened; send one that FHIR defines"),
    Broken("no status", observation(status=None), "status-missing", "Observation.status",
           "the status is missing, so whether this counts is unknown; send one", strict=("required", "Observation.status")),
    # numbers and units
    Broken("1e400", PLAIN.replace(b"0.7131", b"1e400"), "number-size", "Observation.valueQuantity.value",
           "a number this long or this far from 1 cannot be a measurement", secrets=("1e400", "E+400")),
    Broken("a number of 4000 digits", PLAIN.replace(b"0.7131", b"7" * 4000), "number-size", "Observation.valueQuantity.value",
           "a number this long or this far from 1 cannot be a measurement", secrets=("777",)),
    Broken("a number in quotes", observation(valueQuantity=amount("0.7131")), "number-form", "Observation.valueQuantity.value",
           "expected a JSON number"),
    Broken("no unit", observation(valueQuantity={"value": 0.7131}), "unit-missing", "Observation.valueQuantity.unit",
           f"a number without a unit is not guessed at; {NOT_GUESSED}"),
    Broken("an unknown unit", observation(valueQuantity={"value": 0.7131, "unit": SECRET}), "unit-unknown",
           "Observation.valueQuantity.unit", "this unit is not known or cannot be turned into 10*9/L; send UCUM"),
    Broken("a unit of something else", observation(valueQuantity=amount(0.7131, "mg/dL")), "unit-unknown",
           "Observation.valueQuantity.code", "this unit is not known or cannot be turned into 10*9/L; send UCUM"),
    Broken("unit and code of different units", observation(valueQuantity=amount(0.7131) | {"unit": "/uL"}), "unit-conflict",
           "Observation.valueQuantity", "unit and code of the quantity are different units; make them agree"),
    Broken("an implausible value", observation(valueQuantity=amount(7131)), "implausible", "Observation.valueQuantity",
           "absolute neutrophil count outside 0 to 500 10*9/L; check value and unit", secrets=("7131",)),
    Broken("a negative count", observation(valueQuantity=amount(-0.7131)), "implausible", "Observation.valueQuantity",
           "absolute neutrophil count outside 0 to 500 10*9/L; check value and unit"),
    Broken("an unknown comparator", observation(valueQuantity=amount(0.7131) | {"comparator": SECRET}), "comparator-unknown",
           "Observation.valueQuantity.comparator", "expected the comparator <, <=, >= or >, or none"),
    Broken("a range from high to low", observation(valueQuantity=None, valueRange={"low": amount(9), "high": amount(0.7131)}),
           "range-empty", "Observation.valueRange", "the range ends before it begins"),
    # values
    Broken("a value in words", observation(valueQuantity=None, valueString=f"0.7131 x10^9/L ({SECRET})"), "value-text",
           "Observation.valueString", "a value in words is not guessed at; send a number in 10*9/L"),
    Broken("an answer for a number", observation(valueQuantity=None, valueBoolean=True), "value-form", "Observation.valueBoolean",
           "absolute neutrophil count cannot be read from this form of value; expected a number in 10*9/L"),
    Broken("a value and a reason for its absence", observation(dataAbsentReason=code("unknown", SECRET)), "value-and-absent",
           "Observation", "a value and a dataAbsentReason contradict each other; send one of them"),
    Broken("two values", observation(valueString=SECRET), "value-several", "Observation",
           "more than one value[x]; FHIR allows one", strict=("invalid", "Observation")),
    Broken("an answer that nobody asked for", observation(code=code("cytogenetics", LOCAL), valueQuantity=None,
           valueCodeableConcept=code(SECRET, LOCAL)), "answer-unknown", "Observation.valueCodeableConcept",
           "none of the codes is an answer that the rules know for cytogenetic analysis"),
    # codes
    Broken("two codings that contradict", observation(code={"coding": [*code("751-8")["coding"], *code("777-3")["coding"]]}),
           "code-contradiction", "Observation.code", TWO_THINGS),
    Broken("neutrophils in cord blood", observation(code=code("74398-9")), "code-refused", "Observation.code",
           "this code means neutrophils in cord blood, not what it is easily taken for; it was not used"),
    Broken("a Medication that was not sent", given(medicationCodeableConcept=None,
           medicationReference={"reference": f"Medication/{SECRET}"}), "medication-unresolved",
           "MedicationAdministration.medication",
           "the Medication that it refers to is not in the input; send it along, or the code itself"),
    # time
    Broken("no date at all", observation(effectiveDateTime=f"{SECRET} 2013"), "time-invalid", "Observation.effectiveDateTime",
           "not a FHIR date or dateTime (2013-11-02, 2013-11, 2013-11-02T08:30:00+01:00)",
           strict=("invalid", "Observation.effectiveDateTime")),
    Broken("an impossible date", observation(effectiveDateTime="2013-02-30"), "time-invalid", "Observation.effectiveDateTime",
           "not a FHIR date or dateTime (2013-11-02, 2013-11, 2013-11-02T08:30:00+01:00)",
           strict=("invalid", "Observation.effectiveDateTime"), secrets=("2013-02-30",)),
    Broken("a day of another calendar", given(effectiveDateTime="07.11.2013"), "time-invalid",
           "MedicationAdministration.effectiveDateTime",
           "not a FHIR date or dateTime (2013-11-02, 2013-11, 2013-11-02T08:30:00+01:00)",
           strict=("invalid", "MedicationAdministration.effectiveDateTime"), secrets=("07.11.2013",)),
    Broken("a period that ends before it begins", given(effectiveDateTime=None,
           effectivePeriod={"start": "2013-11-09", "end": "2013-11-08"}), "period-order",
           "MedicationAdministration.effectivePeriod", "the period ends before it begins",
           strict=("period-order", "MedicationAdministration.effectivePeriod"), secrets=("2013-11-0",)),
    # whose
    Broken("no subject", observation(subject=None), "subject-missing", "Observation.subject",
           "it does not say whose it is; expected a reference to a Patient"),
    Broken("a patient by identifier", observation(subject={"identifier": {"value": SECRET}}), "subject-logical",
           "Observation.subject",
           "the patient is named by identifier or display only; expected Patient/id or a urn of the Bundle"),
    Broken("a patient by name", observation(subject={"display": SECRET}), "subject-logical", "Observation.subject",
           "the patient is named by identifier or display only; expected Patient/id or a urn of the Bundle"),
    Broken("a reference that leads nowhere", observation(subject={"reference": f"{SECRET}?"}), "subject-unreadable",
           "Observation.subject", "expected a reference to a Patient: Patient/id, its URL, a urn or contained"),
]  # fmt: skip


PATIENT = "msc-01"
FORMS = ["a Bundle", "a Bundle, strictly", "lines"]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The child's conclusions where nothing is broken."""
    place = tmp_path_factory.mktemp("whole")
    call("evaluate", write(place / "b.json", child(PATIENT)), "--out", place / "out")
    return results(place / "out", "conclusions.ndjson", "conditions.ndjson")


def raw(number: int, broken: Broken) -> bytes:
    """What is sent, under an id of its own."""
    text = broken.sent if isinstance(broken.sent, bytes) else json.dumps(broken.sent).encode()
    return text.replace(b'"broken"', b'"broken-%d"' % number)


@pytest.fixture(scope="module", params=FORMS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Answer]:
    """Everything broken beside the child's chart, evaluated: in which form, where the results are, and the answer."""
    place = tmp_path_factory.mktemp("broken")
    sent = [raw(number, broken) for number, broken in enumerate(BROKEN)]
    (place / "in").mkdir()
    if request.param == "lines":
        (place / "in" / "x.ndjson").write_bytes(b"\n".join(sent))
        write(place / "in" / "y.ndjson", *(entry["resource"] for entry in child(PATIENT)["entry"]))
    else:
        first = b", ".join(b'{"resource": %s}' % each for each in sent)
        (place / "in" / "x.json").write_bytes(text(child(PATIENT)).replace(b'"entry":[', b'"entry":[' + first + b",", 1))
    strictly = ["--validation", "strict" if "strictly" in request.param else "fast"]
    return request.param, place / "out", call("evaluate", place / "in", "--out", place / "out", *strictly)


def test_everything_broken_costs_only_itself(run: tuple[str, Path, Answer], expected: dict[str, bytes]) -> None:
    _, out, answer = run
    assert (answer.status, answer.err) == (0, "")
    last = answer.out.splitlines()[-1]
    assert f" {len(BROKEN)} rejected, 93 used; issues: {len(BROKEN)} (see" in last
    assert results(out, "conclusions.ndjson", "conditions.ndjson") == expected


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=[broken.name for broken in BROKEN])
def test_what_is_broken_is_said(run: tuple[str, Path, Answer], number: int) -> None:
    form, out, _ = run
    broken = BROKEN[number]
    source = f"x.ndjson:{number + 1}" if form == "lines" else f"x.json:Bundle.entry[{number}]"
    (issue,) = [line for line in lines(out / "issues.ndjson") if line["source"] == source]
    if broken.strict is not None and form == "a Bundle, strictly":
        assert (issue["code"], issue["path"]) == broken.strict
    else:
        assert (issue["code"], issue["path"], issue["message"]) == (broken.code, broken.path, broken.message)
    assert issue["severity"] == "error"
    assert not any(secret in json.dumps(issue) for secret in broken.secrets)


# --- broken text around the resources ---

LINE = json.dumps(observation(id="whole")).encode()
LINES: list[tuple[str, bytes, str, str, str]] = [
    ("a last line cut off", LINE + b"\n" + LINE[:-30], "x.ndjson:2", "not-json", "not complete, valid JSON"),
    ("a line cut off in the middle", LINE[:40] + b"\n" + LINE, "x.ndjson:1", "not-json", "not complete, valid JSON"),
    ("two objects on a line", LINE + b"\n" + LINE + LINE, "x.ndjson:2", "not-json", "not complete, valid JSON"),
    ("a list on a line", LINE + b"\n[" + LINE + b"]", "x.ndjson:2", "not-an-object", "lists go into a Bundle"),
    ("a line of another encoding", LINE + b'\n{"resourceType": "Patient", "id": "p", "name": [{"text": "\xe9"}]}', "x.ndjson:2",
     "encoding", "write FHIR JSON as UTF-8"),
    ("a byte order mark", b"\xef\xbb\xbf" + LINE, "x.ndjson", "byte-order-mark", "write plain UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "source", "fault", "message"), [each[1:] for each in LINES], ids=[each[0] for each in LINES])
def test_a_broken_line_costs_only_itself(tmp_path: Path, out: Path, data: bytes, source: str, fault: str, message: str) -> None:
    (tmp_path / "x.ndjson").write_bytes(data)
    answer = call("evaluate", tmp_path / "x.ndjson", "--out", out)
    assert (answer.status, answer.err) == (0, "")
    (issue,) = lines(out / "issues.ndjson")
    assert (issue["source"], issue["code"], issue["path"]) == (source, fault, "")
    assert message in issue["message"]
    (severity,) = [line for line in lines(out / "conclusions.ndjson") if line["conclusion"] == "severity"]
    assert severity["evidence"] == ["Observation/whole"]


WHOLE: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "there is nothing in it; expected a FHIR Bundle, resource or NDJSON"),
    ("spaces", b" \r\n\t", "there is nothing in it; expected a FHIR Bundle, resource or NDJSON"),
    ("prose", SECRET.encode(), "this is not complete, valid JSON; nothing of it was read"),
    ("XML", f"<Patient><name>{SECRET}</name></Patient>".encode(), "this is not complete, valid JSON; nothing of it was read"),
    ("JSON cut off", text(child("msc-01"))[:-20], "this is not complete, valid JSON; nothing of it was read"),
    (
        "brackets that never close",
        b'{"resourceType": ' + b"[" * 100_000,
        "this is not complete, valid JSON; nothing of it was read",
    ),
    ("a list of resources", b"[" + LINE + b"]", "expected one JSON object with a resourceType; lists go into a Bundle"),
    ("a number", b"7131", "expected one JSON object with a resourceType; lists go into a Bundle"),
    ("no resourceType", b'{"name": "Wanda"}', "resourceType is missing; expected the name of a FHIR resource type"),
    ("an unknown resourceType", b'{"resourceType": "Wanda"}', "resourceType names no FHIR resource type of R4, R4B or R5"),
    ("UTF-16", LINE.decode().encode("utf-16"), "this is not UTF-8; write FHIR JSON as UTF-8"),
    ("Latin-1", b'{"resourceType": "Patient", "id": "W\xe4nda"}', "this is not UTF-8; write FHIR JSON as UTF-8"),
    ("gzip cut off", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff", "this is not complete gzip; write or copy the file again"),
]


@pytest.mark.parametrize(("data", "message"), [each[1:] for each in WHOLE], ids=[each[0] for each in WHOLE])
def test_a_file_in_which_nothing_can_be_read(tmp_path: Path, out: Path, data: bytes, message: str) -> None:
    (tmp_path / "b.json").write_bytes(data)
    answer = call("evaluate", tmp_path / "b.json", "--out", out)
    assert (answer.status, answer.out) == (2, "")
    (complaint,) = answer.complaints
    assert complaint.startswith("marrow: ") and complaint.endswith(f"b.json: {message}")
    assert SECRET not in complaint and "7131" not in complaint


def test_beside_other_files_of_a_folder_each_is_one_issue(tmp_path: Path, out: Path, expected: dict[str, bytes]) -> None:
    write(tmp_path / "in" / "chart.json", child(PATIENT))
    for number, (_, data, _) in enumerate(WHOLE):
        (tmp_path / "in" / f"{number}.json").write_bytes(data)
    assert call("evaluate", tmp_path / "in", "--out", out).status == 0
    told = {issue["source"]: issue for issue in lines(out / "issues.ndjson")}
    assert len(told) == len(lines(out / "issues.ndjson")) == len(WHOLE)
    for number, (_, _, message) in enumerate(WHOLE):
        issue = told[f"{number}.json"]
        assert issue["message"] == message or issue["code"] == "unreadable"
    assert results(out, "conclusions.ndjson", "conditions.ndjson") == expected

"""Input that is broken: an issue each, never an exception, and the resources around it are read."""

import json
from typing import Any

import pytest

from tests.wire.sent import (
    administration,
    adverse_event,
    bundle,
    code,
    codes,
    condition,
    entries,
    observation,
    patient,
    procedure,
    read,
    ucum,
)

GOOD = json.dumps(observation(id="good")).encode()


@pytest.mark.parametrize("validation", ["fast", "strict"])
@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xff\xfe{\x00}\x00", "encoding"),
        (json.dumps(observation(note=[{"text": "ä"}]), ensure_ascii=False).encode("latin-1"), "encoding"),
        (GOOD[:-20], "not-json"),
        (GOOD + b"x", "not-json"),
        (GOOD + b"\n" + GOOD, "not-json"),
        (b"<Patient xmlns='http://hl7.org/fhir'/>", "not-json"),
        (b"{'resourceType': 'Patient'}", "not-json"),
        (b"[" + GOOD + b"]", "not-an-object"),
        (b"null", "not-an-object"),
        (b"3", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"{}", "no-resource-type"),
        (b'{"resourceType": 3}', "no-resource-type"),
        (b'{"resourceType": null}', "no-resource-type"),
        (b'{"resourceType": "Paitent"}', "unknown-resource-type"),
        (b'{"resourceType": "' + b"P" * 100_000 + b'"}', "unknown-resource-type"),
        (b'{"resourceType":"Bundle","type":"collection","entry":{}}', "structure"),
        (b'{"resourceType":"Bundle","type":"collection","entry":[3]}', "structure"),
        (b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":[]}]}', "structure"),
        (b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{}}]}', "no-resource-type"),
        (b'{"resourceType":"Patient","id":"a b"}', "id-invalid"),
        (b'{"resourceType":"Patient","id":"' + b"a" * 65 + b'"}', "id-invalid"),
        (b'{"resourceType":"Patient","id":"p","meta":[]}', "structure"),
        (b'{"resourceType":"Patient","id":"p","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "unreadable-value"),
        (b'{"resourceType":"Patient","id":"p","x":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", "unreadable-value"),
        (b'{"resourceType":"Patient","id":"p","x":' + b"[" * 100_000, "not-json"),
        (b'{"resourceType":"Patient","id":"p","multipleBirthInteger":NaN}', "unreadable-value"),
        (b'{"resourceType":"Patient","id":"p","multipleBirthInteger":-Infinity}', "unreadable-value"),
        (b'{"resourceType":"Patient","id":"p","gender":"male","gender":"female"}', "duplicate-key"),
        (GOOD.replace(b'"value": 0.4', b'"value": 0.4, "value": 4'), "duplicate-key"),
    ],
)
def test_what_is_broken_is_said(data: bytes, fault: str, validation: Any) -> None:
    intake = read(data, validation=validation)
    assert codes(intake) == [fault]
    assert intake.records == ()
    assert intake.rejected == 1


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (GOOD.replace(b"0.4", b"NaN"), "unreadable-value"),
        (GOOD.replace(b"0.4", b"1e99999999999999999999"), "number-form"),
        (GOOD.replace(b"0.4", b"1e999999999"), "number-size"),
        (GOOD.replace(b"0.4", b"1" * 4000), "number-size"),
        (GOOD.replace(b"0.4", b"0." + b"1" * 4000), "number-size"),
        (GOOD.replace(b'"final"', b"7"), "structure"),
        (GOOD.replace(b'"status"', b'"\\ud800": 1, "status"'), "unreadable-value"),
        (GOOD.replace(b'"10*9/L"', b'"\\ud800"'), "unreadable-value"),
        (GOOD.replace(b'"coding": [', b'"coding": [[], '), "structure"),
    ],
)
def test_one_broken_resource_costs_only_itself(data: bytes, fault: str) -> None:
    child = json.dumps(patient()).encode()
    whole = b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":%s},{"resource":%s}]}' % (data, child)
    intake = read(whole)
    assert codes(intake) == [fault]
    assert intake.issues[0].source == "input-0.json:Bundle.entry[0]"
    assert intake.counts["Patient", "used"] == 1


def test_the_path_leads_to_the_place() -> None:
    intake = read(observation(component=[{}, {"code": {"coding": [{"code": 3}]}}]))
    assert [issue.path for issue in intake.issues] == ["Observation.component[1].code.coding[0].code"]


def test_a_byte_order_mark_is_said_and_skipped() -> None:
    intake = read(b"\xef\xbb\xbf" + GOOD)
    assert codes(intake) == ["byte-order-mark"]
    assert intake.records[0].patient == "Patient/p1"


def test_a_text_that_never_ends_is_looked_at_once() -> None:
    """Each quote of it was tried to its end: 300,000 of them took hours."""
    assert codes(read(b'{"a": "' + b'\\"' * 300_000)) == ["not-json"]


def test_bundles_in_bundles_end_somewhere() -> None:
    deep = observation()
    for _ in range(9):
        deep = bundle(deep)
    assert read(deep).counts == {("Bundle", "not relevant"): 1}


def test_a_line_of_issues_has_exactly_the_promised_fields() -> None:
    line = json.loads(read(observation(status="?")).issues[0].line())
    assert list(line) == ["source", "path", "code", "severity", "message"]


# --- strict ---


@pytest.mark.parametrize(
    ("sent", "fault", "path"),
    [
        (observation(foo=1), "extra-element", "Observation"),
        (observation(status=None), "required", "Observation.status"),
        (observation(valueQuantity=ucum(0.4, "10*9/L") | {"bar": 1}), "extra-element", "Observation.valueQuantity"),
        (observation(valueQuantity=ucum(0.4, "10*9/L"), valueString="x"), "invalid", "Observation"),
        (observation(effectiveDateTime="2013-02-30"), "invalid", "Observation.effectiveDateTime"),
        (observation(effectiveDateTime="2013-11-02T10:00:00"), "invalid", "Observation.effectiveDateTime"),
        (observation(contained=[{"resourceType": "Nope"}]), "invalid", "Observation"),
        (administration(occurenceDateTime="2013"), "extra-element", "MedicationAdministration.occurenceDateTime"),
    ],
)
def test_strict_refuses_what_fhir_refuses(sent: Any, fault: str, path: str) -> None:
    intake = read(sent, validation="strict")
    assert [(issue.code, issue.path) for issue in intake.issues] == [(fault, path)]
    assert intake.records == ()


def test_strict_takes_undistinguished_resources_of_either_release() -> None:
    active = code("active", "http://terminology.hl7.org/CodeSystem/condition-clinical")
    newer = condition(clinicalStatus=active, evidence=[{"concept": {"text": "x"}}])
    assert codes(read(newer, validation="strict")) == []
    assert codes(read(newer, validation="strict", release="R4")) == ["extra-element"]


# --- privacy ---

MARK = "Wanda-Plantagenet-1999-12-31"


def _marked(value: Any) -> list[Any]:
    """The value with a marker in each of its strings, one at a time, and one as an element's name."""
    match value:
        case str():
            return [MARK, f"{value} {MARK}"]
        case dict():
            inside = [value | {name: one} for name, part in value.items() if name != "resourceType" for one in _marked(part)]
            return [*inside, value | {MARK: 1}]
        case list():
            return [[*value[:index], one, *value[index + 1 :]] for index, part in enumerate(value) for one in _marked(part)]
        case _:
            return [MARK]


@pytest.mark.parametrize("validation", ["fast", "strict"])
def test_no_issue_and_no_repr_tells_what_was_sent(validation: Any) -> None:
    child = patient(
        deceasedDateTime="2014-01-01",
        name=[{"family": "x", "given": ["y"]}],
        meta={"versionId": "1", "lastUpdated": "2014-01-01T00:00:00Z"},
    )
    whose = {"reference": "Patient/p1"}
    in_study = {
        "resourceType": "ResearchSubject",
        "id": "r1",
        "individual": whose,
        "assignedArm": "MSC",
        "period": {"end": "2018"},
    }
    sent = [
        child,
        observation(component=[{"code": code("777-3"), "valueQuantity": ucum(3, "/uL")}]),
        observation(referenceRange=[{"high": ucum(3, "/uL"), "type": code("normal")}]),
        observation("34730-2", valueCodeableConcept=code("NEG", "urn:marrow:lan-2021"), interpretation=[code("POS")]),
        administration(),
        procedure(),
        condition(verificationStatus=code("confirmed")),
        adverse_event(),
        in_study,
    ]
    heard = 0
    for resource in sent:
        for marked in _marked(resource):
            intake = read(entries({"fullUrl": "urn:uuid:1", "resource": marked}), marked, validation=validation)
            told = " ".join([*(issue.line() for issue in intake.issues), repr(intake.records), repr(intake.issues)])
            assert "Wanda" not in told
            assert "1999" not in told
            heard += len(intake.issues)
    assert heard > 70

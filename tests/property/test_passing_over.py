"""What the rules ask for is never passed over, in whatever legal spelling it comes, and what is passed over is of no use.

Everything is read twice: as a run does it, and in full. Both have to come to the same, to the byte of the lines concluded.
"""

import copy
from collections.abc import Callable
from functools import cache
from itertools import groupby
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from marrow.demo.cohort import bundles
from tests.property.spelling import Json, edited, plain, spelt
from tests.property.two_readings import conclusions, fast, full, joined, passed, told, vocabulary

LOOKED_AT = {
    "Observation": "code", "Procedure": "code", "Condition": "code", "MedicationAdministration": "medicationCodeableConcept",
}  # fmt: skip
"""The types that may be passed over for their code."""
NOT_ASKED_FOR = {"coding": [{"system": "http://loinc.org", "code": "0000-0"}]}
CHANCE = st.randoms(use_true_random=False)
REMEMBERING = vocabulary()
"""One for the whole module, as in a run: what it remembers of one spelling must not speak for another."""


def _resource(kind: str, concept: Json | None) -> Json:
    """A resource that happened, was dated and belongs to somebody."""
    day = {"Condition": "recordedDate", "Procedure": "performedDateTime"}.get(kind, "effectiveDateTime")
    found: Json = {"resourceType": kind, "id": "one", "subject": {"reference": "Patient/p1"}, day: "2014-03-08T08:10:00+08:00"}
    if kind != "Condition":
        found["status"] = "final" if kind == "Observation" else "completed"
    return found if concept is None else found | {LOOKED_AT[kind]: concept}


@cache
def asked_for() -> dict[str, list[Json]]:
    """By type, a resource for each code and wording that the pack knows, be it to refuse it, and those that need no code."""
    known, found = vocabulary(), dict[str, list[Json]]()
    for kind in LOOKED_AT:
        codes = [*known.coded.get(kind, {}), *known.refused.get(kind, {})]
        concepts: list[Json] = [{"coding": [{"system": system, "code": code}]} for system, code in codes]
        concepts += [{"text": f" {text.upper()} "} for text in known.texts.get(kind, {})]
        found[kind] = [_resource(kind, concept) for concept in concepts]
    first = found["Observation"][0]
    found["Observation"] += [
        _resource("Observation", NOT_ASKED_FOR) | {"component": [{"code": NOT_ASKED_FOR}, {"code": one["code"]}]}
        for one in found["Observation"][:20]
    ]
    found["Observation"].append(first | {"code": {"coding": [*NOT_ASKED_FOR["coding"], *first["code"]["coding"]]}})
    drug = found["MedicationAdministration"][0]["medicationCodeableConcept"]
    found["MedicationAdministration"] += [
        _resource("MedicationAdministration", None) | {"medicationReference": {"reference": "Medication/m"}},
        _resource("MedicationAdministration", None) | {"medication": {"concept": drug}},
        _resource("MedicationAdministration", None) | {"medication": {"reference": {"reference": "Medication/m"}}},
    ]
    return found


@cache
def charts() -> list[list[Json]]:
    """The resources of each child of the demonstration cohort. Shared: copy before changing."""
    return [[entry["resource"] for entry in bundle["entry"]] for release in ("R4", "R5") for _, bundle in bundles(release)]


def is_alike(data: bytes, *, ndjson: bool = True) -> bool:
    """Whether a run comes to what the full reading comes to."""
    return told(fast(REMEMBERING, data, ndjson=ndjson)) == told(full(vocabulary(), data, ndjson=ndjson))


# --- what is asked for ---


@pytest.mark.parametrize("kind", LOOKED_AT)
def test_each_code_of_the_pack_is_kept_with_every_letter_escaped(kind: str) -> None:
    for one in asked_for()[kind]:
        text = "".join(f"\\u{ord(letter):04X}" if letter.isalnum() else letter for letter in plain(one))
        data = text.replace("/", "\\/").encode()
        assert passed(REMEMBERING, data) == [], one
        assert told(fast(REMEMBERING, data)) == told(full(vocabulary(), plain(one).encode())), one


@pytest.mark.parametrize("kind", LOOKED_AT)
@settings(max_examples=150)
@given(chance=CHANCE, in_bundle=st.booleans())
def test_a_code_of_the_pack_is_never_passed_over(kind: str, chance: Random, in_bundle: bool) -> None:
    one = chance.choice(asked_for()[kind])
    text = spelt(one, chance, noise=chance.choice((0, 1, 3)))
    if in_bundle:
        text = f'{{"resourceType":"Bundle","type":"collection","entry":[\n{{"fullUrl":"urn:x:1","resource":{text}}}]}}'
    note(text)
    assert passed(REMEMBERING, text.encode(), ndjson=not in_bundle) == []
    assert is_alike(text.encode(), ndjson=not in_bundle)
    if not in_bundle:
        assert told(fast(REMEMBERING, text.encode()))["facts"] == told(full(vocabulary(), plain(one).encode()))["facts"]


@settings(max_examples=25)
@given(chance=CHANCE, place=st.integers(0, len(charts()) - 1))
def test_a_chart_in_any_spelling_comes_to_the_same_lines(chance: Random, place: int) -> None:
    """With a byte order mark and lines that end as in Windows; real resources, of which nothing may be missing."""
    resources = charts()[place]
    respelt = {chance.choice(range(len(resources))) for _ in range(12)}
    texts = [spelt(one, chance, noise=1) if number in respelt else plain(one) for number, one in enumerate(resources)]
    data = chance.choice((b"", b"\xef\xbb\xbf")) + chance.choice((b"\n", b"\r\n", b"\n \n")).join(map(str.encode, texts))
    assert conclusions(fast(REMEMBERING, data)) == _as_it_is(place)
    assert is_alike(data)


@cache
def _as_it_is(place: int) -> list[bytes]:
    return conclusions(full(vocabulary(), joined(plain(one).encode() for one in charts()[place])))


# --- what is broken ---

HAEMOGLOBIN = plain(_resource("Observation", {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}))[1:-1]
PATIENT = '"contained":[{"resourceType":"Patient","id":"p"}]'
SODIUM = plain(_resource("Observation", NOT_ASKED_FOR))[1:-1]


def _through(one: str, start: str | None, end: str) -> str:
    return f'{{{one},"effectivePeriod":{plain({"end": end} if start is None else {"start": start, "end": end})}}}'


BROKEN: dict[str, Callable[[str], str | bytes]] = {
    "trailing letters": lambda one: f"{{{one}}}x",
    "trailing object": lambda one: f"{{{one}}}{{{one}}}",
    "trailing zero byte": lambda one: f"{{{one}}}\x00",
    "trailing comma": lambda one: f"{{{one},}}",
    "cut off": lambda one: f"{{{one[:-3]}",
    "in a list": lambda one: f"[{{{one}}}]",
    "not a number": lambda one: f'{{{one},"valueQuantity":{{"value":NaN}}}}',
    "broken escape": lambda one: f'{{{one},"note":"\\x"}}',
    "broken escape in a key": lambda one: f'{{{one},"no\\te\\q":1}}',
    "half a pair": lambda one: f'{{{one},"note":"\\ud83e"}}',
    "half a pair in a key": lambda one: f'{{{one},"\\ud83e":1}}',
    "half a pair in the type": lambda one: f'{{{one},"resourceType":"\\ud83e"}}',
    "a line feed in a text": lambda one: f'{{{one},"note":"\x01"}}',
    "not UTF-8": lambda one: f"{{{one}".encode() + b',"note":"\xff"}',
    "half a letter": lambda one: f"{{{one}".encode() + b',"note":"\xc3"}',
    "a surrogate in UTF-8": lambda one: f"{{{one}".encode() + b',"note":"\xed\xa0\x80"}',
    "UTF-16": lambda one: f"{{{one}}}".encode("utf-16"),
    "two marks": lambda one: b"\xef\xbb\xbf\xef\xbb\xbf" + f"{{{one}}}".encode(),
    "a mark inside": lambda one: f"{{\ufeff{one}}}",
    "deeper than is read": lambda one: f'{{{one},"note":{"[" * 150}{"]" * 150}}}',
    "deeper than anybody reads": lambda one: f'{{{one},"note":{"[" * 5000}{"]" * 5000}}}',
    "deep objects": lambda one: f'{{{one},"extension":' + '{"a":' * 120 + "1" + "}" * 121,
    "another type after it": lambda one: f'{{{one},"resourceType":"Patient"}}',
    "another type before it": lambda one: f'{{"resourceType":"Encounter",{one}}}',
    "a type inside before it": lambda one: f'{{"contained":[{{"resourceType":"Encounter"}}],{one}}}',
    "the same type inside before it": lambda one: f'{{"contained":[{{"resourceType":"Observation","id":"x"}}],{one}}}',
    "a type in a text before it": lambda one: f'{{"text":"\\"resourceType\\":\\"Encounter\\"",{one}}}',
    "the type as an object": lambda one: f'{{{one},"resourceType":{{"resourceType":"Observation"}}}}',
    "the type twice": lambda one: f'{{{one},"resourceType":"Observation"}}',
    "the code twice, first another": lambda one: f'{{"code":{plain(NOT_ASKED_FOR)},{one}}}',
    "the code twice, last another": lambda one: f'{{{one},"code":{plain(NOT_ASKED_FOR)}}}',
    "the code once more, escaped": lambda one: f'{{{one},"c\\u006fde":{plain(NOT_ASKED_FOR)}}}',
    "the code null": lambda one: f'{{{one},"code":null}}',
    "the code in a list": lambda one: f'{{{one},"code":[{plain(NOT_ASKED_FOR)}]}}',
    "the code a text": lambda one: f'{{{one},"code":"718-7"}}',
    "a coding that is no list": lambda one: f'{{{one},"code":{{"coding":{{"code":"718-7"}}}}}}',
    "no coding": lambda one: f'{{{one},"code":{{"coding":[null]}}}}',
    "a number as code": lambda one: f'{{{one},"code":{{"coding":[{{"system":"http://loinc.org","code":7187}}]}}}}',
    "components null": lambda one: f'{{{one},"component":null}}',
    "a component null": lambda one: f'{{{one},"component":[null]}}',
    "a component without code": lambda one: f'{{{one},"component":[{{}}]}}',
    "a component that is a text": lambda one: f'{{{one},"component":["718-7"]}}',
    "the id twice": lambda one: f'{{{one},"id":"two"}}',
    "no id": lambda one: f'{{{one},"id":null}}',
    "a strange id": lambda one: f'{{{one},"id":"a/b"}}',
    "a number as id": lambda one: f'{{{one},"id":1}}',
    "the status null": lambda one: f'{{{one},"status":null}}',
    "a strange status": lambda one: f'{{{one},"status":"done"}}',
    "the status a list": lambda one: f'{{{one},"status":["final"]}}',
    "withdrawn": lambda one: f'{{{one},"status":"entered-in-error"}}',
    "withdrawn, escaped": lambda one: f'{{{one},"status":"entered\\u002din-error"}}',
    "the subject null": lambda one: f'{{{one},"subject":null}}',
    "the subject in a list": lambda one: f'{{{one},"subject":[{{"reference":"Patient/p1"}}]}}',
    "the subject by a full address": lambda one: f'{{{one},"subject":{{"reference":"https:\\/\\/x.example\\/Patient\\/p2"}}}}',
    "the subject inside": lambda one: f'{{{one},"subject":{{"reference":"#p"}},"contained":[{{"id":"p"}}]}}',
    "the patient inside": lambda one: f'{{{PATIENT},{one},"subject":{{"reference":"#p"}}}}',
    "the subject a group": lambda one: f'{{{one},"subject":{{"reference":"Group/g"}}}}',
    "the subject by a urn": lambda one: f'{{{one},"subject":{{"reference":"urn:uuid:1"}}}}',
    "the subject by type": lambda one: f'{{{one},"subject":{{"reference":"urn:uuid:1","type":"Group"}}}}',
    "the subject by an identifier": lambda one: f'{{{one},"subject":{{"identifier":{{"value":"1"}}}}}}',
    "the subject unreadable": lambda one: f'{{{one},"subject":{{"reference":"p1"}}}}',
    "the subject of another type": lambda one: f'{{{one},"subject":{{"reference":"Patient/p1","type":"Group"}}}}',
    "the subject with a wrong identifier": lambda one: f'{{{one},"subject":{{"reference":"Patient/p1","identifier":[]}}}}',
    "a day that is none": lambda one: f'{{{one},"effectiveDateTime":"2014-02-30"}}',
    "a month": lambda one: f'{{{one},"effectiveDateTime":"2014-02"}}',
    "a leap second": lambda one: f'{{{one},"effectiveDateTime":"2014-02-03T23:59:60Z"}}',
    "midnight at the end": lambda one: f'{{{one},"effectiveDateTime":"2014-02-03T24:00:00Z"}}',
    "a far zone": lambda one: f'{{{one},"effectiveDateTime":"2014-02-03T10:00:00+14:00"}}',
    "no such zone": lambda one: f'{{{one},"effectiveDateTime":"2014-02-03T10:00:00+15:00"}}',
    "other digits": lambda one: f'{{{one},"effectiveDateTime":"２０１４-02-03"}}',
    "a day with a line feed": lambda one: f'{{{one},"effectiveDateTime":"2014-02-03\\n"}}',
    "a day in a list": lambda one: f'{{{one},"effectiveDateTime":["2014-02-03"]}}',
    "a period backwards": lambda one: _through(one, "2014-02-03", "2014-02-02"),
    "a period within a day": lambda one: _through(one, "2014-02-03T08:00:00Z", "2014-02-03T09:00:00Z"),
    "a period backwards within a day": lambda one: _through(one, "2014-02-03T09:00:00Z", "2014-02-03T08:00:00Z"),
    "a period of two zones": lambda one: _through(one, "2014-02-03T09:00:00Z", "2014-02-03T08:00:00-05:00"),
    "a period without a beginning": lambda one: _through(one, None, "2014-02-02"),
    "an instant as well": lambda one: f'{{{one},"effectiveInstant":"2014-02-02T08:00:00Z"}}',
    "a time table": lambda one: f'{{{one},"effectiveTiming":{{"event":["2014-02-02"]}}}}',
    "from us": lambda one: f'{{{one},"identifier":[{{"system":"urn:marrow:conclusion","value":"x"}}]}}',
    "our name in a text": lambda one: f'{{{one},"note":[{{"text":"urn:marrow:conclusion"}}]}}',
}  # fmt: skip


STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
WITHDRAWN: dict[str, str] = {
    "confirmed": f'{{"coding":[{{"system":"{STATUS}","code":"confirmed"}}]}}',
    "withdrawn": f'{{"coding":[{{"system":"{STATUS}","code":"entered-in-error"}}]}}',
    "withdrawn, escaped": f'{{"c\\u006fding":[{{"system":"{STATUS}","code":"entered\\u002din-error"}}]}}',
    "withdrawn beside another": '{"coding":[{"code":"unconfirmed"},{"code":"entered-in-error"}]}',
    "in words": '{"text":"entered-in-error"}',
    "null": "null",
    "no coding": '{"coding":null}',
    "a list": '[{"coding":[{"code":"entered-in-error"}]}]',
}


@pytest.mark.parametrize("way", WITHDRAWN)
@pytest.mark.parametrize("code", [{"coding": [{"system": "http://snomed.info/sct", "code": "306058006"}]}, NOT_ASKED_FOR])
def test_a_condition_whose_record_is_withdrawn(code: Json, way: str) -> None:
    one = plain(_resource("Condition", code))
    assert is_alike(f'{one[:-1]},"verificationStatus":{WITHDRAWN[way]}}}'.encode())


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize("way", BROKEN)
@pytest.mark.parametrize("one", [HAEMOGLOBIN, SODIUM], ids=["asked for", "not asked for"])
def test_what_is_broken_or_odd_is_told_as_the_full_reading_tells_it(one: str, way: str) -> None:
    data = _bytes(BROKEN[way](one))
    assert is_alike(data)
    other = _bytes(f"{{{HAEMOGLOBIN}}}".replace('"one"', '"other"'))
    assert is_alike(joined([other, data, data]))


# --- what is not asked for ---

SEEN = ("Encounter", "DiagnosticReport", "Immunization", *LOOKED_AT)


@cache
def of_kind() -> dict[str, list[Json]]:
    """Real resources of the types that may be passed over; those that are asked for with another code as well."""
    each = [one for chart in charts() for one in chart if one["resourceType"] in SEEN]
    found = {kind: list(ones) for kind, ones in groupby(sorted(each, key=_kind), key=_kind)}
    for kind, element in LOOKED_AT.items():
        found[kind] += [one | {element: NOT_ASKED_FOR} for one in found[kind] if element in one]
    found["Immunization"] = [
        {"resourceType": "Immunization", "id": "i", "status": status, "patient": {"reference": "Patient/p1"},
         "occurrenceDateTime": "2014-03-08"} for status in ("completed", "not-done")
    ]  # fmt: skip
    found["DiagnosticReport"] = [
        {"resourceType": "DiagnosticReport", "id": "d", "status": "final", "subject": {"reference": "Patient/p1"}, **when}
        for when in ({"effectiveDateTime": "2014-03-08"}, {"effectivePeriod": {"start": "2014-03-08", "end": "2014-03-09"}})
    ]
    return found


def _kind(one: Json) -> str:
    return str(one["resourceType"])


NOT_LOOKED_AT = {"structure", "duplicate-key"}
"""All that the full reading may have against what was passed over: a part that no look is taken at has another JSON type."""


@settings(max_examples=400)
@given(chance=CHANCE, kind=st.sampled_from(SEEN), edits=st.integers(0, 3))
def test_what_is_passed_over_is_not_relevant_in_full_either(chance: Random, kind: str, edits: int) -> None:
    one: Any = copy.deepcopy(chance.choice(of_kind()[kind]))
    for _ in range(edits):
        one = edited(one, chance)
    data = spelt(one, chance, noise=chance.choice((0, 1))).encode()
    note(data.decode())
    by_run, in_full = fast(REMEMBERING, data), full(vocabulary(), data)
    if not passed(REMEMBERING, data):
        assert told(by_run) == told(in_full)
        return
    assert dict(by_run.counts) == {(one["resourceType"], "not relevant"): 1}
    if in_full.rejected:
        assert {issue.code for issue in in_full.issues} <= NOT_LOOKED_AT
    else:
        assert told(by_run) == told(in_full)

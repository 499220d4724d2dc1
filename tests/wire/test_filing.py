"""How one resource is filed: its version, whose it is, what it leads to and whether it is ours; rubbish raises nothing."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.moment import read_moment
from fhir_adapter.filing import Filed, file_of, is_read
from fhir_adapter.read import Reader
from fhir_adapter.releases import RELEASES, Release
from fhir_adapter.resources import SHAPES
from marrow.demo.cohort import bundles
from tests.wire.sent import Json, administration, condition, observation, patient, procedure, vocabulary


def filed(resource: Json) -> Filed:
    found = file_of(json.dumps(resource).encode())
    assert found is not None
    return found


# --- what it is, in which version ---


@pytest.mark.parametrize(
    ("meta", "version", "number", "updated"),
    [
        (None, None, None, None),
        ({}, None, None, None),
        ({"versionId": "3"}, "3", 3, None),
        ({"versionId": "a-3.b"}, "a-3.b", None, None),
        ({"versionId": "3", "lastUpdated": "2013-11-02T08:30:00.123+01:00"}, "3", 3, "2013-11-02T07:30:00.123Z"),
        ({"lastUpdated": "2013-11-02T08:30:00Z"}, None, None, "2013-11-02T08:30:00Z"),
        ({"lastUpdated": "2013-11-02"}, None, None, None),
        ({"lastUpdated": "yesterday"}, None, None, None),
        ({"versionId": "not a version"}, None, None, None),
        ({"versionId": 3}, None, None, None),
        ("meta", None, None, None),
        ([], None, None, None),
    ],
)
def test_the_version(meta: Any, version: str | None, number: int | None, updated: str | None) -> None:
    found = filed(observation(meta=meta))
    assert (found.type, found.id, found.ref) == ("Observation", "o1", "Observation/o1")
    moment = None if updated is None else read_moment(updated).instant
    assert (found.version, found.number, found.updated) == (version, number, moment)


def test_it_keeps_the_bytes_that_were_sent() -> None:
    raw = b'{ "id": "o1", "resourceType": "Observation", "valueQuantity": {"value": 0.070} }'
    found = file_of(raw)
    assert found is not None
    assert found.raw == raw
    marked = file_of(b"\xef\xbb\xbf" + raw)
    assert marked is not None
    assert marked.raw == raw


# --- whose it is ---

WHOSE: dict[str, list[str]] = {
    # by type, the elements that name the patient in R4 and in R5
    "Observation": ["subject"],
    "MedicationAdministration": ["subject"],
    "Procedure": ["subject"],
    "Condition": ["subject"],
    "ResearchSubject": ["individual", "subject"],
    "AdverseEvent": ["subject"],
    "Consent": ["patient", "subject"],
    "Encounter": ["subject"],
    "DiagnosticReport": ["subject"],
    "Immunization": ["patient"],
    "Specimen": ["subject"],
}


def test_every_type_that_is_read_has_a_row_or_is_a_patient_or_has_none() -> None:
    assert {*WHOSE, "Patient", "Medication"} == set(SHAPES)
    assert all(map(is_read, SHAPES))
    assert not any(map(is_read, ["Provenance", "Device", "Practitioner", "Bundle", ""]))


@pytest.mark.parametrize(("kind", "element"), [(kind, element) for kind, elements in WHOSE.items() for element in elements])
@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"reference": "Patient/p1"}, "Patient/p1"),
        ({"reference": "Patient/p1/_history/4"}, "Patient/p1"),
        ({"reference": "https://ehr.example/fhir/Patient/p1"}, "Patient/p1"),
        ({"reference": "https://ehr.example/fhir/Patient/p1/_history/4", "display": "a child"}, "Patient/p1"),
        ({"reference": "Group/g1"}, None),
        ({"reference": "#p"}, None),
        ({"reference": "urn:uuid:7c1f0a5e-0000-4000-8000-0000000000aa"}, None),
        ({"identifier": {"system": "urn:mrn", "value": "17"}}, None),
        ({"display": "a child"}, None),
        ({"reference": 17}, None),
        ("Patient/p1", None),
        ([{"reference": "Patient/p1"}], None),
    ],
)
def test_whose_it_is(kind: str, element: str, reference: Any, expected: str | None) -> None:
    assert filed({"resourceType": kind, "id": "x1", element: reference}).patient == expected


def test_a_patient_is_its_own_and_a_medication_nobodys() -> None:
    assert filed(patient()).patient == "Patient/p1"
    assert filed({"resourceType": "Medication", "id": "m1", "code": {"text": "x"}}).patient is None


@pytest.mark.parametrize("release", RELEASES)
def test_it_is_filed_under_whom_it_is_read_as(release: Release) -> None:
    """Of each child of the demonstration, in each release: nothing that has facts is filed elsewhere."""
    for name, chart in bundles(release):
        reader = Reader(vocabulary(), validation="fast")
        raws = [json.dumps(one["resource"], default=float).encode() for one in chart["entry"]]
        for raw in raws:
            reader.read(raw, name)
        (record,) = reader.finish().records
        files = [one for raw in raws if (one := file_of(raw)) is not None]
        assert len(files) == len(raws)
        cited = {fact.ref.partition("/_history")[0] for fact in record.facts}
        assert {one.patient for one in files if one.ref in cited} == {record.patient}
        assert cited <= {one.ref for one in files}


# --- what it leads to ---


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"medicationReference": {"reference": "Medication/m1"}}, "Medication/m1"),
        ({"medicationReference": {"reference": "https://ehr.example/fhir/Medication/m1/_history/2"}}, "Medication/m1"),
        ({"medication": {"reference": {"reference": "Medication/m1"}}}, "Medication/m1"),
        ({"medication": {"concept": {"text": "x"}, "reference": {"reference": "Medication/m1"}}}, "Medication/m1"),
        ({"medication": {"concept": {"text": "x"}}}, None),
        ({"medicationReference": {"reference": "#m"}}, None),
        ({"medicationReference": {"display": "x"}}, None),
        ({"medication": "Medication/m1"}, None),
        ({"medicationReference": ["Medication/m1"]}, None),
        ({}, None),
    ],
)
def test_what_was_given_leads_to_its_medication(elements: Json, expected: str | None) -> None:
    assert filed(administration(id="a1", **elements)).leads_to == expected


def link(kind: Any, reference: Any) -> Json:
    return {"type": kind, "other": {"reference": reference}}


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([link("replaced-by", "Patient/p2")], "Patient/p2"),
        ([link("replaced-by", "https://ehr.example/fhir/Patient/p2/_history/7")], "Patient/p2"),
        ([link("seealso", "Patient/p3"), link("replaced-by", "Patient/p2")], "Patient/p2"),
        ([link("replaces", "Patient/p2")], None),
        ([link("refer", "Patient/p2"), link("seealso", "Patient/p2")], None),
        ([link("replaced-by", "#p2")], None),
        ([{"type": "replaced-by"}], None),
        ([{"type": "replaced-by", "other": {"display": "x"}}], None),
        ([link(["replaced-by"], "Patient/p2")], None),
        ({"type": "replaced-by"}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_patient_leads_to_who_took_its_place(links: Any, expected: str | None) -> None:
    found = filed(patient(link=links))
    assert (found.patient, found.leads_to) == ("Patient/p1", expected)


@pytest.mark.parametrize("resource", [observation(), procedure(), condition()])
def test_others_lead_nowhere(resource: Json) -> None:
    more = {"link": [link("replaced-by", "Patient/p2")], "medicationReference": {"reference": "Medication/m1"}}
    assert filed(resource | more).leads_to is None


# --- ours ---


def test_what_marrow_wrote_is_told_by_its_identifier() -> None:
    ours = {"system": "urn:marrow:conclusion", "value": "x"}
    for identifier in (ours, [ours], [{"system": "urn:server"}, ours]):
        assert filed(condition(identifier=identifier)).own
    for others in ([{"system": "urn:server", "value": "urn:marrow:conclusion"}], "urn:marrow:conclusion", None):
        assert not filed(condition(identifier=others)).own


# --- whatever comes ---


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"{}", b"[]", b"null", b'"x"', b"{", b"\xff\xfe{}", b'{"resourceType": "Observation"}',
        b'{"id": "o1"}', b'{"resourceType": "Observation", "id": ""}', b'{"resourceType": "Observation", "id": 1}',
        b'{"resourceType": "Observation", "id": "no id"}', b'{"resourceType": "Nothing", "id": "o1"}',
        b'{"resourceType": ["Observation"], "id": "o1"}', b'{"resourceType": "Observation", "id": "' + b"x" * 65 + b'"}',
        b'{"resourceType": "Observation", "id": "\xe9"}',
    ],
)  # fmt: skip
def test_what_is_no_resource_with_an_id_is_nothing(raw: bytes) -> None:
    assert file_of(raw) is None


def test_neither_repr_nor_anything_shown_says_who() -> None:
    found = filed(observation(id="secret", subject={"reference": "Patient/secret"}))
    assert repr(found) == "Filed(Observation)"


_WORDS = ["reference", "type", "other", "concept", "system", "versionId", "lastUpdated", "x"]
_TEXTS = ["Patient/p1", "replaced-by"]
_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(_TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=3),
    max_leaves=6,
)
_ELEMENTS = [
    "meta", "subject", "patient", "individual", "link", "medication", "medicationReference", "identifier", "contained", "code",
]  # fmt: skip


@given(
    kind=st.sampled_from([*SHAPES, "Provenance", "Bundle", "Nothing"]),
    elements=st.dictionaries(st.sampled_from(_ELEMENTS), _JUNK),
)
def test_a_resource_of_rubbish_is_filed_under_its_id(kind: str, elements: Json) -> None:
    found = file_of(json.dumps(elements | {"resourceType": kind, "id": "x1"}).encode())
    if kind == "Nothing":
        assert found is None
        return
    assert found is not None
    assert found.ref == f"{kind}/x1"
    assert found.patient is None or found.patient.startswith("Patient/")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b'{"resourceType":"Observation","id":"o1","subject":' + b"[" * 5000 + b"]" * 5000 + b"}")
@example(b'{"resourceType":"Observation","id":"o1","subject":{"reference":"\xff"}}')
@example(b'{"resourceType":"Observation","id":"o1","x":"\\ud800","meta":NaN,"subject":{"reference":"Patient/p1"}}')
@example(b'{"resourceType":"Observation","id":"o1","subject":{"reference":"\\ud800"},"meta":{"versionId":"\\x"}}')
@example(b'{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p1","x":0123}}')
@example(b'{"resourceType":"Observation","id":"o1","subject":' + b'{"identifier":' * 90 + b"1" + b"}" * 91)
@example(b'{"resourceType":"Patient","id":"p1","link":[{"other":' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}]}")
def test_no_bytes_raise(raw: bytes) -> None:
    found = file_of(raw)
    assert found is None or found.ref.partition("/")[0] == found.type


@given(position=st.integers(0, 400), byte=st.integers(0, 255))
def test_one_broken_byte_raises_nothing(position: int, byte: int) -> None:
    raw = bytearray(json.dumps(patient(link=[link("replaced-by", "Patient/p2")], meta={"versionId": "3"})).encode())
    raw[position % len(raw)] = byte
    found = file_of(bytes(raw))
    assert found is None or found.type == "Patient"

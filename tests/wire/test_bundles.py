"""Bundles of every type, references of every form, versions in every order, releases, and what Marrow wrote itself."""

import json
from typing import Any

import pytest

from fhir_adapter.read import Reader
from fhir_adapter.releases import Release
from tests.wire.sent import (
    DAY,
    Json,
    administration,
    adverse_event,
    bundle,
    code,
    codes,
    condition,
    entries,
    facts,
    observation,
    only,
    patient,
    procedure,
    read,
    ucum,
    vocabulary,
)

COUNT = "10*9/L"
UUID = "urn:uuid:7c1f0a5e-0000-4000-8000-0000000000aa"


@pytest.mark.parametrize(
    "kind", ["collection", "searchset", "transaction", "batch", "history", "document", "message", "unheard-of"]
)
def test_every_type_of_bundle(kind: str) -> None:
    intake = read(bundle(patient(), observation(), kind=kind))
    assert intake.counts == {("Observation", "used"): 1, ("Patient", "used"): 1}


def test_a_single_resource_and_a_bundle_in_a_bundle() -> None:
    assert only(observation()) == only(bundle(bundle(observation())))


def test_lines_of_one_patient_anywhere() -> None:
    reader = Reader(vocabulary(), validation="fast")
    reader.read(json.dumps(observation()).encode() + b"\n\r\n" + b"{broken\n", "Observation.ndjson", ndjson=True)
    reader.read(json.dumps(patient()).encode(), "Patient.ndjson", ndjson=True)
    intake = reader.finish()
    assert [record.patient for record in intake.records] == ["Patient/p1"]
    assert [(issue.source, issue.code) for issue in intake.issues] == [("Observation.ndjson:3", "not-json")]


def test_several_patients_in_one_bundle() -> None:
    second = {"reference": "Patient/p2"}
    intake = read(bundle(patient(), patient(id="p2"), observation(), observation(id="o2", subject=second)))
    assert [(record.patient, len(record.facts)) for record in intake.records] == [("Patient/p1", 4), ("Patient/p2", 4)]


def test_entries_with_nothing_to_read_are_counted() -> None:
    intake = read(
        entries(
            {"fullUrl": "http://x/Observation/o1", "request": {"method": "PUT", "url": "Observation/o1"}},
            {"response": {"status": "404 Not Found"}, "resource": observation()},
            {"resource": {"resourceType": "OperationOutcome", "issue": []}, "search": {"mode": "outcome"}},
        )
    )
    assert intake.skipped == 2
    assert intake.counts == {("OperationOutcome", "not relevant"): 1}


# --- references ---


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "Patient/p1/_history/4",
        "http://ehr.example/fhir/Patient/p1",
        "https://ehr.example/r4/Patient/p1/_history/2",
        UUID,
    ],
)
def test_references_to_a_patient(reference: str) -> None:
    sent = observation(subject={"reference": reference})
    intake = read(entries({"fullUrl": UUID, "resource": patient()}, {"resource": sent}))
    assert [record.patient for record in intake.records] == ["Patient/p1"]


def test_a_patient_without_an_id_is_known_by_its_urn() -> None:
    child = {"fullUrl": UUID, "resource": {"resourceType": "Patient", "gender": "male"}}
    sent = {
        "fullUrl": UUID[:-1] + "b",
        "resource": observation(id=None, subject={"reference": UUID.upper().replace("URN:UUID", "urn:uuid")}),
    }
    intake = read(entries(child, sent, kind="transaction"))
    assert [record.patient for record in intake.records] == [UUID]
    assert intake.records[0].facts[0].ref == UUID[:-1] + "b"


def test_a_urn_means_what_its_own_bundle_says() -> None:
    urn = "urn:uuid:patient"
    one = entries({"fullUrl": urn, "resource": patient()}, {"resource": observation(subject={"reference": urn})})
    other = entries(
        {"fullUrl": urn, "resource": patient(id="p2")}, {"resource": observation(id="o2", subject={"reference": urn})}
    )
    intake = read(one, other)
    refs = {record.patient: {fact.ref for fact in record.facts} for record in intake.records}
    assert refs == {"Patient/p1": {"Patient/p1", "Observation/o1"}, "Patient/p2": {"Patient/p2", "Observation/o2"}}


def test_a_contained_patient_is_known_by_what_contains_it() -> None:
    inner = {"resourceType": "Patient", "id": "c", "gender": "male", "birthDate": "2010-01-01"}
    intake = read(observation(contained=[inner], subject={"reference": "#c"}))
    (record,) = intake.records
    assert record.patient == "Observation/o1#c"
    assert [fact.concept for fact in record.facts] == ["anc", "birth", "seen", "sex"]


def test_a_patient_that_was_not_sent_has_a_record() -> None:
    assert read(observation()).records[0].patient == "Patient/p1"


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        (None, "subject-missing"),
        ({"identifier": {"system": "urn:mrn", "value": "1"}}, "subject-logical"),
        ({"display": "somebody"}, "subject-logical"),
        ({"reference": "Patient?identifier=1"}, "subject-unreadable"),
        ({"reference": "#nobody"}, "subject-unreadable"),
        ({"reference": "Patient/"}, "subject-unreadable"),
        ({"reference": ""}, "subject-unreadable"),
    ],
)
def test_a_subject_is_never_guessed(subject: Any, fault: str) -> None:
    intake = read(bundle(patient(), observation(subject=subject)))
    assert [(issue.code, issue.path) for issue in intake.issues] == [(fault, "Observation.subject")]
    assert all(fact.ref == "Patient/p1" for fact in intake.records[0].facts)


def test_one_id_on_two_servers_is_said() -> None:
    intake = read(*(entries({"fullUrl": f"https://{name}.example/Patient/p1", "resource": patient()}) for name in ("a", "b")))
    assert codes(intake) == ["two-servers"]


# --- versions ---


def version(number: str | None = None, updated: str | None = None, value: float = 0.4, **more: Any) -> Json:
    meta = {name: text for name, text in (("versionId", number), ("lastUpdated", updated)) if text is not None}
    return observation(meta=meta, valueQuantity=ucum(value, COUNT), **more)


def shown(*documents: Json) -> list[tuple[str, str]]:
    return [(str(fact.value.lo), fact.ref) for fact in facts(*documents)]  # type: ignore[union-attr]


OLD, NEW = "2013-11-02T10:00:00Z", "2013-11-03T09:00:00+14:00"


@pytest.mark.parametrize(
    ("old", "new", "ref"),
    [
        (version("2", value=0.1), version("10", value=0.2), "Observation/o1/_history/10"),
        (version("a", OLD, value=0.1), version("b", NEW, value=0.2), "Observation/o1/_history/b"),
        (version(None, OLD, value=0.1), version(None, "2013-11-04T00:00:00Z", value=0.2), "Observation/o1"),
    ],
)  # fmt: skip
def test_the_newest_version_counts_whatever_the_order(old: Json, new: Json, ref: str) -> None:
    for documents in ((old, new), (new, old), (bundle(new, old, kind="history"),), (old, new, old, new)):
        assert shown(*documents) == [("0.2", ref)]
        assert not read(*documents).issues


def test_the_version_of_an_entry_serves_where_the_resource_has_none() -> None:
    old = {"resource": version(value=0.1), "response": {"etag": 'W/"1"', "lastModified": OLD}}
    new = {"resource": version(value=0.2), "response": {"etag": 'W/"2"', "lastModified": OLD}}
    assert shown(entries(new, old, kind="history")) == [("0.2", "Observation/o1")]


def test_a_newer_version_in_error_removes_the_older_one() -> None:
    assert shown(version("1"), version("2", status="entered-in-error")) == []
    assert shown(version("2"), version("1", status="entered-in-error")) == [("0.4", "Observation/o1/_history/2")]


def test_a_newer_version_that_is_refused_does_not_bring_back_the_older_one() -> None:
    intake = read(version("2", effectiveDateTime="?"), version("1"))
    assert codes(intake) == ["time-invalid"]
    assert intake.records == ()


def test_a_deletion_counts_when_it_is_newest() -> None:
    gone = {"request": {"method": "DELETE", "url": "Observation/o1"}, "response": {"etag": 'W/"3"'}}
    assert shown(entries(gone, {"resource": version("2")}, kind="history")) == []
    assert shown(entries({"resource": version("4")}, gone, kind="history")) == [("0.4", "Observation/o1/_history/4")]
    assert shown(version("2"), entries(gone, kind="history")) == []


def test_contents_that_nothing_orders_are_picked_alike_and_said() -> None:
    one, other = version(value=0.1), version("b", value=0.2)
    assert shown(one, other) == shown(other, one)
    assert codes(read(one, other)) == codes(read(other, one)) == ["version-conflict"]


def test_the_same_content_written_otherwise_is_no_conflict() -> None:
    spaced = json.dumps(observation(), indent=3).encode()
    intake = read(observation(), spaced, observation())
    assert not intake.issues
    assert intake.counts == {("Observation", "superseded"): 2, ("Observation", "used"): 1}


def test_without_an_id_the_same_content_is_one_resource() -> None:
    nameless = observation(id=None)
    found = facts(bundle(nameless, nameless), nameless)
    assert [fact.ref.startswith("urn:marrow:content:") for fact in found] == [True]


# --- releases ---

WHOSE = {"reference": "Patient/p1"}
ATG = code("L04AA04", "http://www.whocc.no/atc")
IN_STUDY = {"resourceType": "ResearchSubject", "id": "r", "status": "active"}


@pytest.mark.parametrize(
    ("sent", "release"),
    [
        (administration(), "R4"),
        (administration(medicationCodeableConcept=None, medication={"concept": ATG}, effectiveDateTime=None), "R5"),
        (procedure(), "R4"),
        (procedure(performedDateTime=None, occurrenceDateTime=DAY), "R5"),
        (IN_STUDY | {"individual": WHOSE, "assignedArm": "MSC"}, "R4"),
        (IN_STUDY | {"subject": WHOSE, "assignedComparisonGroup": "MSC"}, "R5"),
        (adverse_event(), "R4"),
        (adverse_event(event=None, code={"text": "fever"}, date=None, occurrenceDateTime=DAY, status="completed"), "R5"),
        (condition(participant=[{"actor": {"reference": "Practitioner/x"}}]), "R5"),
        (condition(recorder={"reference": "Practitioner/x"}), "R4"),
        (observation(), "R4"),
        (observation(triggeredBy=[]), "R5"),
        (observation(meta={"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Observation"]}), "R5"),
        (observation(meta={"profile": [None, "http://hl7.org/fhir/StructureDefinition/Observation|4.3.0"]}), "R4B"),
        (observation(meta={"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-lab|5.0.1"]}), "R4"),
        (administration(meta={"profile": ["http://hl7.org/fhir/4.3/StructureDefinition/MedicationAdministration"]}), "R4B"),
    ],
)  # fmt: skip
def test_the_release_shows(sent: Json, release: Release) -> None:
    intake = read(sent)
    assert intake.release_of("Patient/p1") == release


def test_notification_bundles_show_their_release() -> None:
    status = {"resourceType": "SubscriptionStatus", "type": "event-notification"}
    assert read(bundle(status, observation(), kind="history")).release == "R4B"
    assert read(bundle(status, observation(), kind="subscription-notification")).release == "R5"


def test_the_release_can_be_said() -> None:
    assert read(observation(), release="R5").release_of("Patient/p1") == "R5"


def test_a_patient_whose_resources_show_nothing_follows_the_others() -> None:
    intake = read(observation(triggeredBy=[]), patient(id="p2"))
    assert (intake.release_of("Patient/p1"), intake.release_of("Patient/p2")) == ("R5", "R5")


# --- our own ---


def test_what_marrow_wrote_is_handed_back_and_never_read() -> None:
    ours = condition(id="ours", identifier=[{"system": "urn:marrow:conclusion", "value": "x"}], meta={"versionId": "1"})
    newer = ours | {"meta": {"versionId": "2"}}
    elsewhere = {"resourceType": "Flag", "id": "f", "identifier": [{"system": "urn:marrow:conclusion"}]}
    intake = read(bundle(newer, ours, elsewhere, patient()))
    assert [fact.concept for fact in intake.records[0].facts] == ["birth", "sex"]
    assert sorted(intake.own) == ["Condition/ours", "Flag/f"]
    assert json.loads(intake.own["Condition/ours"]) == newer
    assert intake.counts["Condition", "own"] == 1


def test_mentioning_marrow_elsewhere_makes_nothing_ours() -> None:
    assert only(condition(note=[{"text": "urn:marrow:conclusion"}])).concept == "aplastic_anaemia"

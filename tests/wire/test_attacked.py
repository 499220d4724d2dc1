"""What an attack with an independent oracle found in reading, each as the smallest thing that shows it."""

from typing import Any

from engine.moment import read_moment
from tests.wire.sent import DAY, SNOMED, code, codes, facts, observation, patient, read

PLATELETS = code("12719002", SNOMED)
RABBIT = code("L04AA04", "http://www.whocc.no/atc")


def transfusion(**more: Any) -> dict[str, Any]:
    plain = {"resourceType": "Procedure", "id": "t1", "status": "completed", "code": PLATELETS}
    return plain | {"subject": {"reference": "Patient/p1"}, "performedDateTime": DAY} | more


def dose(**more: Any) -> dict[str, Any]:
    plain = {"resourceType": "MedicationAdministration", "id": "m1", "status": "completed", "medicationCodeableConcept": RABBIT}
    return plain | {"subject": {"reference": "Patient/p1"}, "effectiveDateTime": DAY} | more


def test_one_id_under_two_patients_is_two_resources() -> None:
    other = observation(subject={"reference": "Patient/p2"}) | {"valueQuantity": observation()["valueQuantity"] | {"value": 3}}
    intake = read(patient(), patient(id="p2"), observation(), other)
    counted = {record.patient: [fact for fact in record.facts if fact.concept == "anc"] for record in intake.records}
    assert {patient: len(found) for patient, found in counted.items()} == {"Patient/p1": 1, "Patient/p2": 1}
    assert "version-conflict" not in codes(intake)


def test_a_corrected_subject_is_still_a_new_version() -> None:
    first = observation(meta={"versionId": "1"})
    second = observation(meta={"versionId": "2"}, subject={"reference": "Patient/p2"})
    intake = read(patient(), patient(id="p2"), second, first)
    counted = {record.patient for record in intake.records if any(fact.concept == "anc" for fact in record.facts)}
    assert counted == {"Patient/p2"}


def test_what_may_have_been_done_is_not_certain_and_not_lost() -> None:
    (done,) = facts(transfusion(status="unknown"))
    assert (done.concept, done.certain) == ("platelet_transfusion", False)
    (given,) = facts(dose(status="unknown"))
    assert (given.concept, given.certain) == ("rabbit_atg", False)
    assert facts(transfusion())[0].certain


def test_a_dose_of_which_only_the_end_is_known_lies_at_some_time_before_it() -> None:
    (given,) = facts(dose(effectiveDateTime=None, effectivePeriod={"end": "2014-04-01T18:00:00+08:00"}))
    assert given.when is not None
    assert given.when.last == read_moment("2014-04-01").first
    assert given.when.first < given.when.last


def test_an_arm_that_is_not_understood_may_be_any() -> None:
    subject = {"resourceType": "ResearchSubject", "id": "r1", "status": "on-study", "study": {"display": "a trial"}}
    sent = subject | {"individual": {"reference": "Patient/p1"}, "assignedArm": "the third way"}
    intake = read(patient(), sent)
    (arm,) = (fact for record in intake.records for fact in record.facts if fact.concept == "assigned_arm")
    assert arm.value == {"MSC", "control"}
    assert codes(intake) == ["arm-unknown"]

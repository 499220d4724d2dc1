"""Each type of resource, in each release, with each status and each form of time, to facts."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.interval import Interval
from engine.moment import read_moment
from tests.wire.sent import (
    DAY,
    LOCAL,
    SNOMED,
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
)

NOVEMBER_2 = read_moment(DAY)
ATC = "http://www.whocc.no/atc"


# --- Patient ---


def test_a_patient_is_birth_sex_and_death() -> None:
    found = facts(patient(deceasedDateTime="2014-03-01T10:00:00+08:00"))
    assert [(fact.concept, fact.value, fact.ref) for fact in found] == [
        ("birth", None, "Patient/p1"),
        ("death", None, "Patient/p1"),
        ("sex", {"female"}, "Patient/p1"),
    ]
    assert [str(fact.when) for fact in found] == ["2009-05-01", "2014-03-01", "None"]


def test_a_death_without_a_date_is_a_death() -> None:
    (death,) = facts(patient(deceasedBoolean=True), concept="death")
    assert death.when is None
    assert facts(patient(deceasedBoolean=False), concept="death") == []


def test_a_partial_birth_date_keeps_its_precision() -> None:
    (birth,) = facts(patient(birthDate="2009"), concept="birth")
    assert str(birth.when) == "2009-01-01..2009-12-31"


@pytest.mark.parametrize(("gender", "issues"), [("other", []), ("unknown", []), ("F", ["gender-unknown"])])
def test_what_gender_does_not_say(gender: str, issues: list[str]) -> None:
    assert facts(patient(gender=gender), concept="sex") == []
    assert codes(read(patient(gender=gender))) == issues


# --- status ---


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_observations_that_do_not_exist(status: str) -> None:
    intake = read(observation(status=status))
    assert (intake.records, intake.issues, intake.newest_day) == ((), (), None)


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "unknown"])
def test_observations_that_count(status: str) -> None:
    assert not only(observation(status=status)).preliminary


def test_a_preliminary_observation_says_so() -> None:
    assert only(observation(status="preliminary")).preliminary


@pytest.mark.parametrize(("status", "fault"), [(None, "status-missing"), ("done", "status-unknown")])
def test_a_status_that_says_nothing(status: str | None, fault: str) -> None:
    intake = read(observation(status=status))
    assert [(issue.code, issue.path) for issue in intake.issues] == [(fault, "Observation.status")]


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "cancelled"])
def test_what_was_not_given(status: str) -> None:
    assert read(administration(status=status)).records == ()


def test_a_halted_administration_counts_without_its_dose() -> None:
    intake = read(administration(status="stopped"))
    assert codes(intake) == ["dose-incomplete"]
    assert intake.records[0].facts[0].value is None


@pytest.mark.parametrize("status", ["preparation", "not-done", "entered-in-error"])
def test_procedures_that_were_not_done(status: str) -> None:
    assert read(procedure(status=status)).records == ()


# --- time ---


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ({"effectiveDateTime": "2013-11"}, "2013-11-01..2013-11-30"),
        ({"effectiveDateTime": None, "effectiveInstant": "2013-11-02T23:30:00.123-05:00"}, "2013-11-02"),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": "2013-11-01", "end": "2013-11-03"}}, "2013-11-01..2013-11-03"),
        ({"effectiveDateTime": None, "effectivePeriod": {"end": "2013-11-03"}}, "2013-11-03"),
        ({"effectiveDateTime": None}, "None"),
    ],
)
def test_when_an_observation_was_true(time: Any, expected: str) -> None:
    assert str(only(observation(**time)).when) == expected


def test_a_zone_moves_instants() -> None:
    late = observation(effectiveDateTime="2013-11-02T23:30:00Z")
    assert str(only(late).when) == "2013-11-02"
    assert str(only(late, zone=ZoneInfo("Asia/Shanghai")).when) == "2013-11-03"


@pytest.mark.parametrize("text", ["2013-02-30", "02.11.2013", "", "2013-11-02T25:00:00Z", "2013-11-02T10:00:00+99:00"])
def test_a_date_that_is_none_costs_the_resource(text: str) -> None:
    intake = read(observation(effectiveDateTime=text))
    assert [(issue.code, issue.path) for issue in intake.issues] == [("time-invalid", "Observation.effectiveDateTime")]
    assert intake.records == ()


def test_a_period_backwards_costs_the_resource() -> None:
    intake = read(observation(effectiveDateTime=None, effectivePeriod={"start": "2013-11-03", "end": "2013-11-01"}))
    assert codes(intake) == ["period-order"]


def test_a_timing_is_no_time() -> None:
    intake = read(observation(effectiveDateTime=None, effectiveTiming={"event": [DAY]}))
    assert codes(intake) == ["time-form"]
    assert intake.records[0].facts[0].when is None


# --- what was given ---

ATG = code("L04AA04", ATC)
PERIOD = {"start": DAY, "end": "2013-11-04"}


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"effectiveDateTime": None, "effectivePeriod": PERIOD},
        {"medicationCodeableConcept": None, "medication": {"concept": ATG}, "effectiveDateTime": None, "occurenceDateTime": DAY},
        {"medicationCodeableConcept": None, "medication": {"concept": ATG}, "effectiveDateTime": None, "occurencePeriod": PERIOD},
        {"medicationCodeableConcept": None, "medication": {"concept": ATG}, "effectiveDateTime": None, "occurrenceDateTime": DAY},
        {
            "medicationCodeableConcept": None,
            "medicationReference": {"reference": "#drug"},
            "contained": [{"resourceType": "Medication", "id": "drug", "code": ATG}],
        },
        {
            "medicationCodeableConcept": None,
            "medication": {"reference": {"reference": "#drug"}},
            "contained": [{"resourceType": "Medication", "id": "drug", "code": ATG}],
        },
    ],
)
def test_an_administration_in_every_shape(shape: Any) -> None:
    fact = only(administration(**shape))
    assert (fact.concept, fact.when, fact.value, fact.unit) == ("rabbit_atg", NOVEMBER_2, Interval.exactly(Decimal(60)), "mg")


@pytest.mark.parametrize(
    ("reference", "entry"),
    [
        ("Medication/drug", {"resource": {"resourceType": "Medication", "id": "drug", "code": ATG}}),
        ("http://ehr.example/fhir/Medication/drug", {"resource": {"resourceType": "Medication", "id": "drug", "code": ATG}}),
        ("Medication/drug/_history/3", {"resource": {"resourceType": "Medication", "id": "drug", "code": ATG}}),
        (
            "urn:uuid:0d3c3c1a-0000-4000-8000-000000000001",
            {
                "fullUrl": "urn:uuid:0D3C3C1A-0000-4000-8000-000000000001",
                "resource": {"resourceType": "Medication", "code": ATG},
            },
        ),
    ],
)
def test_a_medication_elsewhere_in_the_bundle(reference: str, entry: Json) -> None:
    given = administration(medicationCodeableConcept=None, medicationReference={"reference": reference})
    assert only(entries({"resource": given}, entry)).concept == "rabbit_atg"


@pytest.mark.parametrize("reference", [{"reference": "Medication/none"}, {"reference": "#none"}, {"display": "ATG"}])
def test_a_medication_that_was_not_sent(reference: Json) -> None:
    intake = read(administration(medicationCodeableConcept=None, medicationReference=reference))
    assert codes(intake) == ["medication-unresolved"]


def test_eye_drops_are_refused_by_name() -> None:
    drops = code("1093173", "http://www.nlm.nih.gov/research/umls/rxnorm")
    intake = read(administration(medicationCodeableConcept=drops))
    assert "ciclosporin eye drops" in intake.issues[0].message


def test_a_transfusion_is_a_procedure_or_an_administration() -> None:
    red_cells = code("116863004", SNOMED)
    assert only(procedure(code=red_cells)).concept == "red_cell_transfusion"
    assert only(administration(medicationCodeableConcept=red_cells, dosage=None)).concept == "red_cell_transfusion"


@pytest.mark.parametrize(
    "time",
    [
        {"performedDateTime": DAY},
        {"performedDateTime": None, "performedPeriod": PERIOD},
        {"performedDateTime": None, "occurrenceDateTime": DAY},
        {"performedDateTime": None, "occurrencePeriod": PERIOD},
    ],
)
def test_a_procedure_is_dated_by_its_start(time: Json) -> None:
    assert only(procedure(**time)).when == NOVEMBER_2


def test_a_procedure_at_an_age_has_no_date() -> None:
    intake = read(procedure(performedDateTime=None, performedAge=ucum(4, "a")))
    assert codes(intake) == ["time-form"]


# --- Condition ---


def test_a_condition_is_dated_by_its_onset_else_its_recording() -> None:
    assert only(condition(recordedDate="2014-01-01")).when == NOVEMBER_2
    assert only(condition(onsetDateTime=None, onsetPeriod=PERIOD)).when == NOVEMBER_2
    assert only(condition(onsetDateTime=None, onsetAge=ucum(4, "a"), recordedDate=DAY)).when == NOVEMBER_2


@pytest.mark.parametrize(
    ("verification", "certain"),
    [("confirmed", True), ("provisional", False), ("differential", False), ("unconfirmed", False), ("refuted", None),
     ("entered-in-error", None)],
)  # fmt: skip
def test_how_certain_a_condition_is(verification: str, certain: bool | None) -> None:
    found = facts(condition(verificationStatus=code(verification, "http://terminology.hl7.org/CodeSystem/condition-ver-status")))
    assert [fact.certain for fact in found] == ([] if certain is None else [certain])


@pytest.mark.parametrize(("status", "marks"), [("active", set()), ("inactive", {"inactive"}), ("resolved", {"inactive"})])
def test_a_condition_that_is_over_is_marked(status: str, marks: set[str]) -> None:
    assert only(condition(clinicalStatus=code(status, "http://terminology.hl7.org/CodeSystem/condition-clinical"))).marks == marks


# --- the study ---


def in_study(**more: Any) -> Json:
    return {"resourceType": "ResearchSubject", "id": "r1", "status": "on-study", "study": {"reference": "ResearchStudy/s"}} | more


@pytest.mark.parametrize(
    "shape",
    [
        {"individual": {"reference": "Patient/p1"}, "assignedArm": "MSC", "period": {"start": DAY, "end": "2018-04-13"}},
        {"subject": {"reference": "Patient/p1"}, "assignedComparisonGroup": "msc", "period": {"start": DAY, "end": "2018-04-13"}},
        {
            "subject": {"reference": "Patient/p1"},
            "assignedComparisonGroup": "MSC",
            "progress": [{"startDate": DAY, "endDate": "2014-01-01"}, {"startDate": "2014-01-01", "endDate": "2018-04-13"}],
        },
    ],
)
def test_arm_entry_and_last_contact(shape: Any) -> None:
    intake = read(in_study(**shape))
    found = {fact.concept: fact for fact in intake.records[0].facts}
    assert found["assigned_arm"].value == {"MSC"}
    assert (str(found["follow_up_start"].when), str(found["follow_up_end"].when)) == (DAY, "2018-04-13")
    assert intake.newest_day == read_moment("2018-04-13").first


def test_an_arm_that_nobody_knows() -> None:
    intake = read(in_study(individual={"reference": "Patient/p1"}, assignedArm="C"))
    assert [(issue.code, issue.path) for issue in intake.issues] == [("arm-unknown", "ResearchSubject.assignedArm")]


def consent(**more: Any) -> Json:
    return {
        "resourceType": "Consent",
        "id": "k1",
        "status": "active",
        "patient": {"reference": "Patient/p1"},
        "dateTime": DAY,
    } | more


def test_consent() -> None:
    assert only(consent()).when == NOVEMBER_2
    assert only(consent(patient=None, dateTime=None, subject={"reference": "Patient/p1"}, date=DAY)).when == NOVEMBER_2
    for refusal in ({"status": "rejected"}, {"provision": {"type": "deny"}}, {"decision": "deny"}):
        assert facts(consent(**refusal)) == []
    assert only(consent(provision=[{"period": {}}], decision="permit")).concept == "consent"


# --- adverse events ---

GRADE = "http://hl7.org/fhir/us/ctcae/StructureDefinition/ctcae-grade"


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"event": None, "code": code("10002218", "https://www.meddra.org"), "date": None, "occurrenceDateTime": DAY},
        {"date": None, "occurrencePeriod": PERIOD},
        {"date": None, "occurenceDateTime": DAY},
        {"event": {"text": "Drug  Fever"}},
        {"event": {"coding": [{"system": "http://example.org", "code": "x", "display": "Anaphylaxis"}]}},
        {"extension": [{"url": GRADE, "valueCodeableConcept": code("3", "http://example.org/grade")}]},
        {"extension": [{"url": GRADE, "valueCodeableConcept": {"text": "Grade 3"}}, {"url": "urn:x", "valueInteger": 1}]},
    ],
)
def test_an_adverse_event_in_every_shape(shape: Any) -> None:
    fact = only(adverse_event(**shape))
    assert (fact.concept, fact.when, fact.value) == ("ae_anaphylaxis", NOVEMBER_2, Interval.exactly(Decimal(3)))


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        ({"extension": None}, "grade-missing"),
        ({"extension": [{"url": GRADE, "valueInteger": 7}]}, "implausible"),
        ({"extension": [{"url": GRADE, "valueCodeableConcept": {"text": "severe"}}]}, "grade-unreadable"),
        ({"extension": [{"url": GRADE, "valueInteger": 1}, {"url": GRADE, "valueInteger": 2}]}, "grade-unreadable"),
    ],
)
def test_a_grade_that_cannot_be_read_leaves_the_event(shape: Any, fault: str) -> None:
    intake = read(adverse_event(**shape))
    assert codes(intake) == [fault]
    assert intake.records[0].facts[0].value is None


def test_what_might_have_happened_did_not() -> None:
    assert read(adverse_event(actuality="potential")).records == ()


# --- last contact ---


def test_everything_dated_shows_that_the_child_was_seen_once_a_day() -> None:
    whose = {"reference": "Patient/p1"}
    visit = {"resourceType": "Encounter", "subject": whose}
    sent = (
        observation(effectiveDateTime="2013-11-02T08:00:00+08:00"),
        observation("1234-5", id="o0", effectiveDateTime="2013-11-02T09:00:00+08:00"),
        visit | {"id": "e1", "status": "finished", "period": {"start": "2013-11-05", "end": "2013-11-07"}},
        visit | {"id": "e2", "status": "completed", "actualPeriod": {"start": "2013-12-01"}},
        visit | {"id": "e3", "status": "planned", "period": {"start": "2020-01-01"}},
        {"resourceType": "DiagnosticReport", "id": "d1", "status": "final", "subject": whose, "effectiveDateTime": "2013-12-02"},
        {"resourceType": "Immunization", "id": "i1", "status": "completed", "patient": whose, "occurrenceDateTime": "2013-12-03"},
        {"resourceType": "Immunization", "id": "i2", "status": "not-done", "patient": whose, "occurrenceDateTime": "2020-01-01"},
        {"resourceType": "Specimen", "id": "s1", "subject": whose, "collection": {"collectedDateTime": "2013-12-04"}},
        condition(recordedDate="2013-12-05", onsetDateTime="2013-10-01"),
        condition(id="c2", code={"text": "other"}, recordedDate="2013-12-06", onsetDateTime="2030-10-01"),
        observation(id="o2", status="entered-in-error", effectiveDateTime="2030-01-01"),
    )  # fmt: skip
    intake = read(bundle(*sent))
    seen = [fact for fact in intake.records[0].facts if fact.concept == "seen"]
    days = ["2013-11-02", "2013-11-05", "2013-11-07", *(f"2013-12-0{day}" for day in range(1, 7))]
    assert [str(fact.when) for fact in seen] == days
    assert seen[0].ref == "Observation/o0"
    assert seen[0].when is not None
    assert seen[0].when.instant is None
    assert intake.newest_day == read_moment("2013-12-06").first


def test_death_is_the_newest_day_and_birth_is_not() -> None:
    assert read(patient(deceasedDateTime="2014-03-01")).newest_day == read_moment("2014-03-01").first
    assert read(patient(birthDate="2030-01-01")).newest_day is None


def test_a_resource_of_a_group_is_not_relevant() -> None:
    intake = read(observation(subject={"reference": "Group/g"}))
    assert (intake.records, intake.issues) == ((), ())


def test_contained_resources_are_no_facts() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "contained": [observation(id="inner")],
    }
    assert facts(report) == []


def test_local_codes_of_the_contract() -> None:
    for name, concept in (("marrow-cellularity", "cellularity"), ("treg", "treg"), ("marrow-lymphocytes", "marrow_lymphocytes")):
        assert only(observation(code=code(name, LOCAL), valueQuantity=ucum(7, "%"))).concept == concept

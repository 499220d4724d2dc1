"""A Patient that another took the place of: what is known of it counts as the other's, in every release and every order."""

import json
import random
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluation
from engine.moment import Moment, read_moment
from engine.pack.program import Pack
from engine.record import Fact
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Intake, Reader
from fhir_adapter.releases import RELEASES, Release
from fhir_adapter.write import to_json, withdrawals, write
from marrow.demo.cohort import bundles
from marrow.packs import load_pack
from tests.wire.sent import Json, administration, bundle, codes, entries, observation, patient, procedure, read

BIRTHS = {"a": "2001-01-01", "b": "2002-02-02", "c": "2003-03-03", "d": "2004-04-04"}
UUID = "urn:uuid:7c1f0a5e-0000-4000-8000-0000000000aa"


def child(name: str, *by: str, **more: Any) -> Json:
    """A Patient with a birth date of its own, replaced by each of `by`."""
    links = [{"type": "replaced-by", "other": {"reference": f"Patient/{other}"}} for other in by]
    return patient(id=name, birthDate=BIRTHS.get(name, "2009-05-01"), **({"link": links} if links else {})) | more


def count(name: str, **more: Any) -> Json:
    """An Observation of a patient."""
    return observation(id=f"o-{name}", subject={"reference": f"Patient/{name}"}, **more)


def owners(intake: Intake) -> dict[str, set[str]]:
    """The resources that each patient's facts cite."""
    return {record.patient: {fact.ref for fact in record.facts} for record in intake.records}


def births(intake: Intake) -> dict[str, list[Moment | None]]:
    return {record.patient: [fact.when for fact in record.facts if fact.concept == "birth"] for record in intake.records}


# --- one after the other ---


@pytest.mark.parametrize("validation", ["strict", "fast"])
@pytest.mark.parametrize("release", RELEASES)
def test_what_is_known_of_one_is_the_others(release: Release, validation: Any) -> None:
    intake = read(bundle(child("a", "b"), child("b"), count("a"), count("b")), validation=validation, release=release)
    assert owners(intake) == {"Patient/b": {"Patient/b", "Observation/o-a", "Observation/o-b"}}
    assert [(one.code, one.severity, one.path) for one in intake.issues] == [("patient-replaced", "warning", "Patient.link")]
    assert intake.issues[0].source == "input-0.json:Bundle.entry[0]"
    assert intake.counts == {("Observation", "used"): 2, ("Patient", "superseded"): 1, ("Patient", "used"): 1}


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_resources_of_a_release_count_for_who_stands(release: Release) -> None:
    given_in = {
        "R4": administration(subject={"reference": "Patient/a"}),
        "R5": {
            **administration(subject={"reference": "Patient/a"}, medicationCodeableConcept=None, effectiveDateTime=None),
            "medication": {"concept": administration()["medicationCodeableConcept"]},
            "occurenceDateTime": "2013-11-02",
        },
    }
    intake = read(child("a", "b"), given_in[release])
    assert owners(intake) == {"Patient/b": {"Patient/a", "MedicationAdministration/m1"}}
    assert intake.release_of("Patient/b") == release
    assert intake.releases.keys() == {"Patient/b"}


def test_from_one_to_the_next() -> None:
    intake = read(child("a", "b"), child("b", "c"), child("c"), *map(count, "abc"))
    assert owners(intake) == {"Patient/c": {"Patient/c", *(f"Observation/o-{name}" for name in "abc")}}
    assert codes(intake) == ["patient-replaced"] * 2
    assert births(intake) == {"Patient/c": [read_moment(BIRTHS["c"])]}


def test_two_that_one_took_the_place_of() -> None:
    intake = read(child("a", "c"), child("b", "c"), child("c"), *map(count, "abc"))
    assert owners(intake) == {"Patient/c": {"Patient/c", *(f"Observation/o-{name}" for name in "abc")}}


def test_other_links_change_nothing() -> None:
    others = [{"type": kind, "other": {"reference": "Patient/b"}} for kind in ("replaces", "refer", "seealso")]
    intake = read(patient(link=others), observation())
    assert owners(intake) == owners(read(patient(), observation()))
    assert codes(intake) == []


@pytest.mark.parametrize(
    "reference",
    ["Patient/b", "Patient/b/_history/4", "https://ehr.example/fhir/Patient/b", "https://ehr.example/Patient/b/_history/1"],
)
def test_however_the_other_is_referred_to(reference: str) -> None:
    link = [{"type": "replaced-by", "other": {"reference": reference}}]
    assert owners(read(child("a", link=link), count("a"))).keys() == {"Patient/b"}


def test_the_other_by_a_urn_of_the_bundle() -> None:
    link = [{"type": "replaced-by", "other": {"reference": UUID}}]
    sent = entries({"fullUrl": UUID, "resource": child("b")}, {"resource": child("a", link=link)}, {"resource": count("a")})
    assert owners(read(sent)) == {"Patient/b": {"Patient/b", "Observation/o-a"}}


def test_patients_that_have_no_id() -> None:
    other = UUID.replace("aa", "bb")
    link = [{"type": "replaced-by", "other": {"reference": other}}]
    nameless = {name: value for name, value in child("a", link=link).items() if name != "id"}
    of_it = observation(subject={"reference": UUID})
    assert owners(read(entries({"fullUrl": UUID, "resource": nameless}, {"resource": of_it}))).keys() == {other}


def test_twice_the_same_is_once() -> None:
    assert owners(read(child("a", "b", "b"), count("a"))).keys() == {"Patient/b"}


# --- birth, sex and death ---


def test_the_patient_that_stands_says_when_it_was_born() -> None:
    assert births(read(child("a", "b"), child("b"))) == {"Patient/b": [read_moment(BIRTHS["b"])]}


def test_who_was_replaced_says_it_where_the_other_was_not_sent() -> None:
    intake = read(child("a", "b"))
    assert births(intake) == {"Patient/b": [read_moment(BIRTHS["a"])]}
    assert intake.counts == {("Patient", "used"): 1}


def test_the_nearest_that_was_sent_says_it() -> None:
    assert births(read(child("a", "b"), child("b", "c"))) == {"Patient/c": [read_moment(BIRTHS["b"])]}


def test_the_way_past_one_that_was_not_sent_is_not_known() -> None:
    intake = read(child("a", "b"), child("c"), count("a"))
    assert births(intake) == {"Patient/b": [read_moment(BIRTHS["a"])], "Patient/c": [read_moment(BIRTHS["c"])]}


def test_a_death_that_is_not_heard_is_not_the_newest_day() -> None:
    dead = child("a", "b", deceasedDateTime="2019-01-01")
    assert read(dead, child("b"), count("a")).newest_day == date(2013, 11, 2).toordinal()
    assert read(dead, count("a")).newest_day == date(2019, 1, 1).toordinal()


def test_a_patient_that_was_refused_was_sent() -> None:
    """What it would have said is not known, so nobody older says it."""
    intake = read(child("a", "b"), child("b", birthDate="tomorrow"), count("a"))
    assert births(intake) == {"Patient/b": []}
    assert sorted(codes(intake)) == ["patient-replaced", "time-invalid"]


# --- when the patient was seen ---


def test_days_on_which_one_was_seen_are_the_others() -> None:
    unasked = observation(id="other", code={"text": "not asked for"}, subject={"reference": "Patient/a"})
    intake = read(child("a", "b"), child("b"), unasked)
    (record,) = intake.records
    assert [(fact.concept, fact.ref) for fact in record.facts if fact.concept == "seen"] == [("seen", "Observation/other")]


def test_a_day_on_which_both_were_seen_is_one_day() -> None:
    (record,) = read(child("a", "b"), child("b"), count("a"), count("b")).records
    assert [fact.ref for fact in record.facts if fact.concept == "seen"] == ["Observation/o-a"]


# --- what is not merged ---


@pytest.mark.parametrize(
    "sent",
    [[child("a", "a")], [child("a", "b"), child("b", "a")], [child("a", "b"), child("b", "c"), child("c", "a")]],
    ids=["itself", "each other", "three in a circle"],
)
def test_a_circle_merges_nobody(sent: list[Json]) -> None:
    names = [one["id"] for one in sent]
    plain = [{name: value for name, value in one.items() if name != "link"} for one in sent]
    intake = read(*sent, *map(count, names))
    assert intake.records == read(*plain, *map(count, names)).records
    assert codes(intake) == ["merge-loop"] * len(sent)


def test_who_leads_into_a_circle_is_merged_with_the_first_of_it() -> None:
    intake = read(child("d", "a"), child("a", "b"), child("b", "a"), *map(count, "abd"))
    assert owners(intake) == {
        "Patient/a": {"Patient/a", "Observation/o-a", "Observation/o-d"},
        "Patient/b": {"Patient/b", "Observation/o-b"},
    }
    assert sorted(codes(intake)) == ["merge-loop", "merge-loop", "patient-replaced"]


def test_several_others_merge_nobody() -> None:
    intake = read(child("a", "b", "c"), count("a"))
    assert owners(intake) == {"Patient/a": {"Patient/a", "Observation/o-a"}}
    assert codes(intake) == ["merge-several"]


@pytest.mark.parametrize(
    "other",
    [
        None,
        {},
        {"display": "the other record"},
        {"identifier": {"system": "urn:mrn", "value": "17"}},
        {"reference": "RelatedPerson/r1"},
        {"reference": "#inside"},
        {"reference": "somewhere else"},
        {"reference": UUID, "type": "RelatedPerson"},
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_patient_that_can_be_told_merges_nobody(other: Json | None, first: bool) -> None:
    unclear = {"type": "replaced-by"} | ({} if other is None else {"other": other})
    known = {"type": "replaced-by", "other": {"reference": "Patient/b"}}
    intake = read(child("a", link=[unclear] if first else [known, unclear]), count("a"))
    assert owners(intake).keys() == {"Patient/a"}
    assert codes(intake) == ["merge-unclear"]


def test_a_link_of_another_form_is_refused_like_every_element() -> None:
    assert codes(read(child("a", link={"type": "replaced-by"}))) == ["structure"]


# --- which version says so ---


def versioned(number: int, resource: Json) -> Json:
    return resource | {"meta": {"versionId": str(number)}}


@pytest.mark.parametrize("turned", [False, True])
def test_a_version_that_is_superseded_merges_nobody(turned: bool) -> None:
    mended, wrong = versioned(2, child("a")), versioned(1, child("a", "b"))
    sent = [mended, wrong] if turned else [wrong, mended]
    intake = read(*sent, count("a"))
    assert owners(intake) == {"Patient/a": {"Patient/a/_history/2", "Observation/o-a"}}
    assert codes(intake) == []
    merged = read(versioned(3, child("a", "b")), *sent, count("a"))
    assert owners(merged).keys() == {"Patient/b"}


def test_a_patient_that_was_deleted_merges_nobody() -> None:
    gone = {"request": {"method": "DELETE", "url": "Patient/a"}, "response": {"status": "204", "etag": 'W/"2"'}}
    sent = entries({"resource": versioned(1, child("a", "b"))}, gone, {"resource": count("a")}, kind="history")
    intake = read(sent)
    assert owners(intake) == {"Patient/a": {"Observation/o-a"}}
    assert codes(intake) == []


def test_who_was_deleted_says_nothing_but_is_the_name() -> None:
    gone = {"request": {"method": "DELETE", "url": "Patient/b"}, "response": {"status": "204", "etag": 'W/"2"'}}
    sent = entries({"resource": child("a", "b")}, {"resource": versioned(1, child("b"))}, gone, kind="history")
    assert births(read(sent)) == {"Patient/b": [read_moment(BIRTHS["a"])]}


def test_a_patient_that_was_refused_merges_nobody() -> None:
    intake = read(child("a", "b", gender=["female"]), count("a"))
    assert owners(intake) == {"Patient/a": {"Observation/o-a"}}
    assert codes(intake) == ["structure"]


# --- any family, in any order ---


NAMES = [f"p{number}" for number in range(6)]
FAMILIES = st.fixed_dictionaries(
    {name: st.tuples(st.booleans(), st.lists(st.sampled_from(NAMES), max_size=2), st.booleans()) for name in NAMES}
)
"""By patient: whether it was sent, by whom it is replaced, and whether anything else is known of it."""
Family = dict[str, tuple[bool, list[str], bool]]


def sent_of(family: Family) -> list[Json]:
    found = []
    for name, (is_sent, by, is_known) in family.items():
        found += [child(name, *by)] if is_sent else []
        found += [count(name), procedure(id=f"t-{name}", subject={"reference": f"Patient/{name}"})] if is_known else []
    return found


def end_of(family: Family, name: str) -> tuple[str, bool]:
    """Who stands for a patient, step by step; and whether a Patient sent further on speaks for it."""
    in_circle = {each for each in family if _comes_back(family, each)}
    is_heard_later = False
    while (successor := _next(family, name)) is not None and name not in in_circle:
        name = successor
        is_heard_later |= family[name][0]
    return name, is_heard_later


def _next(family: Family, name: str) -> str | None:
    is_sent, by, _ = family[name]
    return by[0] if is_sent and len(set(by)) == 1 else None


def _comes_back(family: Family, name: str) -> bool:
    at = _next(family, name)
    for _ in family:
        if at is None or at == name:
            break
        at = _next(family, at)
    return at == name


@settings(deadline=None)
@given(FAMILIES, st.randoms(use_true_random=False))
def test_every_fact_goes_to_who_stands_at_the_end_whatever_the_order(family: Family, chance: random.Random) -> None:
    expected: dict[str, set[str]] = {}
    for name, (is_sent, _, is_known) in family.items():
        end, is_heard_later = end_of(family, name)
        cited = {f"Observation/o-{name}", f"Procedure/t-{name}"} if is_known else set()
        if is_sent and not is_heard_later:
            cited.add(f"Patient/{name}")
        if cited:
            expected.setdefault(f"Patient/{end}", set()).update(cited)
    sent = sent_of(family)
    intake = read(*sent)
    assert owners(intake) == expected
    again = [*sent, *chance.sample(sent, k=len(sent) // 2)]
    chance.shuffle(again)
    other = read(bundle(*again))
    assert other.records == intake.records
    assert other.newest_day == intake.newest_day
    assert sorted(codes(other)) == sorted(codes(intake))


def test_a_long_way_is_gone_once() -> None:
    """A thousand ways of a thousand steps would be a million; many more would never end."""
    length = 20_000
    sent = [child(f"n{number}", f"n{number + 1}") for number in range(length)]
    random.Random(1).shuffle(sent)
    reader = Reader(read_vocabulary(), validation="fast")
    reader.read("\n".join(map(json.dumps, sent)).encode(), "x", ndjson=True)
    (record,) = reader.finish().records
    assert record.patient == f"Patient/n{length}"
    assert {fact.ref for fact in record.facts} == {f"Patient/n{length - 1}"}


@cache
def pack() -> Pack:
    return load_pack("lan_2021")


def read_vocabulary() -> Vocabulary:
    return Vocabulary.of(pack().concepts, pack().systems)


# --- what was stated of who is replaced ---


def intake_of(*documents: Json) -> Intake:
    reader = Reader(read_vocabulary(), validation="fast")
    for number, document in enumerate(documents):
        reader.read(to_json(document).encode(), f"{number}.json")
    return reader.finish()


def stated(intake: Intake, release: Release) -> list[Json]:
    evaluate = Evaluation(pack(), Plain(pack()))
    return [one for record in intake.records for one in write(pack(), evaluate(record, date(2018, 4, 13).toordinal()), release)]


@pytest.mark.parametrize("release", RELEASES)
def test_what_was_stated_of_who_is_replaced_is_withdrawn_and_stated_of_who_stands(release: Release) -> None:
    _, chart = next(iter(bundles(release)))
    name = next(one["resource"]["id"] for one in chart["entry"] if one["resource"]["resourceType"] == "Patient")
    before = stated(intake_of(chart), release)
    own = [one for one in before if one["resourceType"] in ("Condition", "Observation")]
    assert own
    link = {"resourceType": "Patient", "id": name, "meta": {"versionId": "99"}, "birthDate": "1950-01-01"}
    link["link"] = [{"type": "replaced-by", "other": {"reference": "Patient/other"}}]
    stands = next(one["resource"] for one in chart["entry"] if one["resource"]["resourceType"] == "Patient") | {"id": "other"}
    intake = intake_of(without_version_of_patient(chart), link, stands, bundle(*own))
    now = stated(intake, release)
    assert [record.patient for record in intake.records] == ["Patient/other"]
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    gone = withdrawals([decoder.decode(raw) for raw in intake.own.values()], now, pack=pack())
    assert {one["id"] for one in gone} == {one["id"] for one in own}
    assert {one["subject"]["reference"] for one in gone} == {f"Patient/{name}"}
    assert {one["subject"]["reference"] for one in now if "subject" in one} == {"Patient/other"}
    assert said(now) == said(before)


def without_version_of_patient(chart: Json) -> Json:
    """The chart with version 1 of the Patient, so that what follows is newer."""
    resources = [one["resource"] for one in chart["entry"]]
    return bundle(*(versioned(1, one) if one["resourceType"] == "Patient" else one for one in resources))


def said(resources: list[Json]) -> list[Any]:
    """The words of each."""
    return sorted((one["resourceType"], [note["text"] for note in one.get("note", ())]) for one in resources)


def test_no_issue_says_who() -> None:
    sent = [child("secret-a", "secret-b"), child("secret-c", "secret-c"), child("secret-d", "x", "y")]
    told = " ".join(one.message + one.path for one in read(*sent).issues)
    assert len(read(*sent).issues) == 3
    assert "secret" not in told


def test_facts_of_one_release_are_those_of_another() -> None:
    found: list[list[Fact]] = []
    for release in RELEASES:
        (record,) = read(child("a", "b"), child("b"), count("a"), release=release).records
        found.append(list(record.facts))
    assert found[0] == found[1] == found[2]

"""The checker finds what is wrong in histories made by hand, and nothing in those that are right."""

from typing import Any

import pytest

from fhir_adapter.substance import digest_of
from tests.chaos.checker import Finding, Json, Version, check_history, compare, is_explained, written

VALUE, OTHER = "Observation/value", "Observation/other"
STATED = "Condition/c1"


def value(number: float, owner: str = "p1", **elements: Any) -> Json:
    return {"resourceType": "Observation", "id": "value", "subject": {"reference": f"Patient/{owner}"}, "n": number, **elements}


def patient(identity: str = "p1", **elements: Any) -> Json:
    return {"resourceType": "Patient", "id": identity, **elements}


def stated(says: str, *cites: str, owner: str = "p1", identity: str = "c1", role: str = "severity", **elements: Any) -> Json:
    return {
        "resourceType": "Condition",
        "id": identity,
        "identifier": [{"system": "urn:marrow:conclusion", "value": f"pack/{role}/{identity}"}],
        "subject": {"reference": f"Patient/{owner}"},
        "code": {"text": says},
        "evidence": [{"detail": [{"reference": one} for one in cites]}],
        **elements,
    }


def withdrawn(resource: Json) -> Json:
    return resource | {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}


def history(*versions: Json | None, start: float = 0, step: float = 10, names: str = "") -> list[Version]:
    """One version every ten seconds, named 1, 2, ... or by the letters that are given."""
    labels = names or "123456789"
    return [Version(labels[place], start + step * place, one) for place, one in enumerate(versions)]


def kinds(findings: list[Finding]) -> list[str]:
    return [each.kind for each in findings]


# What stands in the end


def test_what_is_as_the_batch_has_it_is_right() -> None:
    one, gone = stated("vSAA"), withdrawn(stated("SAA", identity="c2"))
    assert compare([one | {"meta": {"versionId": "7"}}, gone], [one]) == []


@pytest.mark.parametrize(
    ("served", "batch", "found"),
    [
        ([], [stated("vSAA")], ["missing"]),
        ([withdrawn(stated("vSAA"))], [stated("vSAA")], ["missing"]),
        ([stated("SAA")], [stated("vSAA")], ["stale"]),
        ([stated("vSAA", f"{VALUE}/_history/1")], [stated("vSAA", f"{VALUE}/_history/2")], ["stale"]),
        ([stated("vSAA")], [], ["without reason"]),
        ([stated("vSAA", owner="p1"), stated("vSAA", owner="p1", identity="c2")], [stated("vSAA")], ["without reason", "twice"]),
        ([stated("vSAA")], [stated("vSAA", identity="c2", owner="p2")], ["missing", "without reason"]),
    ],
)
def test_what_is_missing_stale_too_much_or_twice_is_found(served: list[Json], batch: list[Json], found: list[str]) -> None:
    assert kinds(compare(served, batch)) == found


def test_a_research_subject_is_taken_back_in_words_of_its_own() -> None:
    subject = stated("eligible", role="eligibility") | {"resourceType": "ResearchSubject", "status": "eligible"}
    assert kinds(compare([subject], [])) == ["without reason"]
    assert compare([subject | {"status": "not-registered"}], []) == []


def test_two_of_one_conclusion_that_the_batch_states_as_well_are_right() -> None:
    both = [stated("eligible", role="eligibility"), stated("why", role="eligibility", identity="c2")]
    assert compare(both, both) == []


# Each version that was written


def test_a_history_that_follows_its_facts_is_right_however_late_it_is() -> None:
    facts = {VALUE: history(value(1), value(2), value(3))}
    own = {STATED: history(stated("vSAA", f"{VALUE}/_history/1"), stated("SAA", f"{VALUE}/_history/3"), start=100)}
    assert check_history(facts, own) == []
    assert written(own).again == 0


def test_what_was_sent_twice_is_counted_and_not_judged() -> None:
    one = stated("vSAA", f"{VALUE}/_history/1")
    own = {STATED: history(one, one, stated("SAA"), one, start=100)}
    assert (written(own).versions, written(own).again) == (4, 1)
    assert check_history({VALUE: history(value(1), value(2), value(3))}, own) == []


@pytest.mark.parametrize(
    ("fact", "cited"),
    [
        (history(value(1)), "2"),  # never was
        (history(value(1), None), "2"),  # a deletion
        (history(value(1), value(2), step=1000), "2"),  # came later
        (history(value(1), value(2, owner="p2")), "2"),  # another patient's by then
        (history(value(1), value(1, status="entered-in-error")), "2"),
    ],
)
def test_what_is_cited_was_there_was_right_and_was_the_patients(fact: list[Version], cited: str) -> None:
    own = {STATED: history(stated("vSAA", f"{VALUE}/_history/1"), start=100)}
    assert check_history({VALUE: fact}, own) == []
    own = {STATED: history(stated("vSAA", f"{VALUE}/_history/{cited}"), start=100)}
    assert kinds(check_history({VALUE: fact}, own)) == ["cites what was not"]


def test_what_was_another_patients_may_be_cited_of_who_took_the_place() -> None:
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]
    own = {STATED: history(stated("vSAA", f"{VALUE}/_history/1", owner="p2"), start=100)}
    apart = {VALUE: history(value(1)), "Patient/p1": history(patient()), "Patient/p2": history(patient("p2"))}
    assert kinds(check_history(apart, own)) == ["cites what was not"]
    assert check_history(apart | {"Patient/p1": history(patient(), patient(link=link))}, own) == []


def test_who_cites_an_older_version_than_the_one_before_has_an_old_view() -> None:
    facts = {VALUE: history(value(1), value(2), value(1))}
    own = {STATED: history(stated("SAA", f"{VALUE}/_history/2"), stated("vSAA", f"{VALUE}/_history/1"), start=100)}
    assert kinds(check_history(facts, own)) == ["went back"]
    own = {STATED: history(stated("SAA", f"{VALUE}/_history/2"), stated("vSAA", f"{VALUE}/_history/3"), start=100)}
    assert check_history(facts, own) == []


def test_who_goes_back_over_a_withdrawal_is_found() -> None:
    facts = {VALUE: history(value(1), value(2), value(1))}
    second = stated("SAA", f"{VALUE}/_history/2")
    own = {STATED: history(second, withdrawn(second), stated("vSAA", f"{VALUE}/_history/1"), start=100)}
    assert kinds(check_history(facts, own)) == ["went back"]


def test_two_that_overwrite_each_other_change_more_often_than_the_facts() -> None:
    facts = {VALUE: history(value(1), value(2), value(3))}
    one, other = stated("vSAA"), stated("SAA")
    assert check_history(facts, {STATED: history(one, other, one, start=100)}) == []
    assert kinds(check_history(facts, {STATED: history(one, other, one, other, start=100)})) == ["to and fro"]
    early = {STATED: history(one, other, start=5, step=1)}
    assert kinds(check_history(facts, early)) == ["to and fro"], "only what had changed by then counts"


def test_a_value_that_goes_to_another_patient_is_a_change_for_both() -> None:
    facts = {VALUE: history(value(1), value(1, owner="p2"))}
    own = {
        STATED: history(stated("vSAA"), withdrawn(stated("vSAA")), start=100),
        "Condition/c2": history(stated("vSAA", owner="p2", identity="c2"), start=100),
    }
    assert check_history(facts, own) == []


# Whether one moment explains a version


def test_a_version_is_explained_by_a_moment_of_the_server() -> None:
    facts = {VALUE: history(value(1), value(2)), OTHER: history(value(9, owner="p2"))}

    def evaluate(resources: Any) -> dict[str, str]:
        (one,) = resources
        return {STATED: digest_of(stated(f"is {one['n']}"))}

    assert is_explained(STATED, Version("1", 100, stated("is 2")), facts, evaluate)
    assert is_explained(STATED, Version("1", 100, stated("is 1")), facts, evaluate)
    assert not is_explained(STATED, Version("1", 5, stated("is 2")), facts, evaluate)
    assert not is_explained(STATED, Version("1", 100, stated("is 3")), facts, evaluate)
    cited = stated("is 1", f"{VALUE}/_history/1")
    assert not is_explained(STATED, Version("1", 100, cited), facts, evaluate), "what it cites is part of what it says"

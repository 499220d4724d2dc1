"""What is written as FHIR: ids, course, sentence, evidence, what is undetermined, withdrawal, and the shape of each release."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from engine.conclusion import Conclusion
from engine.evaluate.plain import Plain
from engine.evaluation import Evaluated, Evaluation
from engine.interval import Interval
from engine.moment import read_moment
from engine.pack.program import Pack
from engine.record import Fact, PatientRecord
from fhir_adapter.releases import RELEASES, Release
from fhir_adapter.write import device, problems, provenance, to_json, transaction, withdraw, withdrawals, write
from marrow.packs import load_pack

DAY_0 = date(2013, 11, 3)
AS_OF = date(2018, 4, 13)
Resource = dict[str, Any]


@cache
def pack(*settings: tuple[str, str]) -> Pack:
    return load_pack("lan_2021", dict(settings))


def day(number: int) -> str:
    return (DAY_0 + timedelta(days=number)).isoformat()


def count(concept: str, value: str | Interval, when: str, ref: str | None = None, **more: Any) -> Fact:
    held = Interval.exactly(Decimal(value)) if isinstance(value, str) else value
    return Fact(concept=concept, ref=ref or f"Observation/{concept}/_history/2", value=held, when=read_moment(when), **more)


def baseline(**values: str | Interval) -> list[Fact]:
    """A child with very severe disease, the day before the first dose; `values` say otherwise."""
    usual: dict[str, str | Interval] = {"cellularity": "10", "anc": "0.07", "plt": "8", "arc": "25.0"}
    counts = [count(name, value, day(-1)) for name, value in (usual | values).items()]
    doses = [count("rabbit_atg", "60", day(number), f"MedicationAdministration/d{number}", unit="mg") for number in range(5)]
    return [Fact(concept="birth", ref="Patient/p1", when=read_moment("2008-05-01")), *counts, *doses]


def evaluate(facts: Iterable[Fact], patient: str = "Patient/p1", as_of: date = AS_OF, rules: Pack | None = None) -> Evaluated:
    chosen = rules or pack()
    return Evaluation(chosen, Plain(chosen))(PatientRecord.of(patient, facts), as_of.toordinal())


def concluding(evaluated: Evaluated, **outcomes: str) -> Evaluated:
    """The same with other outcomes of some conclusions; `response_day_90` is `response.day_90`."""
    named = {re.sub(r"^response_", "response.", name): outcome for name, outcome in outcomes.items()}
    changed = [c._replace(outcome=named.get(c.name, c.outcome)) for c in evaluated.conclusions]
    return replace(evaluated, conclusions=tuple(changed))


def of(resources: Iterable[Resource], kind: str, conclusion: str = "") -> Resource:
    (found,) = [r for r in resources if r["resourceType"] == kind and f"/{conclusion}" in r["identifier"][0]["value"]]
    return found


def severity(evaluated: Evaluated, release: Release = "R4", rules: Pack | None = None) -> Resource:
    return of(write(rules or pack(), evaluated, release), "Condition", "severity")


def code(concept: Resource) -> str:
    return str(concept["coding"][0]["code"])


def conclusion(evaluated: Evaluated, name: str) -> Conclusion:
    return next(c for c in evaluated.conclusions if c.name == name)


# --- ids ---


def test_the_same_patient_gets_the_same_resources_and_bytes() -> None:
    first, second = (write(pack(), evaluate(baseline()), "R4") for _ in range(2))
    assert [to_json(r) for r in first] == [to_json(r) for r in second]


def test_an_id_depends_on_pack_conclusion_and_patient_only() -> None:
    before = severity(evaluate(baseline()))
    later = severity(evaluate(baseline(anc="0.3", plt="11"), as_of=date(2020, 1, 1)), "R5")
    newer = replace(pack(), manifest=pack().manifest.model_copy(update={"version": "2.0.0"}))
    assert before["id"] == later["id"] == severity(evaluate(baseline()), rules=newer)["id"]
    assert before["identifier"] == later["identifier"]
    other_pack = replace(pack(), manifest=pack().manifest.model_copy(update={"name": "another"}))
    others = {severity(evaluate(baseline(), "Patient/p2"))["id"], severity(evaluate(baseline()), rules=other_pack)["id"]}
    assert len(others | {before["id"]}) == 3


@pytest.mark.parametrize("release", RELEASES)
def test_ids_are_legal_and_no_two_resources_share_one(release: Release) -> None:
    evaluated = concluding(evaluate(baseline()), failure="relapse", clonal_evolution="AML")
    resources = write(pack(), evaluated, release)
    resources += [provenance(pack(), evaluated, resources, release), device(pack(), release)]
    assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", r["id"]) for r in resources)
    assert len({(r["resourceType"], r["id"]) for r in resources}) == len(resources)


def test_the_identifier_is_in_the_system_of_the_contract() -> None:
    condition = severity(evaluate(baseline()))
    assert condition["identifier"] == [{"system": "urn:marrow:conclusion", "value": f"lan_2021/severity/{condition['id']}"}]


# --- what is written ---


def test_a_condition_for_each_positive_conclusion_and_none_for_others() -> None:
    evaluated = evaluate(baseline())
    names = {"severity": "vSAA", "failure": "none", "clonal_evolution": "none"}
    assert {name: conclusion(evaluated, name).outcome for name in names} == names
    written = [r["code"]["text"] for r in write(pack(), evaluated, "R4") if r["resourceType"] == "Condition"]
    assert written == ["Very severe aplastic anaemia"]
    more = write(pack(), concluding(evaluated, failure="relapse", clonal_evolution="PNH"), "R4")
    assert sum(r["resourceType"] == "Condition" for r in more) == 3


@pytest.mark.parametrize("outcome", ["NSAA", "UNDETERMINED", "NOT_DUE", "NOT_APPLICABLE"])
def test_no_condition_where_the_outcome_is_not_positive(outcome: str) -> None:
    resources = write(pack(), concluding(evaluate(baseline()), severity=outcome), "R4")
    assert not [r for r in resources if r["resourceType"] == "Condition"]


def test_codes_stage_and_severity_are_the_packs() -> None:
    condition = severity(evaluate(baseline()))
    assert [c["system"] for c in condition["code"]["coding"]] == ["http://snomed.info/sct", "urn:marrow:lan-2021"]
    assert code(condition["stage"][0]["summary"]) == "vSAA"
    assert code(condition["stage"][0]["type"]) == "severity"
    assert code(condition["severity"]) == "24484000"
    assert code(condition["verificationStatus"]) == "provisional"
    assert (condition["onsetDateTime"], condition["recordedDate"]) == (day(-1), day(-1))


def test_labels_say_pack_version_and_that_no_human_asserted_it() -> None:
    for resource in [*write(pack(), evaluate(baseline()), "R4"), device(pack(), "R4")]:
        (tag,), (security,) = resource["meta"]["tag"], resource["meta"]["security"]
        assert (tag["system"], tag["code"], tag["version"]) == ("urn:marrow:pack", "lan_2021", "1.0.0")
        assert security["code"] == "AIAST"


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ({}, "active"),
        ({"response_day_90": "PR"}, "active"),
        ({"response_day_40": "CR"}, "remission"),
        ({"response_day_90": "CR"}, "remission"),
        ({"response_day_180": "CR"}, "remission"),
        ({"failure": "relapse"}, "relapse"),
        ({"response_day_90": "CR", "failure": "relapse"}, "relapse"),
        ({"failure": "treatment_failure"}, "active"),
    ],
)
def test_the_clinical_status_follows_the_course(outcomes: dict[str, str], status: str) -> None:
    assert code(severity(concluding(evaluate(baseline()), **outcomes))["clinicalStatus"]) == status


# --- the sentence ---


VERY_SEVERE = (
    "Very severe aplastic anaemia: marrow cellularity 10 % (<25), ANC 0.07 x10^9/L (<0.2), platelets 8 x10^9/L (<20), "
    "ARC 25.0 x10^9/L, on 2013-11-02"
)
SEVERE = (
    "Severe aplastic anaemia: marrow cellularity 40 % (≥25, ≤50), residual haematopoietic cells 12 % (<30), "
    "ANC 0.30 x10^9/L (<0.5), platelets 8 x10^9/L (<20), ARC 25.0 x10^9/L, on 2013-11-02"
)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (baseline(), VERY_SEVERE),
        (baseline(anc="0.30", cellularity="40", residual="12"), SEVERE),
        (baseline(plt=Interval(Decimal(0), Decimal(5), hi_open=True)), VERY_SEVERE.replace("platelets 8", "platelets below 5")),
    ],
)
def test_the_sentence_quotes_values_and_the_tightest_limits(facts: list[Fact], sentence: str) -> None:
    condition = severity(evaluate(facts))
    assert condition["note"][0]["text"] == sentence


def test_a_value_of_another_day_carries_its_own() -> None:
    facts = [f for f in baseline() if f.concept != "cellularity"]
    told = severity(evaluate([*facts, count("cellularity", "10", day(-9))]))["note"][0]["text"]
    assert "marrow cellularity 10 % (<25, 2013-10-25), ANC" in told


def test_the_narrative_is_the_sentence_in_escaped_xhtml() -> None:
    text = severity(evaluate(baseline()))["text"]
    assert text["status"] == "generated"
    assert text["div"].startswith('<div xmlns="http://www.w3.org/1999/xhtml"><p>Very severe aplastic anaemia: ')
    assert "(&lt;25)" in text["div"]


def test_a_parameter_set_otherwise_is_said_where_it_could_matter() -> None:
    rules = pack(("severity.plt_lt", "15"))
    notes = [note["text"] for note in severity(evaluate(baseline(), rules=rules), rules=rules)["note"]]
    assert "platelets 8 x10^9/L (<15)" in notes[0]
    assert notes[-1] == "Set for this evaluation: severity.plt_lt = 15."


# --- evidence ---


def references(condition: Resource) -> set[str]:
    """What a Condition of any release points at."""
    r4 = {detail["reference"] for entry in condition["evidence"] for detail in entry.get("detail", ())}
    return r4 | {entry["reference"]["reference"] for entry in condition["evidence"] if "reference" in entry}


@pytest.mark.parametrize("release", RELEASES)
def test_evidence_points_at_the_versions_used(release: Release) -> None:
    evaluated = evaluate(baseline())
    condition = severity(evaluated, release)
    assert references(condition) == set(conclusion(evaluated, "severity").evidence)
    assert "Observation/anc/_history/2" in references(condition)


def test_in_r4_evidence_is_told_apart_by_criterion() -> None:
    entries = {e["code"][0]["text"]: e["detail"] for e in severity(evaluate(baseline()))["evidence"] if "code" in e}
    assert entries["neutrophils are very severely low"] == [{"reference": "Observation/anc/_history/2"}]
    assert "reticulocytes before transfusion are severely low" not in entries


@pytest.mark.parametrize("release", RELEASES)
def test_urns_stay_as_they_are(release: Release) -> None:
    urn = "urn:uuid:6f1d0c0e-6d4e-4b3f-9d7a-0d9d8a3c1a11"
    facts = [f for f in baseline() if f.concept != "anc"] + [count("anc", "0.07", day(-1), urn)]
    evaluated = evaluate(facts, "urn:uuid:0d6f3a55-9d35-4c53-8f49-3b3b76b7a001")
    condition = severity(evaluated, release)
    assert urn in references(condition)
    assert condition["subject"] == {"reference": evaluated.patient}
    assert problems(condition, release) == []


# --- eligibility, and what is undetermined ---


def test_eligibility_is_a_status_in_r4_and_progress_in_r5() -> None:
    evaluated = concluding(evaluate(baseline()), eligibility="ineligible")
    r4 = of(write(pack(), evaluated, "R4"), "ResearchSubject")
    r5 = of(write(pack(), evaluated, "R5"), "ResearchSubject")
    assert (r4["status"], r4["individual"]) == ("ineligible", {"reference": "Patient/p1"})
    assert (r5["status"], r5["subject"]) == ("active", {"reference": "Patient/p1"})
    assert code(r5["progress"][0]["subjectState"]) == "ineligible"
    assert r4["study"] == r5["study"]
    assert r4["study"]["identifier"] == {"system": "https://clinicaltrials.gov", "value": "NCT02218437"}


def test_ineligible_says_what_stands_against_it() -> None:
    old = Fact(concept="birth", ref="Patient/p1", when=read_moment("1980-01-01"))
    evaluated = evaluate([old, *[f for f in baseline() if f.concept != "birth"]])
    told = of(write(pack(), evaluated, "R4"), "ResearchSubject")["text"]["div"]
    assert "Against it: not met: from one month to eighteen years of age" in told


def test_what_cannot_be_concluded_is_an_observation_without_a_value() -> None:
    facts = [f for f in baseline() if f.concept not in ("anc", "plt")]
    evaluated = evaluate(facts)
    resources = write(pack(), evaluated, "R4")
    assert not [r for r in resources if r["resourceType"] == "Condition"]
    found = of(resources, "Observation", "severity")
    assert found["code"]["coding"][0] == {
        "system": "urn:marrow:lan-2021",
        "code": "severity",
        "display": "severity of the aplastic anaemia",
    }
    assert code(found["dataAbsentReason"]) == "unknown"
    assert not [name for name in found if name.startswith("value")]
    assert found["effectiveDateTime"] == AS_OF.isoformat()
    assert found["note"][0]["text"] == (
        "Severity of the aplastic anaemia cannot be concluded as of 2018-04-13. Missing: neutrophils; platelets. Still possible: "
        "very severe aplastic anaemia; severe aplastic anaemia, not very severe; aplastic anaemia that is not severe."
    )


def test_an_undetermined_observation_is_derived_from_observations_only() -> None:
    found = of(write(pack(), evaluate(baseline()), "R4"), "Observation", "eligibility")
    assert found["derivedFrom"]
    assert all(ref["reference"].startswith("Observation/") for ref in found["derivedFrom"])


def test_the_window_tells_undetermined_conclusions_apart() -> None:
    displays = [r["code"]["text"] for r in write(pack(), evaluate(baseline()), "R4") if r["resourceType"] == "Observation"]
    assert len(set(displays)) == len(displays)


@pytest.mark.parametrize("outcome", ["NOT_DUE", "NOT_APPLICABLE"])
def test_what_is_not_due_or_does_not_apply_is_not_written(outcome: str) -> None:
    names = ("severity", "eligibility", "failure", "response_day_40", "response_day_90", "response_day_180")
    assert write(pack(), concluding(evaluate(baseline()), **dict.fromkeys(names, outcome)), "R4") == []


# --- provenance, device, transaction ---


@pytest.mark.parametrize("release", RELEASES)
def test_provenance_names_targets_sources_device_and_rules(release: Release) -> None:
    evaluated = evaluate(baseline())
    resources = write(pack(), evaluated, release)
    found = provenance(pack(), evaluated, resources, release)
    assert [t["reference"] for t in found["target"]] == [f"{r['resourceType']}/{r['id']}" for r in resources]
    assert {"role": "source", "what": {"reference": "Observation/anc/_history/2"}} in found["entity"]
    assert found["agent"][0]["who"] == {"reference": f"Device/{device(pack(), release)['id']}"}
    assert found["policy"][-1] == "urn:marrow:lan-2021|1.0.0"
    assert found["recorded"] == "2018-04-13T00:00:00Z"


def test_provenance_names_what_the_course_of_a_condition_rests_on() -> None:
    evaluated = evaluate(baseline())
    resources = [each for each in write(pack(), evaluated, "R4") if each["resourceType"] == "Condition"]
    followed = {rule.conclusion for spec in pack().emission.conditions for rule in spec.clinical_status}
    behind = {ref for each in evaluated.conclusions if each.name in followed for ref in each.evidence}
    stated = {ref for each in evaluated.conclusions if each.name == "severity" for ref in each.evidence}
    assert behind - stated, "the course rests on more than the severity"
    named = {entity["what"]["reference"] for entity in provenance(pack(), evaluated, resources, "R4")["entity"]}
    assert behind | stated <= named


def test_provenance_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs resources"):
        provenance(pack(), evaluate(baseline()), [], "R4")


def test_one_device_whatever_the_version() -> None:
    newer = replace(pack(), manifest=pack().manifest.model_copy(update={"version": "2.0.0"}))
    assert device(newer, "R4")["id"] == device(pack(), "R4")["id"]
    assert device(newer, "R5")["version"][0]["value"] == "2.0.0"


def test_a_transaction_puts_each_resource_once_to_its_own_id() -> None:
    resources = [*write(pack(), evaluate(baseline()), "R4"), device(pack(), "R4"), device(pack(), "R4")]
    bundle = transaction(resources)
    assert bundle["type"] == "transaction"
    assert len(bundle["entry"]) == len(resources) - 1
    for entry in bundle["entry"]:
        assert entry["request"] == {"method": "PUT", "url": f"{entry['resource']['resourceType']}/{entry['resource']['id']}"}
        assert entry["fullUrl"].startswith("urn:uuid:")
    assert bundle == transaction(resources)
    assert problems(bundle, "R4") == []


def test_a_transaction_for_a_known_server_has_its_urls() -> None:
    one = device(pack(), "R4")
    assert (
        transaction([one], "https://ehr.example/fhir/")["entry"][0]["fullUrl"] == f"https://ehr.example/fhir/Device/{one['id']}"
    )


# --- withdrawal ---


@pytest.mark.parametrize("reason", ["entered-in-error", "refuted"])
@pytest.mark.parametrize("release", RELEASES)
def test_a_withdrawn_condition_keeps_its_id_and_says_so(release: Release, reason: Any) -> None:
    before = severity(evaluate(baseline()), release)
    after = withdraw(before, reason)
    assert (after["id"], after["subject"], after["evidence"]) == (before["id"], before["subject"], before["evidence"])
    assert code(after["verificationStatus"]) == reason
    assert after["text"]["div"].startswith('<div xmlns="http://www.w3.org/1999/xhtml"><p>Withdrawn: ')
    assert before["note"][0] in after["note"]
    assert after["clinicalStatus"]["coding"][0]["code"] == "unknown" if release == "R5" else "clinicalStatus" not in after
    assert problems(after, release) == []
    assert withdraw(after, reason) == after


@pytest.mark.parametrize("release", RELEASES)
def test_a_withdrawn_observation_keeps_its_id_and_says_so(release: Release) -> None:
    before = of(write(pack(), evaluate(baseline()), release), "Observation", "eligibility")
    assert withdraw(before, "entered-in-error")["status"] == "entered-in-error"
    assert withdraw(before, "refuted")["status"] == "cancelled"
    assert problems(withdraw(before, "refuted"), release) == []


def test_what_the_server_added_to_meta_is_left_to_the_server() -> None:
    before = severity(evaluate(baseline()))
    stored = before | {"meta": before["meta"] | {"versionId": "4", "lastUpdated": "2018-04-14T00:00:00Z"}}
    assert withdraw(stored, "refuted")["meta"] == before["meta"]


@pytest.mark.parametrize("release", RELEASES)
def test_a_withdrawn_research_subject_says_in_its_status_that_nobody_is_registered(release: Release) -> None:
    before = of(write(pack(), evaluate(baseline()), release), "ResearchSubject", "eligibility")
    after = withdraw(before, "entered-in-error")
    assert (after["id"], after["identifier"], after["study"]) == (before["id"], before["identifier"], before["study"])
    assert after["status"] == ("retired" if release == "R5" else "not-registered") != before["status"]
    assert "progress" not in after, "no state of eligibility stays"
    assert "Withdrawn" in after["text"]["div"]
    assert problems(after, release) == []
    assert withdraw(after, "entered-in-error") == after
    assert withdrawals([before], []) == [after]
    assert withdrawals([after], []) == []


def test_nothing_else_is_withdrawn() -> None:
    with pytest.raises(ValueError, match="Device"):
        withdraw(device(pack(), "R4"), "refuted")


def test_a_corrected_value_withdraws_the_condition_and_an_answer_the_question() -> None:
    positive = write(pack(), evaluate(baseline()), "R4")
    open_ = write(pack(), evaluate([f for f in baseline() if f.concept not in ("anc", "plt")]), "R4")
    (gone,) = withdrawals(positive, open_)
    assert (gone["resourceType"], gone["id"]) == ("Condition", of(positive, "Condition")["id"])
    (answered,) = withdrawals(open_, positive)
    assert (answered["resourceType"], answered["id"]) == ("Observation", of(open_, "Observation", "severity")["id"])
    assert withdrawals([gone], open_) == []
    assert withdrawals(positive, positive) == []


def test_another_packs_statements_and_a_clinicians_stand() -> None:
    written = write(pack(), evaluate(baseline()), "R4")
    other = replace(pack(), manifest=pack().manifest.model_copy(update={"name": "another"}))
    clinicians = {name: value for name, value in of(written, "Condition").items() if name != "identifier"}
    assert withdrawals([*written, clinicians], [], pack=other) == []
    assert withdrawals([clinicians], []) == []


def test_a_condition_comes_back_when_it_holds_again() -> None:
    before = severity(evaluate(baseline()))
    assert severity(evaluate(baseline())) == before != withdraw(before, "refuted")


# --- bytes and shapes ---


def test_decimals_keep_their_digits() -> None:
    text = to_json({"resourceType": "Observation", "valueQuantity": {"value": Decimal("0.070")}, "note": [{"text": "µ"}]})
    assert text == '{"resourceType":"Observation","valueQuantity":{"value":0.070},"note":[{"text":"µ"}]}'


def test_keys_are_in_the_usual_order() -> None:
    first = ["resourceType", "id", "meta", "text", "identifier"]
    assert all(list(json.loads(to_json(r)))[:5] == first for r in write(pack(), evaluate(baseline()), "R4"))


@pytest.mark.parametrize("release", RELEASES)
def test_every_shape_is_valid_in_its_release(release: Release) -> None:
    evaluated = concluding(evaluate(baseline()), failure="relapse", clonal_evolution="MDS")
    resources = write(pack(), evaluated, release)
    resources += [provenance(pack(), evaluated, resources, release), device(pack(), release)]
    assert {r["resourceType"] for r in resources} == {"Condition", "ResearchSubject", "Observation", "Provenance", "Device"}
    assert [problem for r in resources for problem in problems(r, release)] == []


@pytest.mark.parametrize(("written", "read"), [("R4", "R5"), ("R5", "R4")])
def test_the_shapes_of_the_releases_differ_and_the_check_sees_it(written: Release, read: Release) -> None:
    evaluated = evaluate(baseline())
    resources = [*write(pack(), evaluated, written), device(pack(), written)]
    wrong = [r["resourceType"] for r in resources if problems(r, read)]
    assert set(wrong) == {"Condition", "ResearchSubject", "Device"}


def test_problems_quote_no_value() -> None:
    broken = severity(evaluate(baseline())) | {"recordedDate": "tomorrow", "subject": {"reference": 5}}
    told = " ".join(problems(broken, "R4"))
    assert "Condition.recordedDate" in told
    assert "tomorrow" not in told

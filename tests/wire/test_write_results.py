"""A cohort's results as FHIR: which counts and figures are written where, under which ids, and what is left out."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from engine.cohort.results import NO_DATE, AdverseEventRow, Group, LeftOut, Results
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from fhir_adapter.write import to_json
from fhir_adapter.write_evidence import evidence
from fhir_adapter.write_measure_report import measure_report, quantity
from marrow.packs import load_pack
from tests.sample_results import empty, one_group, one_patient, sample, three_groups

COHORTS = [sample, one_group, three_groups, empty, one_patient]
WRITERS = [measure_report, evidence]
Resource = dict[str, Any]
Cohort = Callable[[], Results]
Writer = Callable[[Pack, Results], Resource]


@cache
def pack() -> Pack:
    return load_pack("lan_2021")


def code(concept: Resource) -> str:
    return str(concept["coding"][0]["code"])


def table(results: Results, name: str) -> Resource:
    (found,) = [group for group in measure_report(pack(), results)["group"] if code(group["code"]) == name]
    return found


def counts(counted: Resource) -> dict[str, int]:
    return {code(population["code"]): population["count"] for population in counted["population"]}


def strata(found: Resource) -> dict[str, Resource]:
    (stratifier,) = found["stratifier"]
    return {stratum["value"]["text"]: stratum for stratum in stratifier["stratum"]}


def entries(results: Results) -> list[Resource]:
    return [entry["resource"] for entry in evidence(pack(), results)["entry"]]


def about(results: Results, title: str) -> Resource:
    (found,) = [resource for resource in entries(results) if resource["title"] == title]
    return found


def statistic(resource: Resource, description: str) -> Resource:
    (found,) = [one for one in resource["statistic"] if one["description"] == description]
    return found


def estimates(found: Resource) -> dict[str, Resource]:
    return {estimate["type"]["text"]: estimate for estimate in found.get("attributeEstimate", ())}


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Every element of a resource with its name."""
    match value:
        case dict():
            for name, part in value.items():
                yield name, part
                yield from parts(part)
        case list():
            for part in value:
                yield from parts(part)


# --- both ---


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("cohort", COHORTS)
def test_the_same_results_give_the_same_bytes_without_an_empty_element(write: Writer, cohort: Cohort) -> None:
    written = to_json(write(pack(), cohort()))
    assert written == to_json(write(pack(), cohort()))
    assert [name for name, value in parts(json.loads(written)) if value in ("", None, [], {})] == []


@pytest.mark.parametrize("cohort", COHORTS)
def test_ids_are_legal_unique_and_the_same_for_another_cohort_or_version(cohort: Cohort) -> None:
    newer = replace(pack(), manifest=pack().manifest.model_copy(update={"version": "2.0.0"}))
    assert measure_report(pack(), cohort())["id"] == measure_report(newer, sample())["id"]
    resources = [measure_report(pack(), cohort()), evidence(pack(), cohort()), *entries(cohort())]
    ids = [resource["id"] for resource in resources]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", each) for each in ids)
    urls = [entry["fullUrl"] for entry in evidence(pack(), cohort())["entry"]]
    assert len(set(urls)) == len(urls)


def test_who_wrote_it_stands_on_every_resource() -> None:
    bundle = evidence(pack(), sample())
    for resource in (measure_report(pack(), sample()), bundle, *entries(sample())):
        (tag,) = resource["meta"]["tag"]
        assert (tag["system"], tag["code"], tag["version"]) == ("urn:marrow:pack", "lan_2021", pack().version)
        given = resource["identifier"] if resource is bundle else resource["identifier"][0]
        assert given["system"] == "urn:marrow:conclusion"
        assert re.fullmatch(rf"lan_2021/.+/{resource['id']}", given["value"])


@pytest.mark.parametrize("write", WRITERS)
def test_the_days_are_the_cut_off(write: Writer) -> None:
    days = set(re.findall(r"\d{4}-\d\d-\d\d", to_json(write(pack(), sample()))))
    assert days == {"2018-04-13"}


@pytest.mark.parametrize("write", WRITERS)
def test_without_a_date_in_the_data_there_is_no_day(write: Writer) -> None:
    written = write(pack(), replace(sample(), cutoff=NO_DATE))
    assert re.findall(r"\d{4}-\d\d-\d\d", to_json(written)) == []
    assert "as of" not in to_json(written).casefold()


@pytest.mark.parametrize("write", WRITERS)
def test_nothing_refers_to_a_patient(write: Writer) -> None:
    written = write(pack(), three_groups())
    assert {"reference", "subject", "subjectResults", "evaluatedResource"} & {name for name, _ in parts(written)} == set()
    assert "Patient/" not in to_json(written)


@pytest.mark.parametrize("write", WRITERS)
def test_results_that_come_back_are_our_own_and_no_facts(write: Writer) -> None:
    reader = Reader(Vocabulary.of(pack().concepts, pack().systems))
    reader.read(to_json(write(pack(), sample())).encode(), "results.json")
    taken = reader.finish()
    assert (taken.records, taken.rejected) == ((), 0)


# --- the MeasureReport ---


def test_the_report_is_a_complete_summary_of_the_pack_in_its_version() -> None:
    report = measure_report(pack(), sample())
    assert (report["status"], report["type"]) == ("complete", "summary")
    assert report["measure"] == f"urn:marrow:lan-2021|{pack().version}"
    assert report["period"] == {"end": "2018-04-13"}


def test_the_flow_begins_with_the_initial_population_and_counts_reasons() -> None:
    flow = table(sample(), "flow")
    assert counts(flow) == {
        "initial-population": 24, "ineligible": 4, "ineligible.age_in_range": 2, "ineligible.sibling_donor": 3,
        "undetermined": 1, "undetermined.cellularity": 1, "eligible": 19, "treated": 18, "assessed": 18, "analysed": 18,
    }  # fmt: skip
    assert flow["population"][0]["code"]["coding"][1]["code"] == "screened"
    assert {name: counts(stratum) for name, stratum in strata(flow).items()} == {
        "MSC": {"treated": 9, "assessed": 9, "analysed": 9},
        "control": {"treated": 9, "assessed": 9, "analysed": 9},
    }


def test_the_response_has_grades_and_responders_in_all_and_by_group() -> None:
    response = table(sample(), "response.day_90")
    assert response["code"]["text"] == "haematological response, day 90"
    assert counts(response) == {
        "initial-population": 18, "denominator": 18, "numerator": 3, "CR": 0, "PR": 3, "NR": 12, "TI_BELOW_PR": 2,
        "UNDETERMINED": 1, "NOT_DUE": 0,
    }  # fmt: skip
    assert response["measureScore"]["value"] == Decimal(str(3 / 18))
    assert strata(response)["MSC"]["measureScore"]["value"] == Decimal("0.111")
    assert counts(strata(response)["control"])["numerator"] == 2


def test_who_is_not_due_is_counted_apart_and_a_group_without_anybody_has_no_rate() -> None:
    response = table(sample(), "response.day_180")
    assert (counts(response)["initial-population"], counts(response)["NOT_DUE"]) == (8, 10)
    assert "measureScore" not in strata(response)["control"]
    assert strata(response)["MSC"]["measureScore"]["value"] == Decimal("0.375")


def test_a_grade_that_has_no_label_is_counted_all_the_same() -> None:
    row = sample().response[1]
    bare = replace(sample(), response=(replace(row, labels={}),))
    assert counts(table(bare, row.conclusion)) == counts(table(sample(), row.conclusion))


def test_adverse_events_are_counted_by_band_and_group() -> None:
    events = table(three_groups(), "Infections")
    assert counts(events) == {"initial-population": 26, "grade_1_2": 1, "grade_3_4": 3, "grade_5": 1, "ungraded": 1}
    assert [counts(stratum)["grade_3_4"] for stratum in strata(events).values()] == [1, 1, 1]
    assert [one["code"]["text"] for one in events["population"]][1:4] == ["grades 1 to 2", "grades 3 to 4", "grade 5"]


def test_a_band_of_grades_says_what_is_counted_in_it_whatever_its_name() -> None:
    """The column that the paper calls 3/4 may hold grade 5 as well."""
    wider = (replace(row, limits=(*row.limits[:1], (Decimal(3), Decimal(5)), *row.limits[2:])) for row in sample().adverse_events)
    band = table(replace(sample(), adverse_events=tuple(wider)), "Infections")["population"][2]
    assert (code(band["code"]), band["code"]["text"]) == ("grade_3_4", "grades 3 to 5")


def test_a_long_term_outcome_is_the_numerator_and_a_detail_says_of_what() -> None:
    transplants = table(sample(), "transplant")
    assert counts(transplants) == {"initial-population": 18, "denominator": 18, "numerator": 6, "unknown": 0}
    assert {name: counts(stratum)["numerator"] for name, stratum in strata(transplants).items()} == {"MSC": 4, "control": 2}
    assert table(sample(), "death_infection")["code"]["text"] == "died: of a serious infection"


def test_categories_at_the_beginning_count_who_has_none_known() -> None:
    severity = table(three_groups(), "severity")
    assert counts(severity) == {"initial-population": 26, "vSAA": 15, "SAA": 10, "missing": 1}


def test_who_was_left_out_is_counted_by_reason_and_group() -> None:
    left = (LeftOut("no day 0", "MSC", 2), LeftOut("the arm is not known", None, 1))
    found = table(replace(sample(), left_out=left), "left_out")
    assert [(one["code"]["text"], one["count"]) for one in found["population"]] == [
        ("no day 0 (with cells)", 2),
        ("the arm is not known", 1),
    ]


def test_the_narrative_says_the_counts() -> None:
    told = measure_report(pack(), sample())["text"]["div"]
    assert "<p>sex: patients (18), male (8), female (10), not known (0). with cells: patients (9), male (3)" in told


def test_a_cohort_of_nobody_is_a_flow_of_nobody() -> None:
    report = measure_report(pack(), empty())
    assert [counts(group) for group in report["group"]] == [{"initial-population": 0}]
    assert "group" not in measure_report(pack(), replace(empty(), flow=()))


def test_one_group_is_one_stratum() -> None:
    assert list(strata(table(one_group(), "response.day_90"))) == ["MSC"]


def test_odd_spaces_do_not_reach_a_code() -> None:
    row = AdverseEventRow("Fever  of\tunknown origin", ("grade_5",), ((Decimal(5), Decimal(5)),), (1,), ((0,),), (0,))
    odd = replace(one_patient(), adverse_events=(row,), groups=(Group("A  b", "a", 1),))
    found = table(odd, "Fever of unknown origin")
    assert code(next(iter(strata(found).values()))["value"]) == "A b"


# --- the Evidence ---


def test_there_is_one_for_each_curve_each_incidence_and_each_comparison() -> None:
    titles = [resource["title"] for resource in entries(sample())]
    assert titles[:2] == ["failure-free survival, with cells", "failure-free survival, without cells"]
    assert titles[2] == "failure-free survival: treatment failure, with cells"
    assert titles[-1] == "overall survival, comparison of the groups: with cells, without cells"
    assert [len(entries(cohort())) for cohort in COHORTS] == [9 + 5, 5 + 3, 13 + 7, 9 + 5, 5 + 3]


def test_the_survival_at_a_time_has_its_error_and_interval() -> None:
    curve = sample().endpoints[0].curves[0]
    expected = curve.at[0].estimate
    assert expected is not None
    found = statistic(about(sample(), "failure-free survival, with cells"), "failure-free survival at 12 months")
    assert found["quantity"]["value"] == Decimal(str(expected.survival))
    assert (found["numberOfEvents"], found["numberAffected"]) == (5, 5)
    assert found["sampleSize"] == {"description": "3 at risk", "numberOfStudies": 1, "numberOfParticipants": 9}
    told = estimates(found)
    assert told["standard error (Greenwood)"]["quantity"]["value"] == Decimal(str(expected.standard_error))
    interval = told["confidence interval"]
    assert interval["level"] == Decimal("0.95")
    ends = [interval["range"][end]["value"] for end in ("low", "high")]
    assert ends == [Decimal(str(expected.ci_low)), Decimal(str(expected.ci_high))]
    assert code(interval["type"]) == "C53324"


def test_events_are_counted_until_the_time_and_no_further() -> None:
    control = about(sample(), "failure-free survival, without cells")
    found = [statistic(control, f"failure-free survival at {months} months")["numberAffected"] for months in (12, 24)]
    assert found == [2, 3]


def test_a_median_is_in_months_or_said_not_to_be_reached() -> None:
    reached = statistic(about(sample(), "failure-free survival, with cells"), "median of failure-free survival")
    assert (code(reached["statisticType"]), reached["quantity"]["code"]) == ("C28007", "mo")
    open_end = statistic(about(sample(), "failure-free survival, without cells"), "median of failure-free survival")
    assert "quantity" not in open_end
    assert open_end["note"] == [{"text": "not reached"}]


def test_no_estimate_is_no_number_and_the_reason() -> None:
    beyond = statistic(about(three_groups(), "overall survival, before the trial"), "overall survival at 48 months")
    assert {"quantity", "attributeEstimate", "numberAffected"} & set(beyond) == set()
    assert beyond["note"] == [{"text": "not estimable: nobody was followed so long"}]
    assert beyond["sampleSize"]["description"] == "0 at risk"


def test_no_events_have_no_interval() -> None:
    found = statistic(about(one_patient(), "overall survival, with cells"), "overall survival at 48 months")
    assert (found["quantity"]["value"], found["numberAffected"]) == (1, 0)
    assert list(estimates(found)) == ["standard error (Greenwood)"]


def test_an_incidence_is_of_its_own_kind_of_event() -> None:
    relapses = about(three_groups(), "failure-free survival: relapse, before the trial")
    assert statistic(relapses, "failure-free survival: relapse, first events")["quantity"]["value"] == 2
    expected = next(i for i in three_groups().endpoints[0].incidences if (i.event, i.group) == ("relapse", "historical"))
    within = statistic(relapses, "failure-free survival: relapse within 24 months")
    assert within["quantity"]["value"] == Decimal(str(expected.at[1][2]))


def test_the_comparison_has_its_p_value_and_degrees_of_freedom() -> None:
    (found,) = about(sample(), "failure-free survival, comparison of the groups: with cells, without cells")["statistic"]
    assert found["quantity"]["value"] == Decimal("2.0435")
    assert (found["sampleSize"]["numberOfParticipants"], found["numberAffected"]) == (18, 8)
    assert code(estimates(found)["p value"]["type"]) == "C44185"
    assert estimates(found)["p value"]["quantity"]["value"] == Decimal("0.15289")
    assert found["modelCharacteristic"][0]["value"]["value"] == 1


def test_no_comparison_is_no_p_value_and_the_reason() -> None:
    (found,) = entries(one_group())[4]["statistic"]
    assert found["note"] == [{"text": "there is nothing to compare"}]
    assert {"quantity", "attributeEstimate", "modelCharacteristic"} & set(found) == set()


def test_groups_are_exposures_where_there_are_several() -> None:
    def roles(resource: Resource) -> list[str]:
        return [code(variable["variableRole"]) for variable in resource["variableDefinition"]]

    assert roles(entries(sample())[0]) == ["population", "exposure", "measuredVariable"]
    assert roles(entries(three_groups())[-1]) == ["population", "exposure", "exposure", "exposure", "measuredVariable"]
    assert roles(entries(one_group())[0]) == ["population", "measuredVariable"]


def test_who_was_left_out_is_noted_where_they_may_belong() -> None:
    endpoint = replace(sample().endpoints[1], left_out=(LeftOut("no last contact", "MSC", 2), LeftOut("no start", None, 1)))
    results = replace(sample(), endpoints=(endpoint,))

    def noted(title: str) -> list[str]:
        return [note["text"] for note in about(results, title)["note"]]

    assert noted("overall survival, with cells") == [
        "Left out: no last contact (with cells): 2.",
        "Left out: no start: 1.",
    ]
    assert noted("overall survival, without cells") == ["Left out: no start: 1."]


def test_the_narrative_rounds_what_the_number_does_not() -> None:
    told = about(sample(), "failure-free survival, with cells")["text"]["div"]
    assert "<p>failure-free survival at 12 months: 0.381, standard error (Greenwood) 0.172, confidence interval 0.0892 to" in told
    assert "<p>median of failure-free survival: 9.99 months, 9 patients.</p>" in told


def test_results_without_endpoints_are_a_bundle_without_entries() -> None:
    bundle = evidence(pack(), replace(sample(), endpoints=()))
    assert bundle["type"] == "collection"
    assert "entry" not in bundle


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_not_written(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="a Quantity needs a finite number"):
        quantity(value)

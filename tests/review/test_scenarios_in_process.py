"""Scenarios run in this process, on the rules as they are and on changed ones."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine.pack.load import read
from engine.pack.parse import PackError
from marrow.packs import pack_files, pack_folder
from marrow.review.features import Case, FeatureFault, Step, read_features
from marrow.review.rules_under_test import RulesUnderTest
from marrow.review.scenarios import cases_of, features_of, run_case, run_cases
from marrow.review.steps import installed_steps
from tests.review.packs import FEATURE

PACK = "lan_2021"


@cache
def outline(name: str) -> tuple[Case, ...]:
    """The cases of one scenario of the shipped features, of its first table where it has several."""
    (found,) = [scenario for feature in features_of(PACK) for scenario in feature.scenarios if scenario.name == name]
    return found.examples[0].cases


def rules_with(old: str, new: str) -> RulesUnderTest:
    """The shipped rules with one text in them replaced by another."""
    files = pack_files(pack_folder(PACK))
    assert sum(text.count(old) for text in files.values()) == 1
    return RulesUnderTest(read({name: text.replace(old, new) for name, text in files.items()}))


def failing(rules: RulesUnderTest, cases: tuple[Case, ...]) -> list[str]:
    return [case.values[0] for case, result in zip(cases, run_cases(cases, rules), strict=True) if not result.passed]


def test_the_rules_as_they_are_pass() -> None:
    assert failing(RulesUnderTest.of(PACK), outline("The neutrophils against their limit")) == []


@pytest.mark.parametrize(
    ("old", "new", "noticed"),
    [
        ("{measure: anc@here, below: severity.anc_lt}", "{measure: anc@here, at_most: severity.anc_lt}", ["0.5", "0.50"]),
        ("severity.anc_lt: {default: 0.5,", "severity.anc_lt: {default: 0.51,", ["0.5", "0.50"]),
    ],
    ids=["the comparison", "the limit"],
)  # fmt: skip
def test_a_changed_rule_is_noticed_by_the_cases_at_its_limit(old: str, new: str, noticed: list[str]) -> None:
    assert failing(rules_with(old, new), outline("The neutrophils against their limit")) == noticed


def test_a_result_says_at_which_step_it_failed() -> None:
    rules = rules_with("severity.anc_lt: {default: 0.5,", "severity.anc_lt: {default: 0.4,")
    results = list(run_cases(outline("The neutrophils against their limit"), rules))
    failed = {result.failed_at for result in results if not result.passed}
    assert 'Then "neutrophils severely low" is met' in failed
    assert all(result.place.startswith("severity.feature:") for result in results)


def test_scenarios_with_settings_run_on_the_changed_rules_too() -> None:
    cases = outline("Another limit of the cellularity, if the trial office asks for it")
    assert [result.passed for result in run_cases(cases, RulesUnderTest.of(PACK))] == [True]
    changed = rules_with("{measure: cellularity@here, below: severity.cellularity_lt}", "{measure: cellularity@here, below: 5 %}")
    assert [result.passed for result in run_cases(cases, changed)] == [False]


def test_rules_that_do_not_load_are_no_failed_scenario() -> None:
    broken = RulesUnderTest(
        read({**pack_files(pack_folder(PACK)), "more.yaml": "criteria: {x: {label: x, source: [S1], when: gone}}"})
    )
    with pytest.raises(PackError):
        next(run_cases(outline("The neutrophils against their limit"), broken))


def test_words_that_no_step_knows_fail_the_case_and_are_named() -> None:
    case = Case("x.feature:1", (Step("given", "Given", "a unicorn"),))
    result = run_case(case, RulesUnderTest.of(PACK), installed_steps())
    assert result.failed_at == "Given a unicorn (no steps fit the words: a unicorn)"


def test_every_step_of_the_features_has_exactly_one_meaning() -> None:
    steps = installed_steps()
    said = {(step.kind, step.text): step for case in cases_of(features_of(PACK)) for step in case.steps}
    for step in said.values():
        steps.find(step)


def test_charts_are_read_once_for_rules_that_share_them() -> None:
    first = RulesUnderTest.of(PACK)
    cases = outline("The neutrophils against their limit")
    list(run_cases(cases, first))
    number = len(first.intakes)
    second = replace(rules_with("severity.anc_lt: {default: 0.5,", "severity.anc_lt: {default: 0.51,"), intakes=first.intakes)
    assert failing(second, cases) == ["0.5", "0.50"]
    assert len(first.intakes) == number


# --- reading features ---


def test_a_feature_is_read_with_its_values_tags_and_places(tmp_path: Path) -> None:
    (tmp_path / "iron.feature").write_text(FEATURE, encoding="utf-8")
    (feature,) = read_features(tmp_path)
    (scenario,) = feature.scenarios
    assert (feature.stem, feature.text) == ("iron", "Ferritin is in ug/L.")
    assert scenario.tags == {("statement", "S1"), ("criterion", "iron_low"), ("criterion", "female"), ("conclusion", "iron")}
    assert scenario.steps[0].text == "the ferritin is <ferritin>"
    assert [(case.place, case.values) for case in scenario.cases] == [
        ("iron.feature:15", ("29.9", "low")), ("iron.feature:16", ("30", "normal")),
    ]  # fmt: skip
    assert [(step.kind, step.text) for step in scenario.cases[1].steps] == [
        ("given", "the ferritin is 30"), ("when", "the criteria are applied"), ("then", "the iron is normal"),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [("Scenario: y\n  Given z\n", "is not Gherkin"), ("", "has no feature")])
def test_a_file_that_is_no_feature_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "iron.feature").write_text(text, encoding="utf-8")
    with pytest.raises(FeatureFault, match=f"iron.feature {said}"):
        read_features(tmp_path)

"""What `marrow rules check` finds in packs that load: faults in branches not taken, what is unused, unreachable or not shown."""

import pytest

from engine.pack.check import Tag, check
from tests.sound_pack import FEMALE, SOUND, with_change

STATEMENTS = {"statements.yaml": "statements:\n  S1: {section: Methods, text: Iron is low below 30.}\n"}
SHOWN = [
    Tag("iron.feature", 1, "criterion", "iron_low"),
    Tag("iron.feature", 2, "criterion", "female"),
    Tag("iron.feature", 3, "statement", "S1"),
]
OUTCOMES = """\
      - {outcome: low, label: low, when: iron_low@here}
      - {outcome: normal, label: normal}
"""


def said(files: dict[str, str], tags: list[Tag] | None = None, *, unused: bool = False) -> list[str]:
    """What the check says, with its severity; what nothing asks for only where that is meant."""
    faults = check(STATEMENTS | files, SHOWN if tags is None else tags)
    return [f"{fault.severity}: {fault}" for fault in faults if unused or "nothing asks for this" not in fault.message]


def test_a_sound_pack_is_sound() -> None:
    assert said(SOUND) == []


def test_what_nothing_asks_for_is_a_warning() -> None:
    assert said(SOUND, unused=True) == [
        "warning: parameters.yaml:11: parameters.iron.known: nothing asks for this",
        "warning: parameters.yaml:12: parameters.iron.tests: nothing asks for this",
        "warning: parameters.yaml:13: parameters.iron.since: nothing asks for this",
        "warning: rules.yaml:2: tables.norms: nothing asks for this",
        "warning: rules.yaml:13: concepts.birth: nothing asks for this",
        "warning: rules.yaml:17: anchors.birth: nothing asks for this",
        "warning: rules.yaml:23: measures.ratio: nothing asks for this",
        "warning: rules.yaml:24: measures.norm: nothing asks for this",
    ]


def test_a_branch_that_is_not_taken_is_checked_as_well() -> None:
    assert said(with_change("below: 40 ug/L", "below: 4 g/L")) == [
        (
            "error: rules.yaml:33: criteria.iron_low: with iron.reading=lenient: "
            "`ferritin@baseline` is in ug/L, its limit 4 g/L is not"
        )
    ]


def test_what_only_a_branch_that_is_not_taken_uses_is_used() -> None:
    files = with_change("lenient: {measure: ferritin@here, below: 40 ug/L}", "lenient: {measure: ratio@here, below: 1}")
    assert not any("measures.ratio" in line for line in said(files, unused=True))


def test_a_pack_that_does_not_load_says_why_and_no_more() -> None:
    assert said(with_change("state: sex", "stat: sex"), [], unused=True) == [
        "error: rules.yaml:22: measures.sex: `stat` is not expected here; did you mean `state`?"
    ]


# --- outcomes out of reach --------------------------------------------------------------------------------------------

UNREACHABLE = {
    "the same criterion again": "iron_low@here",
    "the same limit in other words": "{not: {measure: ferritin@here, at_least: 30 ug/L}}",
    "a limit inside the first": "{measure: ferritin@here, below: 10 ug/L}",
    "more than the first asks": "{all: [female, iron_low@here]}",
    "a contradiction": "{all: [female, {not: female}]}",
    "two limits that exclude each other": (
        "{all: [{measure: ferritin@here, above: 50 ug/L}, {measure: ferritin@here, below: 40 ug/L}]}"
    ),
    "a limit on what has no value": ("{all: [{measure: sex, known: false}, female]}"),
}


@pytest.mark.parametrize("when", UNREACHABLE.values(), ids=UNREACHABLE)
def test_an_outcome_that_is_never_the_first_is_an_error(when: str) -> None:
    line = f"      - {{outcome: lost, label: never, when: {when}}}\n"
    first, last = OUTCOMES.splitlines(keepends=True)
    files = with_change(OUTCOMES, first + line + last)
    files["rules.yaml"] = files["rules.yaml"].replace("below: 40 ug/L}\n  female", "below: iron.low}\n  female")
    assert said(files) == [
        "error: rules.yaml:43: conclusions.iron: `lost` (never) can never be reached: it is never the first that is met"
    ]


def test_an_outcome_after_one_that_always_holds_is_out_of_reach() -> None:
    always = "      - {outcome: all, label: always, when: {any: [{measure: sex, known: true}, {measure: sex, known: false}]}}\n"
    first, last = OUTCOMES.splitlines(keepends=True)
    assert said(with_change(OUTCOMES, first + always + last)) == [
        "error: rules.yaml:44: conclusions.iron: `normal` (normal) can never be reached: it is never the first that is met"
    ]


REACHABLE = {
    "a wider limit": "{measure: ferritin@here, below: 60 ug/L}",
    "the limit itself": "{measure: ferritin@here, equals: 30 ug/L}",
    "another measure": "female",
    "what only another setting decides": "{parameter: iron.known, is: false}",
    "what only another reading lets through": "{measure: ferritin@here, below: 35 ug/L}",
    "two settings of one parameter": (
        "{all: [{parameter: iron.tests, includes: blood}, {not: {parameter: iron.tests, includes: marrow}}]}"
    ),
}


@pytest.mark.parametrize("when", REACHABLE.values(), ids=REACHABLE)
def test_an_outcome_that_may_be_the_first_is_none(when: str) -> None:
    line = f"      - {{outcome: new, label: new, when: {when}}}\n"
    first, last = OUTCOMES.splitlines(keepends=True)
    assert said(with_change(OUTCOMES, first + line + last)) == []


# --- sources and scenarios --------------------------------------------------------------------------------------------


def test_a_rule_without_a_source_is_an_error() -> None:
    assert said(with_change(f"female, source: [S1], {FEMALE}", f"female, source: [], {FEMALE}")) == [
        "error: rules.yaml:34: criteria.female: this has no source: name statements, or say where it comes from"
    ]


def test_a_source_in_words_is_a_source() -> None:
    assert said(with_change(f"female, source: [S1], {FEMALE}", f"female, source: our choice, {FEMALE}")) == []


def test_a_statement_that_is_not_there_is_an_error() -> None:
    assert said(with_change(f"female, source: [S1], {FEMALE}", f"female, source: [S12], {FEMALE}")) == [
        "error: rules.yaml:34: criteria.female: there is no statement `S12`; did you mean `S1`?"
    ]


def test_a_statement_that_nobody_cites_or_shows_is_a_warning() -> None:
    more = (
        STATEMENTS["statements.yaml"]
        + "  S2: {section: Methods, text: More.}\n  S3: {section: Results, text: A result., kind: result}\n"
    )
    assert said(SOUND | {"statements.yaml": more}) == [
        "warning: statements.yaml:3: statements.S2: no rule cites this statement",
        "warning: statements.yaml:3: statements.S2: no scenario shows this statement",
    ]


def test_a_criterion_without_a_scenario_is_an_error() -> None:
    assert said(SOUND, [tag for tag in SHOWN if tag.name != "female"]) == [
        "error: rules.yaml:34: criteria.female: no scenario shows this criterion: tag one with @criterion:female"
    ]


def test_a_tag_that_names_nothing_is_an_error() -> None:
    tags = [*SHOWN, Tag("iron.feature", 9, "criterion", "iron_lo"), Tag("iron.feature", 9, "window", "baseline")]
    assert said(SOUND, tags) == ["error: iron.feature:9: there is no criterion `iron_lo`; did you mean `iron_low`?"]


def test_without_scenarios_nothing_is_said_of_them() -> None:
    assert [str(fault) for fault in check(SOUND | STATEMENTS, None) if "scenario" in fault.message] == []

"""Rules in words, as decision tables and at their limits: what a reviewer reads is what the engine does."""

from decimal import Decimal
from functools import cache
from itertools import product

import pytest

from engine.interval import Interval
from engine.open import truth_of
from engine.pack.expression import Compare, Every, Expression, Known, Named, Not, Some
from engine.pack.program import ConclusionRule, Criterion, Pack
from engine.truth import Truth
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.review.card import window_line
from marrow.review.decision import DecisionTable, conclusion_table, criterion_table
from marrow.review.rules import Rule, rules_of
from marrow.review.words import Branch, sentence, tree
from marrow.review.worked import worked
from marrow.rules_page import in_force


@cache
def pack() -> Pack:
    return load_pack("lan_2021")


def criterion(base: str) -> Criterion:
    return next(one for one in pack().criteria.values() if one.base == base)


# --- words ---


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("neutrophils_severe", "ANC below 0.5 ×10⁹/L"),
        (
            "hypocellular_marrow",
            "marrow cellularity below 25 % or (marrow cellularity from 25 to 50 % and residual haematopoietic cells below 30 %)",
        ),
        ("breakage_not_negative", "chromosome breakage test (at any time up to day 0): not NEG"),
        ("cr_haemoglobin", "haemoglobin above the lowest normal for age at least 0 g/L"),
    ],
)
def test_a_rule_is_a_sentence(base: str, words: str) -> None:
    found = criterion(base)
    assert sentence(pack(), found.expression, found.window) == words


def test_at_least_some_of_several_is_a_sentence_and_a_tree_with_its_parameter() -> None:
    found = criterion("severe_counts")
    assert sentence(pack(), found.expression, found.window).startswith(
        "at least 2 of these 3 hold: “neutrophils are severely low”"
    )
    drawn = tree(pack(), found.expression, found.window)
    assert (drawn.text, drawn.parameters) == ("at least 2 of these 3", ("severity.min_of_three",))
    assert drawn.below[0] == Branch("“neutrophils are severely low”", (), "criteria.neutrophils_severe")


# --- decision tables ---


def atoms_said(table: DecisionTable, row: int) -> dict[Expression, bool]:
    cells = zip(table.columns, table.rows[row].cells, strict=True)
    return {column: cell for column, cell in cells if cell is not None}


@pytest.mark.parametrize(
    "base", ["hypocellular_marrow", "severe_counts", "performance_adequate", "in_msc_arm", "complete_response"]
)
def test_every_combination_falls_into_exactly_one_row_of_a_decision_table(base: str) -> None:
    table = criterion_table(in_force(criterion(base).expression))
    assert table is not None
    for said in product((True, False), repeat=len(table.columns)):
        full = dict(zip(table.columns, said, strict=True))
        fitting = [
            row
            for place, row in enumerate(table.rows)
            if all(full[column] == cell for column, cell in atoms_said(table, place).items())
        ]
        assert len(fitting) == 1
        assert fitting[0].then == ("met" if _plainly(in_force(criterion(base).expression), full) else "not met")


def _plainly(node: Expression, said: dict[Expression, bool]) -> bool:
    """The truth of an expression of answered parts, in so many words."""
    if isinstance(node, Known):
        return said[Known(node.measure)] == node.known
    if node in said:
        return said[node]
    match node:
        case Every(parts):
            return all(_plainly(part, said) for part in parts)
        case Some(parts):
            return any(_plainly(part, said) for part in parts)
        case Not(part):
            return not _plainly(part, said)
        case _:
            return sum(_plainly(part, said) for part in node.parts) >= node.least  # type: ignore[union-attr]


def test_a_part_that_makes_no_difference_is_left_open() -> None:
    first, second = Named("a"), Named("b")
    table = criterion_table(Some((Every((first, second)), Every((first, Not(second))))))
    assert table is not None
    assert [(row.cells, row.then) for row in table.rows] == [((True, None), "met"), ((False, None), "not met")]


def test_the_first_outcome_counts() -> None:
    rule = pack().conclusions["severity"]
    table = conclusion_table(rule.outcomes, [None if one.when is None else in_force(one.when) for one in rule.outcomes])
    assert table is not None
    assert [(row.cells, row.then) for row in table.rows] == [
        ((True, None), "very severe aplastic anaemia"),
        ((False, True), "severe aplastic anaemia, not very severe"),
        ((False, False), "aplastic anaemia that is not severe"),
    ]


def test_a_single_test_has_no_table() -> None:
    assert criterion_table(in_force(criterion("neutrophils_severe").expression)) is None


# --- worked values ---


def test_worked_values_lie_below_at_and_above_the_limit_and_one_is_missing() -> None:
    (found,) = worked(pack(), criterion("neutrophils_severe"), evaluator(pack(), "plain"))
    assert [(row.where, row.value, row.said) for row in found.rows] == [
        ("below", "0.49 ×10⁹/L", True),
        ("at", "0.5 ×10⁹/L", False),
        ("above", "0.51 ×10⁹/L", False),
        ("missing", "no value", None),
    ]


def test_other_measures_are_chosen_so_that_the_limit_decides() -> None:
    first, second, _ = worked(pack(), criterion("hypocellular_marrow"), evaluator(pack(), "plain"))
    assert [row.said for row in first.rows] == [True, False, False, None]
    assert [row.said for row in second.rows] == [True, True, False, None]
    assert second.beside == ("residual haematopoietic cells: 29.9 %",)


def test_nothing_is_counted_less_than_never() -> None:
    found = worked(pack(), criterion("newly_diagnosed"), evaluator(pack(), "plain"))
    assert {row.value for one in found for row in one.rows} == {"0", "1", "no value"}


@pytest.mark.parametrize(
    "rule", [one for one in rules_of(load_pack("lan_2021")).values() if not one.is_conclusion], ids=lambda one: one.base
)
def test_the_value_at_each_limit_tells_the_rule_from_its_neighbours(rule: Rule) -> None:
    form = rule.forms[0]
    assert isinstance(form, Criterion)
    for one in worked(pack(), form, evaluator(pack(), "plain")):
        assert len({row.said for row in one.rows if row.where != "missing"}) > 1, one.measure


def test_the_slow_and_obvious_evaluator_says_the_same() -> None:
    for limit, said in ((Decimal("0.49"), True), (Decimal("0.5"), False), (Decimal("0.51"), False)):
        node = Compare("anc@baseline", "below", Decimal("0.5"))
        truth: Truth = truth_of(pack(), node, {"anc@baseline": Interval.exactly(limit)})
        assert truth is said


# --- windows ---


def test_the_edges_of_a_window_belong_to_it() -> None:
    line = window_line(pack(), "day_40")
    assert line.days == (
        ("day 32", False), ("day 33", True), ("day 34", True), ("day 46", True), ("day 47", True), ("day 48", False),
        ("only the month is known, with an edge in it", None),
    )  # fmt: skip


def test_every_conclusion_is_a_rule_and_every_criterion_too() -> None:
    found = rules_of(pack())
    assert {one.base for one in found.values() if one.is_conclusion} == {one.base for one in pack().conclusions.values()}
    assert {one.base for one in found.values() if not one.is_conclusion} == {one.base for one in pack().criteria.values()}
    assert all(isinstance(form, ConclusionRule) == one.is_conclusion for one in found.values() for form in one.forms)

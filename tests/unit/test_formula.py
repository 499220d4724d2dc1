"""Formulas: what they read, what they compute, and what they refuse."""

from decimal import Decimal

import pytest

from engine.formula import FormulaError, calculate, parameters, read_formula, references
from engine.interval import Interval

VALUES = {
    "wbc": Interval.exactly(Decimal("1.5")),
    "percent": Interval.exactly(Decimal(40)),
    "arc@day_90": Interval.exactly(Decimal(50)),
    "arc@baseline": Interval(Decimal(0), Decimal(5), False, True),
    "zero": Interval.exactly(Decimal(0)),
}


def result(text: str) -> Interval | None:
    tree = read_formula(text, {"dose.daily": Decimal(3)}.get)
    return calculate(tree, lambda reference: VALUES.get(reference.name) if reference.part == "value" else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wbc * percent / 100", Interval.exactly(Decimal("0.6"))),
        ("arc@day_90 - arc@baseline", Interval(Decimal(45), Decimal(50), True, False)),
        ("2 * arc@day_90 / 4", Interval.exactly(Decimal(25))),
        ("(wbc + wbc) * 0.5", Interval.exactly(Decimal("1.5"))),
        ("wbc / dose.daily", Interval.exactly(Decimal("0.5"))),
        ("percent / upper_limit(percent, 80)", Interval.exactly(Decimal("0.5"))),
        ("percent / upper_limit(percent)", None),
        ("wbc / zero", None),
        ("missing + 1", None),
    ],
)
def test_a_formula_computes_with_all_that_a_value_may_be(text: str, expected: Interval | None) -> None:
    if text == "wbc / zero":
        found = result(text)
        assert found is None or found.hi is None  # nothing is known above
        return
    assert result(text) == expected


def test_a_formula_says_what_it_reads() -> None:
    tree = read_formula("a@here - upper_limit(b, 40) * p.q", lambda name: Decimal(2) if name == "p.q" else None)
    assert [reference.name for reference in references(tree)] == ["a@here", "b"]
    assert parameters(tree) == {"p.q"}


@pytest.mark.parametrize("text", ["1 +", "a ** b", "f(a)", "a if b else c", "'x'", "a.b", "upper_limit(1)", "[a]", "lambda: 1"])
def test_what_is_not_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read_formula(text, lambda _: None)

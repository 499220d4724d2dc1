"""Comparisons for all inputs: against exact arithmetic, and what must not change them."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from math import comb, isfinite

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.cohort.comparing import compare_counts, compare_numbers, summarise
from engine.cohort.estimates import Comparison
from engine.cohort.proportion import exact_interval
from engine.cohort.repeated import group_by_time

pytestmark = pytest.mark.filterwarnings("error")

VALUES = st.integers(-300, 300).map(lambda n: Decimal(n) / 20)
GROUPS = st.lists(st.lists(VALUES, max_size=7), max_size=4)
TESTS = st.sampled_from(["student_pooled", "welch", "mann_whitney"])
COURSES = st.integers(2, 4).flatmap(
    lambda times: st.lists(st.lists(st.lists(VALUES, min_size=times, max_size=times), max_size=5), max_size=4)
)
FEW = settings(max_examples=60, deadline=None)


# --- the exact interval ---


def tail(successes: range, n: int, share: float) -> Fraction:
    """The probability of so many successes of n, as an exact fraction of the float that stands for the share."""
    exact = Fraction(share)
    return sum((comb(n, k) * exact**k * (1 - exact) ** (n - k) for k in successes), Fraction(0))


@settings(deadline=None)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_at_the_limits_of_an_interval_the_tails_hold_a_fortieth(drawn: tuple[int, int]) -> None:
    successes, n = drawn
    low, high = exact_interval(successes, n)
    assert low is not None
    assert high is not None
    assert 0 <= low <= successes / n <= high <= 1
    if successes == 0:
        assert low == 0
    else:
        assert float(tail(range(successes, n + 1), n, low)) == pytest.approx(0.025, rel=1e-9)
    if successes == n:
        assert high == 1
    else:
        assert float(tail(range(successes + 1), n, high)) == pytest.approx(0.025, rel=1e-9)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_failures_is_the_mirror_of_that_of_successes(drawn: tuple[int, int]) -> None:
    successes, n = drawn
    low, high = exact_interval(successes, n)
    other_low, other_high = exact_interval(n - successes, n)
    assert low is not None
    assert high is not None
    assert (other_low, other_high) == (pytest.approx(1 - high, abs=1e-12), pytest.approx(1 - low, abs=1e-12))


# --- Fisher's exact test ---


def fisher(table: Sequence[Sequence[int]]) -> Fraction:
    """All tables with the same margins that are no likelier, counted in whole numbers."""
    (a, b), (c, d) = table
    first, column, total = a + b, a + c, a + b + c + d
    ways = {k: comb(column, k) * comb(total - column, first - k) for k in range(max(0, first + column - total), first + 1)}
    return Fraction(sum(way for way in ways.values() if way <= ways[a]), comb(total, first))


@FEW
@given(st.tuples(*[st.tuples(st.integers(0, 25), st.integers(0, 25))] * 2))
def test_fisher_s_test_is_the_count_of_tables(table: tuple[tuple[int, int], tuple[int, int]]) -> None:
    found = compare_counts(table, "fisher_exact")
    if found.p is None:
        assert not (all(map(any, table)) and all(map(any, zip(*table, strict=True))))
    else:
        assert found.p == pytest.approx(float(fisher(table)), rel=1e-9)


# --- repeated measures ---


def exact_f(groups: Sequence[Sequence[Sequence[Decimal]]]) -> Fraction | None:
    """F of group by time from the means of cells, margins and patients, as textbooks write it; None where all change alike."""
    data = [[[Fraction(value) for value in patient] for patient in group] for group in groups if group]
    everybody = [patient for group in data for patient in group]
    times = range(len(everybody[0]))
    effect = error = Fraction(0)
    for group in data:
        level = _mean([value for patient in group for value in patient])
        for time in times:
            cell = _mean([patient[time] for patient in group])
            margin = _mean([patient[time] for patient in everybody])
            overall = _mean([value for patient in everybody for value in patient])
            effect += len(group) * (cell - level - margin + overall) ** 2
            error += sum((patient[time] - cell - _mean(patient) + level) ** 2 for patient in group)
    between, within = (len(data) - 1) * (len(times) - 1), (len(everybody) - len(data)) * (len(times) - 1)
    return (effect / between) / (error / within) if error else None


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


@FEW
@given(COURSES)
def test_group_by_time_is_the_sum_over_means_of_cells(groups: list[list[list[Decimal]]]) -> None:
    found = group_by_time(groups)
    filled = [group for group in groups if group]
    if len(filled) < 2 or sum(map(len, filled)) == len(filled):
        assert (found.f, found.p) == (None, None)
        return
    exact = exact_f(groups)
    assert (found.f is None) == (exact is None)
    if found.f is not None and exact is not None:
        assert found.f == pytest.approx(float(exact), rel=1e-9, abs=1e-12)
        assert found.p is not None
        assert 0 <= found.p <= 1


@FEW
@given(COURSES, st.integers(-(10**9), 10**9), st.data())
def test_neither_order_nor_a_constant_changes_group_by_time(
    groups: list[list[list[Decimal]]], constant: int, data: st.DataObject
) -> None:
    moved = [[[value + constant for value in patient] for patient in group] for group in groups]
    mixed = data.draw(st.permutations([data.draw(st.permutations(group)) for group in moved]))
    assert group_by_time(mixed) == group_by_time(groups)


# --- order and constants ---


@FEW
@given(GROUPS, TESTS, st.integers(-(10**9), 10**9), st.data())
def test_neither_order_nor_a_constant_changes_a_comparison_of_numbers(
    groups: list[list[Decimal]], test: str, constant: int, data: st.DataObject
) -> None:
    moved = [[value + constant for value in group] for group in groups]
    plain = compare_numbers(groups, test)
    assert compare_numbers([data.draw(st.permutations(group)) for group in moved], test) == plain
    swapped = compare_numbers(data.draw(st.permutations(moved)), test)
    assert (swapped.test, swapped.p, swapped.why) == (plain.test, plain.p, plain.why)
    assert swapped.statistic == plain.statistic or swapped.test in ("student_t", "welch_t")  # t has the sign of the difference


@FEW
@given(GROUPS, TESTS, st.integers(1, 9), st.integers(-6, 6))
def test_another_unit_changes_no_p(groups: list[list[Decimal]], test: str, factor: int, power: int) -> None:
    scaled = [[(value * factor).scaleb(power) for value in group] for group in groups]
    found, plain = compare_numbers(scaled, test), compare_numbers(groups, test)
    assert (found.test, found.why) == (plain.test, plain.why)
    assert found.p == plain.p


@FEW
@given(
    st.integers(1, 4).flatmap(lambda size: st.lists(st.lists(st.integers(0, 12), min_size=size, max_size=size), max_size=4)),
    st.sampled_from(["fisher_exact", "chi_square"]),
)
def test_order_changes_no_comparison_of_counts(groups: list[list[int]], test: str) -> None:
    plain = compare_counts(groups, test)
    assert all(compare_counts(order, test) == plain for order in permutations(groups))
    turned = compare_counts([group[::-1] for group in groups], test)
    assert (turned.test, turned.why) == (plain.test, plain.why)
    assert turned.p == (None if plain.p is None else pytest.approx(plain.p, rel=1e-9))


def is_sound(found: Comparison) -> bool:
    """A p within its limits or a reason, and nothing that JSON cannot hold."""
    reasoned = found.why != "" if found.p is None else 0 <= found.p <= 1
    return reasoned and (found.statistic is None or isfinite(found.statistic))


WILD = st.builds(lambda digits, power: Decimal(digits).scaleb(power), st.integers(-(10**20), 10**20), st.integers(-30, 30))


@FEW
@given(st.lists(st.lists(st.one_of(VALUES, WILD), max_size=4), max_size=4), TESTS)
def test_every_comparison_has_a_p_or_a_reason(groups: list[list[Decimal]], test: str) -> None:
    assert is_sound(compare_numbers(groups, test))


@FEW
@given(st.lists(st.lists(st.lists(st.one_of(VALUES, WILD), min_size=3, max_size=3), max_size=4), max_size=3))
def test_every_group_by_time_has_a_p_or_a_reason(groups: list[list[list[Decimal]]]) -> None:
    found = group_by_time(groups)
    assert found.why != "" if found.p is None else 0 <= found.p <= 1
    assert found.f is None or (isfinite(found.f) and found.f >= 0)


# --- summaries ---


@given(st.lists(VALUES, min_size=1, max_size=12), st.data())
def test_a_median_has_as_many_values_below_as_above(values: list[Decimal], data: st.DataObject) -> None:
    found = summarise(values, 0)
    assert found.median is not None
    assert sum(value < found.median for value in values) <= len(values) / 2 >= sum(value > found.median for value in values)
    assert (found.minimum, found.maximum) == (min(values), max(values))
    assert found.mean == float(sum(map(Fraction, values)) / len(values))
    assert repr(summarise(data.draw(st.permutations(values)), 0)) == repr(found)


@given(st.lists(VALUES, min_size=2, max_size=12))
def test_a_standard_deviation_is_the_root_of_the_mean_square(values: list[Decimal]) -> None:
    found = summarise(values, 0)
    assume(found.standard_deviation)
    mean = sum(map(Fraction, values)) / len(values)
    variance = sum((Fraction(value) - mean) ** 2 for value in values) / (len(values) - 1)
    assert found.standard_deviation == pytest.approx(float(variance) ** 0.5, rel=1e-12)

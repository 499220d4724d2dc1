"""What the numbers of a group come to, and the tests that compare groups.

Before a library sees a number it is a whole one, counted from the lowest in a unit so small that nothing is rounded. So the
order of patients, and a constant added to all, change no digit of a result, and whether values differ is known, not computed.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from itertools import accumulate, chain, repeat
from math import lcm, sqrt
from typing import NamedTuple, TypeAlias

from engine.cohort.estimates import Comparison
from engine.cohort.results import Summary

LEAST_VALUES = 2
"""A group with fewer has no spread, and is left out of a comparison."""
LARGEST_EXACT = 49
"""Up to so many values in either group, no two of them equal, the distribution of U is counted out (as R does)."""
NEGLIGIBLE = 1e-100
"""A variance below so much of the square of the range is none: the statistics would leave what a float holds."""

TOO_FEW_VALUES = "fewer than two groups have two values"
TOO_FEW_PATIENTS = "fewer than two groups have patients"
LEFT_OUT = "without the groups that have fewer than two values"
WITHOUT_EMPTY = "without the groups that have no patients"
ALL_THE_SAME = "all values are the same"
NO_SPREAD = "all values within a group are the same"
ONE_CATEGORY = "all patients are in one category"
NOT_TWO_BY_TWO = "Fisher's exact test is for two groups and two categories"


Values: TypeAlias = Sequence[Decimal] | Mapping[Decimal, int]
"""The values of a group in any order; or each different value, and how many patients have it."""
Counts: TypeAlias = list[tuple[int, int]]
"""Whole numbers, each with how many there are of it."""


class Moments(NamedTuple):
    """How many values there are, their mean and their variance (n - 1), both exact."""

    n: int
    mean: Fraction
    variance: Fraction


def summarise(values: Values, missing: int) -> Summary:
    """Return the median and the range as exact decimals, the mean and the standard deviation (n - 1) as floats.

    missing: patients of the group without a value. None stands for what no value, or one value, does not have.
    """
    if not values:
        return Summary(0, missing, None, None, None, None, None)
    ordered = _ordered(values)
    places = list(accumulate(times for _, times in ordered))
    n = places[-1]
    median = _middle(_at(ordered, places, (n - 1) // 2), _at(ordered, places, n // 2))
    numbers, unit = _in_one_unit([value for value, _ in ordered])
    counts = [(number, times) for number, (_, times) in zip(numbers, ordered, strict=True)]
    mean = float(Fraction(sum(number * times for number, times in counts), n * unit))
    deviation = sqrt(_moments(counts, unit).variance) if n >= LEAST_VALUES else None
    return Summary(n, missing, median, ordered[0][0], ordered[-1][0], mean, deviation)


def _ordered(values: Values) -> list[tuple[Decimal, int]]:
    """Each different value from the lowest up, with how many there are of it; 1.0 before 1.00."""
    if isinstance(values, Mapping):
        return sorted(values.items())
    return [(value, times) for (value, _), times in sorted(_told_apart(values).items(), key=lambda one: one[0])]


def _told_apart(values: Iterable[Decimal]) -> Counter[tuple[Decimal, str]]:
    """How many there are of each; 1.0 is not 1.00."""
    return Counter((value, str(value)) for value in values)


def _at(ordered: Sequence[tuple[Decimal, int]], places: Sequence[int], place: int) -> Decimal:
    """The value at a place, counted from 0. places: how many values there are up to and with each different one."""
    return ordered[bisect_right(places, place)][0]


def compare_numbers(groups: Sequence[Values], test: str) -> Comparison:
    """Compare a measure between groups, two-sided: the values of each group, in any order.

    test: `student_pooled`, `welch` or `mann_whitney`. The answer names the test that was done: between two groups `student_t`,
    `welch_t` or `mann_whitney_u`, between more `anova` (one-way), `welch_anova` or `kruskal_wallis`.

    The statistic is t (positive where the first group's mean is higher), F, the smaller U, or H. Degrees of freedom are given
    where they are one whole number: not for Welch's tests, which have fractions, nor for F, which has two. U is counted out
    up to 49 values a group without ties; otherwise its p is of the normal distribution, corrected for ties and continuity.
    """
    counts = [group if isinstance(group, Mapping) else Counter(group) for group in groups]
    compared = [group for group in counts if sum(group.values()) >= LEAST_VALUES]
    between_two, between_more = TESTS[test]
    name, run = between_two if len(compared if len(compared) >= 2 else groups) <= 2 else between_more
    if len(compared) < 2:
        return Comparison(name, None, why=TOO_FEW_VALUES)
    whole = whole_numbers(chain(*compared))
    numbers = [[(whole[value], times) for value, times in group.items()] for group in compared]
    if not any(whole.values()):
        return Comparison(name, None, why=ALL_THE_SAME)
    done = run(name, numbers)
    if len(compared) == len(groups) or done.why:
        return done
    return Comparison(done.test, done.p, done.statistic, done.degrees_of_freedom, LEFT_OUT)


def compare_counts(groups: Sequence[Sequence[int]], test: str) -> Comparison:
    """Compare categories between groups, two-sided: for each group, how many patients are in each category.

    test: `fisher_exact` or `chi_square` (Pearson's, without the correction of Yates). Categories that nobody is in and groups
    without patients are left out. Fisher's test is done for two by two; what is larger gets Pearson's, and `why` says so.
    """
    rows = sorted(tuple(group) for group in groups if any(group))
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    larger = len(rows) > 2 or len(columns) > 2
    name = "chi_square" if larger else test
    if len(rows) < 2:
        return Comparison(name, None, why=TOO_FEW_PATIENTS)
    if len(columns) < 2:
        return Comparison(name, None, why=ONE_CATEGORY)
    from scipy import stats

    notes = [NOT_TWO_BY_TWO] * (name != test) + [WITHOUT_EMPTY] * (len(rows) < len(groups))
    why = "; ".join(notes)
    if name == "fisher_exact":
        return Comparison(name, float(stats.fisher_exact(columns).pvalue), why=why)
    found = stats.chi2_contingency(columns, correction=False)
    return Comparison(name, float(found.pvalue), float(found.statistic), int(found.dof), why)


def whole_numbers(values: Iterable[Decimal]) -> dict[Decimal, int]:
    """Return what values, at least one, are as whole numbers above the lowest of all, in one unit: nothing rounded."""
    different = list(dict.fromkeys(values))
    numbers, _ = _in_one_unit(different)
    lowest = min(numbers)
    return {value: number - lowest for value, number in zip(different, numbers, strict=True)}


def _in_one_unit(values: Sequence[Decimal]) -> tuple[list[int], int]:
    """The values as whole numbers, and how many of them make one."""
    ratios = [value.as_integer_ratio() for value in values]
    unit = lcm(*{below for _, below in ratios})
    return [above * (unit // below) for above, below in ratios], unit


def _moments(counts: Counts, unit: int) -> Moments:
    n, total = sum(times for _, times in counts), sum(number * times for number, times in counts)
    squares = n * sum(number * number * times for number, times in counts) - total * total
    return Moments(n, Fraction(total, n * unit), Fraction(squares, n * (n - 1) * unit * unit))


def _middle(low: Decimal, high: Decimal) -> Decimal:
    if low == high:
        return low
    exact = Context(prec=len(f"{low:f}{high:f}") + 2)  # every digit of the sum, and one for the half
    return exact.divide(exact.add(low, high), Decimal(2))


def _spread(groups: list[Counts]) -> list[tuple[int, float, float]]:
    """Size, mean and variance of each group, in units of the range of all values."""
    widest = max(number for number, _ in chain(*groups))
    moments = [_moments(group, widest) for group in groups]
    return [(n, float(mean), float(variance)) for n, mean, variance in moments]


def _t(name: str, groups: list[Counts]) -> Comparison:
    (n, mean, variance), (other_n, other_mean, other_variance) = _spread(groups)
    if variance + other_variance < NEGLIGIBLE:
        return Comparison(name, None, why=NO_SPREAD)
    from scipy import stats

    pooled = name == "student_t"
    found = stats.ttest_ind_from_stats(
        mean, sqrt(variance), n, other_mean, sqrt(other_variance), other_n, equal_var=pooled, alternative="two-sided"
    )
    return Comparison(name, float(found.pvalue), float(found.statistic), n + other_n - 2 if pooled else None)


def _f(name: str, groups: list[Counts]) -> Comparison:
    sizes, means, variances = zip(*sorted(_spread(groups)), strict=True)
    pooled = name == "anova"
    if (max if pooled else min)(variances) < NEGLIGIBLE:  # Welch weighs each group by its own variance
        return Comparison(name, None, why=NO_SPREAD)
    import numpy as np
    from statsmodels.stats.oneway import anova_generic

    use = "equal" if pooled else "unequal"
    found = anova_generic(np.array(means), np.array(variances), np.array(sizes), use_var=use)
    return Comparison(name, float(found.pvalue), float(found.statistic))


def _u(name: str, groups: list[Counts]) -> Comparison:
    from scipy import stats

    one, other = _ranks(groups)
    counted_out = len({*one, *other}) == len(one) + len(other) and max(len(one), len(other)) <= LARGEST_EXACT
    found = stats.mannwhitneyu(one, other, alternative="two-sided", method="exact" if counted_out else "asymptotic")
    u = float(found.statistic)
    return Comparison(name, float(found.pvalue), min(u, len(one) * len(other) - u))


def _h(name: str, groups: list[Counts]) -> Comparison:
    from scipy import stats

    found = stats.kruskal(*sorted(_ranks(groups)))
    return Comparison(name, float(found.pvalue), float(found.statistic), len(groups) - 1)


def _ranks(groups: list[Counts]) -> list[list[int]]:
    """Each value as its place among the different ones: as floats, close ones could become equal."""
    places = {number: place for place, number in enumerate(sorted({number for number, _ in chain(*groups)}))}
    return [list(chain(*(repeat(places[number], times) for number, times in sorted(group)))) for group in groups]


Test = tuple[str, Callable[[str, list[Counts]], Comparison]]
TESTS: dict[str, tuple[Test, Test]] = {
    "student_pooled": (("student_t", _t), ("anova", _f)),
    "welch": (("welch_t", _t), ("welch_anova", _f)),
    "mann_whitney": (("mann_whitney_u", _u), ("kruskal_wallis", _h)),
}
"""By the name of a pack's choice: the test between two groups, and the one between more."""

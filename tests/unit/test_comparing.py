"""Tests between groups and exact intervals: the paper's p values, published ones, and what cannot be compared."""

import csv
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations
from math import erfc, sqrt
from pathlib import Path

import pytest

from engine.cohort.comparing import compare_counts, compare_numbers, summarise
from engine.cohort.estimates import Comparison
from engine.cohort.proportion import exact_interval
from engine.cohort.results import Summary

pytestmark = pytest.mark.filterwarnings("error")

ROOT = Path(__file__).resolve().parents[2]
NUMBER_TESTS = ["student_pooled", "welch", "mann_whitney"]
COUNT_TESTS = ["fisher_exact", "chi_square"]


def numbers(text: str) -> list[Decimal]:
    return [Decimal(word) for word in text.split()]


def children() -> list[dict[str, str]]:
    with (ROOT / "marrow" / "demo" / "cohort.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def by_arm(column: str) -> list[list[str]]:
    return [[child[column] for child in children() if child["arm"] == arm] for arm in ("MSC", "CTL")]


# --- the paper (Table 1) ---


@pytest.mark.parametrize(
    ("column", "printed"),
    [
        ("age_years", "0.438"),
        ("days_dx_to_atg", "0.281"),
        ("wbc", "0.699"),
        ("hgb", "0.475"),
        ("plt", "0.500"),
        ("anc", "0.229"),
        ("arc", "0.587"),
        ("cd3cd4_pct", "0.401"),
        ("cd3cd8_pct", "0.885"),
        ("treg_pct", "0.763"),
        ("bm_mature_lymph_pct", "0.306"),
    ],
)
def test_student_s_t_gives_the_printed_p_of_each_continuous_row(column: str, printed: str) -> None:
    found = compare_numbers([[Decimal(value) for value in values] for values in by_arm(column)], "student_pooled")
    assert (found.test, found.degrees_of_freedom, found.why) == ("student_t", 16, "")
    assert f"{found.p:.3f}" == printed


@pytest.mark.parametrize(
    ("column", "categories", "counts", "printed"),
    [
        ("sex", ("male", "female"), [[3, 6], [5, 4]], "0.637"),
        ("severity", ("SAA", "vSAA"), [[2, 7], [4, 5]], "0.620"),
    ],
)
def test_fisher_s_test_gives_the_printed_p_of_both_counted_rows(
    column: str, categories: tuple[str, str], counts: list[list[int]], printed: str
) -> None:
    counted = [[values.count(category) for category in categories] for values in by_arm(column)]
    assert counted == counts
    assert f"{compare_counts(counted, 'fisher_exact').p:.3f}" == printed
    assert f"{compare_counts(counted, 'chi_square').p:.3f}" != printed  # the test that the paper names


def test_a_group_of_the_paper_is_summarised_as_printed() -> None:
    found = summarise(numbers(" ".join(by_arm("anc")[0])), 0)
    assert (found.n, found.missing) == (9, 0)
    assert (found.median, found.minimum, found.maximum) == (Decimal("0.07"), Decimal(0), Decimal("0.36"))
    assert (found.mean, found.standard_deviation) == (pytest.approx(0.108889, abs=1e-6), pytest.approx(0.115048, abs=1e-6))


# --- published elsewhere ---

SLEEP = [numbers("0.7 -1.6 -0.2 -1.2 -0.1 3.4 3.7 0.8 0.0 2.0"), numbers("1.9 0.8 1.1 0.1 -0.1 4.4 5.5 1.6 4.6 3.4")]
"""Student, Biometrika 1908;6:1-25: extra hours of sleep; the results are those in R's help."""
PLANTS = [
    numbers("4.17 5.58 5.18 6.11 4.50 4.61 5.17 4.53 5.33 5.14"),
    numbers("4.81 4.17 4.41 3.59 5.87 3.83 6.03 4.89 4.32 4.69"),
    numbers("6.31 5.12 5.54 5.50 5.37 5.29 4.92 6.15 5.80 5.26"),
]
"""Dobson, An Introduction to Statistical Modelling, 1983: dried weights of plants; R's `PlantGrowth`."""
PERMEABILITY = [numbers("0.80 0.83 1.89 1.04 1.45 1.38 1.91 1.64 0.73 1.46"), numbers("1.15 0.88 0.90 0.74 1.21")]
"""Hollander and Wolfe, Nonparametric Statistical Methods, 1973: permeability of membranes; no two values are equal."""


@pytest.mark.parametrize(
    ("groups", "test", "name", "statistic", "p", "freedom"),
    [
        (SLEEP, "student_pooled", "student_t", "-1.8608", "0.07919", 18),
        (SLEEP, "welch", "welch_t", "-1.8608", "0.07939", None),
        (SLEEP, "mann_whitney", "mann_whitney_u", "25.5000", "0.06933", None),
        (PERMEABILITY, "mann_whitney", "mann_whitney_u", "15.0000", "0.25441", None),
        (PLANTS, "student_pooled", "anova", "4.8461", "0.01591", None),
        (PLANTS, "welch", "welch_anova", "5.1810", "0.01739", None),
        (PLANTS, "mann_whitney", "kruskal_wallis", "7.9882", "0.01842", 2),
    ],
)
def test_published_comparisons_of_numbers(
    groups: list[list[Decimal]], test: str, name: str, statistic: str, p: str, freedom: int | None
) -> None:
    found = compare_numbers(groups, test)
    assert (found.test, found.degrees_of_freedom, found.why) == (name, freedom, "")
    assert (f"{found.statistic:.4f}", f"{found.p:.5f}") == (statistic, p)


@pytest.mark.parametrize(
    ("counts", "test", "statistic", "p", "freedom"),
    [
        ([[3, 1], [1, 3]], "fisher_exact", None, 34 / 70, None),  # the lady tasting tea
        ([[2, 15], [10, 3]], "fisher_exact", None, 0.0005367, None),  # convictions of twins (Fisher 1962)
        ([[2, 15], [10, 3]], "chi_square", 622080 / 47736, erfc(sqrt(311040 / 47736)), 1),
        ([[762, 327, 468], [484, 239, 477]], "chi_square", 30.07, 2.954e-07, 2),  # parties (Agresti 2007)
    ],
)
def test_published_comparisons_of_counts(
    counts: list[list[int]], test: str, statistic: float | None, p: float, freedom: int | None
) -> None:
    found = compare_counts(counts, test)
    assert (found.test, found.degrees_of_freedom, found.why) == (test, freedom, "")
    assert found.p == pytest.approx(p, rel=2e-4)
    assert found.statistic == (None if statistic is None else pytest.approx(statistic, rel=2e-4))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (1, 9, 0.00281, 0.48250),
        (2, 9, 0.02814, 0.60009),
        (0, 10, 0.0, 0.30850),
        (10, 10, 0.69150, 1.0),
        (682, 925, 0.7076683, 0.7654066),
    ],
)
def test_published_exact_intervals(successes: int, n: int, low: float, high: float) -> None:
    """The last is Mendel's peas as in R's help for `binom.test`."""
    assert exact_interval(successes, n) == (pytest.approx(low, abs=6e-6), pytest.approx(high, abs=6e-6))


@pytest.mark.parametrize(("successes", "n"), [(-1, 3), (4, 3), (1, 0)])
def test_what_is_no_proportion_is_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=rf"^{successes} of {n} is no proportion: expected 0 to n successes$"):
        exact_interval(successes, n)


# --- summaries ---


@pytest.mark.parametrize(
    ("values", "median", "mean", "deviation"),
    [
        ("", None, None, None),
        ("2.50", "2.50", 2.5, None),
        ("4 5", "4.5", 4.5, 0.5**0.5),
        ("6 4", "5", 5.0, 2**0.5),
        ("7 7 7", "7", 7.0, 0.0),
        ("1 1E+30", "500000000000000000000000000000.5", 5e29, 5e29 * 2**0.5),
        ("0.1 0.2 0.3 0.40", "0.25", 0.25, (0.05 / 3) ** 0.5),
    ],
)
def test_a_median_is_exact_and_one_value_has_no_spread(
    values: str, median: str | None, mean: float | None, deviation: float | None
) -> None:
    found = summarise(numbers(values), 3)
    assert (found.n, found.missing) == (len(values.split()), 3)
    assert (None if found.median is None else str(found.median)) == median
    assert found.mean == mean
    assert found.standard_deviation == (None if deviation is None else pytest.approx(deviation, rel=1e-14))


def test_a_summary_is_the_same_in_any_order_to_the_last_nought() -> None:
    assert repr(summarise(numbers("1.0 1.00 2"), 0)) == repr(summarise(numbers("2 1.00 1.0"), 0))
    assert summarise([], 0) == Summary(0, 0, None, None, None, None, None)


# --- nothing to compare ---

SOME = numbers("1 2 4")


@pytest.mark.parametrize(
    ("groups", "tests", "why"),
    [
        ([], ("student_t", "welch_t", "mann_whitney_u"), "fewer than two groups have two values"),
        ([SOME], ("student_t", "welch_t", "mann_whitney_u"), "fewer than two groups have two values"),
        ([SOME, numbers("3")], ("student_t", "welch_t", "mann_whitney_u"), "fewer than two groups have two values"),
        ([SOME, [], numbers("3")], ("anova", "welch_anova", "kruskal_wallis"), "fewer than two groups have two values"),
        ([numbers("3 3"), numbers("3.0 3.00")], ("student_t", "welch_t", "mann_whitney_u"), "all values are the same"),
        ([numbers("3 3")] * 3, ("anova", "welch_anova", "kruskal_wallis"), "all values are the same"),
        ([numbers("3 3"), numbers("4 4 4")], ("student_t", "welch_t"), "all values within a group are the same"),
        ([numbers("3 3"), numbers("4 4 4"), numbers("5 5")], ("anova", "welch_anova"), "all values within a group are the same"),
    ],
)
def test_numbers_with_nothing_to_compare(groups: list[list[Decimal]], tests: tuple[str, ...], why: str) -> None:
    for test, name in zip(NUMBER_TESTS, tests, strict=False):
        assert compare_numbers(groups, test) == Comparison(name, None, why=why)


def test_groups_that_do_not_vary_are_weighed_where_the_test_allows() -> None:
    """Welch's analysis of variance divides by the variance of each group; the others do not."""
    groups = [numbers("3 3"), numbers("4 5 6"), numbers("5 7")]
    assert compare_numbers(groups, "welch") == Comparison("welch_anova", None, why="all values within a group are the same")
    assert compare_numbers(groups, "student_pooled").p is not None
    assert compare_numbers(groups[:2], "welch").p == pytest.approx(0.0742, abs=1e-4)  # t of the mean 5 against 3, 2 degrees


@pytest.mark.parametrize("test", NUMBER_TESTS)
def test_a_group_with_too_few_values_is_left_out_and_said(test: str) -> None:
    pair = compare_numbers(SLEEP, test)
    for groups in ([*SLEEP, []], [SLEEP[0], numbers("9"), SLEEP[1]]):
        found = compare_numbers(groups, test)
        assert (found.test, found.p, found.statistic) == (pair.test, pair.p, pair.statistic)
        assert found.why == "without the groups that have fewer than two values"


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ([], "fewer than two groups have patients"),
        ([[3, 4]], "fewer than two groups have patients"),
        ([[3, 4], [0, 0]], "fewer than two groups have patients"),
        ([[3, 0], [5, 0]], "all patients are in one category"),
        ([[3], [5]], "all patients are in one category"),
        ([[0, 0], [0, 0]], "fewer than two groups have patients"),
    ],
)
@pytest.mark.parametrize("test", COUNT_TESTS)
def test_counts_with_nothing_to_compare(groups: list[list[int]], why: str, test: str) -> None:
    assert compare_counts(groups, test) == Comparison(test, None, why=why)


def test_a_table_larger_than_two_by_two_gets_pearson_s_test_and_says_why() -> None:
    larger = [[2, 7, 1], [4, 5, 3]]
    pearson = compare_counts(larger, "chi_square")
    assert pearson.why == ""
    found = compare_counts(larger, "fisher_exact")
    assert (found.test, found.p, found.why) == (
        "chi_square", pearson.p, "Fisher's exact test is for two groups and two categories",
    )  # fmt: skip


def test_what_nobody_is_in_is_left_out_of_a_table() -> None:
    two_by_two = compare_counts([[2, 7], [4, 5]], "fisher_exact")
    assert compare_counts([[2, 0, 7], [4, 0, 5]], "fisher_exact") == two_by_two
    without = compare_counts([[2, 7], [0, 0], [4, 5]], "fisher_exact")
    assert (without.test, without.p) == ("fisher_exact", two_by_two.p)
    assert without.why == "without the groups that have no patients"


@pytest.mark.parametrize("test", NUMBER_TESTS)
def test_the_order_of_groups_and_patients_changes_no_digit(test: str) -> None:
    """Sums of floats would: H of these groups is 4.084888888888881 or 4.084888888888888."""
    groups = [numbers("18 27 25"), numbers("8 3 15"), numbers("15 20 12 25 6"), numbers("15 0 28")]
    orders = [[group[::turn] for group in order] for order in permutations(groups) for turn in (1, -1)]
    assert len({compare_numbers(order, test) for order in orders}) == 1


# --- values as floats cannot hold them ---


@pytest.mark.parametrize("test", NUMBER_TESTS)
def test_values_that_floats_cannot_tell_apart_are_compared(test: str) -> None:
    """A million and some 1e-20: as floats they are all the same, and a library would divide by a variance of zero."""
    far = [[Decimal(1_000_000) + value.scaleb(-20) for value in group] for group in SLEEP]
    near = compare_numbers(SLEEP, test)
    assert compare_numbers(far, test) == near


@pytest.mark.parametrize("test", NUMBER_TESTS)
def test_groups_that_lie_far_apart_have_a_p_and_no_warning(test: str) -> None:
    apart = [numbers("0 1E-30 2E-30"), numbers("1E+30 1E+30 1000000000000000000000000000001")]
    for groups in (apart, [*apart, numbers("5 6 7")]):
        found = compare_numbers(groups, test)
        assert found.p is None or 0 <= found.p <= 1
        assert found.statistic is None or abs(found.statistic) < float("inf")
        assert (found.p is None) == (found.why != "")


# --- start-up ---

ALONE = {
    "one patient": "compare_numbers([[Decimal(1)], []], test) for test in ('student_pooled', 'welch', 'mann_whitney')",
    "one group": "compare_numbers([[Decimal(1), Decimal(2)]], test) for test in ('student_pooled', 'welch', 'mann_whitney')",
    "one group's counts": "compare_counts([[1, 0], [0, 0]], test) for test in ('fisher_exact', 'chi_square')",
    "intervals": "exact_interval(successes, n) for successes, n in ((0, 0), (0, 1), (1, 1))",
    "a summary": "summarise(values, 0) for values in ([], [Decimal(1)], [Decimal(1), Decimal(2)])",
    "one course": "group_by_time(groups) for groups in ([[[Decimal(1), Decimal(2)]]], [[[Decimal(1), Decimal(2)]], []])",
}
PROGRAM = """
import sys
from decimal import Decimal
from engine.cohort.comparing import compare_counts, compare_numbers, summarise
from engine.cohort.proportion import exact_interval
from engine.cohort.repeated import group_by_time
answers = [{calls}]
assert answers
assert not {{"numpy", "pandas", "scipy", "statsmodels"}} & set(sys.modules), sorted(sys.modules)
"""


def run(program: str) -> Sequence[object]:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("calls", ALONE.values(), ids=ALONE)
def test_where_there_is_nothing_to_compare_no_library_is_loaded(calls: str) -> None:
    assert run(PROGRAM.format(calls=calls)) == (0, "", "")


def test_the_interval_of_one_patient_is_in_closed_form() -> None:
    assert exact_interval(0, 0) == (None, None)
    assert exact_interval(0, 1) == (0.0, 0.975)
    assert exact_interval(1, 1) == (0.025, 1.0)

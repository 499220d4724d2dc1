"""Repeated measures, group by time: the paper's p values, a textbook's F, and the model with a term for each patient."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.anova import anova_lm

from engine.cohort.repeated import GroupByTime, group_by_time

pytestmark = pytest.mark.filterwarnings("error")

COHORT = Path(__file__).resolve().parents[2] / "marrow" / "demo" / "cohort.csv"
Patients = list[list[Decimal]]


def patients(text: str) -> Patients:
    """Patients separated by strokes, each with a value for each time."""
    return [[Decimal(word) for word in patient.split()] for patient in text.split("/")]


def by_arm(*columns: str) -> list[Patients]:
    with COHORT.open(encoding="utf-8", newline="") as lines:
        children = list(csv.DictReader(lines))
    return [
        [[Decimal(child[column]) for column in columns] for child in children if child["arm"] == arm] for arm in ("MSC", "CTL")
    ]


@pytest.mark.parametrize(
    ("measure", "days", "printed"),
    [
        ("plt", ("", "_d40", "_d90"), "0.192"),
        ("anc", ("", "_d40", "_d90"), "0.532"),
        ("hgb", ("", "_d40", "_d90"), "0.450"),
        ("arc", ("", "_d40", "_d90"), "0.313"),
        ("cd3cd4_pct", ("", "_d40"), "0.190"),
        ("cd3cd8_pct", ("", "_d40"), "0.875"),
        ("treg_pct", ("", "_d40"), "0.165"),
    ],
)
def test_group_by_time_gives_the_p_that_the_paper_prints(measure: str, days: tuple[str, ...], printed: str) -> None:
    found = group_by_time(by_arm(*(measure + day for day in days)))
    assert (found.df_effect, found.df_error, found.why) == (len(days) - 1, 16 * (len(days) - 1), "")
    assert f"{found.p:.3f}" == printed


TEXTBOOK = [
    patients("-3.8558 5.9699 / 4.4076 5.2141 / -4.1752 9.1467 / 1.4913 5.8209"),
    patients("9.4082 6.9754 / 6.0296 14.3012 / 15.3014 10.4266 / 12.1900 2.3707"),
    patients("19.1834 16.4482 / 18.3855 11.6765 / 23.3385 17.9727 / 21.9134 15.1760"),
]
"""Doncaster and Davey, Analysis of Variance and Covariance, Cambridge 2007, model 6.3: mean squares 83.82 and 15.50."""


def test_a_textbook_s_f() -> None:
    found = group_by_time(TEXTBOOK)
    assert (found.df_effect, found.df_error) == (2, 9)
    assert (f"{found.f:.2f}", f"{found.p:.3f}") == ("5.41", "0.029")


UNEQUAL = [
    patients("1.5 2.25 4 3.5 / 2 2 3.75 1 / 0.5 4.5 2 6"),
    patients("7 5 3 4.5 / 6.5 6 1 2 / 9 8.25 8 3 / 4 4 4.5 5 / 6 2 1.5 8"),
    patients("3 1 2 9 / 2 7 6.5 3"),
]
SEVERAL = {
    "the textbook": TEXTBOOK,
    "unequal groups, four times": UNEQUAL,
    "two groups": UNEQUAL[:2],
    "three times": [[patient[:3] for patient in group] for group in UNEQUAL],
    "two times": [[patient[:2] for patient in group] for group in UNEQUAL],
    "a group of one": [UNEQUAL[0], UNEQUAL[1], UNEQUAL[2][:1]],
}


def dummies(labels: Sequence[int]) -> Any:
    return np.array([[label == level for level in sorted(set(labels))[1:]] for label in labels], dtype=float)


@pytest.mark.parametrize("groups", SEVERAL.values(), ids=SEVERAL)
def test_it_is_the_model_with_a_term_for_each_patient(groups: list[Patients]) -> None:
    """Nested models as a statistician would write them: patients and times, and beside them groups by times."""
    rows = [
        (number * 100 + index, number, time, float(value))
        for number, group in enumerate(groups)
        for index, patient in enumerate(group)
        for time, value in enumerate(patient)
    ]
    patient, group, time = (dummies([row[place] for row in rows]) for place in range(3))
    products = np.column_stack([group[:, [one]] * time for one in range(group.shape[1])])
    values = np.array([row[3] for row in rows])
    without = np.column_stack([np.ones(len(rows)), patient, time])
    table = anova_lm(OLS(values, without).fit(), OLS(values, np.column_stack([without, products])).fit())
    found = group_by_time(groups)
    assert found.f == pytest.approx(table["F"].iloc[1], rel=1e-9)
    assert found.p == pytest.approx(table["Pr(>F)"].iloc[1], rel=1e-9)
    assert (found.df_effect, found.df_error) == (table["df_diff"].iloc[1], table["df_resid"].iloc[1])


@pytest.mark.parametrize("groups", [TEXTBOOK[:2], SEVERAL["two times"][:2]], ids=["the textbook", "unequal groups"])
def test_for_two_groups_and_two_times_it_is_the_squared_t_of_the_changes(groups: list[Patients]) -> None:
    t, p = stats.ttest_ind(*([float(last - first) for first, last in group] for group in groups))
    found = group_by_time(groups)
    assert (found.f, found.p) == (pytest.approx(t**2, rel=1e-12), pytest.approx(p, rel=1e-12))


ALIKE = patients("1 2 4 / 3 4 6")


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ([], "fewer than two groups have patients with every value"),
        ([ALIKE], "fewer than two groups have patients with every value"),
        ([ALIKE, []], "fewer than two groups have patients with every value"),
        ([patients("1 2"), patients("3 5")], "no group has two patients with every value"),
        ([patients("1 / 2"), patients("3 / 5")], "fewer than two times"),
        ([ALIKE, ALIKE], "the patients of a group all change alike"),
        ([ALIKE, patients("1 5 1 / 2 6 2 / 0 4 0")], "the patients of a group all change alike"),
        ([patients("3 3 / 3 3"), patients("3 3 / 3.0 3")], "the patients of a group all change alike"),
        ([patients("0.1 0.3 / 0.2 0.4"), patients("1.1 1.3 / 0.7 0.9")], "the patients of a group all change alike"),
    ],
)
def test_where_there_is_nothing_to_test_the_reason_stands(groups: list[Patients], why: str) -> None:
    assert group_by_time(groups) == GroupByTime(None, None, None, None, why)


def test_one_group_may_change_alike_while_another_does_not() -> None:
    found = group_by_time([ALIKE, patients("1 5 1 / 2 6 3")])
    assert found.p is not None
    assert 0 < found.p < 1


def test_a_group_without_patients_is_left_out_and_said() -> None:
    whole, found = group_by_time(UNEQUAL), group_by_time([UNEQUAL[0], [], *UNEQUAL[1:]])
    assert (found.f, found.df_effect, found.df_error, found.p) == (whole.f, whole.df_effect, whole.df_error, whole.p)
    assert found.why == "without the groups that have no patient with every value"


def test_a_hundred_thousand_patients_need_no_column_each() -> None:
    """Many copies of a few: the sums of squares grow with the copies, and nothing of the size of patients squared is made."""
    copies = 10_000
    few, many = group_by_time(UNEQUAL), group_by_time([group * copies for group in UNEQUAL])
    assert few.f is not None
    assert few.df_error is not None
    assert many.df_error == (10 * copies - 3) * 3
    assert many.f == pytest.approx(few.f * many.df_error / few.df_error, rel=1e-9)
    assert many.p == 0


def test_a_large_change_that_all_share_hides_nothing() -> None:
    """Everybody rises by a trillion; what differs between groups is as before, to the last digit."""
    risen = [[[first, second + 10**12, *rest] for first, second, *rest in group] for group in UNEQUAL]
    found, plain = group_by_time(risen), group_by_time(UNEQUAL)
    assert (found.f, found.p) == (pytest.approx(plain.f, rel=1e-12), pytest.approx(plain.p, rel=1e-12))

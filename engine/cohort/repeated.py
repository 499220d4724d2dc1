"""Whether a measure runs differently through time in different groups: analysis of variance with repeated measures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key
from itertools import chain
from math import sqrt
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from engine.cohort.comparing import whole_numbers

TOO_FEW_GROUPS = "fewer than two groups have patients with every value"
TOO_FEW_PATIENTS = "no group has two patients with every value"
TOO_FEW_TIMES = "fewer than two times"
NO_VARIATION = "the patients of a group all change alike"
LEFT_OUT = "without the groups that have no patient with every value"

Value = TypeVar("Value")

if TYPE_CHECKING:
    import numpy as np

    Courses: TypeAlias = np.ndarray[Any, Any]
"""What the patients' courses say about change: a row for each patient, a whole number for each contrast between times."""

EXACT = 2**53
"""Whole numbers below this are exact in a float."""


@dataclass(frozen=True, slots=True)
class GroupByTime:
    """The interaction of group and time: F with its degrees of freedom; all None, with the reason in `why`, if not computed."""

    f: float | None
    df_effect: int | None
    df_error: int | None
    p: float | None
    why: str = ""


def group_by_time(
    groups: Sequence[Sequence[Sequence[Value]]], exact: Callable[[Value], Decimal] = lambda value: cast(Decimal, value)
) -> GroupByTime:
    """Test whether groups change differently: for each group its patients, for each of them the values at the same times.

    exact: the decimal that a value stands for, where it is no decimal itself.

    It is the interaction in a two-factor analysis of variance with repeated measures on one factor, the usual "group x time":
    univariate, sphericity assumed (no correction by an epsilon), groups of any size. With g groups, N patients and T times F
    has (g - 1)(T - 1) and (N - g)(T - 1) degrees of freedom. Groups without patients are left out. Patients have to be
    complete: who lacks a value is the caller's to leave out and to count.

    A model with a term for each patient would hold as many columns as patients. What it says of change can be said without
    them: T - 1 contrasts of unit length at right angles (each time against the mean of those before it) take a patient's level
    out of the values; each is compared between the groups by a linear model of its own; their sums of squares add up to those
    of the interaction and of its error. The time it takes grows with the patients, not with their square.

    Source: Kirk, Experimental Design, split-plot factorial; Maxwell and Delaney, Designing Experiments and Analyzing Data.
    """
    compared = [group for group in groups if group]
    if len(compared) < 2:
        return _not_computed(TOO_FEW_GROUPS)
    patients, times = sum(map(len, compared)), len(compared[0][0])
    if times < 2:
        return _not_computed(TOO_FEW_TIMES)
    if patients == len(compared):
        return _not_computed(TOO_FEW_PATIENTS)
    courses = _courses(compared, exact)
    if all((group == group[0]).all() for group in courses):
        return _not_computed(NO_VARIATION)
    effect, error = _sums_of_squares(courses)
    if not error:
        return _not_computed(NO_VARIATION)
    from scipy import stats

    df_effect, df_error = (len(compared) - 1) * (times - 1), (patients - len(compared)) * (times - 1)
    f = (effect / df_effect) / (error / df_error)
    why = "" if len(compared) == len(groups) else LEFT_OUT
    return GroupByTime(f, df_effect, df_error, float(stats.f.sf(f, df_effect, df_error)), why)


def _not_computed(why: str) -> GroupByTime:
    return GroupByTime(None, None, None, None, why)


def _courses(groups: Sequence[Sequence[Sequence[Value]]], exact: Callable[[Value], Decimal]) -> "list[Courses]":
    """Each patient's contrasts, exact, in an order that does not depend on the one they came in.

    A contrast is the sum of the earlier values less as many times the next: once for each time but the first, not yet of unit
    length. Numbers that a float would round are Python's own.
    """
    import numpy as np

    decimals = {value: exact(value) for value in set(chain.from_iterable(chain.from_iterable(groups)))}
    found = whole_numbers(decimals.values())
    whole = {value: found[decimal] for value, decimal in decimals.items()}
    times = len(groups[0][0])
    fits = max(found.values()) * times * times < EXACT
    courses = []
    for group in groups:
        numbers = [whole[value] for value in chain.from_iterable(group)]
        values = np.array(numbers, dtype=np.int64 if fits else object).reshape(len(group), times)
        contrasts = np.cumsum(values, axis=1)[:, :-1] - values[:, 1:] * np.arange(1, times, dtype=values.dtype)
        in_order = np.lexsort(contrasts.T[::-1]) if fits else sorted(range(len(group)), key=contrasts.tolist().__getitem__)
        courses.append(contrasts[in_order])
    return sorted(courses, key=cmp_to_key(_first_difference))


def _first_difference(one: "Courses", other: "Courses") -> int:
    """Below nought where the first row that differs is lower in the first, or there are no more rows in it."""
    both = min(len(one), len(other))
    differ = (one[:both] != other[:both]).any(axis=1)
    if not differ.any():
        return len(one) - len(other)
    first = int(differ.argmax())
    return -1 if one[first].tolist() < other[first].tolist() else 1


def _sums_of_squares(groups: "list[Courses]") -> tuple[float, float]:
    """Between groups and within them, over all contrasts, in units of the widest one's range."""
    import numpy as np
    from statsmodels.regression.linear_model import OLS

    columns = np.concatenate(groups).T
    lowest = [int(column.min()) for column in columns]
    widest = max(int(column.max()) - low for column, low in zip(columns, lowest, strict=True))
    sizes = [len(group) for group in groups]
    members = np.repeat(np.arange(len(groups)), sizes)
    design = np.column_stack([np.ones(len(members)), *(members == group for group in range(1, len(groups)))])
    effect = error = 0.0
    for earlier, (column, low) in enumerate(zip(columns, lowest, strict=True), start=1):
        unit = sqrt(earlier * (earlier + 1))  # the contrast's length
        model = OLS(((column - low) / widest / unit).astype(float), design).fit()
        effect += max(0.0, float(model.ess))  # a difference of two sums, which rounding could turn below nothing
        error += float(model.ssr)
    return effect, error

"""Survival by the definitions of the textbooks, in exact fractions, written without lifelines and without a look at Marrow.

Kaplan & Meier 1958, Greenwood 1926, Aalen & Johansen 1978, Mantel 1966; notation as in Klein & Moeschberger, chapters 4 and 7: at
a time t, Y patients are at risk (followed to t or longer) and d of them have the event.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, log, sqrt
from typing import NamedTuple

from scipy.stats import chi2, norm


class Patient(NamedTuple):
    """The day somebody left, and the kind of event then; 0 for none."""

    day: int
    kind: int


Kinds = frozenset[int]


def at_risk(patients: Sequence[Patient], t: Fraction | int) -> int:
    return sum(patient.day >= t for patient in patients)


def events(patients: Sequence[Patient], t: int, kinds: Kinds) -> int:
    return sum(patient.day == t and patient.kind in kinds for patient in patients)


def event_days(patients: Sequence[Patient], kinds: Kinds) -> list[int]:
    return sorted({patient.day for patient in patients if patient.kind in kinds})


def survival(patients: Sequence[Patient], t: Fraction | int, kinds: Kinds) -> Fraction:
    """S(t): the product of 1 - d/Y over the event days up to and with t."""
    s = Fraction(1)
    for day in event_days(patients, kinds):
        if day <= t:
            s *= 1 - Fraction(events(patients, day, kinds), at_risk(patients, day))
    return s


def survival_before(patients: Sequence[Patient], t: int, kinds: Kinds) -> Fraction:
    """S(t-)."""
    return survival(patients, Fraction(2 * t - 1, 2), kinds)


def variance(patients: Sequence[Patient], t: Fraction | int, kinds: Kinds) -> Fraction:
    """Greenwood's: S(t)^2 times the sum of d / (Y (Y - d)); only where S(t) is not zero."""
    total = Fraction(0)
    for day in event_days(patients, kinds):
        if day <= t:
            d, y = events(patients, day, kinds), at_risk(patients, day)
            total += Fraction(d, y * (y - d))
    return survival(patients, t, kinds) ** 2 * total


def interval(s: Fraction, greenwood: Fraction) -> tuple[float, float]:
    """95 % on the scale of log(-log S), from there back; for 0 < S < 1."""
    middle = log(-log(s))
    half = norm.ppf(0.975) * sqrt(greenwood) / abs(s * log(s))
    return exp(-exp(middle + half)), exp(-exp(middle - half))


def median(patients: Sequence[Patient], kinds: Kinds) -> int | None:
    """The smallest day with S <= 1/2."""
    return next((day for day in event_days(patients, kinds) if survival(patients, day, kinds) <= Fraction(1, 2)), None)


def incidence(patients: Sequence[Patient], t: Fraction | int, kind: int, kinds: Kinds) -> Fraction:
    """The sum of S(t-) d_k / Y over the days up to and with t, S being free of all kinds."""
    total = Fraction(0)
    for day in event_days(patients, frozenset({kind})):
        if day <= t:
            hazard = Fraction(events(patients, day, frozenset({kind})), at_risk(patients, day))
            total += survival_before(patients, day, kinds) * hazard
    return total


def logrank(groups: Sequence[Sequence[Patient]], kinds: Kinds) -> tuple[Fraction, int]:
    """The statistic and its degrees of freedom, the rank of the covariance; zero degrees where nothing can be compared.

    Observed minus expected of each group, and the covariance of the (multivariate) hypergeometric distribution on each event day.
    """
    everybody = [patient for group in groups for patient in group]
    size = range(len(groups))
    difference = [Fraction(0) for _ in size]
    covariance = [[Fraction(0) for _ in size] for _ in size]
    for day in event_days(everybody, kinds):
        d, y = events(everybody, day, kinds), at_risk(everybody, day)
        shares = [Fraction(at_risk(group, day), y) for group in groups]
        spread = Fraction(d * (y - d), y - 1) if y > 1 else Fraction(0)
        for i in size:
            difference[i] += events(groups[i], day, kinds) - d * shares[i]
            for j in size:
                covariance[i][j] += spread * shares[i] * ((i == j) - shares[j])
    return _quadratic_form(difference, covariance)


def _quadratic_form(z: list[Fraction], v: list[list[Fraction]]) -> tuple[Fraction, int]:
    """z' x for a solution x of v x = z, and the rank of v; by elimination, a row without a pivot is left out."""
    rows = [[*row, right] for row, right in zip(v, z, strict=True)]
    pivots: list[tuple[int, int]] = []
    for column in range(len(z)):
        rank = len(pivots)
        pivot = next((row for row in range(rank, len(rows)) if rows[row][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for row in range(len(rows)):
            if row != rank:
                factor = rows[row][column] / rows[rank][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[rank], strict=True)]
        pivots.append((rank, column))
    assert all(row[-1] == 0 for row in rows[len(pivots) :]), "observed minus expected lies in the range of its covariance"
    return sum((z[column] * rows[row][-1] / rows[row][column] for row, column in pivots), Fraction(0)), len(pivots)


def p_value(statistic: Fraction, degrees_of_freedom: int) -> float:
    return float(chi2.sf(float(statistic), degrees_of_freedom))


def swapped(patients: Sequence[Patient]) -> list[Patient]:
    """For the reverse estimate: who had an event of any kind is censored, and who was censored has the event, of kind 1."""
    return [Patient(patient.day, 0 if patient.kind else 1) for patient in patients]

"""Survival is what an independent computation in exact fractions says, under heavy ties and censoring, in one to three groups."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isfinite, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cohort.estimates import Survival
from engine.cohort.follow_up import follow_up
from engine.cohort.incidence import incidences
from engine.cohort.logrank import LEFT_OUT, compare
from engine.cohort.survival import Followed, curve
from tests.oracle import product_limit as oracle
from tests.oracle.product_limit import Patient

FIRST, BOTH = frozenset({1}), frozenset({1, 2})
OF_INTEREST = st.sampled_from([FIRST, BOTH])
MONTH = Decimal("2.5")
"""Days of a month: short, so that the few days that are tried meet a reading, fall just short of it and just beyond."""
READ = tuple(map(Decimal, ("0", "0.4", "1.2", "2", "2.8", "4", "12")))
CLOSE = {"rel": 1e-9, "abs": 1e-12}

Patients = list[Patient]


def groups(kinds: list[int], last_day: int, most: int, least: int = 0) -> st.SearchStrategy[Patients]:
    return st.lists(st.builds(Patient, st.integers(0, last_day), st.sampled_from(kinds)), min_size=least, max_size=most)


PATIENTS = st.one_of(
    groups([0, 1, 2], last_day=4, most=25),  # heavy ties
    groups([0, 0, 0, 0, 1, 2], last_day=12, most=25),  # heavy censoring
    groups([0, 1], last_day=40, most=40),  # hardly a tie
    groups([0, 1, 2], last_day=6, most=1, least=1),  # one patient
    groups([0], last_day=8, most=12),  # no event
    groups([1], last_day=0, most=12),  # all events at once, on the day of the start
    groups([1, 1, 2], last_day=12, most=20),  # nobody is censored
)


def followed(patients: Patients) -> Followed:
    return Followed(tuple(patient.day for patient in patients), tuple(patient.kind for patient in patients))


def is_estimate(seen: Survival, patients: Patients, t: Fraction | int, kinds: frozenset[int]) -> bool:
    """Whether all four numbers are those of the oracle, none where there is none."""
    s = oracle.survival(patients, t, kinds)
    if s == 1:
        return seen == Survival(1.0, 0.0, None, None)
    if s == 0:
        return seen == Survival(0.0, None, None, None)
    greenwood = oracle.variance(patients, t, kinds)
    assert (seen.survival, seen.standard_error) == pytest.approx((float(s), sqrt(greenwood)), **CLOSE)
    assert (seen.ci_low, seen.ci_high) == pytest.approx(oracle.interval(s, greenwood), **CLOSE)
    return seen.ci_low is not None and seen.ci_high is not None and 0 <= seen.ci_low < seen.survival < seen.ci_high <= 1


@settings(deadline=None)
@given(PATIENTS, OF_INTEREST)
def test_every_step_is_exact(patients: Patients, kinds: frozenset[int]) -> None:
    seen = curve("a group", followed(patients), kinds, READ, MONTH)
    left = {patient.day for patient in patients}
    assert [step.days for step in seen.steps] == (sorted({0, *left}) if patients else [])
    for step in seen.steps:
        assert step.at_risk == oracle.at_risk(patients, step.days)
        assert step.events == oracle.events(patients, step.days, kinds)
        assert step.events + step.censored == sum(patient.day == step.days for patient in patients)
        assert is_estimate(step.estimate, patients, step.days, kinds)
    assert seen.n == len(patients) == seen.events + seen.censored
    assert seen.events == sum(patient.kind in kinds for patient in patients)
    assert all(later.estimate.survival <= earlier.estimate.survival for earlier, later in pairwise(seen.steps))


@settings(deadline=None)
@given(PATIENTS, OF_INTEREST)
def test_a_reading_is_exact_or_missing(patients: Patients, kinds: frozenset[int]) -> None:
    for read in curve("a group", followed(patients), kinds, READ, MONTH).at:
        t = Fraction(read.months) * Fraction(MONTH)
        assert read.at_risk == oracle.at_risk(patients, t)
        if read.at_risk or (patients and oracle.survival(patients, t, kinds) == 0):
            assert read.estimate is not None and is_estimate(read.estimate, patients, t, kinds)
        else:
            assert read.estimate is None


@settings(deadline=None)
@given(PATIENTS, OF_INTEREST)
def test_the_median_is_exact(patients: Patients, kinds: frozenset[int]) -> None:
    assert curve("a group", followed(patients), kinds, (), Decimal(1)).median_months == oracle.median(patients, kinds)


@settings(deadline=None)
@given(PATIENTS)
def test_the_incidence_of_each_kind_is_exact_and_with_survival_they_add_up_to_one(patients: Patients) -> None:
    seen = incidences("a group", followed(patients), (("first", "First"), ("second", "Second")), READ, MONTH)
    assert [one.event for one in seen] == ["first", "second"]
    for kind, one in enumerate(seen, 1):
        assert one.events == sum(patient.kind == kind for patient in patients)
        for day, probability in one.steps:
            assert probability == pytest.approx(float(oracle.incidence(patients, day, kind, BOTH)), **CLOSE)
        for months, at_risk, read in one.at:
            t = Fraction(months) * Fraction(MONTH)
            assert at_risk == oracle.at_risk(patients, t)
            there = at_risk > 0 or (bool(patients) and oracle.survival(patients, t, BOTH) == 0)
            exact = float(oracle.incidence(patients, t, kind, BOTH)) if there else None
            assert read == (None if exact is None else pytest.approx(exact, **CLOSE))
    for step, (day, first), (_, second) in zip(
        curve("a group", followed(patients), BOTH, (), MONTH).steps, seen[0].steps, seen[1].steps, strict=True
    ):
        assert step.days == day
        assert step.estimate.survival + first + second == pytest.approx(1, **CLOSE)
        assert sum(oracle.incidence(patients, day, kind, BOTH) for kind in (1, 2)) + oracle.survival(patients, day, BOTH) == 1


@given(st.lists(PATIENTS, min_size=1, max_size=3), OF_INTEREST)
@settings(deadline=None, max_examples=300)
def test_the_logrank_statistic_and_its_p_are_exact(several: list[Patients], kinds: frozenset[int]) -> None:
    seen = compare([followed(patients) for patients in several], kinds)
    statistic, degrees_of_freedom = oracle.logrank(several, kinds)
    if degrees_of_freedom == 0:
        assert (seen.p, seen.statistic, seen.degrees_of_freedom) == (None, None, None)
        assert seen.why
        return
    assert seen.why == ("" if degrees_of_freedom == len(several) - 1 else LEFT_OUT)
    assert seen.degrees_of_freedom == degrees_of_freedom
    assert seen.statistic == pytest.approx(float(statistic), **CLOSE)
    assert seen.p == pytest.approx(oracle.p_value(statistic, degrees_of_freedom), rel=1e-8)


@settings(deadline=None)
@given(PATIENTS)
def test_the_median_of_the_follow_up_is_exact(patients: Patients) -> None:
    seen = follow_up(None, followed(patients), Decimal(1), "reverse_km")
    days = sorted(patient.day for patient in patients)
    middle = Fraction(days[(len(days) - 1) // 2] + days[len(days) // 2], 2) if days else None
    assert seen.n == len(days)
    assert seen.simple_median == middle
    assert seen.median_months == seen.reverse_median == oracle.median(oracle.swapped(patients), FIRST)
    assert (seen.shortest, seen.longest) == ((days[0], days[-1]) if days else (None, None))


@settings(deadline=None)
@given(PATIENTS, PATIENTS, OF_INTEREST, st.randoms(use_true_random=False))
def test_the_order_of_patients_changes_nothing(some: Patients, others: Patients, kinds: frozenset[int], shuffler) -> None:  # type: ignore[no-untyped-def]
    shuffled = shuffler.sample(some, len(some))
    both = (("first", "First"), ("second", "Second"))
    assert curve("a group", followed(shuffled), kinds, READ, MONTH) == curve("a group", followed(some), kinds, READ, MONTH)
    assert incidences("", followed(shuffled), both, READ, MONTH) == incidences("", followed(some), both, READ, MONTH)
    assert compare([followed(shuffled), followed(others)], kinds) == compare([followed(some), followed(others)], kinds)


@settings(deadline=None)
@given(PATIENTS, OF_INTEREST)
def test_every_number_is_finite(patients: Patients, kinds: frozenset[int]) -> None:
    seen = curve("a group", followed(patients), kinds, READ, MONTH)
    estimates = [step.estimate for step in seen.steps] + [read.estimate for read in seen.at if read.estimate]
    numbers = [number for one in estimates for number in (one.survival, one.standard_error, one.ci_low, one.ci_high)]
    assert all(isfinite(number) for number in (*numbers, seen.median_months) if number is not None)

"""What figures say in words: the tests within a panel, and descriptions for those who do not see it."""

from collections.abc import Sequence

from engine.cohort.estimates import Comparison, Curve
from engine.cohort.results import Endpoint, Group, RepeatedRow
from marrow.report.figure_panel import Said
from marrow.report.words import (
    capital,
    group_label,
    group_of,
    interval,
    listed,
    months,
    number_of,
    p_phrase,
    plain,
    probability,
    unit,
)

TESTS = ("log-rank",)
"""Tests as they are spelt in print."""


def group_keys(groups: Sequence[Group]) -> tuple[Said, ...]:
    """What each group is called, beside its marker."""
    return tuple(Said(place, group_label(group)) for place, group in enumerate(groups))


def spelt(test: str) -> str:
    """What a test is called where people read."""
    return next((name for name in TESTS if name.replace("-", "") == test), plain(test))


def tested(comparison: Comparison) -> tuple[Said, ...]:
    """The test between the curves, where there is a p value."""
    if comparison.p is None:
        return ()
    return (Said(None, f"{capital(spelt(comparison.test))} test, {p_phrase(comparison.p, comparison.limit)}"),)


def effect_tested(row: RepeatedRow) -> tuple[Said, ...]:
    """The test of a course, where there is a p value."""
    return () if row.p is None else (Said(None, f"{capital(plain(row.effect))}, {p_phrase(row.p, row.limit)}"),)


def survival_words(endpoint: Endpoint, groups: Sequence[Group]) -> str:
    """One endpoint's curves as sentences."""
    said = [f"{capital(endpoint.label)}, curves of the product-limit estimate in per cent by months."]
    said += [_curve(curve, group_of(groups, curve.group)) for curve in endpoint.curves]
    if endpoint.comparison.p is not None:
        said.append(
            f"{capital(spelt(endpoint.comparison.test))} test: {p_phrase(endpoint.comparison.p, endpoint.comparison.limit)}."
        )
    return " ".join(said)


def _curve(curve: Curve, label: str) -> str:
    if not curve.n:
        return f"{capital(label)}: no patients."
    parts = [
        f"{number_of(curve.n, 'patient')}, {number_of(curve.events, 'event')}, {number_of(curve.censored, 'patient')} censored"
    ]
    if last := next((at for at in reversed(curve.at) if at.estimate), None):
        assert last.estimate is not None
        limits = interval(last.estimate.ci_low, last.estimate.ci_high)
        beside = f" (95% confidence interval {limits.replace('–', ' to ')})" if limits else ""
        parts.append(f"{probability(last.estimate.survival)}% at {months(last.months)} months{beside}")
    parts.append("median not reached" if curve.median_months is None else f"median {months(curve.median_months)} months")
    return f"{capital(label)}: {'; '.join(parts)}."


def incidence_words(endpoint: Endpoint, groups: Sequence[Group]) -> str:
    """The incidences of an endpoint as sentences."""
    sizes = {curve.group: curve.n for curve in endpoint.curves}
    said = [
        f"{capital(endpoint.label)}: cumulative incidence in per cent by months, each kind of event competing with the others."
    ]
    for one in endpoint.incidences:
        last = next(((at, share) for at, _, share in reversed(one.at) if share is not None), None)
        beside = f", {probability(last[1])}% at {months(last[0])} months" if last and sizes.get(one.group) else ""
        patients = number_of(sizes.get(one.group, 0), "patient")
        said.append(
            f"{capital(one.label)}, {group_of(groups, one.group)}: {number_of(one.events, 'event')} in {patients}{beside}."
        )
    return " ".join(said)


def course_words(row: RepeatedRow, groups: Sequence[Group], medians: Sequence[Sequence[tuple[int, int, str]]]) -> str:
    """One measure's course as a sentence. medians: for each group the days with their number of values and median."""
    name = unit(row.unit)
    said = []
    for group, days in zip(groups, medians, strict=False):
        parts = [f"{middle} on day {day} (n = {n})" for day, n, middle in days]
        said.append(f"{group_label(group)}, {f'median {listed(parts)}' if parts else 'no values'}")
    test = f"; {plain(row.effect)}, {p_phrase(row.p, row.limit)}" if row.p is not None else ""
    return f"{capital(row.label)}{f' in {name}' if name else ''}: {'; '.join(said)}{test}."

"""What came out, in a few sentences made of the numbers."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.cohort.estimates import AtTime, Comparison, Curve
from engine.cohort.results import CountRow, Endpoint, Group, Response, ResponseRow, Results
from engine.conclusion import UNDETERMINED
from marrow.report.compared import test_name
from marrow.report.words import (
    LEVEL,
    NONE,
    between,
    capital,
    counted,
    exact,
    group_label,
    group_of,
    interval,
    months,
    number_of,
    p_phrase,
    per_cent,
    probability,
    within,
)

_MOST = 6
"""Long-term outcomes that are worth a place in the summary."""


def findings(results: Results) -> Iterator[str]:
    """Who, how they fared by each endpoint, how many responded, and what became of them."""
    yield _who(results)
    for endpoint in results.endpoints:
        yield from _endpoint(endpoint, results.groups)
    yield from _response(results)
    yield from _outcomes(results.long_term, results.groups)


def _who(results: Results) -> str:
    total = sum(group.n for group in results.groups)
    if not total:
        return "Nobody is in the analysis."
    split = "; ".join(f"{counted(group.n)} {group_label(group)}" for group in results.groups)
    text = f"{number_of(total, 'patient')} {'is' if total == 1 else 'are'} in the analysis"
    text += f" ({split})" if len(results.groups) > 1 else ""
    all_of_them = next((one for one in results.follow_up if one.group is None), None)
    if all_of_them is None or all_of_them.median_months is None:
        return f"{text}."
    followed = f"{text}, followed for a median of {months(all_of_them.median_months)} months"
    if all_of_them.shortest is None or all_of_them.longest is None or all_of_them.n == 1:
        return f"{followed}."
    return f"{followed} (range {between(months(all_of_them.shortest), months(all_of_them.longest))})."


def _endpoint(endpoint: Endpoint, groups: Sequence[Group]) -> Iterator[str]:
    """The estimate at the last time that any group reaches."""
    last = _last_known(endpoint.curves)
    if last is None:
        return
    place, at = last
    parts = [_estimate(curve, curve.at[place], groups, len(endpoint.curves) > 1) for curve in endpoint.curves]
    yield f"{capital(endpoint.label)} at {exact(at)} months: {', '.join(parts)}{_tested(endpoint.comparison)}."


def _last_known(curves: Sequence[Curve]) -> tuple[int, Decimal] | None:
    known = [(place, at.months) for curve in curves for place, at in enumerate(curve.at) if at.estimate is not None and curve.n]
    return max(known, default=None)


def _estimate(curve: Curve, at: AtTime, groups: Sequence[Group], named: bool) -> str:
    who = f"{group_of(groups, curve.group)} " if named else ""
    if at.estimate is None or not curve.n:
        return f"{who}not known"
    ends = interval(at.estimate.ci_low, at.estimate.ci_high)
    return f"{who}{probability(at.estimate.survival)}%{f' ({LEVEL} {ends}%)' if ends else ''}"


def _tested(comparison: Comparison) -> str:
    if comparison.p is None:
        return ""
    return f"; {test_name(comparison.test).partition(' (')[0]}, {p_phrase(comparison.p, comparison.limit)}"


def _response(results: Results) -> Iterator[str]:
    due = [row for row in results.response if any(one.n for one in row.groups)]
    if due:
        order = f" ({' v. '.join(map(group_label, results.groups))})" if len(results.groups) > 1 else ""
        yield f"Overall response{order}: {'; '.join(map(_responders, due))}."


def _responders(row: ResponseRow) -> str:
    return f"day {row.day}, {' v. '.join(map(_rate, row.groups))}"


def _rate(one: Response) -> str:
    """So many of those whose assessment was due; who could not be graded is told with it."""
    if not one.n:
        return NONE
    undetermined = one.counts.get(UNDETERMINED, 0)
    more = f"; {counted(undetermined)} undetermined" if undetermined else ""
    return f"{counted(one.responders)} of {counted(one.n)} ({per_cent(one.responders, one.n)}{more})"


def _outcomes(rows: Sequence[CountRow], groups: Sequence[Group]) -> Iterator[str]:
    """The first outcomes that anybody had; those that nobody had are in the table."""
    shown = [row for row in rows if not row.indent and any(row.counts)][:_MOST]
    if not shown:
        return
    parts = []
    for row in shown:
        each = [f"{counted(count)} of {counted(n)}" if n else NONE for count, n in zip(row.counts, row.n, strict=True)]
        parts.append(f"{within(row.label)}, {' v. '.join(each)}")
    order = f" ({' v. '.join(map(group_label, groups))})" if len(groups) > 1 else ""
    yield f"By the day of evaluation{order}: {'; '.join(parts)}."

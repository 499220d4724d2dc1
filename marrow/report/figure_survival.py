"""Survival curves: steps with their confidence bands, marks for censoring, and the numbers at risk below."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from engine.cohort.estimates import AtTime, Curve
from engine.cohort.results import Endpoint, Group
from marrow.report.figure_ink import ink
from marrow.report.figure_panel import Panel, Row, Said, Scale
from marrow.report.figure_scale import FEW, PER_CENT, bounded, months_scale, share_scale
from marrow.report.figure_words import tested
from marrow.report.words import HARD, capital, counted, group_of, interval, months, number_of, probability

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_CENSORING_MARKS = 100
"""Of more patients in one group the marks would be a smear: they are left out."""
EDGE = 0.55
"""How opaque the edges of a band are."""
ALL = 100
"""Per cent: the height of the frame."""
POINTS_FOR_A_NUMBER = 34
"""The room that a tick and a number at risk take on the lower axis."""


def survival_panel(endpoint: Endpoint, groups: Sequence[Group], month_days: Decimal, letter: str, scale: Scale) -> Panel:
    """One endpoint: a curve for each group, over the months of the scale."""
    patients = [curve for curve in endpoint.curves if curve.n]
    return Panel(
        letter=letter,
        title=capital(endpoint.label),
        said=(*_said(endpoint, groups), *tested(endpoint.comparison)),
        x=scale,
        y=share_scale(1, f"Patients without the event ({PER_CENT})"),
        draw=lambda axes: _draw(axes, endpoint, month_days),
        heading="Number at risk" if patients else "",
        table=at_risk(endpoint, [at for at, _ in scale.ticks], month_days, groups) if patients else (),
        mark=horizon(endpoint),
        empty="" if patients else "no patients",
    )


def followed_scale(endpoints: Sequence[Endpoint], month_days: Decimal, width: float) -> Scale:
    """The months that anybody was followed, with room for a number at risk below each tick."""
    curves = [curve for endpoint in endpoints for curve in endpoint.curves]
    days = max((step.days for curve in curves for step in curve.steps), default=0)
    digits = len(counted(max((curve.n for curve in curves), default=0)))
    return months_scale(float(days / month_days) or 1, int(width / max(POINTS_FOR_A_NUMBER, digits * 8)))


def horizon(endpoint: Endpoint) -> tuple[float, str] | None:
    """The last time of interest, where somebody was followed so long."""
    last = [curve.at[-1] for curve in endpoint.curves if curve.at and curve.at[-1].estimate]
    return (float(last[0].months), f"{months(last[0].months)} months") if last else None


def at_risk(
    endpoint: Endpoint, ticks: Sequence[float], month_days: Decimal, groups: Sequence[Group] | None = None
) -> tuple[Row, ...]:
    """Who was followed and free of the event just before each tick; labelled where groups are given."""
    days = [tick * float(month_days) for tick in ticks]
    return tuple(
        Row(place, group_of(groups, curve.group) if groups else "", tuple(counted(_at_risk(curve, day)) for day in days))
        for place, curve in enumerate(endpoint.curves)
    )


def _at_risk(curve: Curve, day: float) -> int:
    place = bisect_left(curve.steps, day, key=lambda step: step.days)
    return curve.steps[place].at_risk if place < len(curve.steps) else 0


def _said(endpoint: Endpoint, groups: Sequence[Group]) -> Iterator[Said]:
    for place, curve in enumerate(endpoint.curves):
        label = group_of(groups, curve.group)
        if not curve.n:
            yield Said(place, f"{label}: no patients")
            continue
        last = next((at for at in reversed(curve.at) if at.estimate), None)
        yield Said(place, f"{label}: {number_of(curve.events, 'event')} in {counted(curve.n)}{_estimate(last)}")


def _estimate(at: AtTime | None) -> str:
    if at is None or at.estimate is None:
        return ""
    limits = interval(at.estimate.ci_low, at.estimate.ci_high)
    beside = f" (95{PER_CENT}{HARD}CI{HARD}{limits})" if limits else ""
    return f"; {probability(at.estimate.survival)}{PER_CENT} at {months(at.months)} months{beside}"


def marks_are_left_out(curve: Curve) -> bool:
    """Whether a curve has more censored patients than can be shown one by one."""
    return curve.censored > MOST_CENSORING_MARKS


def _draw(axes: "Axes", endpoint: Endpoint, month_days: Decimal) -> None:
    for place, curve in enumerate(endpoint.curves):
        _band(axes, curve, place, float(month_days), min(0.11, 0.21 / len(endpoint.curves)))
    for place, curve in enumerate(endpoint.curves):
        _curve(axes, curve, place, float(month_days))


def _curve(axes: "Axes", curve: Curve, place: int, month: float) -> None:
    mine = ink(place)
    if not curve.n or not curve.steps:
        return
    end = curve.steps[-1].days / month
    points = bounded([(step.days / month, 100 * step.estimate.survival) for step in curve.steps], end, ALL)
    axes.plot(*zip(*points, strict=True), drawstyle="steps-post", **mine.line(1.9, zorder=3))
    if not marks_are_left_out(curve):
        marks = [(step.days / month, 100 * step.estimate.survival) for step in curve.steps if step.censored]
        tick: dict[str, Any] = {"marker": "|", "markersize": 8, "markeredgewidth": 1.2, "markeredgecolor": mine.colour}
        axes.plot(*_columns(marks), linestyle="none", clip_on=False, zorder=4, **tick)
    times = [(float(at.months), 100 * at.estimate.survival) for at in curve.at if at.estimate and float(at.months) <= end]
    axes.plot(*_columns(times), linestyle="none", **mine.dots(5.2 + place % 2, zorder=5 - place / 10))


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _band(axes: "Axes", curve: Curve, place: int, month: float, alpha: float) -> None:
    """The confidence limits, wherever there are any: before the first event there are none."""
    from matplotlib.patches import Polygon

    mine = ink(place)
    limits = [
        (step.days / month, 100 * step.estimate.ci_low, 100 * step.estimate.ci_high)
        if step.estimate.ci_low is not None and step.estimate.ci_high is not None
        else None
        for step in curve.steps
    ]
    ends = [*(step.days / month for step in curve.steps[1:]), curve.steps[-1].days / month] if curve.steps else []
    for known, run in groupby(zip(limits, ends, strict=True), key=lambda pair: pair[0] is not None):
        if not known:
            continue
        pairs = [(limit, end) for limit, end in run if limit is not None]
        low = _stairs([(limit[0], limit[1]) for limit, _ in pairs], pairs[-1][1])
        high = _stairs([(limit[0], limit[2]) for limit, _ in pairs], pairs[-1][1])
        style: dict[str, Any] = {"facecolor": (mine.colour, alpha), "clip_on": False}
        if len(pairs) > FEW:  # one path for the area and its edge: it is long
            edge = mine.line(0.7)
            style |= {"edgecolor": (edge["color"], EDGE), "linewidth": edge["linewidth"], "linestyle": edge["linestyle"]}
            axes.add_artist(Polygon([*high, *reversed(low)], closed=True, zorder=2, **style))
            continue
        axes.add_artist(Polygon([*high, *reversed(low)], closed=True, linewidth=0, zorder=1, **style))
        for line in (low, high):
            axes.plot(*_columns(line), **mine.line(0.7, alpha=EDGE, zorder=2))


def _stairs(points: Sequence[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """The corners of a stepped line that goes on to an end."""
    few = bounded(points, end, ALL)
    rights = [*(x for x, _ in few[1:]), end]
    return [corner for (x, y), right in zip(few, rights, strict=True) for corner in ((x, y), (right, y))]

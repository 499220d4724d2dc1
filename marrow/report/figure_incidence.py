"""Cumulative incidence: for each kind of event a frame, in it a stepped line for each group."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.cohort.estimates import Incidence
from engine.cohort.results import Endpoint
from marrow.report.figure_ink import ink
from marrow.report.figure_panel import Panel, Said, Scale
from marrow.report.figure_scale import PER_CENT, bounded, share_scale
from marrow.report.figure_survival import at_risk, followed_scale, horizon
from marrow.report.words import capital, counted, months, probability

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def incidence_panels(endpoint: Endpoint, month_days: Decimal, width: float) -> tuple[Panel, ...]:
    """The kinds of event in the order of the endpoint, all on one scale."""
    kinds = list(dict.fromkeys(one.event for one in endpoint.incidences))
    largest = max((share for one in endpoint.incidences for _, share in one.steps), default=1)
    letters = [chr(ord("A") + place) for place in range(len(kinds))] if len(kinds) > 1 else [""]
    scales = followed_scale([endpoint], month_days, width), share_scale(largest, f"Incidence ({PER_CENT})")
    return tuple(_panel(endpoint, month_days, letter, kind, scales) for letter, kind in zip(letters, kinds, strict=False))


def _panel(endpoint: Endpoint, month_days: Decimal, letter: str, kind: str, scales: tuple[Scale, Scale]) -> Panel:
    mine = [one for one in endpoint.incidences if one.event == kind]
    places = {curve.group: place for place, curve in enumerate(endpoint.curves)}
    ends = {curve.group: curve.steps[-1].days / float(month_days) for curve in endpoint.curves if curve.n and curve.steps}
    sizes = {curve.group: curve.n for curve in endpoint.curves}
    lines = [(places[one.group], one, ends[one.group]) for one in mine if one.group in ends]
    return Panel(
        letter=letter,
        title=capital(mine[0].label),
        said=tuple(Said(places[one.group], said(one, sizes[one.group])) for one in mine),
        x=scales[0],
        y=scales[1],
        draw=lambda axes: _draw(axes, lines, float(month_days), scales[1].high),
        heading="Number at risk" if lines else "",
        table=at_risk(endpoint, [at for at, _ in scales[0].ticks], month_days) if lines else (),
        mark=horizon(endpoint),
        empty="" if lines else "no patients",
    )


def said(incidence: Incidence, n: int) -> str:
    """How many patients of a group had this event first, and its incidence at the last time where there is one."""
    if not n:
        return "no patients"
    last = next(((at, share) for at, _, share in reversed(incidence.at) if share is not None), None)
    beside = f"; {probability(last[1])}{PER_CENT} at {months(last[0])} months" if last else ""
    return f"{counted(incidence.events)} of {counted(n)}{beside}"


def _draw(axes: "Axes", lines: Sequence[tuple[int, Incidence, float]], month: float, height: float) -> None:
    for place, incidence, end in lines:
        mine = ink(place)
        points = bounded([(day / month, 100 * share) for day, share in incidence.steps], end, height)
        points.append((max(end, points[-1][0] if points else 0), points[-1][1] if points else 0))
        axes.plot([x for x, _ in points], [y for _, y in points], drawstyle="steps-post", **mine.line(1.9, zorder=3))
        times = [(float(at), 100 * share) for at, _, share in incidence.at if share is not None and float(at) <= end]
        style = mine.dots(5.2 + place % 2, zorder=5 - place / 10)
        axes.plot([x for x, _ in times], [y for _, y in times], linestyle="none", **style)

"""What is drawn of a patient, as the pack says: values with limits, what was given, windows, conclusions on their day."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Literal

from engine.conclusion import NO_OUTCOME
from engine.describe import number
from engine.explain import interval_text
from engine.interval import Interval
from engine.pack.pages import ChartSpec, LimitSpec, PanelSpec
from engine.record import Fact
from fhir_adapter.sentence import name_of
from marrow.service.pages.case import Case
from marrow.service.pages.rendering import outcome_text

Span = Literal["windows", "all"]
_BEFORE, _AFTER = 10, 15
"""Days of room around the windows."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value on its day. low, high: what it may be, the same where it is exact. is_sure: final, and not only bounded."""

    day: int
    low: float
    high: float
    text: str
    when: str
    refs: tuple[str, ...]
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit. spans: first and last day of each piece; none where it holds everywhere."""

    label: str
    value: float
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    label: str
    unit: str | None
    is_log: bool
    points: tuple[Point, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a day; text: in words."""

    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A window; a side without an end is the edge of the drawing."""

    label: str
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Fell:
    """A conclusion on its day."""

    day: int
    name: str
    outcome: str
    conclusion: str


@dataclass(frozen=True, slots=True)
class Chart:
    """first, last: the days that are drawn. zero: day 0, where there is one."""

    panels: tuple[Panel, ...]
    lanes: tuple[Lane, ...]
    bands: tuple[Band, ...]
    fell: tuple[Fell, ...]
    zero: int | None
    as_of: int
    first: int
    last: int


def chart(case: Case, span: Span, scale: str = "") -> Chart | None:
    """None where the pack draws nothing, or there is nothing to draw. scale: `log` or `linear` for all, else the pack's."""
    spec = case.pack.pages.chart
    if spec is None:
        return None
    anchor = case.anchor(spec.day_zero)
    zero = anchor.when.first if anchor is not None and anchor.certain and anchor.when.is_day else None
    panels = tuple(_panel(case, each, scale) for each in spec.panels)
    lanes = tuple(lane for each in spec.lanes if (lane := _lane(case, each.label, each.concepts)).marks)
    bands, fell = tuple(_bands(case, spec)), tuple(_fell(case, spec))
    days = [point.day for panel in panels for point in panel.points] + [mark.day for lane in lanes for mark in lane.marks]
    if not days:
        return None
    days += [each.day for each in fell]
    first, last = _drawn(days, bands, span, case.as_of, zero)
    return Chart(panels, lanes, bands, fell, zero, case.as_of, first, last)


def _drawn(days: list[int], bands: tuple[Band, ...], span: Span, as_of: int, zero: int | None) -> tuple[int, int]:
    ends = [day for band in bands for day in (band.first, band.last) if day is not None]
    if span == "windows" and ends and zero is not None:
        return min(ends) - _BEFORE, max(ends) + _AFTER
    low, high = min(days), max([*days, min(as_of, max(days) + 60)])
    room = max(5, (high - low) // 45)
    return low - room, high + room


def _panel(case: Case, spec: PanelSpec, scale: str) -> Panel:
    concept = case.pack.concepts[spec.concept]
    unit = None if concept.quantity is None else concept.quantity.unit
    points = [_point(fact, unit) for fact in case.facts(spec.concept)]
    known = sorted((point for point in points if point is not None), key=lambda point: point.day)
    limits = tuple(limit for each in spec.limits for limit in _limits(case, each))
    return Panel(spec.label, unit, (scale or spec.scale) == "log", tuple(known), limits)


def _point(fact: Fact, unit: str | None) -> Point | None:
    if fact.when is None or not isinstance(fact.value, Interval):
        return None
    low = float("-inf") if fact.value.lo is None else float(fact.value.lo)
    high = float("inf") if fact.value.hi is None else float(fact.value.hi)
    low, high = (high if not isfinite(low) else low), (low if not isfinite(high) else high)
    if not isfinite(low):
        return None
    day = (fact.when.first + fact.when.last) // 2
    sure = not fact.preliminary and not fact.fallback and fact.when.is_day
    return Point(day, low, high, interval_text(fact.value, unit), str(fact.when), fact.refs, sure)


def _limits(case: Case, spec: LimitSpec) -> Iterator[Limit]:
    """A limit, in as many pieces as its windows give it different values."""
    spans: dict[Decimal, list[tuple[int, int]]] = {}
    fixed = None if spec.parameter is None else case.pack.parameters[spec.parameter].value
    for name in spec.windows:
        days = case.window(name)
        value = fixed if spec.measure is None else _exact(case, f"{spec.measure}@{name}")
        if days is not None and days.lo is not None and days.hi is not None and isinstance(value, Decimal):
            spans.setdefault(value, []).append((days.anchor.first + days.lo, days.anchor.last + days.hi))
    if not spec.windows and isinstance(fixed, Decimal):
        spans[fixed] = []
    for value, pieces in spans.items():
        yield Limit(spec.label, float(value), f"{spec.label} {number(value)}", tuple(pieces))


def _exact(case: Case, measure: str) -> Decimal | None:
    found = case.evaluated.snapshot[case.pack.measures[measure].index].value
    return found.lo if isinstance(found, Interval) and found.is_exact else None


def _lane(case: Case, label: str, concepts: tuple[str, ...]) -> Lane:
    marks = []
    for name in concepts:
        concept = case.pack.concepts[name]
        for fact in case.facts(name):
            if fact.when is not None:
                unit = fact.unit or (None if concept.quantity is None else concept.quantity.unit)
                amount = f" {interval_text(fact.value, unit)}" if isinstance(fact.value, Interval) else ""
                marks.append(Mark((fact.when.first + fact.when.last) // 2, f"{concept.label}{amount} on {fact.when}"))
    return Lane(label, tuple(sorted(marks, key=lambda mark: (mark.day, mark.text))))


def _bands(case: Case, spec: ChartSpec) -> Iterator[Band]:
    for name in spec.windows:
        days = case.window(name)
        if days is not None:
            first = None if days.lo is None else days.anchor.first + days.lo
            yield Band(case.pack.windows[name].label, first, None if days.hi is None else days.anchor.last + days.hi)


def _fell(case: Case, spec: ChartSpec) -> Iterator[Fell]:
    drawn = {each.name: each for each in case.evaluated.conclusions}
    for name in spec.conclusions:
        one = drawn[name]
        if one.outcome not in NO_OUTCOME and one.effective is not None:
            told = name_of(case.pack, case.pack.conclusions[name])
            is_code = one.outcome.lower() != one.outcome  # a word of everyday says little without what it is said of
            outcome = outcome_text(one.outcome)
            yield Fell(one.effective, told, outcome if is_code else f"{told}: {outcome}", name)

"""The days that other days are counted from, for one patient."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from engine.facts import Facts
from engine.moment import Moment
from engine.pack.program import Pack
from engine.pack.time import AnchorSpec
from engine.record import Fact
from engine.select import Range
from engine.series import Series

AS_OF = "as_of"


class Anchor(NamedTuple):
    """A day, and the resources that say so. certain: False where it may not exist at all."""

    when: Moment
    evidence: tuple[str, ...]
    certain: bool = True


class Chart(Protocol):
    """What anchors are found in: a record on a day, and the anchors found so far."""

    anchors: list[Anchor | None]
    as_of: int
    recorded: Facts
    known: dict[str, Series]


Find = Callable[[Chart], Anchor | None]
_NEW: Callable[..., Any] = tuple.__new__


class Anchors:
    """Finds every anchor of a pack; `places` says which is where. Each is found after those that it is made of."""

    def __init__(self, pack: Pack) -> None:
        self.places: dict[str, int] = {AS_OF: 0} | {name: place for place, name in enumerate(pack.anchors, 1)}
        self._finds = [(self.places[name], _finder(pack.anchors[name], self.places)) for name in _ordered(pack.anchors)]
        self._nothing: list[Anchor | None] = [None] * (len(self.places) + 1)  # the last is what no name stands for

    def place(self, name: str | None) -> int:
        """Where an anchor is; where there never is one for a name that is none."""
        return self.places.get(name or "", len(self.places))

    def find(self, chart: Chart) -> None:
        """Fill in a chart's anchors, None where one does not exist; `as_of` always does."""
        chart.anchors = found = self._nothing.copy()
        found[0] = _as_of(chart.as_of)
        for place, find in self._finds:
            found[place] = find(chart)


@lru_cache(maxsize=64)
def _as_of(day: int) -> Anchor:
    return Anchor(Moment(day, day), ())


def _ordered(specs: Mapping[str, AnchorSpec]) -> list[str]:
    """Each after those that it is made of; a checked pack has no circle among them."""
    done: dict[str, None] = {}

    def add(name: str) -> None:
        spec = specs.get(name)
        if spec is None or name in done:
            return
        for other in (*(spec.first_known or ()), *(spec.earliest or ()), *([spec.after] if spec.after else ())):
            add(other)
        done[name] = None

    for name in specs:
        add(name)
    return list(done)


def _finder(spec: AnchorSpec, places: Mapping[str, int]) -> Find:
    if spec.date is not None:
        day = date.fromisoformat(spec.date).toordinal()
        fixed = Anchor(Moment(day, day), ())
        return lambda _: fixed
    if spec.first_known is not None:
        return _first_known([places[name] for name in spec.first_known])
    limits = _limits(spec, places)
    if spec.earliest is not None:
        return _earliest([places[name] for name in spec.earliest], limits)
    return _of_facts(spec, limits)


def _first_known(these: Sequence[int]) -> Find:
    def find(chart: Chart) -> Anchor | None:
        for place in these:
            anchor = chart.anchors[place]
            if anchor is not None and anchor.certain:
                return anchor
        return None

    return find


Limits = Callable[[Chart], Range | None]
"""The days that an anchor may lie on, after another one; None where that is not there."""


def _limits(spec: AnchorSpec, places: Mapping[str, int]) -> Limits | None:
    if spec.after is None:
        return None
    place = places[spec.after]
    lo, hi = (None if day is None else int(day) for day in spec.days or (0, None))

    def limits(chart: Chart) -> Range | None:
        after = chart.anchors[place]
        return None if after is None or not after.certain else Range(after.when, lo, hi)

    return limits


def _earliest(these: Sequence[int], limits: Limits | None) -> Find:
    def find(chart: Chart) -> Anchor | None:
        found = _extreme([anchor for place in these if (anchor := chart.anchors[place]) is not None], latest=False)
        if found is None or limits is None:
            return found
        days = limits(chart)
        return None if days is None else _extreme(_within([found], days), latest=False)

    return find


def _within(anchors: Sequence[Anchor], limits: Range) -> list[Anchor]:
    """Those that lie between limits; not certain where it cannot be told."""
    said = [(a, limits.holds(a.when)) for a in anchors]
    return [a._replace(certain=a.certain and holds is True) for a, holds in said if holds is not False]


def _of_facts(spec: AnchorSpec, limits: Limits | None) -> Find:
    """The first or last fact of some concepts; where all of them are certain and of exact days, days alone are compared."""
    concepts, latest = spec.first or spec.last or [], spec.last is not None

    def find(chart: Chart) -> Anchor | None:
        known = chart.known
        there = [series for concept in concepts if (series := known.get(concept)) is not None]
        is_plain = not spec.clamped or not any(_is_cut(chart, concept) for concept in concepts)
        if is_plain and not there:
            return None
        for series in there:
            is_plain = is_plain and series.is_certain and series.days is not None
        days = None
        if limits is not None:
            days = limits(chart)
            if days is None:
                return None
        if is_plain and (days is None or days.is_exact):
            return _extreme_day(there, days, latest=latest)
        return slowly(chart, days)

    def slowly(chart: Chart, days: Range | None) -> Anchor | None:
        among = [a for fact in _among(chart, spec, concepts) if (a := _dated(fact, chart.as_of, spec)) is not None]
        return _extreme(among if days is None else _within(among, days), latest=latest)

    return find


def _is_cut(chart: Chart, concept: str) -> bool:
    """Whether what is known of a concept is not what the record has of it."""
    recorded, series = chart.recorded.get(concept), chart.known.get(concept)
    return recorded is not (None if series is None else series.facts)


def _extreme_day(there: Sequence[Series], limits: Range | None, *, latest: bool) -> Anchor | None:
    """The first or last of exact days within limits."""
    best: int | None = None
    for series in there:
        days: Sequence[int] = series.days or ()
        if limits is None:
            day = days[-1] if latest else days[0]
        else:
            low, high = bisect_left(days, limits.since), bisect_right(days, limits.until)
            if low >= high:
                continue
            day = days[high - 1] if latest else days[low]
        if best is None or (day > best if latest else day < best):
            best = day
    if best is None:
        return None
    same: list[Fact] = []
    for series in there:
        days = series.days or ()
        same += series.by_day[bisect_left(days, best) : bisect_right(days, best)]
    if len(same) == 1:
        fact = same[0]
    else:
        sign = -1 if latest else 1
        timed = [fact for fact in same if fact.when is not None and fact.when.instant is not None]
        fact = min(timed or same, key=lambda fact: (sign * ((fact.when and fact.when.instant) or 0), fact.refs))
    found: Anchor = _NEW(Anchor, (fact.when, fact.refs, True))
    return found


def _among(chart: Chart, spec: AnchorSpec, concepts: Sequence[str]) -> list[Fact]:
    """The facts of the anchor's concepts: all of the record where they count as `as_of`, else those known by then."""
    if spec.clamped:
        return [fact for concept in sorted(set(concepts)) for fact in chart.recorded.get(concept, ())]
    return [fact for concept in concepts if (series := chart.known.get(concept)) is not None for fact in series.facts]


def _dated(fact: Fact, as_of: int, spec: AnchorSpec) -> Anchor | None:
    when = fact.when
    if when is None:
        return Anchor(Moment(1, as_of), fact.refs, fact.certain) if spec.undated else None
    if spec.clamped and when.last > as_of:
        when = Moment(min(when.first, as_of), as_of)
    return Anchor(when, fact.refs, fact.certain)


def _extreme(anchors: Sequence[Anchor], *, latest: bool) -> Anchor | None:
    """The earliest (or latest) of some days; the span of what it may be where dates are vague or days not certain."""
    if not anchors:
        return None
    if len(anchors) == 1 and anchors[0].when.is_day:
        return anchors[0]
    sign = -1 if latest else 1

    def ends(anchor: Anchor) -> tuple[int, int]:
        return (-anchor.when.last, -anchor.when.first) if latest else (anchor.when.first, anchor.when.last)

    sure = [anchor for anchor in anchors if anchor.certain]
    limit = min(ends(anchor)[1] for anchor in sure or anchors)
    able = [anchor for anchor in anchors if ends(anchor)[0] <= limit]
    low, high = min(ends(a)[0] for a in able), limit
    if low == high:
        same = [a for a in able if a.when.is_day]
        same = [a for a in same if a.certain] or same
        timed = [a for a in same if a.when.instant is not None]
        return min(timed or same, key=lambda a: (sign * (a.when.instant or 0), a.evidence))
    first, last = (low, high) if not latest else (-high, -low)
    evidence = tuple(sorted({ref for anchor in able for ref in anchor.evidence}))
    return Anchor(Moment(first, last), evidence, bool(sure))

"""The first of many visits on which a criterion is met."""

from collections.abc import Iterable
from decimal import Decimal

from engine.counting import days_from
from engine.interval import Interval
from engine.judgement import Evaluator
from engine.measure import way_of
from engine.moment import Moment
from engine.pack.measures import Scan
from engine.select import Range
from engine.snapshot import Measured
from engine.timeline import MISSING, Layout, Timeline, Way, number
from engine.truth import Truth


def scanned(layout: Layout, spec: Scan, evaluator: Evaluator) -> Way:
    """The first visit at which the criterion is met; from the first at which it is unknown on, it may have been."""
    pack = layout.pack
    after_index, since_place = layout.measure(spec.after, None), layout.anchors.place(spec.since)
    until_index = None if spec.until is None else layout.measure(spec.until, None)
    concepts = pack.moving_windows[spec.window].visits
    nothing_to_begin_from = Measured(reason="nothing to begin from")
    visiting = _Visiting(layout, spec, evaluator)

    def way(timeline: Timeline) -> Measured:
        after, since = timeline.values[after_index], timeline.anchors[since_place]
        if after.when is None or since is None:
            return nothing_to_begin_from
        end = None if until_index is None else timeline.values[until_index].when
        days = _visits(timeline, concepts, after.when.last, timeline.as_of if end is None else end.first - 1)
        return visiting(timeline, days, since.when) if days else _NOT_HAPPENED

    return way


_NOT_HAPPENED = Measured(reason="it has not happened")


def _visits(timeline: Timeline, concepts: Iterable[str], after: int, last: int) -> list[int]:
    """The days with one of the window's concepts, after a day and up to another, in order."""
    found: set[int] = set()
    for concept in concepts:
        series = timeline.known.get(concept)
        if series is not None and series.days is not None:
            found.update(series.days)
        elif series is not None:
            found.update([fact.when.first for fact in series.facts if fact.when is not None and fact.when.is_day])
    return sorted([day for day in found if after < day <= last])


class _Visiting:
    """Looks at visits one after the other."""

    def __init__(self, layout: Layout, spec: Scan, evaluator: Evaluator) -> None:
        pack = layout.pack
        self._window = layout.window(spec.window)
        self._back = -number(pack.moving_windows[spec.window].lookback)
        self._ways = [(m.index, way_of(layout, m)) for m in pack.measures.values() if m.window == spec.window]
        self._criterion, self._evaluator = spec.criterion, evaluator

    def __call__(self, timeline: Timeline, days: list[int], since: Moment) -> Measured:
        """What a scan of these days comes to; the moving window is laid nowhere afterwards."""
        values = timeline.values
        try:
            return self._scan(timeline, days, since)
        finally:
            timeline.visit = timeline.windows[self._window] = None
            for index, _ in self._ways:
                values[index] = MISSING

    def _scan(self, timeline: Timeline, days: list[int], since: Moment) -> Measured:
        values = timeline.values
        first_open: int | None = None
        lacks: tuple[str, ...] = ()
        for day in days:
            truth = self._at(timeline, day)
            if truth is False:
                first_open, lacks = None, ()  # what lasts has not begun before a day on which it is not there
            elif truth is None and first_open is None:
                first_open = day
                lacks = tuple(dict.fromkeys([name for index, _ in self._ways for name in values[index].missing]))
            elif truth is True:
                evidence = tuple(dict.fromkeys([ref for index, _ in self._ways for ref in values[index].evidence]))
                flags = () if first_open is None else ("earlier_visit_unknown",)
                met = Moment(day, day)
                return Measured(days_from(since, met), evidence, met, flags)
        if first_open is None:
            return _NOT_HAPPENED
        value = Interval(Decimal(first_open - since.last), None)  # no end: it may never have happened
        return Measured(value, (), Moment(first_open, timeline.as_of), missing=lacks)

    def _at(self, timeline: Timeline, day: int) -> Truth:
        """The criterion on one visit, with the measures of the moving window laid there."""
        timeline.visit = visit = Moment(day, day)
        timeline.windows[self._window] = Range(visit, self._back, 0)
        for index, way in self._ways:
            timeline.values[index] = way(timeline)
        return self._evaluator.criterion(self._criterion, timeline.snapshot)

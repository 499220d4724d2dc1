"""A patient's record on one day, along the pack's anchors and windows: what is alike for every patient is laid out once."""

from collections.abc import Callable
from typing import Any, Final

from engine.anchors import Anchor, Anchors
from engine.conclusion import Conclusion
from engine.facts import Facts, Gathering, Known
from engine.moment import Moment
from engine.pack.program import ConclusionRule, Pack
from engine.record import PatientRecord
from engine.select import Range
from engine.series import Series
from engine.snapshot import Measured, Snapshot

MISSING: Final = Measured()


class Timeline:
    """One patient on one day.

    facts: known by then, by concept, and `known` with what can be said of all of a concept; recorded: all
    that there are. anchors, windows, values: by the places that the layout gives
    them. visit: the day of a moving window while it is scanned. drawn: the conclusions that measures ask for. spans, doses:
    what was worked out of a window's panel and of the doses of a span.
    """

    __slots__ = (
        "_layout", "anchors", "as_of", "doses", "drawn", "facts", "known", "recorded", "spans", "values", "visit", "windows",
    )  # fmt: skip

    def __init__(self, layout: "Layout", known: Known, as_of: int, measures: int) -> None:
        self._layout = layout
        self.facts: Facts = known.facts
        self.recorded: Facts = known.recorded
        self.as_of = as_of
        self.anchors: list[Anchor | None] = []
        self.windows: list[Range | None] = []
        self.values: list[Measured] = [MISSING] * measures
        self.visit: Moment | None = None
        self.spans: dict[int, tuple[int, int] | None] = {}
        self.doses: dict[Any, Any] = {}
        self.drawn: dict[str, Conclusion] = {}
        self.known: dict[str, Series] = {concept: Series(facts) for concept, facts in known.facts.items()}

    @classmethod
    def of(cls, pack: Pack, record: PatientRecord, as_of: int) -> "Timeline":
        """One record on a day; for many, a Layout is made once."""
        return Layout(pack).timeline(record, as_of)

    def due_day(self, rule: ConclusionRule) -> int | None:
        """The day on which a conclusion is due, the last of its window; None where there is nothing to wait for."""
        return self._layout.due_day(rule)(self)

    @property
    def snapshot(self) -> Snapshot:
        """The measures as they are now."""
        return tuple(self.values)


Lay = Callable[[Timeline], Range | None]
"""Finds the days of a window; None where it cannot be laid."""
Way = Callable[[Timeline], Measured]
"""Computes one measure from those before it."""
Dated = tuple[Moment | None, tuple[str, ...]]
"""A day, None where there is none, and the resources that say so."""


class Layout:
    """One pack laid out. Compile whatever asks for windows before the first timeline is made."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.anchors = Anchors(pack)
        self._gather = Gathering(pack)
        self._lays: list[Lay] = []
        self._windows: dict[tuple[str, int | None], int] = {}
        for name in (*pack.windows, *pack.moving_windows):
            self.window(name)

    def timeline(self, record: PatientRecord, as_of: int) -> Timeline:
        """A record on a day (proleptic ordinal), with anchors and windows, and no measure computed yet."""
        timeline = Timeline(self, self._gather(record, as_of), as_of, len(self.pack.measures))
        self.anchors.find(timeline)
        timeline.windows = [lay(timeline) for lay in self._lays]
        return timeline

    def window(self, name: str, lookback: int | None = None) -> int:
        """The place of a window, or of one that reaches so many days back instead."""
        if name in self.pack.moving_windows:
            lookback = None
        place = self._windows.get((name, lookback))
        if place is None:
            place = self._windows[name, lookback] = len(self._lays)
            self._lays.append(self._lay(name, lookback))
        return place

    def _lay(self, name: str, lookback: int | None) -> Lay:
        """How the days of a window are found; None where its anchor does not exist, or until a visit is looked at."""
        spec = self.pack.windows.get(name)
        if spec is None:
            return lambda _: None
        place, not_after = self.anchors.place(spec.anchor), spec.not_after_anchor
        lo, hi = (None if day is None else number(day) for day in spec.days)
        if lookback is not None:
            lo = -lookback

        def lay(timeline: Timeline) -> Range | None:
            anchor = timeline.anchors[place]
            return None if anchor is None or not anchor.certain else Range(anchor.when, lo, hi, not_after)

        return lay

    def measure(self, name: str, window: str | None) -> int:
        """The index of a measure, with `@here` replaced by the window that it is asked for in."""
        return self.pack.measures[bound(name, window)].index

    def moment(self, name: str, window: str | None) -> Callable[[Timeline], Dated]:
        """The day of an anchor, of the visit (`here`), or of a measure's value, with its evidence."""
        if name == "here":
            return lambda timeline: (timeline.visit, ())
        if name not in self.anchors.places:
            index = self.measure(name, window)

            def of_measure(timeline: Timeline) -> Dated:
                found = timeline.values[index]
                return found.when, found.evidence

            return of_measure
        place = self.anchors.place(name)

        def of_anchor(timeline: Timeline) -> Dated:
            anchor = timeline.anchors[place]
            return (None, ()) if anchor is None or not anchor.certain else (anchor.when, anchor.evidence)

        return of_anchor

    def day(self, name: str, window: str | None) -> Callable[[Timeline], Moment | None]:
        """The same without the evidence."""
        if name == "here":
            return lambda timeline: timeline.visit
        if name not in self.anchors.places:
            index = self.measure(name, window)
            return lambda timeline: timeline.values[index].when
        place = self.anchors.place(name)

        def of_anchor(timeline: Timeline) -> Moment | None:
            anchor = timeline.anchors[place]
            return None if anchor is None or not anchor.certain else anchor.when

        return of_anchor

    def due_day(self, rule: ConclusionRule) -> Callable[[Timeline], int | None]:
        """The day on which a conclusion is due, the last of its window; None where there is nothing to wait for."""
        if rule.due is None:
            return lambda _: None
        spec = rule.due.spec
        if spec.window is not None:
            window = self.window(spec.window)

            def closing(timeline: Timeline) -> int | None:
                days = timeline.windows[window]
                return None if days is None or days.hi is None else days.anchor.last + days.hi

            return closing
        place = self.anchors.place(spec.anchor)
        day = number(spec.day) if spec.day is not None else number(spec.length) - 1

        def after(timeline: Timeline) -> int | None:
            anchor = timeline.anchors[place]
            return None if anchor is None else anchor.when.last + day

        return after


def number(value: object) -> int:
    """A number of a compiled pack, where only numbers are left."""
    return int(value)  # type: ignore[call-overload,no-any-return]


def bound(name: str, window: str | None) -> str:
    """A measure's name with `@here` replaced by the window that it is computed in."""
    return f"{name[: -len('@here')]}@{window}" if name.endswith("@here") else name

"""A patient's record on one day, laid out along the pack's anchors and windows: every measure computed, in the pack's order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.moment import Moment
from engine.pack.program import ConclusionRule, Pack
from engine.record import Fact, PatientRecord
from engine.snapshot import Measured, Snapshot
from tests.oracle.obvious.anchors import Anchor, find_anchors
from tests.oracle.obvious.facts import Facts, facts_by_concept
from tests.oracle.obvious.select import Range, best_tier

MISSING = Measured()


@dataclass(slots=True)
class Timeline:
    """One patient on one day. `values` fills as measures are computed; `visit` is the day of a moving window while scanned."""

    pack: Pack
    facts: Facts
    anchors: Mapping[str, Anchor | None]
    as_of: int
    values: list[Measured] = field(default_factory=list)
    visit: Moment | None = None
    _spans: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack, record: PatientRecord, as_of: int) -> "Timeline":
        facts = facts_by_concept(pack, record, as_of)
        anchors = find_anchors(pack, record, facts, as_of)
        return cls(pack, facts, anchors, as_of, [MISSING] * len(pack.measures))

    @property
    def snapshot(self) -> Snapshot:
        return tuple(self.values)

    def value(self, name: str) -> Measured:
        """A measure computed before."""
        return self.values[self.pack.measures[name].index]

    def moment(self, name: str, window: str | None) -> tuple[Moment | None, tuple[str, ...]]:
        """The day of an anchor, of the visit (`here`), or of a measure's value, with its evidence."""
        if name == "here":
            return self.visit, ()
        if name in self.anchors:
            anchor = self.anchors[name]
            return (anchor.when, anchor.evidence) if anchor is not None and anchor.certain else (None, ())
        found = self.value(bound(name, window))
        return found.when, found.evidence

    def window(self, name: str, lookback: int | None = None) -> Range | None:
        """The days of a window; None where its anchor does not exist."""
        moving = self.pack.moving_windows.get(name)
        if moving is not None:
            return None if self.visit is None else Range(self.visit, -int(_number(moving.lookback)), 0)
        spec = self.pack.windows[name]
        anchor = self.anchors.get(spec.anchor)
        if anchor is None or not anchor.certain:
            return None
        lo, hi = (None if day is None else int(_number(day)) for day in spec.days)
        if lookback is not None:
            lo = -lookback
        return Range(anchor.when, lo, hi, spec.not_after_anchor)

    def due(self, rule: ConclusionRule) -> bool:
        """Whether the conclusion's window has closed: it is due on its last day. No anchor, nothing to wait for."""
        if rule.due is None:
            return True
        spec = rule.due.spec
        if spec.window is not None:
            days = self.window(spec.window)
            return days is None or days.hi is None or self.as_of >= days.anchor.last + days.hi
        anchor = self.anchors.get(spec.anchor or "")
        day = int(_number(spec.day)) if spec.day is not None else int(_number(spec.length)) - 1
        return anchor is None or self.as_of >= anchor.when.last + day

    def panel_span(self, name: str) -> tuple[int, int] | None:
        """The days from which the values of a window's panel come, so that they belong to one visit; None where they cannot."""
        if name not in self._spans:
            self._spans[name] = _panel_span(self, name)
        return self._spans[name]


def _panel_span(timeline: Timeline, name: str) -> tuple[int, int] | None:
    """The span of at most `max_spread` days nearest to the target that holds a value of each panel measure that has one."""
    spec = timeline.pack.windows[name]
    days = timeline.window(name)
    if not spec.panel or spec.max_spread is None or days is None:
        return None
    target = days.anchor.first + int(_number(spec.target or 0))
    by_measure = [found for measure in spec.panel if (found := _days_with(timeline, measure, name, days))]
    spread = int(_number(spec.max_spread))
    best: tuple[int, int, int] | None = None
    for start in sorted({day for found in by_measure for day in found}):
        near = [min((abs(day - target), -day) for day in found if start <= day <= start + spread) for found in by_measure
                if any(start <= day <= start + spread for day in found)]  # fmt: skip
        if len(near) == len(by_measure):
            rank = (sum(distance for distance, _ in near), sum(later for _, later in near), -start)
            best = rank if best is None or rank < best else best
    return None if best is None else (-best[2], -best[2] + spread)


def _days_with(timeline: Timeline, base: str, window: str, days: Range) -> set[int]:
    measure = timeline.pack.measures.get(f"{base}@{window}")
    if measure is None or measure.spec.select is None:
        return set()
    facts: tuple[Fact, ...] = timeline.facts.get(measure.spec.select.concept, ())
    inside = [fact for fact in facts if fact.when and fact.when.is_day and not fact.fallback and days.holds(fact.when)]
    return {fact.when.first for fact in best_tier(inside) if fact.when} if inside else set()


def _number(value: object) -> int:
    """A number of a compiled pack, where only numbers are left."""
    return int(value)  # type: ignore[call-overload,no-any-return]


def bound(name: str, window: str | None) -> str:
    """A measure's name with `@here` replaced by the window that it is computed in."""
    return f"{name[: -len('@here')]}@{window}" if name.endswith("@here") else name

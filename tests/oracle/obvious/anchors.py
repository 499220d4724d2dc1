"""The days that other days are counted from, for one patient."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from engine.moment import Moment
from engine.pack.program import Pack
from engine.pack.time import AnchorSpec
from engine.record import Fact, PatientRecord
from tests.oracle.obvious.facts import Facts
from tests.oracle.obvious.select import Range

AS_OF = "as_of"


class Anchor(NamedTuple):
    """A day, and the resources that say so. certain: False where it may not exist at all."""

    when: Moment
    evidence: tuple[str, ...]
    certain: bool = True


def find_anchors(pack: Pack, record: PatientRecord, facts: Facts, as_of: int) -> Mapping[str, Anchor | None]:
    """Every anchor of the pack, None where it does not exist; `as_of` always does."""
    finder = _Finder(pack, record, facts, as_of)
    for name in pack.anchors:
        finder.anchor(name)
    return finder.found


class _Finder:
    """One search: an anchor is found when it is first asked for, since anchors lead to each other."""

    def __init__(self, pack: Pack, record: PatientRecord, facts: Facts, as_of: int) -> None:
        self.found: dict[str, Anchor | None] = {AS_OF: Anchor(Moment(as_of, as_of), ())}
        self._pack, self._record, self._facts, self._as_of = pack, record, facts, as_of

    def anchor(self, name: str) -> Anchor | None:
        if name not in self.found:
            self.found[name] = None  # an anchor that leads back to itself does not exist
            self.found[name] = self._find(self._pack.anchors[name])
        return self.found[name]

    def _find(self, spec: AnchorSpec) -> Anchor | None:
        if spec.date is not None:
            day = date.fromisoformat(spec.date).toordinal()
            return Anchor(Moment(day, day), ())
        if spec.first_known is not None:
            return next((a for name in spec.first_known if (a := self.anchor(name)) is not None and a.certain), None)
        if spec.earliest is not None:
            found = _extreme([a for name in spec.earliest if (a := self.anchor(name)) is not None], latest=False)
            return _extreme(self._within(spec, [] if found is None else [found]), latest=False)
        among = [a for fact in self._among(spec) if (a := _dated(fact, self._as_of, spec)) is not None]
        return _extreme(self._within(spec, among), latest=spec.last is not None)

    def _within(self, spec: AnchorSpec, anchors: list[Anchor]) -> list[Anchor]:
        """Those that lie so many days after another anchor, if that is asked; not certain where it cannot be told."""
        if spec.after is None:
            return anchors
        limits = self._limits(spec)
        if limits is None:
            return []
        said = [(a, limits.holds(a.when)) for a in anchors]
        return [a._replace(certain=a.certain and holds is True) for a, holds in said if holds is not False]

    def _among(self, spec: AnchorSpec) -> list[Fact]:
        """The facts of the anchor's concepts: all of the record where they count as `as_of`, else those known by then."""
        concepts = spec.first or spec.last or ()
        if spec.clamped:
            return [fact for fact in self._record.facts if fact.concept in concepts]
        return [fact for concept in concepts for fact in self._facts.get(concept, ())]

    def _limits(self, spec: AnchorSpec) -> Range | None:
        after = self.anchor(spec.after) if spec.after else None
        if after is None or not after.certain:
            return None
        lo, hi = spec.days or (0, None)
        return Range(after.when, None if lo is None else int(lo), None if hi is None else int(hi))


def _dated(fact: Fact, as_of: int, spec: AnchorSpec) -> Anchor | None:
    when = fact.when
    if when is None:
        return Anchor(Moment(1, as_of), fact.refs, fact.certain) if spec.undated else None
    if spec.clamped and when.last > as_of:
        when = Moment(min(when.first, as_of), as_of)
    return Anchor(when, fact.refs, fact.certain)


def _extreme(anchors: list[Anchor], *, latest: bool) -> Anchor | None:
    """The earliest (or latest) of some days; the span of what it may be where dates are vague or days not certain."""
    if not anchors:
        return None
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

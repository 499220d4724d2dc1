"""The days that other days are counted from, for one patient."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from engine.facts import Facts
from engine.moment import Moment
from engine.pack.program import Pack
from engine.pack.time import AnchorSpec
from engine.record import Fact, PatientRecord
from engine.select import Range

AS_OF = "as_of"


class Anchor(NamedTuple):
    """A day, and the resources that say so."""

    when: Moment
    evidence: tuple[str, ...]


def find_anchors(pack: Pack, record: PatientRecord, facts: Facts, as_of: int) -> Mapping[str, Anchor | None]:
    """Every anchor of the pack, None where it does not exist; `as_of` always does."""
    found: dict[str, Anchor | None] = {AS_OF: Anchor(Moment(as_of, as_of), ())}
    everything: dict[str, list[Fact]] = {}
    for fact in record.facts:
        everything.setdefault(fact.concept, []).append(fact)

    def anchor(name: str) -> Anchor | None:
        if name not in found:
            found[name] = None  # an anchor that leads back to itself does not exist
            found[name] = _find(pack.anchors[name])
        return found[name]

    def _find(spec: AnchorSpec) -> Anchor | None:
        if spec.date is not None:
            day = date.fromisoformat(spec.date).toordinal()
            return Anchor(Moment(day, day), ())
        if spec.first_known is not None:
            return next((a for name in spec.first_known if (a := anchor(name)) is not None), None)
        if spec.earliest is not None:
            return _earliest([a for name in spec.earliest if (a := anchor(name)) is not None], spec.last is not None)
        return _of_facts(spec)

    def _of_facts(spec: AnchorSpec) -> Anchor | None:
        source: Mapping[str, list[Fact] | tuple[Fact, ...]] = everything if spec.clamped else facts
        among = [fact for concept in spec.first or spec.last or () for fact in source.get(concept, ()) if fact.certain]
        limits = _limits(spec)
        if spec.after is not None and limits is None:
            return None
        dated = [_dated(fact, as_of, spec) for fact in among]
        kept = [a for a in dated if a is not None and (limits is None or limits.holds(a.when) is not False)]
        return _earliest(kept, spec.last is not None)

    def _limits(spec: AnchorSpec) -> Range | None:
        after = anchor(spec.after) if spec.after else None
        if after is None:
            return None
        lo, hi = spec.days or (0, None)
        return Range(after.when, None if lo is None else int(lo), None if hi is None else int(hi))

    for name in pack.anchors:
        anchor(name)
    return found


def _dated(fact: Fact, as_of: int, spec: AnchorSpec) -> Anchor | None:
    when = fact.when
    if when is None:
        return Anchor(Moment(1, as_of), fact.refs) if spec.undated else None
    if spec.clamped and when.last > as_of:
        when = Moment(min(when.first, as_of), as_of)
    return Anchor(when, fact.refs)


def _earliest(anchors: list[Anchor], latest: bool) -> Anchor | None:
    """The earliest (or latest) of some days; the span of what it may be where dates are vague."""
    if not anchors:
        return None
    sign = -1 if latest else 1

    def ends(anchor: Anchor) -> tuple[int, int]:
        return (-anchor.when.last, -anchor.when.first) if latest else (anchor.when.first, anchor.when.last)

    limit = min(ends(anchor)[1] for anchor in anchors)
    able = [anchor for anchor in anchors if ends(anchor)[0] <= limit]
    low, high = min(ends(a)[0] for a in able), limit
    if low == high:
        same = [a for a in able if a.when.is_day]
        timed = [a for a in same if a.when.instant is not None]
        best = min(timed or same, key=lambda a: (sign * (a.when.instant or 0), a.evidence))
        return best
    first, last = (low, high) if not latest else (-high, -low)
    evidence = tuple(sorted({ref for anchor in able for ref in anchor.evidence}))
    return Anchor(Moment(first, last), evidence)

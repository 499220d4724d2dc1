"""The value of a concept in a window: the facts inside it, the one that counts, and remarks on it."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from engine.interval import Interval
from engine.pack.measures import After, Select
from engine.pack.program import Measure
from engine.record import Fact
from engine.snapshot import Measured
from tests.oracle.obvious.select import Range, as_policy, best_tier, measured, merge, pick, soon_after
from tests.oracle.obvious.timeline import Timeline


def select_value(timeline: Timeline, measure: Measure, spec: Select) -> Measured:
    window = measure.window or ""
    days = timeline.window(window, None if spec.lookback is None else int(spec.lookback))
    if days is None:
        return Measured(missing=(measure.name,), reason="its window's anchor does not exist")
    facts = [fact for fact in timeline.facts.get(spec.concept, ()) if fact.certain and fact.value is not None]
    inside = [fact for fact in facts if days.holds(fact.when)]
    if not inside:
        vague = any(days.holds(fact.when) is None for fact in facts)
        return Measured(missing=(measure.name,), reason="its date is too vague" if vague else "no value in the window")
    return _picked(timeline, measure, spec, days, inside)


def _picked(timeline: Timeline, measure: Measure, spec: Select, days: Range, inside: list[Fact]) -> Measured:
    """The value that counts; where it is not certain which facts are to be set aside, everything that either way would give."""
    flags: list[str] = []
    how, target, inside = _aim(timeline, measure, spec, days, inside, flags)
    after = spec.unless_after
    if after is None or (after.windows is not None and measure.window not in after.windows):
        return _of_chosen(timeline, measure, spec, [_choose(spec, inside, how, target)], flags)
    others = _others(timeline, after)
    said = [(fact, soon_after(fact, others, int(after.days))) for fact in inside]
    clean = [fact for fact, truth in said if truth is False]
    doubtful = [fact for fact, truth in said if truth is None]
    ways = [_choose(spec, clean, how, target)] if clean else []
    if not clean and after.otherwise != "none":
        ways = [_choose(spec, inside, after.otherwise, target)]
        flags.append(after.flag if not doubtful else f"{after.flag}_possible")
    if doubtful:
        ways += [_choose(spec, [*clean, fact], how, target) for fact in doubtful]
        flags += [f"{after.flag}_possible"] if clean else []
    if not ways:
        return Measured(missing=(measure.name,), reason=f"only values set aside: {after.flag.replace('_', ' ')}")
    return _of_chosen(timeline, measure, spec, ways, flags)


def _others(timeline: Timeline, after: After) -> list[Fact]:
    """The facts that others are set aside or flagged after; those that only may be meant are not certain."""
    sure = [fact for concept in after.concepts for fact in timeline.facts.get(concept, ())]
    return sure + [replace(fact, certain=False) for concept in after.or_possibly for fact in timeline.facts.get(concept, ())]


Chosen = tuple[list[Fact], str]
"""The facts that count, and how they are merged."""


def _choose(spec: Select, facts: list[Fact], how: str, target: int) -> Chosen:
    best = _preferred(spec, best_tier(facts))
    if how in ("lowest", "highest"):
        return best, how
    best = pick(best, how, target)
    if how == "last":
        best = _overruled(best, facts) or best
    if spec.same_day is not None and len({fact.when.first for fact in best if fact.when}) == 1:
        day = best[0].when
        tier = _preferred(spec, best_tier(facts))
        same = [fact for fact in tier if day and fact.when and fact.when.is_day and fact.when.first == day.first]
        return same or best, spec.same_day
    return best, how


def _preferred(spec: Select, facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if spec.prefer in fact.marks] or facts


def _overruled(best: list[Fact], facts: list[Fact]) -> list[Fact]:
    """A later value that is only bounded, where the bound excludes the last exact one."""

    def excludes(bound: Fact, fact: Fact) -> bool:
        later = fact.when is not None and bound.when is not None and fact.when.before(bound.when) is True
        if not later or not isinstance(bound.value, Interval) or not isinstance(fact.value, Interval):
            return False
        return bound.value.hi is not None and fact.value.above(bound.value.hi) is True

    bounds = [bound for bound in facts if bound.fallback and all(excludes(bound, fact) for fact in best)]
    return pick(bounds, "last", 0) if bounds else []


def _of_chosen(timeline: Timeline, measure: Measure, spec: Select, ways: list[Chosen], flags: list[str]) -> Measured:
    """The measure of what was chosen; of two ways, everything that either gives."""
    values: list[Interval | frozenset[str]] = []
    used: list[Fact] = []
    contradict = False
    for facts, how in ways:
        value, those, several = merge([_with_policy(fact, spec) for fact in facts], how)
        values += [value] if value is not None else []
        used += [fact for fact in those if fact not in used]
        contradict = contradict or several
    both, _, _ = merge([Fact(concept=spec.concept, ref=str(place), value=value) for place, value in enumerate(values)], "last")
    return measured(measure.name, used, both, [*flags, *_remarks(timeline, spec, used, contradict)])


def _aim(
    timeline: Timeline, measure: Measure, spec: Select, days: Range, inside: list[Fact], flags: list[str]
) -> tuple[str, int, list[Fact]]:
    """How the window picks, the day it aims at, and the facts of the panel's visit."""
    window = timeline.pack.windows.get(measure.window or "")
    if window is None:
        return spec.pick or "last", 0, inside
    target = days.anchor.first + (int(window.target) if isinstance(window.target, Decimal) else 0)
    if measure.base in window.panel and window.max_spread is not None:
        span = timeline.panel_span(measure.window or "")
        inside = best_tier(inside)
        visit = [fact for fact in inside if span and fact.when and span[0] <= fact.when.first and fact.when.last <= span[1]]
        if visit:
            inside = visit
        elif span is None:
            flags.append("values_of_different_days")
    return spec.pick or window.pick, target, inside


def _with_policy(fact: Fact, spec: Select) -> Fact:
    if spec.range_as is None:
        return fact
    value = as_policy(fact.value, str(spec.range_as))
    return fact if value == fact.value else replace(fact, value=value)


def _remarks(timeline: Timeline, spec: Select, used: Sequence[Fact], contradict: bool) -> list[str]:
    flags = ["contradictory_values"] if contradict else []
    if any(fact.preliminary for fact in used):
        flags.append("preliminary_value")
    flags += sorted({mark for fact in used if fact.fallback for mark in fact.marks})
    after = spec.flag_after
    if after is not None:
        others = _others(timeline, after)
        if any(soon_after(fact, others, int(after.days)) is not False for fact in used):
            flags.append(after.flag)
    return flags


def state_value(timeline: Timeline, name: str, concept: str) -> Measured:
    facts = [fact for fact in timeline.facts.get(concept, ()) if fact.value is not None]
    if not facts:
        return Measured(missing=(name,), reason="not on record")
    value, used, contradict = merge(best_tier(facts), "last")
    return measured(name, used, value, ["contradictory_values"] if contradict else [])

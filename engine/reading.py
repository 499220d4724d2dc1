"""The value of a concept in a window: the facts inside it, the one that counts, and remarks on it."""

from collections.abc import Sequence
from decimal import Decimal

from engine.pack.measures import Select
from engine.pack.program import Measure
from engine.record import Fact
from engine.select import Range, as_policy, best_tier, measured, merge, pick, within_days_after
from engine.snapshot import Measured
from engine.timeline import Timeline


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
    flags: list[str] = []
    how, target, inside = _aim(timeline, measure, spec, days, inside, flags)
    clean = inside
    after = spec.unless_after
    if after is not None and (after.windows is None or measure.window in after.windows):
        others = [fact for concept in after.concepts for fact in timeline.facts.get(concept, ())]
        clean = [fact for fact in inside if not within_days_after(fact, others, int(after.days))]
        if not clean:
            if after.otherwise == "none":
                aside = after.flag.replace("_", " ")
                return Measured(missing=(measure.name,), reason=f"only values set aside: {aside}")
            clean, how = inside, after.otherwise
            flags.append(after.flag)
    best = best_tier(clean)
    if spec.prefer is not None:
        best = [fact for fact in best if spec.prefer in fact.marks] or best
    if how not in ("lowest", "highest"):
        best = pick(best, how, target)
    if (
        spec.same_day is not None
        and how not in ("lowest", "highest")
        and len({fact.when.first for fact in best if fact.when}) == 1
    ):
        day = best[0].when
        tier = best_tier(clean)
        tier = [fact for fact in tier if spec.prefer in fact.marks] or tier
        best = [fact for fact in tier if day and fact.when and fact.when.is_day and fact.when.first == day.first]
        how = spec.same_day
    best = [_with_policy(timeline, fact, spec) for fact in best]
    value, used, contradict = merge(best, how)
    flags += _remarks(timeline, spec, used, contradict)
    return measured(measure.name, used, value, flags)


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
        visit = [fact for fact in inside if span and fact.when and span[0] <= fact.when.first and fact.when.last <= span[1]]
        if visit:
            inside = visit
        elif span is None:
            flags.append("values_of_different_days")
    return spec.pick or window.pick, target, inside


def _with_policy(timeline: Timeline, fact: Fact, spec: Select) -> Fact:
    if spec.range_as is None:
        return fact
    value = as_policy(fact.value, str(spec.range_as))
    return (
        fact
        if value == fact.value
        else Fact(concept=fact.concept, ref=fact.ref, also=fact.also, value=value, when=fact.when, marks=fact.marks)
    )


def _remarks(timeline: Timeline, spec: Select, used: Sequence[Fact], contradict: bool) -> list[str]:
    flags = ["contradictory_values"] if contradict else []
    if any(fact.preliminary for fact in used):
        flags.append("preliminary_value")
    flags += sorted({mark for fact in used if fact.fallback for mark in fact.marks})
    after = spec.flag_after
    if after is not None:
        others = [fact for concept in after.concepts for fact in timeline.facts.get(concept, ())]
        if any(within_days_after(fact, others, int(after.days)) for fact in used):
            flags.append(after.flag)
    return flags


def state_value(timeline: Timeline, name: str, concept: str) -> Measured:
    facts = [fact for fact in timeline.facts.get(concept, ()) if fact.value is not None]
    if not facts:
        return Measured(missing=(name,), reason="not on record")
    value, used, contradict = merge(facts, "last")
    return measured(name, used, value, ["contradictory_values"] if contradict else [])

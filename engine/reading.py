"""The value of a concept in a window: the facts inside it, the one that counts, and remarks on it.

Most values come from one exact fact; what follows from that alone is short (`_of_one`), everything else is said in full.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from engine.interval import Interval
from engine.pack.measures import After, Select
from engine.pack.program import Measure
from engine.record import Fact
from engine.select import Range, as_policy, best_tier, inside, measured, measured_of, merge, pick, pick_day, soon_after
from engine.series import Series
from engine.snapshot import Measured
from engine.spread import panel_span
from engine.timeline import Layout, Timeline, Way

Chosen = tuple[Sequence[Fact], str]
"""The facts that count, and how they are merged."""
Others = Callable[[Timeline], list[Fact]]


def select_value(layout: Layout, measure: Measure, spec: Select) -> Way:
    """Lays out how the value is read; for a patient, the facts inside the window are found and picked from."""
    name, concept = measure.name, spec.concept
    window = layout.window(measure.window or "", None if spec.lookback is None else int(spec.lookback))
    no_anchor = Measured(missing=(name,), reason="its window's anchor does not exist")
    no_value = Measured(missing=(name,), reason="no value in the window")
    too_vague = Measured(missing=(name,), reason="its date is too vague")
    picked = _picking(layout, measure, spec)

    def way(timeline: Timeline) -> Measured:
        days = timeline.windows[window]
        if days is None:
            return no_anchor
        series = timeline.known.get(concept)
        if series is None:
            return no_value
        series = series.valued
        found = inside(series, days)
        if found:
            return picked(timeline, days, series, found)
        if series.days is not None and days.is_exact:
            return no_value
        return too_vague if any(days.holds(fact.when) is None for fact in series.facts) else no_value

    return way


Picked = Callable[[Timeline, Range, Series, Sequence[Fact]], Measured]


def _picking(layout: Layout, measure: Measure, spec: Select) -> Picked:
    """The value that counts; where it is not certain which facts are to be set aside, everything that either way would give."""
    aim, of_one, of_chosen = _aim(layout, measure, spec), _of_one(measure.name, spec), _of_chosen(measure.name, spec)
    after = spec.unless_after
    if after is not None and after.windows is not None and measure.window not in after.windows:
        after = None
    others_of = None if after is None else _others(after)
    within = 0 if after is None else int(after.days)

    def picked(timeline: Timeline, days: Range, series: Series, found: Sequence[Fact]) -> Measured:
        flags: list[str] = []
        how, target, found = aim(timeline, days, series, found, flags)
        others = () if others_of is None else others_of(timeline)
        if after is None or not others:
            chosen = _choose(spec, found, how, target, series)
            if len(chosen[0]) == 1:
                return of_one(timeline, chosen[0][0], flags)
            return of_chosen(timeline, [chosen], flags)
        said = [(fact, soon_after(fact, others, within)) for fact in found]
        clean = [fact for fact, truth in said if truth is False]
        doubtful = [fact for fact, truth in said if truth is None]
        ways = [_choose(spec, clean, how, target, series)] if clean else []
        if not clean and after.otherwise != "none":
            ways = [_choose(spec, found, after.otherwise, target, series)]
            flags.append(after.flag if not doubtful else f"{after.flag}_possible")
        if doubtful:
            ways += [_choose(spec, [*clean, fact], how, target, series) for fact in doubtful]
            flags += [f"{after.flag}_possible"] if clean else []
        if not ways:
            return Measured(missing=(measure.name,), reason=f"only values set aside: {after.flag.replace('_', ' ')}")
        return of_chosen(timeline, ways, flags)

    return picked


def _others(after: After) -> Others:
    """The facts that others are set aside or flagged after; those that only may be meant are not certain."""

    def others(timeline: Timeline) -> list[Fact]:
        facts = timeline.facts
        found = [fact for concept in after.concepts for fact in facts.get(concept, ())]
        found += [replace(fact, certain=False) for concept in after.or_possibly for fact in facts.get(concept, ())]
        return found

    return others


def _choose(spec: Select, facts: Sequence[Fact], how: str, target: int, series: Series) -> Chosen:
    """Those of some facts of a series that count."""
    tier = facts if series.is_final else best_tier(facts)
    best = tier if spec.prefer is None else _preferred(spec, tier)
    if how in ("lowest", "highest"):
        return best, how
    best = pick(best, how, target) if series.days is None else pick_day(best, how, target)
    if how == "last" and not series.is_final:
        best = _overruled(best, facts) or best
    if spec.same_day is not None and len({fact.when.first for fact in best if fact.when}) == 1:
        day = best[0].when
        tier = _preferred(spec, tier)
        same = [fact for fact in tier if day and fact.when and fact.when.is_day and fact.when.first == day.first]
        return same or best, spec.same_day
    return best, how


def _preferred(spec: Select, facts: Sequence[Fact]) -> Sequence[Fact]:
    return [fact for fact in facts if spec.prefer in fact.marks] or facts


def _overruled(best: Sequence[Fact], facts: Sequence[Fact]) -> Sequence[Fact]:
    """A later value that is only bounded, where the bound excludes the last exact one."""

    def excludes(bound: Fact, fact: Fact) -> bool:
        later = fact.when is not None and bound.when is not None and fact.when.before(bound.when) is True
        if not later or not isinstance(bound.value, Interval) or not isinstance(fact.value, Interval):
            return False
        return bound.value.hi is not None and fact.value.above(bound.value.hi) is True

    bounds = [bound for bound in facts if bound.fallback and all(excludes(bound, fact) for fact in best)]
    return pick(bounds, "last", 0) if bounds else []


def _of_one(name: str, spec: Select) -> Callable[[Timeline, Fact, list[str]], Measured]:
    """The measure of one fact: its own value, or the end of it that a policy asks for."""
    remarks, lacks = _remarks(spec), (name,)
    policy = None if spec.range_as is None else str(spec.range_as)

    def said(timeline: Timeline, fact: Fact, flags: list[str]) -> Measured:
        value = fact.value if policy is None else as_policy(fact.value, policy)
        flags += remarks(timeline, (fact,), False)
        return measured_of(lacks, fact, value, flags)

    return said


def _of_chosen(name: str, spec: Select) -> Callable[[Timeline, list[Chosen], list[str]], Measured]:
    """The measure of what was chosen; of two ways, everything that either gives."""
    remarks = _remarks(spec)

    def of_chosen(timeline: Timeline, ways: list[Chosen], flags: list[str]) -> Measured:
        values: list[Interval | frozenset[str]] = []
        used: list[Fact] = []
        contradict = False
        for facts, how in ways:
            value, those, several = merge([_with_policy(fact, spec) for fact in facts], how)
            values += [value] if value is not None else []
            used += [fact for fact in those if fact not in used]
            contradict = contradict or several
        said = [Fact(concept=spec.concept, ref=str(place), value=value) for place, value in enumerate(values)]
        both, _, _ = merge(said, "last")
        return measured(name, used, both, [*flags, *remarks(timeline, used, contradict)])

    return of_chosen


Aim = Callable[[Timeline, Range, Series, Sequence[Fact], list[str]], tuple[str, int, Sequence[Fact]]]


def _aim(layout: Layout, measure: Measure, spec: Select) -> Aim:
    """How the window picks, the day it aims at, and the facts of the panel's visit."""
    window = layout.pack.windows.get(measure.window or "")
    if window is None:
        how = spec.pick or "last"
        return lambda _, days, series, found, flags: (how, 0, found)
    how, offset = spec.pick or window.pick, int(window.target) if isinstance(window.target, Decimal) else 0
    if measure.base not in window.panel or window.max_spread is None:
        return lambda _, days, series, found, flags: (how, days.anchor.first + offset, found)
    span_of = panel_span(layout, measure.window or "")

    def of_panel(
        timeline: Timeline, days: Range, series: Series, found: Sequence[Fact], flags: list[str]
    ) -> tuple[str, int, Sequence[Fact]]:
        span = span_of(timeline)
        found = found if series.is_final else best_tier(found)
        visit = [fact for fact in found if span and fact.when and span[0] <= fact.when.first and fact.when.last <= span[1]]
        if visit:
            found = visit
        elif span is None:
            flags.append("values_of_different_days")
        return how, days.anchor.first + offset, found

    return of_panel


def _with_policy(fact: Fact, spec: Select) -> Fact:
    if spec.range_as is None:
        return fact
    value = as_policy(fact.value, str(spec.range_as))
    return fact if value == fact.value else replace(fact, value=value)


def _remarks(spec: Select) -> Callable[[Timeline, Sequence[Fact], bool], list[str]]:
    after = spec.flag_after
    others, within = (None, 0) if after is None else (_others(after), int(after.days))

    def remarks(timeline: Timeline, used: Sequence[Fact], contradict: bool) -> list[str]:
        flags = ["contradictory_values"] if contradict else []
        fallback: set[str] = set()
        for fact in used:
            if fact.preliminary and "preliminary_value" not in flags:
                flags.append("preliminary_value")
            if fact.fallback:
                fallback |= fact.marks
        if fallback:
            flags += sorted(fallback)
        earlier = None if others is None else others(timeline)
        if earlier and after is not None and any(soon_after(fact, earlier, within) is not False for fact in used):
            flags.append(after.flag)
        return flags

    return remarks


def state_value(_: Layout, measure: Measure, concept: str) -> Way:
    """The value of a concept without time."""
    nothing = Measured(missing=(measure.name,), reason="not on record")

    def way(timeline: Timeline) -> Measured:
        facts = [fact for fact in timeline.facts.get(concept, ()) if fact.value is not None]
        if not facts:
            return nothing
        if len(facts) == 1:
            return measured_of(nothing.missing, facts[0], facts[0].value, ())
        value, used, contradict = merge(best_tier(facts), "last")
        return measured(measure.name, used, value, ["contradictory_values"] if contradict else [])

    return way

"""Each way in which a measure is computed, one function for each."""

from collections.abc import Sequence
from decimal import Decimal

from engine import dose
from engine.age import age_in_months, look_up
from engine.formula import Formula, Reference, calculate, read_formula, references
from engine.interval import Interval
from engine.moment import Moment
from engine.pack.measures import AgeAt, Count, Days, Earliest, Lookup, Marked, PanelDay, Select, Span
from engine.pack.program import Measure
from engine.record import Fact
from engine.select import Range, as_policy, best_tier, measured, merge, pick, within_days_after
from engine.snapshot import Measured
from engine.timeline import MISSING, Timeline

NONE = frozenset(["none"])


def compute(timeline: Timeline, measure: Measure) -> Measured:
    """The value of one measure that needs only measures before it."""
    spec = measure.spec
    if spec.select:
        return _select(timeline, measure, spec.select)
    if spec.count:
        return _count(timeline, measure, spec.count)
    if spec.formula:
        return _formula(timeline, measure, spec.formula)
    if spec.days:
        return days_between(timeline, spec.days)
    if spec.daily or spec.doses:
        return _doses(timeline, measure)
    if spec.age:
        return _age(timeline, measure, spec.age)
    if spec.lookup:
        return _lookup(timeline, measure, spec.lookup)
    if spec.state:
        return _state(timeline, measure.name, spec.state)
    if spec.earliest:
        return _earliest(timeline, measure, spec.earliest)
    if spec.panel_day:
        return _panel_day(timeline, measure, spec.panel_day)
    if spec.marked:
        return _marked(timeline, measure, spec.marked)
    raise TypeError(f"{measure.name} is computed from conclusions")


# --- values in windows -----------------------------------------------------------------------------------------------


def _select(timeline: Timeline, measure: Measure, spec: Select) -> Measured:
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
                return Measured(missing=(measure.name,), reason="only values after a transfusion")
            clean, how = inside, after.otherwise
            flags.append(after.flag)
    best = best_tier(clean)
    if spec.prefer is not None:
        best = [fact for fact in best if spec.prefer in fact.marks] or best
    if how not in ("lowest", "highest"):
        best = pick(best, how, target)
    if spec.same_day is not None and how not in ("lowest", "highest") and len({fact.when.first for fact in best if fact.when}) == 1:
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
    return fact if value == fact.value else Fact(concept=fact.concept, ref=fact.ref, also=fact.also, value=value, when=fact.when, marks=fact.marks)


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


def _state(timeline: Timeline, name: str, concept: str) -> Measured:
    facts = [fact for fact in timeline.facts.get(concept, ()) if fact.value is not None]
    if not facts:
        return Measured(missing=(name,), reason="not on record")
    value, used, contradict = merge(facts, "last")
    return measured(name, used, value, ["contradictory_values"] if contradict else [])


def _marked(timeline: Timeline, measure: Measure, spec: Marked) -> Measured:
    of = timeline.value(_bound(spec.measure, measure.window))
    if of.value is None:
        return Measured(missing=of.missing, reason=of.reason)
    return Measured(frozenset(["true" if spec.mark in of.marks else "false"]), of.evidence, of.when)


# --- counts and days -------------------------------------------------------------------------------------------------


def _count(timeline: Timeline, measure: Measure, spec: Count) -> Measured:
    days = None
    if spec.within is not None:
        days = _span(timeline, spec.within, measure.window)
        if days is None:
            return Measured(missing=(measure.name,), reason="its anchor does not exist")
    sure, maybe, evidence, when = _tally(timeline, spec, days)
    closed = str(spec.world) in ("closed", "True")  # a flag parameter is put in as its value
    if spec.within is not None and days is not None and not spec.within.so_far and days.hi is not None:
        closed = closed and timeline.as_of >= days.anchor.last + days.hi
    value = Interval(Decimal(sure), Decimal(sure + maybe) if closed else None)
    settled = value.is_exact
    return Measured(value, evidence, when, (), () if settled else (measure.name,), "" if settled else "perhaps not all on record")


def _tally(timeline: Timeline, spec: Count, days: Range | None) -> tuple[int, int, tuple[str, ...], Moment | None]:
    sure: set[object] = set()
    maybe: set[object] = set()
    evidence: list[str] = []
    moments: list[Moment] = []
    for fact in _counted(timeline, spec):
        holds = True if days is None else days.holds(fact.when)
        if holds is False:
            continue
        thing: object = fact.when if spec.days else fact
        thing = fact.when.first if spec.days and fact.when and fact.when.is_day else thing
        certain = holds and fact.certain and "inactive" not in fact.marks and fact.concept not in spec.or_possibly
        if spec.answers is not None:
            said = fact.value if isinstance(fact.value, frozenset) else frozenset()
            if said.isdisjoint(spec.answers):
                continue
            certain = certain and said <= set(spec.answers)
        (sure if certain else maybe).add(thing)
        evidence += fact.refs
        moments += [fact.when] if fact.when else []
    first = min(moments, key=lambda moment: (moment.first, moment.last, moment.instant or 0), default=None)
    return len(sure), len(maybe - sure), tuple(dict.fromkeys(evidence)), first


def _counted(timeline: Timeline, spec: Count) -> list[Fact]:
    facts = [fact for concept in (*spec.concepts, *spec.or_possibly) for fact in timeline.facts.get(concept, ())]
    for name in spec.anchors:
        anchor = timeline.anchors.get(name)
        if anchor is not None:
            ref, *also = anchor.evidence or (name,)
            facts.append(Fact(concept=name, ref=ref, also=tuple(also), when=anchor.when))
    return facts


def _span(timeline: Timeline, span: Span, window: str | None) -> Range | None:
    when, _ = timeline.moment(span.anchor, window)
    if when is None:
        return None
    lo, hi = (None if day is None else int(day) for day in span.days)
    if span.length is not None:
        hi = (lo or 0) + int(span.length) - 1
    return Range(when, lo, hi)


def days_between(timeline: Timeline, spec: Days) -> Measured:
    """Days from one anchor to another; missing, and nothing to look for, where either does not exist."""
    since, until = timeline.anchors.get(spec.since), timeline.anchors.get(spec.until)
    if since is None or until is None:
        return Measured(reason="it has not happened")
    value = Interval(Decimal(until.when.first - since.when.last), Decimal(until.when.last - since.when.first))
    return Measured(value, tuple(dict.fromkeys(until.evidence + since.evidence)), until.when, missing=() if value.is_exact else (spec.until,))


def _panel_day(timeline: Timeline, measure: Measure, spec: PanelDay) -> Measured:
    days = timeline.window(measure.window or "")
    if days is None:
        return Measured(missing=(measure.name,), reason="its window's anchor does not exist")
    panel = [timeline.value(_bound(name, measure.window)) for name in spec.panel]
    moments = [value.when for value in panel if value.value is not None and value.when is not None]
    if moments:
        when = Moment(max(moment.first for moment in moments), max(moment.last for moment in moments))
    else:
        when = Moment(days.anchor.first + (days.hi or 0), days.anchor.last + (days.hi or 0))
    value = Interval(Decimal(when.first - days.anchor.last), Decimal(when.last - days.anchor.first))
    evidence = tuple(dict.fromkeys(ref for measured_ in panel for ref in measured_.evidence))
    return Measured(value, evidence, when)


def _doses(timeline: Timeline, measure: Measure) -> Measured:
    spec = measure.spec.daily or measure.spec.doses
    assert spec is not None
    days = _span(timeline, spec.within, measure.window)
    if days is None:
        return Measured(missing=(measure.name,), reason="no dose")
    if measure.spec.daily is not None:
        return dose.daily(measure.name, measure.spec.daily, measure.unit, timeline.facts, days)
    assert measure.spec.doses is not None
    return dose.single(measure.name, measure.spec.doses, measure.unit, timeline.facts, days)


# --- computed from other measures --------------------------------------------------------------------------------------


def _formula(timeline: Timeline, measure: Measure, text: str) -> Measured:
    tree = formula(timeline, measure, text)
    used: dict[str, Measured] = {}
    flags: list[str] = []

    def value(reference: Reference) -> Interval | None:
        found = timeline.value(_bound(reference.name, measure.window))
        used[_bound(reference.name, measure.window)] = found
        got = found.value if reference.part == "value" else getattr(found, reference.part)
        if got is None and reference.default is not None and found.value is not None:
            flags.append("assumed_upper_limit" if reference.part == "upper_limit" else "assumed_lower_limit")
        return got if isinstance(got, Interval) else None

    result = calculate(tree, value)
    flags += [flag for found in used.values() for flag in found.flags]
    missing = tuple(dict.fromkeys(name for found in used.values() for name in found.missing))
    if result is None and not missing:
        missing = (measure.name,)
    newest = max((found.when for found in used.values() if found.when), key=lambda when: (when.last, when.first), default=None)
    evidence = tuple(dict.fromkeys(ref for found in used.values() for ref in found.evidence))
    reason = "" if result is not None else next((found.reason for found in used.values() if found.reason), "it cannot be computed")
    return Measured(result, evidence, newest, tuple(dict.fromkeys(flags)), missing, reason)


_trees: dict[tuple[int, str], tuple[object, Formula]] = {}


def formula(timeline: Timeline, measure: Measure, text: str) -> Formula:
    """The tree of a measure's formula, read once for each pack."""
    key = (id(timeline.pack), measure.name)
    known = _trees.get(key)
    if known is None or known[0] is not timeline.pack:
        parameters = timeline.pack.parameters
        tree = read_formula(text, lambda name: parameters[name].value if name in parameters else None)
        known = _trees[key] = (timeline.pack, tree)
    return known[1]


def _age(timeline: Timeline, measure: Measure, spec: AgeAt) -> Measured:
    at, evidence = timeline.moment(spec.at, measure.window)
    birth = timeline.anchors.get(spec.birth)
    if birth is None or at is None:
        return Measured(missing=(spec.birth if birth is None else measure.name,), reason="not on record")
    value = age_in_months(birth.when, at, spec.whole)
    if value is None:
        return Measured(missing=(spec.birth,), reason="the dates contradict")
    return Measured(value, tuple(dict.fromkeys(birth.evidence + evidence)), at, missing=() if value.is_exact else (spec.birth,))


def _lookup(timeline: Timeline, measure: Measure, spec: Lookup) -> Measured:
    at, _ = timeline.moment(spec.at, measure.window)
    birth = timeline.anchors.get(spec.birth)
    sex = timeline.value(_bound(spec.sex, measure.window))
    if birth is None or at is None:
        lacks = (spec.birth,) if birth is None else timeline.value(_bound(spec.at, measure.window)).missing
        return Measured(missing=lacks, reason="not on record")
    sexes = sex.value if isinstance(sex.value, frozenset) else None
    value = look_up(timeline.pack.tables[spec.table], birth.when, at, sexes)
    evidence = tuple(dict.fromkeys(birth.evidence + sex.evidence))
    if value is not None and value.is_exact:
        return Measured(value, evidence, at)
    lacks = () if birth.when.is_day else (spec.birth,)
    lacks += sex.missing
    return Measured(value, evidence, at, missing=lacks or (measure.name,), reason="sex or age is not known well enough")


def _earliest(timeline: Timeline, measure: Measure, spec: Earliest) -> Measured:
    """The events that may have come first; `none` among them where even the surest may not have happened."""
    able: list[tuple[int, int | None, int, str, Measured]] = []
    flags: list[str] = []
    for order, event in enumerate(spec.events):
        day = timeline.value(_bound(event.day, measure.window))
        if not isinstance(day.value, Interval) or day.value.lo is None:
            continue
        before = timeline.value(_bound(event.unless_after, measure.window)) if event.unless_after else MISSING
        flags += before.flags
        if isinstance(before.value, Interval) and before.value.hi is not None and before.value.hi <= day.value.lo:
            flags.append(f"{event.event}_not_counted")
            continue
        able.append((int(day.value.lo), None if day.value.hi is None else int(day.value.hi), order, event.event, day))
    sure = [(hi, order) for _, hi, order, _, _ in able if hi is not None]
    first = [e for e in able if not sure or (e[0], e[2] if e[0] == e[1] else -1) <= min(sure)]
    codes = frozenset(event for _, _, _, event, _ in first) | (frozenset() if sure else NONE)
    evidence = tuple(dict.fromkeys(ref for *_, day in first for ref in day.evidence))
    lacks = tuple(dict.fromkeys(name for *_, day in first for name in day.missing)) if len(codes) > 1 else ()
    when = first[0][4].when if len(codes) == 1 and first else None
    return Measured(codes, evidence, when, tuple(dict.fromkeys(flags)), lacks, "which came first cannot be told" if lacks else "")


def _bound(name: str, window: str | None) -> str:
    return f"{name[: -len('@here')]}@{window}" if name.endswith("@here") else name

"""How many facts or days lie in a span, the days between two anchors, the day of an assessment, and doses."""

from decimal import Decimal

from engine import dose
from engine.interval import Interval
from engine.moment import Moment
from engine.pack.measures import Count, Days, PanelDay, Span
from engine.pack.program import Measure
from engine.record import Fact
from engine.select import Range
from engine.snapshot import Measured
from engine.timeline import Timeline, bound


def count_facts(timeline: Timeline, measure: Measure, spec: Count) -> Measured:
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
            facts.append(Fact(concept=name, ref=ref, also=tuple(also), when=anchor.when, certain=anchor.certain))
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
    if since is None or until is None or not since.certain:
        return Measured(reason="it has not happened")
    latest = Decimal(until.when.last - since.when.first) if until.certain else None  # no end: it may never have happened
    value = Interval(Decimal(until.when.first - since.when.last), latest)
    evidence = tuple(dict.fromkeys(until.evidence + since.evidence))
    return Measured(value, evidence, until.when, missing=() if value.is_exact else (spec.until,))


def panel_day(timeline: Timeline, measure: Measure, spec: PanelDay) -> Measured:
    days = timeline.window(measure.window or "")
    if days is None:
        return Measured(missing=(measure.name,), reason="its window's anchor does not exist")
    panel = [timeline.value(bound(name, measure.window)) for name in spec.panel]
    moments = [value.when for value in panel if value.value is not None and value.when is not None]
    if not moments:
        others = [timeline.value(bound(name, measure.window)) for name in spec.otherwise]
        moments = [value.when for value in others if value.value is not None and value.when is not None]
    if moments:
        when = Moment(max(moment.first for moment in moments), max(moment.last for moment in moments))
    else:
        when = Moment(days.anchor.first + (days.hi or 0), days.anchor.last + (days.hi or 0))
    value = Interval(Decimal(when.first - days.anchor.last), Decimal(when.last - days.anchor.first))
    evidence = tuple(dict.fromkeys(ref for measured_ in panel for ref in measured_.evidence))
    return Measured(value, evidence, when)


def sum_doses(timeline: Timeline, measure: Measure) -> Measured:
    spec = measure.spec.daily or measure.spec.doses
    assert spec is not None
    days = _span(timeline, spec.within, measure.window)
    if days is None:
        return Measured(missing=(measure.name,), reason="no dose")
    if measure.spec.daily is not None:
        return dose.daily(measure.name, measure.spec.daily, measure.unit, timeline.facts, days)
    assert measure.spec.doses is not None
    return dose.single(measure.name, measure.spec.doses, measure.unit, timeline.facts, days)

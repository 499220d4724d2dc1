"""How many facts or days lie in a span, the days between two anchors, the day of an assessment, and doses."""

from decimal import Decimal

from engine.interval import Interval
from engine.moment import Moment
from engine.pack.measures import Count, Daily, Days, Doses, PanelDay, Span, Worst
from engine.pack.program import Measure
from engine.pack.vocabulary import QuantitySpec
from engine.record import Fact
from engine.snapshot import Measured
from engine.truth import Truth, conjunction
from tests.oracle.obvious import dose
from tests.oracle.obvious.anchors import Anchor
from tests.oracle.obvious.select import Range
from tests.oracle.obvious.timeline import Timeline, bound


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


def worst_value(timeline: Timeline, measure: Measure, spec: Worst) -> Measured:
    """The highest value of the facts in a span; an event without a value lies anywhere within what is plausible, above 0."""
    days = _span(timeline, spec.within, measure.window)
    if days is None:
        return Measured(missing=(measure.name,), reason="its anchor does not exist")
    ends = [anchor for name in spec.until if (anchor := timeline.anchors.get(name)) is not None]
    worst = Interval.exactly(Decimal(0))
    evidence: list[str] = []
    for concept in spec.concepts:
        unread = _unread(timeline.pack.concepts[concept].quantity)
        for fact in timeline.facts.get(concept, ()):
            holds = conjunction([days.holds(fact.when), *(_by(fact, end) for end in ends)])
            if holds is not False:
                value = fact.value if isinstance(fact.value, Interval) else unread
                worst = _higher(worst, value, sure=holds is True and fact.certain)
                evidence += fact.refs
    settled = worst.is_exact
    reason = "" if settled else "an event has no certain value or day"
    return Measured(worst, tuple(dict.fromkeys(evidence)), missing=() if settled else (measure.name,), reason=reason)


def _unread(quantity: QuantitySpec | None) -> Interval:
    """What the value of an event may be that has none on record."""
    if quantity is None:
        return Interval(Decimal(0), None, lo_open=True)
    low, high = quantity.plausible
    return Interval(low, high) if low > 0 else Interval(Decimal(0), high, lo_open=True)


def _by(fact: Fact, end: Anchor) -> Truth:
    """Whether a fact lies on or before the day that ends a span."""
    if fact.when is None:
        return None
    if fact.when.last <= end.when.first:
        return True
    return False if fact.when.first > end.when.last and end.certain else None


def _higher(one: Interval, other: Interval, *, sure: bool) -> Interval:
    """The higher of two quantities; where it is not sure that the other is there, it can only raise the upper end."""
    (lo, lo_open), (hi, hi_open) = (one.lo, one.lo_open), (one.hi, one.hi_open)
    if sure and other.lo is not None and (lo is None or (other.lo, other.lo_open) > (lo, lo_open)):
        lo, lo_open = other.lo, other.lo_open
    if hi is None or other.hi is None:
        return Interval(lo, None, lo_open)
    if (other.hi, not other.hi_open) > (hi, not hi_open):
        hi, hi_open = other.hi, other.hi_open
    return Interval(lo, hi, lo_open, hi_open)


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


def sum_doses(timeline: Timeline, measure: Measure, spec: Daily | Doses) -> Measured:
    days = _span(timeline, spec.within, measure.window)
    if days is None:
        return Measured(missing=(measure.name,), reason="no dose")
    if isinstance(spec, Daily):
        return dose.daily(measure.name, spec, measure.unit, timeline.facts, days)
    return dose.single(measure.name, spec, measure.unit, timeline.facts, days)

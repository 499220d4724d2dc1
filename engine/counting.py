"""How many facts or days lie in a span, the worst of some events, the days between two anchors, and the day of an assessment."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from engine.anchors import Anchor
from engine.interval import Interval, whole
from engine.moment import Moment
from engine.pack.measures import Count, Days, PanelDay, Span, Worst
from engine.pack.program import Measure
from engine.pack.vocabulary import QuantitySpec
from engine.record import Fact
from engine.select import Range
from engine.snapshot import Measured
from engine.timeline import Layout, Timeline, Way
from engine.truth import Truth, conjunction

_NONE = whole(0)


def count_facts(layout: Layout, measure: Measure, spec: Count) -> Way:
    """How many facts there are for certain, and how many there may be; no end where not all need be on record."""
    name, within = measure.name, spec.within
    is_closed = str(spec.world) in ("closed", "True")  # a flag parameter is put in as its value
    ends = within is not None and not within.so_far
    span = None if within is None else lay_span(layout, within, measure.window)
    until = None if span is None else span.hi
    no_anchor = Measured(missing=(name,), reason="its anchor does not exist")
    nothing = Measured(_NONE)
    nothing_yet = Measured(Interval(Decimal(0), None), missing=(name,), reason="perhaps not all on record")
    counted, tally = _counted(layout, spec), _tally(spec)
    concepts, since_of = (*spec.concepts, *spec.or_possibly), None if span is None else span.since
    lo = None if span is None else span.lo

    def way(timeline: Timeline) -> Measured:
        closed, since, known = is_closed, None, timeline.facts
        if since_of is not None:
            since = since_of(timeline)
            if since is None:
                return no_anchor
            if ends and until is not None:
                closed = closed and timeline.as_of >= since.last + until
        if not spec.anchors:
            for concept in concepts:
                if concept in known:
                    break
            else:
                return nothing if closed else nothing_yet
        facts = counted(timeline)
        if not facts:
            return nothing if closed else nothing_yet
        days = None if since is None else Range(since, lo, until)
        sure, maybe, evidence, when = tally(facts, days)
        if closed and not maybe:
            return Measured(whole(sure), evidence, when)
        value = Interval(Decimal(sure), Decimal(sure + maybe) if closed else None)
        return Measured(value, evidence, when, (), (name,), "perhaps not all on record")

    return way


def _counted(layout: Layout, spec: Count) -> Callable[[Timeline], list[Fact]]:
    concepts = (*spec.concepts, *spec.or_possibly)
    anchors = [(name, layout.anchors.place(name)) for name in spec.anchors]

    def counted(timeline: Timeline) -> list[Fact]:
        found: list[Fact] = []
        for concept in concepts:
            facts = timeline.facts.get(concept)
            if facts is not None:
                found += facts
        for name, place in anchors:
            anchor = timeline.anchors[place]
            if anchor is not None:
                ref, *also = anchor.evidence or (name,)
                found.append(Fact(concept=name, ref=ref, also=tuple(also), when=anchor.when, certain=anchor.certain))
        return found

    return counted


Tally = tuple[int, int, tuple[str, ...], Moment | None]


def _tally(spec: Count) -> Callable[[list[Fact], Range | None], Tally]:
    possibly, answers = frozenset(spec.or_possibly), None if spec.answers is None else frozenset(spec.answers)

    def tally(facts: list[Fact], days: Range | None) -> Tally:
        sure: set[object] = set()
        maybe: set[object] = set()
        evidence: dict[str, None] = {}
        first: Moment | None = None
        for fact in facts:
            when = fact.when
            holds = True if days is None else days.holds(when)
            if holds is False:
                continue
            thing: object = fact
            if spec.days:
                thing = when.first if when is not None and when.first == when.last else when
            certain = holds and fact.certain and "inactive" not in fact.marks and fact.concept not in possibly
            if answers is not None:
                said = fact.value if isinstance(fact.value, frozenset) else frozenset()
                if said.isdisjoint(answers):
                    continue
                certain = certain and said <= answers
            (sure if certain else maybe).add(thing)
            evidence[fact.ref] = None
            if fact.also:
                evidence.update(dict.fromkeys(fact.also))
            if when is not None and (first is None or _key(when) < _key(first)):
                first = when
        return len(sure), len(maybe - sure), tuple(evidence), first

    return tally


def _key(moment: Moment) -> tuple[int, int, int]:
    return moment.first, moment.last, moment.instant or 0


def worst_value(layout: Layout, measure: Measure, spec: Worst) -> Way:
    """The highest value of the facts in a span; an event without a value lies anywhere within what is plausible, above 0."""
    span = lay_span(layout, spec.within, measure.window)
    no_anchor = Measured(missing=(measure.name,), reason="its anchor does not exist")
    nothing = Measured(_NONE)
    since_of = span.since
    unread = [(concept, _unread(layout.pack.concepts[concept].quantity)) for concept in spec.concepts]
    until = [layout.anchors.place(name) for name in spec.until]

    def way(timeline: Timeline) -> Measured:
        since = since_of(timeline)
        if since is None:
            return no_anchor
        known = timeline.facts
        there = [(facts, other) for concept, other in unread if (facts := known.get(concept)) is not None]
        if not there:
            return nothing
        days = Range(since, span.lo, span.hi)
        ends = [anchor for place in until if (anchor := timeline.anchors[place]) is not None]
        worst = _NONE
        evidence: list[str] = []
        for facts, other in there:
            for fact in facts:
                holds = conjunction([days.holds(fact.when), *[_by(fact, end) for end in ends]])
                if holds is not False:
                    value = fact.value if isinstance(fact.value, Interval) else other
                    worst = _higher(worst, value, sure=holds is True and fact.certain)
                    evidence += fact.refs
        settled = worst.is_exact
        reason = "" if settled else "an event has no certain value or day"
        return Measured(worst, tuple(dict.fromkeys(evidence)), missing=() if settled else (measure.name,), reason=reason)

    return way


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


class Laid(NamedTuple):
    """A span: the day that it is counted from, None where that does not exist, and its first and last day after it."""

    since: Callable[[Timeline], Moment | None]
    lo: int | None
    hi: int | None

    def days(self, timeline: Timeline) -> Range | None:
        """The days of the span for one patient."""
        since = self.since(timeline)
        return None if since is None else Range(since, self.lo, self.hi)


def lay_span(layout: Layout, span: Span, window: str | None) -> Laid:
    """A span with its numbers, and its anchor found by place."""
    lo, hi = (None if day is None else int(day) for day in span.days)
    if span.length is not None:
        hi = (lo or 0) + int(span.length) - 1
    return Laid(layout.day(span.anchor, window), lo, hi)


def days_between(layout: Layout, _: Measure, spec: Days) -> Way:
    """Days from one anchor to another; missing, and nothing to look for, where either does not exist."""
    since_place, until_place = layout.anchors.place(spec.since), layout.anchors.place(spec.until)
    not_happened = Measured(reason="it has not happened")

    def way(timeline: Timeline) -> Measured:
        since, until = timeline.anchors[since_place], timeline.anchors[until_place]
        if since is None or until is None or not since.certain:
            return not_happened
        value = days_from(since.when, until.when, has_end=until.certain)  # no end: it may never have happened
        evidence = tuple(dict.fromkeys(until.evidence + since.evidence))
        return Measured(value, evidence, until.when, missing=() if value.is_exact else (spec.until,))

    return way


def days_from(since: Moment, until: Moment, *, has_end: bool = True) -> Interval:
    """Days from one day to another, either of which may be vague."""
    least, most = until.first - since.last, until.last - since.first
    if has_end and least == most:
        return whole(least)
    return Interval(Decimal(least), Decimal(most) if has_end else None)


def panel_day(layout: Layout, measure: Measure, spec: PanelDay) -> Way:
    """The day of a window's panel: of its newest value, else the window's last day."""
    window = layout.window(measure.window or "")
    no_anchor = Measured(missing=(measure.name,), reason="its window's anchor does not exist")
    panel = [layout.measure(name, measure.window) for name in spec.panel]
    otherwise = [layout.measure(name, measure.window) for name in spec.otherwise]

    def way(timeline: Timeline) -> Measured:
        days, values = timeline.windows[window], timeline.values
        if days is None:
            return no_anchor
        found = [values[index] for index in panel]
        moments = [each.when for each in found if each.value is not None and each.when is not None]
        if not moments:
            others = [values[index] for index in otherwise]
            moments = [each.when for each in others if each.value is not None and each.when is not None]
        if moments:
            when = Moment(max([moment.first for moment in moments]), max([moment.last for moment in moments]))
        else:
            when = Moment(days.anchor.first + (days.hi or 0), days.anchor.last + (days.hi or 0))
        evidence = tuple(dict.fromkeys([ref for each in found for ref in each.evidence]))
        return Measured(days_from(days.anchor, when), evidence, when)

    return way

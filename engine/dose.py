"""Doses: sums by calendar day, single doses, and the days between them; per kilogram of the newest weight."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from engine.counting import lay_span
from engine.interval import Interval, whole
from engine.moment import Moment
from engine.pack.measures import Daily, Doses
from engine.pack.program import Measure
from engine.record import Fact
from engine.select import Range, best_tier, extreme, inside, merge, pick, pick_day
from engine.snapshot import Measured
from engine.timeline import Layout, Timeline, Way, number

_NOTHING = whole(0)
_ANYTHING = Interval(Decimal(0), None)


class Given(NamedTuple):
    """The amounts of one day or one dose per kilogram; `amount` is None where the dose or the weight is not known."""

    day: int
    amount: Interval | None
    evidence: tuple[str, ...]
    lacks: str


def sum_doses(layout: Layout, measure: Measure, spec: Daily | Doses) -> Way:
    """The extreme of what was given in a span: of each day's sum, of single doses, or of the days between them."""
    name, span, unit = measure.name, lay_span(layout, spec.within, measure.window), measure.unit
    of = _daily(name, spec) if isinstance(spec, Daily) else _single(name, spec)
    key = (spec.concept, spec.weight, spec.weight_lookback, unit)
    no_dose = Measured(missing=(name,), reason="no dose")
    no_day = Measured(missing=(name,), reason="the first day is not known")
    is_extreme = isinstance(spec, Daily) and spec.reduce != "first"

    def way(timeline: Timeline) -> Measured:
        days = span.days(timeline)
        if days is None:
            return no_dose
        if not timeline.facts.get(spec.concept) and not is_extreme:
            return no_day if isinstance(spec, Daily) and not days.is_exact else no_dose
        known = timeline.doses.get((key, days))
        if known is None:
            known = timeline.doses[key, days] = _all_given(timeline, spec, unit, days)
        return of(days, *known)

    return way


Of = Callable[[Range, Sequence[Given], bool], Measured]


def _daily(name: str, spec: Daily) -> Of:
    """The extreme sum of a day over every day of the range (a day without a dose is a sum of nothing), or the first day's."""

    def of(days: Range, doses: Sequence[Given], others: bool) -> Measured:
        if not days.anchor.is_day:
            return Measured(missing=(name,), reason="the first day is not known")
        by_day: dict[int, list[Given]] = {}
        for dose in doses:
            by_day.setdefault(dose.day, []).append(dose)
        if spec.reduce == "first":
            wanted: Sequence[int] = sorted(by_day)[:1]
        else:
            wanted = range(days.anchor.first + (days.lo or 0), days.anchor.first + (days.hi or 0) + 1)
        sums = [_sum(by_day.get(day, ())) for day in wanted]
        found = _reduced(name, spec.reduce, sums, doses)
        return _at_least(found, name) if others else found

    return of


def _single(name: str, spec: Doses) -> Of:
    """The extreme single dose, or the extreme number of days between two doses."""
    is_amount = spec.reduce in ("lowest_dose", "highest_dose")
    how = spec.reduce.removesuffix("_dose") if is_amount else "lowest" if spec.reduce == "shortest_interval" else "highest"

    def of(_: Range, given: Sequence[Given], others: bool) -> Measured:
        doses = sorted(given, key=lambda dose: (dose.day, dose.evidence))
        if is_amount:
            amounts = [*(dose.amount for dose in doses), *([None] if others and doses else [])]
            return _reduced(name, how, amounts, doses)
        if others:
            return Measured(missing=(name,), reason="a dose has no exact day or is not certain")
        return _reduced(name, how, [whole(b.day - a.day) for a, b in pairwise(doses)], doses)

    return of


def _all_given(timeline: Timeline, spec: Daily | Doses, unit: str | None, days: Range) -> tuple[list[Given], bool]:
    """The sure doses, and whether there may be others: of no exact day, or not certain to have been given."""
    given: list[Given] = []
    others = False
    for fact in timeline.facts.get(spec.concept, ()):
        when = fact.when
        holds = days.holds(when)
        if holds and fact.certain and when is not None and when.first == when.last:
            given.append(_given(timeline, fact, spec, unit))
        elif holds is not False:
            others = True
    return given, others


def _given(timeline: Timeline, fact: Fact, spec: Daily | Doses, unit: str | None) -> Given:
    assert fact.when is not None
    amount = fact.value if isinstance(fact.value, Interval) else None
    if amount is None:
        return Given(fact.when.first, None, fact.refs, "")
    if spec.weight is None or fact.unit == unit:
        return Given(fact.when.first, amount, fact.refs, "")
    weight = _weight(timeline, fact.when, spec.weight, spec.weight_lookback)
    if weight is None or not isinstance(weight.value, Interval):
        return Given(fact.when.first, None, fact.refs, spec.weight)
    try:
        return Given(fact.when.first, amount / weight.value, (*fact.refs, *weight.refs), "")
    except (ValueError, ArithmeticError):
        return Given(fact.when.first, None, fact.refs, spec.weight)


def _weight(timeline: Timeline, when: Moment, concept: str, lookback: object) -> Fact | None:
    """The newest weight on or before the day of a dose."""
    series = timeline.known.get(concept)
    if series is None:
        return None
    near = inside(series, Range(when, None if lookback is None else -number(lookback), 0))
    if not near:
        return None
    near = near if series.is_final else best_tier(near)
    newest = pick(near, "last", 0) if series.days is None else pick_day(near, "last", 0)
    if len(newest) == 1:
        return newest[0]
    value, used, _ = merge(newest, "last")
    return used[0] if value == used[0].value else None


def _sum(doses: Sequence[Given]) -> Interval | None:
    total = _NOTHING
    for dose in doses:
        if dose.amount is None:
            return None
        total = total + dose.amount
    return total


def _at_least(found: Measured, name: str) -> Measured:
    """A sum that another dose may still add to."""
    least = found.value.lo if isinstance(found.value, Interval) else Decimal(0)
    return replace(found, value=Interval(least, None), missing=found.missing or (name,), reason="a dose has no exact day")


def _reduced(name: str, how: str, amounts: Sequence[Interval | None], doses: Sequence[Given]) -> Measured:
    """The lowest, highest or first amount; one that is not known may be anything, and the others still bound the extreme."""
    evidence = tuple(dict.fromkeys([ref for dose in doses for ref in dose.evidence]))
    first = min([dose.day for dose in doses], default=None)
    when = None if first is None else Moment(first, first)
    if not amounts:
        return Measured(evidence=evidence, missing=(name,), reason="no dose")
    lacks = tuple(dict.fromkeys([dose.lacks or name for dose in doses if dose.amount is None]))
    if None in amounts and (how == "first" or all(amount is None for amount in amounts)):
        return Measured(evidence=evidence, when=when, missing=lacks or (name,), reason="a dose or weight is not known")
    value = amounts[0] or _ANYTHING
    if how in ("lowest", "highest"):
        value = extreme([amount or _ANYTHING for amount in amounts], how)
    return Measured(value, evidence, when, missing=() if value.is_exact else lacks or (name,))

"""Doses: sums by calendar day, single doses, and the days between them; per kilogram of the newest weight."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from msgspec.structs import replace

from engine.interval import Interval
from engine.moment import Moment
from engine.pack.measures import Daily, Doses
from engine.record import Fact
from engine.snapshot import Measured
from tests.oracle.obvious.facts import Facts
from tests.oracle.obvious.select import Range, best_tier, merge, pick

_NOTHING = Interval.exactly(Decimal(0))
_ANYTHING = Interval(Decimal(0), None)


@dataclass(frozen=True, slots=True)
class Given:
    """The amounts of one day or one dose per kilogram; `amount` is None where the dose or the weight is not known."""

    day: int
    amount: Interval | None
    evidence: tuple[str, ...]
    lacks: str


def daily(name: str, spec: Daily, unit: str | None, facts: Facts, days: Range) -> Measured:
    """The extreme sum of a day over every day of the range (a day without a dose is a sum of nothing), or the first day's."""
    if not days.anchor.is_day:
        return Measured(missing=(name,), reason="the first day is not known")
    doses = [given for fact in facts.get(spec.concept, ()) if (given := _given(fact, spec, unit, facts, days))]
    by_day: Mapping[int, list[Given]] = defaultdict(list)
    for dose in doses:
        by_day[dose.day].append(dose)
    if spec.reduce == "first":
        wanted: Sequence[int] = sorted(by_day)[:1]
    else:
        wanted = range(days.anchor.first + (days.lo or 0), days.anchor.first + (days.hi or 0) + 1)
    sums = [_sum(by_day.get(day, ())) for day in wanted]
    found = _reduced(name, spec.reduce, sums, doses)
    return _at_least(found, name) if _others(spec.concept, facts, days) else found


def single(name: str, spec: Doses, unit: str | None, facts: Facts, days: Range) -> Measured:
    """The extreme single dose, or the extreme number of days between two doses."""
    doses = [given for fact in facts.get(spec.concept, ()) if (given := _given(fact, spec, unit, facts, days))]
    others = _others(spec.concept, facts, days)
    doses.sort(key=lambda dose: (dose.day, dose.evidence))
    if spec.reduce in ("lowest_dose", "highest_dose"):
        amounts = [*(dose.amount for dose in doses), *([None] if others and doses else [])]
        return _reduced(name, spec.reduce.removesuffix("_dose"), amounts, doses)
    gaps = [Interval.exactly(Decimal(b.day - a.day)) for a, b in pairwise(doses)]
    how = "lowest" if spec.reduce == "shortest_interval" else "highest"
    if others:
        return Measured(missing=(name,), reason="a dose has no exact day or is not certain")
    return _reduced(name, how, gaps, doses)


def _given(fact: Fact, spec: Daily | Doses, unit: str | None, facts: Facts, days: Range) -> Given | None:
    if fact.when is None or not _is_sure(fact, days):
        return None
    amount = fact.value if isinstance(fact.value, Interval) else None
    if amount is None:
        return Given(fact.when.first, None, fact.refs, "")
    if spec.weight is None or fact.unit == unit:
        return Given(fact.when.first, amount, fact.refs, "")
    weight = _weight(fact, spec, facts)
    if weight is None or not isinstance(weight.value, Interval):
        return Given(fact.when.first, None, fact.refs, spec.weight)
    try:
        return Given(fact.when.first, amount / weight.value, (*fact.refs, *weight.refs), "")
    except (ValueError, ArithmeticError):
        return Given(fact.when.first, None, fact.refs, spec.weight)


def _is_sure(fact: Fact, days: Range) -> bool:
    return fact.certain and fact.when is not None and fact.when.is_day and days.holds(fact.when) is True


def _others(concept: str, facts: Facts, days: Range) -> bool:
    """Whether there may be doses beside the sure ones: of no exact day, or not certain to have been given."""
    return any(not _is_sure(fact, days) and days.holds(fact.when) is not False for fact in facts.get(concept, ()))


def _weight(dose: Fact, spec: Daily | Doses, facts: Facts) -> Fact | None:
    """The newest weight on or before the day of a dose."""
    if dose.when is None or spec.weight is None:
        return None
    back = Range(dose.when, None if spec.weight_lookback is None else -int(spec.weight_lookback), 0)
    near = [fact for fact in facts.get(spec.weight, ()) if back.holds(fact.when)]
    if not near:
        return None
    newest = pick(best_tier(near), "last", 0)
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
    evidence = tuple(dict.fromkeys(ref for dose in doses for ref in dose.evidence))
    first = min((dose.day for dose in doses), default=None)
    when = None if first is None else Moment(first, first)
    if not amounts:
        return Measured(evidence=evidence, missing=(name,), reason="no dose")
    lacks = tuple(dict.fromkeys(dose.lacks or name for dose in doses if dose.amount is None))
    if None in amounts and (how == "first" or all(amount is None for amount in amounts)):
        return Measured(evidence=evidence, when=when, missing=lacks or (name,), reason="a dose or weight is not known")
    value = amounts[0] or _ANYTHING
    if how in ("lowest", "highest"):
        each = [Fact(concept="", ref=str(place), value=amount or _ANYTHING) for place, amount in enumerate(amounts)]
        merged, _, _ = merge(each, how)
        assert isinstance(merged, Interval)
        value = merged
    return Measured(value, evidence, when, missing=() if value.is_exact else lacks or (name,))

"""Which of several facts counts: those in the window, then the pick; everything that it could be where dates are vague."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec import Struct

from engine.interval import Interval
from engine.moment import Moment
from engine.record import Fact
from engine.series import Series
from engine.snapshot import Measured
from engine.truth import Truth

Key = tuple[int, ...]
_DAY = 86_400_000_000
_EVER, _NEVER = -(10**9), 10**9
"""Before and after every day."""


class Range(Struct, frozen=True, gc=False):
    """Days from `lo` to `hi` after an anchor, None for no limit; on the anchor's own day only what is not after it, if asked."""

    anchor: Moment
    lo: int | None
    hi: int | None
    not_after: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether the anchor is one day: then a full date lies surely inside or surely outside."""
        return self.anchor.first == self.anchor.last

    @property
    def since(self) -> int:
        """The first day that lies surely inside."""
        return _EVER if self.lo is None else self.anchor.last + self.lo

    @property
    def until(self) -> int:
        """The last day that lies surely inside."""
        return _NEVER if self.hi is None else self.anchor.first + self.hi

    def holds(self, when: Moment | None) -> bool | None:
        """Whether a moment lies inside; None where its date is too vague to tell."""
        if when is None:
            return None
        first, last = when.first - self.anchor.last, when.last - self.anchor.first
        if (self.hi is not None and first > self.hi) or (self.lo is not None and last < self.lo):
            return False
        if self.not_after and when.is_day and self.anchor.is_day and first == 0 and self.anchor.before(when):
            return False
        inside = (self.lo is None or first >= self.lo) and (self.hi is None or last <= self.hi)
        return True if inside else None


def inside(series: Series, days: Range) -> Sequence[Fact]:
    """The facts that lie in a range for certain, in the order of the record; exact days are compared as numbers."""
    anchor, known = days.anchor, series.days
    if known is None or anchor.first != anchor.last:
        return [fact for fact in series.facts if days.holds(fact.when)]
    low = 0 if days.lo is None else bisect_left(known, anchor.first + days.lo)
    high = len(known) if days.hi is None else bisect_right(known, anchor.first + days.hi)
    if low >= high:
        return ()
    if series.is_ascending:
        found = series.facts[low:high]
    else:
        first, last = known[low], known[high - 1]
        found = [fact for fact in series.facts if fact.when is not None and first <= fact.when.first <= last]
    if days.not_after and anchor.instant is not None:
        return [fact for fact in found if days.holds(fact.when)]
    return found


def soon_after(fact: Fact, earlier: Sequence[Fact], days: int) -> Truth:
    """Whether a fact lies after one of the others, by at most so many days; None where that is not certain."""
    answer: Truth = False
    this = fact.when
    for other in earlier:
        that = other.when
        if this is not None and that is not None and (this.last < that.first or this.first - that.last > days):
            continue  # most of them, and for certain
        truth = _soon_after(fact, other, days)
        if truth is True:
            return True
        if truth is None:
            answer = None
    return answer


def _soon_after(fact: Fact, other: Fact, days: int) -> Truth:
    this, that = fact.when, other.when
    if this is None or that is None:
        return None
    least, most = this.first - that.last, this.last - that.first
    if most < 0 or least > days or this.before(that):
        return False
    sure = least >= 0 and most <= days and that.before(this) is True and other.certain
    return True if sure else None


def best_tier(facts: Sequence[Fact]) -> list[Fact]:
    """Final values, else preliminary ones, else what was only bounded: the first of these that there is."""
    tiers: tuple[Callable[[Fact], bool], ...] = (
        lambda fact: not fact.preliminary and not fact.fallback,
        lambda fact: not fact.fallback,
        lambda fact: not fact.preliminary,
    )
    for tier in tiers:
        found = [fact for fact in facts if tier(fact)]
        if found:
            return found
    return list(facts)


def pick(facts: Sequence[Fact], how: str, target: int) -> list[Fact]:
    """The fact that is last, first or nearest to a day; several where vague dates leave open which it is."""
    keys = [_keys(fact, how, target) for fact in facts]
    limit = min(worst for _, worst in keys)
    return [fact for fact, (best, _) in zip(facts, keys, strict=True) if best <= limit]


def pick_day(facts: Sequence[Fact], how: str, target: int) -> Sequence[Fact]:
    """The same where every fact has an exact day: only those of one day can be meant."""
    if len(facts) == 1:
        return facts
    days = [fact.when.first for fact in facts if fact.when is not None]
    if how == "first":
        day = min(days)
    elif how == "last":
        day = max(days)
    else:
        day = min(days, key=lambda day: (abs(day - target), -day))
    same = [fact for fact, its in zip(facts, days, strict=True) if its == day]
    return same if len(same) == 1 else pick(same, how, target)


def _keys(fact: Fact, how: str, target: int) -> tuple[Key, Key]:
    """The best and the worst rank that a fact may have: smaller wins."""
    when = fact.when
    assert when is not None
    # instants count in UTC and days where they were written: a day without a time reaches a day further on both sides
    early = when.instant if when.instant is not None else (when.first - 2) * _DAY
    late = when.instant if when.instant is not None else (when.last + 1) * _DAY
    if how == "first":
        return (when.first, early), (when.last, late)
    if how == "last":
        return (-when.last, -late), (-when.first, -early)
    near = 0 if when.first <= target <= when.last else min(abs(when.first - target), abs(when.last - target))
    far = max(abs(when.first - target), abs(when.last - target))
    return (near, -when.last, -late), (far, -when.first, -early)


def merge(facts: Sequence[Fact], how: str) -> tuple[Interval | frozenset[str] | None, list[Fact], bool]:
    """What several facts say together: the extreme one if asked, else everything that they say; and whether they contradict."""
    numbers = [fact.value for fact in facts if isinstance(fact.value, Interval)]
    if not numbers:
        codes = [fact.value for fact in facts if isinstance(fact.value, frozenset)]
        return (frozenset().union(*codes) if codes else None), list(facts), len(set(codes)) > 1
    if how in ("lowest", "highest"):
        value = extreme(numbers, how)
        return value, [fact for fact in facts if fact.value == value] or list(facts), False
    whole = numbers[0]
    for number in numbers[1:]:
        whole = whole.hull(number)
    return whole, list(facts), len(set(numbers)) > 1


def extreme(numbers: Sequence[Interval], how: str) -> Interval:
    """The lowest or highest of quantities that are each only known to lie in an interval."""
    exact = [number.lo for number in numbers if number.lo is not None and number.lo is number.hi]
    if len(exact) == len(numbers):
        return numbers[exact.index(max(exact) if how == "highest" else min(exact))]
    if how == "highest":
        return -extreme([-number for number in numbers], "lowest")
    lows = [number.lo for number in numbers if number.lo is not None]
    lo = min(lows) if len(lows) == len(numbers) else None
    lo_open = lo is not None and all(number.lo_open for number in numbers if number.lo == lo)
    highs = [(number.hi, number.hi_open) for number in numbers if number.hi is not None]
    hi, hi_open = min(highs, key=lambda end: (end[0], not end[1])) if highs else (None, False)
    return Interval(lo, hi, lo_open, hi_open)


def as_policy(value: Interval | frozenset[str] | None, policy: str) -> Interval | frozenset[str] | None:
    """A range as its lower, middle or upper end, where the pack says so; anything else as it is."""
    if policy == "interval" or not isinstance(value, Interval) or value.lo is None or value.hi is None:
        return value
    ends = {"lower": value.lo, "upper": value.hi, "mid": (value.lo + value.hi) / Decimal(2)}
    return Interval.exactly(ends[policy])


def measured_of(
    lacks: tuple[str, ...], fact: Fact, value: Interval | frozenset[str] | None, flags: Sequence[str]
) -> Measured:  # fmt: skip
    """The measure of one fact; `lacks` is what is missing where its value is not settled."""
    settled = (value.lo is value.hi and value.lo is not None) if isinstance(value, Interval) else value and len(value) == 1
    return Measured(
        value,
        tuple(dict.fromkeys(fact.refs)) if fact.also else (fact.ref,),
        fact.when,
        tuple(dict.fromkeys(flags)) if flags else (),
        () if settled else lacks,
        "" if settled else "known only within limits",
        fact.marks,
        fact.lower_limit,
        fact.upper_limit,
    )


def measured(name: str, facts: Sequence[Fact], value: Interval | frozenset[str] | None, flags: Sequence[str]) -> Measured:
    """The measure of the facts that count."""
    when = facts[0].when
    for fact in facts[1:]:
        if when is not None and fact.when is not None and fact.when != when:
            when = Moment(min(when.first, fact.when.first), max(when.last, fact.when.last))
    settled = value is not None and (value.is_exact if isinstance(value, Interval) else len(value) == 1)
    return Measured(
        value=value,
        evidence=tuple(dict.fromkeys(ref for fact in facts for ref in fact.refs)),
        when=when,
        flags=tuple(dict.fromkeys(flags)),
        missing=() if settled else (name,),
        reason="" if settled else "known only within limits",
        marks=frozenset().union(*(fact.marks for fact in facts)),
        lower_limit=facts[0].lower_limit,
        upper_limit=facts[0].upper_limit,
    )

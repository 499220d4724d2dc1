"""Intervals: every answer is what all the numbers inside agree on."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.interval import Interval

NUMBERS = st.integers(-6, 6).map(lambda n: Decimal(n) / 2)
PROBES = [Decimal(n) / 4 for n in range(-40, 41)]


@st.composite
def intervals(draw: st.DrawFn, least: Decimal | None = None) -> Interval:
    lo, hi = sorted((draw(NUMBERS), draw(NUMBERS)))
    if least is not None:
        lo, hi = max(lo, least), max(hi, least)
    if lo == hi:
        return Interval.exactly(lo)
    low = None if least is None and draw(st.booleans()) else lo
    high = None if draw(st.booleans()) else hi
    return Interval(low, high, draw(st.booleans()) and low is not None, draw(st.booleans()) and high is not None)


def holds(interval: Interval, number: Decimal) -> bool:
    above = interval.lo is None or number > interval.lo or (number == interval.lo and not interval.lo_open)
    return above and (interval.hi is None or number < interval.hi or (number == interval.hi and not interval.hi_open))


@given(intervals(), NUMBERS)
def test_a_comparison_is_what_every_number_inside_says(interval: Interval, limit: Decimal) -> None:
    inside = [number for number in PROBES if holds(interval, number)]
    for name, test in (
        ("below", lambda n: n < limit),
        ("at_most", lambda n: n <= limit),
        ("above", lambda n: n > limit),
        ("at_least", lambda n: n >= limit),
    ):
        said = {test(number) for number in inside}
        assert getattr(interval, name)(limit) == (said.pop() if len(said) == 1 else None)


@given(intervals(Decimal(0)), intervals(Decimal(0)))
def test_arithmetic_holds_every_result(a: Interval, b: Interval) -> None:
    for x in (n for n in PROBES if holds(a, n)):
        for y in (n for n in PROBES if holds(b, n)):
            assert holds(a + b, x + y)
            assert holds(a - b, x - y)
            assert holds(a * b, x * y)
            if y:
                assert _holds_exactly(a / b, Fraction(x) / Fraction(y))


@given(intervals(), intervals())
def test_the_hull_holds_both_and_nothing_beyond_them(a: Interval, b: Interval) -> None:
    hull = a.hull(b)
    for number in PROBES:
        if holds(a, number) or holds(b, number):
            assert holds(hull, number)
    assert hull.lo in (a.lo, b.lo)
    assert hull.hi in (a.hi, b.hi)


def _holds_exactly(interval: Interval, number: Fraction) -> bool:
    """With room for the 28th digit of a division that has no end."""
    room = Fraction(1, 10**20)
    above = interval.lo is None or number > Fraction(interval.lo) - room
    return above and (interval.hi is None or number < Fraction(interval.hi) + room)

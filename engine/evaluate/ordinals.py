"""Quantities as plain integers that compare with a pack's limits exactly as the decimals do: all that durable-rules sees.

The limits of one measure are multiples of u = 10**-digits. A multiple v has the ordinal 2 v/u, and everything between two
multiples the odd number between theirs, so no bound is ever rounded onto a limit. An end that is not itself possible moves half
a step inwards.
"""

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_FLOOR, Context, Decimal
from typing import Final

from engine.interval import Interval

LARGEST: Final = 2**53
"""Beyond it a double, which durable-rules may use, no longer holds every integer."""

_EXACT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def fraction_digits(limit: Decimal) -> int:
    """How many digits the limit has after the point."""
    exponent = limit.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("a limit needs to be a finite number")
    return max(0, -exponent)


def ordinal(number: Decimal, digits: int) -> int:
    """The place of a number on the half steps of 10**-digits; beyond `LARGEST` it is `LARGEST`, since no limit lies there."""
    steps = number.scaleb(digits, _EXACT) if digits else number
    whole = steps.to_integral_value(ROUND_FLOOR)
    if whole and whole.adjusted() > 16:
        return LARGEST if whole > 0 else -LARGEST
    place = (2 * int(whole) if whole else 0) + (whole != steps)
    return max(-LARGEST, min(LARGEST, place))


def upper_end(quantity: Interval, digits: int) -> int | None:
    """The ordinal of the largest number that the quantity may be, None without an upper end."""
    if quantity.hi is None:
        return None
    place = ordinal(quantity.hi, digits)
    return place - 1 if quantity.hi_open and place % 2 == 0 and abs(place) < LARGEST else place


def lower_end(quantity: Interval, digits: int) -> int | None:
    """The ordinal of the smallest number that the quantity may be, None without a lower end."""
    if quantity.lo is None:
        return None
    place = ordinal(quantity.lo, digits)
    return place + 1 if quantity.lo_open and place % 2 == 0 and abs(place) < LARGEST else place

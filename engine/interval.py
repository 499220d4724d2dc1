"""A quantity as everything that it may be: an exact number, a range, or a bound such as "below 5"."""

from decimal import Decimal
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr

from engine.truth import Truth

Comparison = Literal["below", "at_most", "above", "at_least"]


class Interval(Struct, frozen=True, gc=False):
    """Decimals from `lo` to `hi` in the unit of whoever holds it; None is unbounded, an open end is not itself possible.

    Raises ValueError where no number could lie inside.
    """

    lo: Decimal | None
    hi: Decimal | None
    lo_open: bool = False
    hi_open: bool = False

    def __post_init__(self) -> None:
        lo, hi = self.lo, self.hi
        if (lo is not None and not lo.is_finite()) or (hi is not None and hi is not lo and not hi.is_finite()):
            raise ValueError("an interval needs finite ends")
        if lo is None or hi is None:
            return
        if hi is not lo:
            if lo > hi:
                raise ValueError("an interval needs its lower end below its upper end")
            if lo != hi:
                return
            force_setattr(self, "hi", lo)  # an exact number is seen by identity, which compiled rules rely on
        if self.lo_open or self.hi_open:
            raise ValueError("an interval needs its lower end below its upper end")

    @classmethod
    def exactly(cls, number: Decimal) -> "Interval":
        return cls(number, number)

    @property
    def is_exact(self) -> bool:
        return self.lo is not None and self.lo == self.hi

    def below(self, limit: Decimal) -> Truth:
        """Whether the quantity is < limit."""
        if self.hi is not None and (self.hi < limit or (self.hi_open and self.hi == limit)):
            return True
        if self.lo is not None and self.lo >= limit:
            return False
        return None

    def at_most(self, limit: Decimal) -> Truth:
        """Whether the quantity is <= limit."""
        if self.hi is not None and self.hi <= limit:
            return True
        if self.lo is not None and (self.lo > limit or (self.lo_open and self.lo == limit)):
            return False
        return None

    def above(self, limit: Decimal) -> Truth:
        """Whether the quantity is > limit."""
        answer = self.at_most(limit)
        return None if answer is None else not answer

    def at_least(self, limit: Decimal) -> Truth:
        """Whether the quantity is >= limit."""
        answer = self.below(limit)
        return None if answer is None else not answer

    def hull(self, other: "Interval") -> "Interval":
        """The smallest interval that holds both: what is known when two sources disagree."""
        lo, lo_open = _outer(self.lo, self.lo_open, other.lo, other.lo_open, lower=True)
        hi, hi_open = _outer(self.hi, self.hi_open, other.hi, other.hi_open, lower=False)
        return Interval(lo, hi, lo_open, hi_open)

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(
            None if self.lo is None or other.lo is None else self.lo + other.lo,
            None if self.hi is None or other.hi is None else self.hi + other.hi,
            self.lo_open or other.lo_open,
            self.hi_open or other.hi_open,
        )

    def __neg__(self) -> "Interval":
        return Interval(
            None if self.hi is None else -self.hi,
            None if self.lo is None else -self.lo,
            self.hi_open,
            self.lo_open,
        )

    def __sub__(self, other: "Interval") -> "Interval":
        return self + -other

    def __mul__(self, other: "Interval") -> "Interval":
        """The product of two quantities that are not negative; raises ValueError where one may be."""
        _require_not_negative(self, other)
        assert self.lo is not None and other.lo is not None
        if 0 in (self.hi, other.hi):
            return Interval.exactly(Decimal(0))
        return Interval(
            self.lo * other.lo,
            None if self.hi is None or other.hi is None else self.hi * other.hi,
            (self.lo_open or other.lo_open) and self.lo * other.lo != 0,
            self.hi_open or other.hi_open,
        )

    def __truediv__(self, other: "Interval") -> "Interval":
        """The quotient of two quantities that are not negative; unbounded above where the divisor may be zero."""
        _require_not_negative(self, other)
        assert self.lo is not None and other.lo is not None
        if self.hi == 0 and other.lo != 0:
            return Interval.exactly(Decimal(0))
        hi = None if self.hi is None or other.lo == 0 else self.hi / other.lo
        lo = Decimal(0) if other.hi is None or other.hi == 0 else self.lo / other.hi
        same_lo_open = self.lo_open or other.hi_open
        return Interval(lo, hi, same_lo_open and lo != 0, (self.hi_open or other.lo_open) and hi is not None)


@lru_cache(maxsize=16_384)
def whole(number: int) -> Interval:
    """Exactly so many: counts and days, of which each is made once."""
    return Interval.exactly(Decimal(number))


def _require_not_negative(*parts: Interval) -> None:
    for part in parts:
        if part.lo is None or part.lo < 0:
            raise ValueError("only quantities that cannot be negative are multiplied or divided")


def _outer(a: Decimal | None, a_open: bool, b: Decimal | None, b_open: bool, *, lower: bool) -> tuple[Decimal | None, bool]:
    if a is None or b is None:
        return None, False
    if a == b:
        return a, a_open and b_open
    return (a, a_open) if (a < b) == lower else (b, b_open)

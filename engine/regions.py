"""Where a value lies between the limits that it is tested against: values of one region pass and fail the same tests."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import NamedTuple

from engine.interval import Interval
from engine.pack.expression import Compare, Literal

_FROM = ("below", "at_least")
"""What changes on a limit; the others change just above it."""


class Regions(NamedTuple):
    """The regions of one measure. from_, above: the limits on which, and just above which, the answer of some test changes."""

    from_: tuple[Decimal, ...]
    above: tuple[Decimal, ...]
    ways: tuple[tuple[Callable[[Interval, Decimal], bool | None], Decimal], ...]

    @classmethod
    def of(cls, tests: Iterable[Literal]) -> "Regions":
        """tests: of one measure."""
        compares = [test for test in tests if isinstance(test, Compare)]
        from_ = tuple(sorted({test.limit for test in compares if test.op in _FROM}))
        above = tuple(sorted({test.limit for test in compares if test.op not in _FROM}))
        return cls(from_, above, tuple(dict.fromkeys((getattr(Interval, test.op), test.limit) for test in compares)))

    def of_number(self, number: Decimal) -> int:
        """The region of an exact number: how many of the changes lie at or below it."""
        return bisect_right(self.from_, number) + bisect_left(self.above, number)

    def of_value(self, value: Interval | frozenset[str]) -> Hashable:
        """The region of any known value; codes are one of their own."""
        if not isinstance(value, Interval):
            return value
        exact = value.lo
        if exact is not None and exact is value.hi:
            return self.of_number(exact)
        return tuple([holds(value, limit) for holds, limit in self.ways])

"""Where a value lies between the limits that it is tested against: values of one region pass and fail the same tests."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable

from engine.interval import Interval
from engine.pack.expression import Compare, Literal

Region = Callable[[Interval | frozenset[str]], Hashable]


def region_of(tests: Iterable[Literal]) -> Region:
    """The region of a known value: the same for two values of which no test of a measure says anything different."""
    compares = [test for test in tests if isinstance(test, Compare)]
    limits = sorted({test.limit for test in compares})
    ways = tuple(dict.fromkeys((getattr(Interval, test.op), test.limit) for test in compares))

    def region(value: Interval | frozenset[str]) -> Hashable:
        if not isinstance(value, Interval):
            return value
        exact = value.lo
        if exact is not None and exact is value.hi:
            return bisect_left(limits, exact) + bisect_right(limits, exact)  # odd on a limit, even between two
        return tuple([holds(value, limit) for holds, limit in ways])

    return region

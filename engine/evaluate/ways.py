"""Ways to met and ways to not met: Kleene's logic as alternatives of tests that hold together, without a `not` or an `or`."""

from collections.abc import Iterable, Sequence
from itertools import chain, combinations
from math import comb
from typing import Final, NamedTuple, TypeAlias


class Premise(NamedTuple):
    """Whether an attribute is below a limit, or not below it."""

    attribute: str
    below: bool
    limit: int


Way: TypeAlias = frozenset[Premise]
"""Tests that hold together. None at all always hold."""


class Sides(NamedTuple):
    """The ways to met and the ways to not met; one without any way is never reached."""

    met: tuple[Way, ...]
    not_met: tuple[Way, ...]

    def turned(self) -> "Sides":
        return Sides(self.not_met, self.met)

    @property
    def is_plain(self) -> bool:
        """Whether it can stand in other rules as it is: at most one way to each side, of one test."""
        return all(len(side) <= 1 for side in self) and all(len(way) <= 1 for way in chain(*self))


HOLDS: Final = Sides((frozenset(),), ())


def truth_of(attribute: str) -> Sides:
    """What an attribute says that holds a truth."""
    return Sides((frozenset({Premise(attribute, False, 1)}),), (frozenset({Premise(attribute, True, 1)}),))


def count_of_ways(least: int, parts: int) -> int:
    """How many ways `at_least` writes out."""
    return comb(parts, max(0, least)) + comb(parts, max(0, parts - least + 1))


def at_least(least: int, parts: Sequence[Sides]) -> Sides:
    """Met by any `least` met parts, not met by so many not met that no `least` are left. Every and Some are cases of it."""
    met = combinations([part.met for part in parts], max(0, least))
    not_met = combinations([part.not_met for part in parts], max(0, len(parts) - least + 1))
    return Sides(any_of(chain(*map(all_of, met))), any_of(chain(*map(all_of, not_met))))


def all_of(parts: Iterable[tuple[Way, ...]]) -> tuple[Way, ...]:
    """The way through all parts, with the tightest test of each attribute; none where a part has none or two exclude each other.

    An end is tested in one direction only and everything else against 1, so opposite tests of an attribute exclude each other.
    """
    tightest: dict[tuple[str, bool], Premise] = {}
    for part in parts:
        if not part:
            return ()
        for test in chain(*part):
            held = tightest.setdefault((test.attribute, test.below), test)
            if (test.limit < held.limit) == test.below:
                tightest[test.attribute, test.below] = test
    if len({attribute for attribute, _ in tightest}) < len(tightest):
        return ()
    return (frozenset(tightest.values()),)


def any_of(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Each way once, without those that only ask for more than another."""
    distinct = dict.fromkeys(ways)
    return tuple(way for way in distinct if not any(other < way for other in distinct))

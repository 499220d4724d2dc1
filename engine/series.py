"""The facts of one concept, with what can be said of all at once: most have exact days, which are compared as numbers."""

from collections.abc import Sequence
from operator import itemgetter

from engine.record import Fact

_DAY = itemgetter(0)


class Series:
    """facts: in the order of the record. days: their days in order, where each has an exact one; by_day: the facts by these.

    is_ascending: both orders are the same. is_certain: none was only suspected. is_final: none is preliminary, and none is there
    only for want of a better one.
    """

    __slots__ = ("_valued", "by_day", "days", "facts", "is_ascending", "is_certain", "is_final")

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.is_certain = self.is_final = True
        self._valued: Series | None = None
        days: list[int] = []
        for fact in facts:
            when = fact.when
            if when is not None and when.first == when.last:
                days.append(when.first)
            if not fact.certain:
                self.is_certain = False
            if fact.preliminary or fact.fallback:
                self.is_final = False
        self.days: list[int] | None = None
        self.by_day, self.is_ascending = facts, False
        if len(days) == len(facts):
            self.days = sorted(days)
            self.is_ascending = self.days == days
            if not self.is_ascending:
                self.by_day = [fact for _, fact in sorted(zip(days, facts, strict=True), key=_DAY)]

    @property
    def valued(self) -> "Series":
        """Those that are certain and have a value."""
        if self._valued is None:
            usable = [fact for fact in self.facts if fact.certain and fact.value is not None]
            self._valued = self if len(usable) == len(self.facts) else Series(usable)
        return self._valued

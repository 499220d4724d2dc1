"""What patients' values were through time: read from the columns when asked for, so that nothing is kept twice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import filterfalse
from math import isnan
from typing import TypeAlias, overload

Course: TypeAlias = tuple[Decimal | None, ...]
"""One patient's value on each day, None where it is not known."""


@lru_cache(maxsize=1 << 16)
def exact(value: float) -> Decimal:
    """The decimal that was sent, up to fifteen digits; whole numbers without a point."""
    return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))


class Courses(Sequence[Course]):
    """The patients of a group. columns: of numbers, one for each day; places: of the patients in them."""

    __slots__ = ("_columns", "_known", "_places")

    def __init__(self, columns: Sequence[Sequence[float]], places: Sequence[int]) -> None:
        self._columns, self._places = columns, places
        self._known: dict[int, Counter[Decimal]] = {}

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Course: ...
    @overload
    def __getitem__(self, index: slice) -> "Courses": ...
    def __getitem__(self, index: int | slice) -> "Course | Courses":
        if isinstance(index, slice):
            return Courses(self._columns, self._places[index])
        place = self._places[index]
        return tuple(None if isnan(column[place]) else exact(column[place]) for column in self._columns)

    def __iter__(self) -> Iterator[Course]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def known(self, day: int) -> Counter[Decimal]:
        """How many patients have each value at one place in the days."""
        if day not in self._known:
            self._known[day] = values_at(self._columns[day], self._places)
        return self._known[day]

    def complete(self) -> list[tuple[float, ...]]:
        """The courses of the patients who have every value, as the floats that stand for decimals."""
        rows = zip(*(map(column.__getitem__, self._places) for column in self._columns), strict=True)
        return [row for row in rows if not isnan(sum(row))]


def values_at(column: Sequence[float], places: Sequence[int]) -> Counter[Decimal]:
    """How many of some patients have each exact value."""
    found = Counter(filterfalse(isnan, map(column.__getitem__, places)))
    return Counter({exact(value): times for value, times in found.items()})


def known(patients: Sequence[Course], day: int) -> Counter[Decimal]:
    """How many patients have each value at one place in the days, however their courses are kept."""
    if isinstance(patients, Courses):
        return patients.known(day)
    return Counter(value for patient in patients if (value := patient[day]) is not None)

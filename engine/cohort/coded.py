"""A column of few different values: each is kept once, and a small number for each patient says which."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from typing import Any, TypeVar, overload

Value = TypeVar("Value")
_WIDTHS = ("B", "H", "I")
"""Types of an array that hold more and more different values: one byte, two, four."""


class Coded(MutableSequence[Value]):
    """Reads like a list. codes: for each patient the place of the value in `values`, which are in the order of their coming.

    Values are hashable, and equal ones are the same.
    """

    __slots__ = ("_places", "codes", "values")

    def __init__(self, given: Iterable[Value] = ()) -> None:
        self.codes: array[int] = array(_WIDTHS[0])
        self.values: list[Value] = []
        self._places: dict[Value, int] = {}
        self.extend(given)

    @classmethod
    def of(cls, codes: "array[int]", values: Iterable[Value]) -> "Coded[Value]":
        """The column that has these parts. Raises ValueError where a code has no value, or a value comes twice."""
        made = cls()
        for value in values:
            made._place(value)
        if max(codes, default=-1) >= len(made.values) or codes.typecode not in _WIDTHS:
            raise ValueError("a column has codes that stand for no value")
        made.codes = codes
        return made

    def _place(self, value: Value) -> int:
        place = self._places.get(value)
        if place is None:
            place = self._places[value] = len(self.values)
            self.values.append(value)
            if place >= 1 << 8 * self.codes.itemsize:
                self.codes = array(_WIDTHS[_WIDTHS.index(self.codes.typecode) + 1], self.codes)
        return place

    def append(self, value: Value) -> None:
        place = self._places.get(value)
        if place is None:
            place = self._place(value)
        self.codes.append(place)

    def extend(self, values: Iterable[Value]) -> None:
        """Add values, in order; those of another such column without a look at each patient's."""
        if not isinstance(values, Coded):
            for value in values:
                self.append(value)
            return
        places = [self._place(value) for value in values.values]
        if places == list(range(len(places))) and self.codes.typecode == values.codes.typecode:
            self.codes.extend(values.codes)
        else:
            self.codes.extend(array(self.codes.typecode, map(places.__getitem__, values.codes)))

    def fill(self, value: Value, length: int) -> None:
        """Make the column so long, with one value for all who are missing."""
        missing = length - len(self.codes)
        if missing > 0:
            place = self._place(value)
            self.codes.extend(array(self.codes.typecode, (place,)) * missing)

    def taken(self, places: Sequence[int]) -> "Coded[Value]":
        """The column of the patients at some places, in that order."""
        return Coded.of(taken(self.codes, places), self.values)

    def insert(self, index: int, value: Value) -> None:
        place = self._place(value)
        self.codes.insert(index, place)

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> list[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | list[Value]:
        if isinstance(index, slice):
            return [self.values[code] for code in self.codes[index]]
        return self.values[self.codes[index]]

    def __setitem__(self, index: Any, value: Any) -> None:
        """Give one patient another value. Raises TypeError for several at once."""
        place = self._place(value)
        self.codes[index] = place

    def __delitem__(self, index: Any) -> None:
        del self.codes[index]

    def __iter__(self) -> Iterator[Value]:
        return map(self.values.__getitem__, self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Coded | list) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Coded of {len(self.codes)} patients, {len(self.values)} values"

    def __reduce__(self) -> tuple[Any, ...]:
        return Coded.of, (self.codes, self.values)


def taken(column: "array[Any]", places: Sequence[int]) -> "array[Any]":
    """What a column holds at some places, in that order. places: fastest as an array of numpy."""
    import numpy

    made = array(column.typecode)
    made.frombytes(numpy.frombuffer(column, dtype=column.typecode)[numpy.asarray(places, dtype=numpy.intp)].tobytes())
    return made


def counted(column: Coded[Value], places: Iterable[int] | None = None) -> Counter[Value]:
    """How many of some patients, or of all, have each value."""
    found = Counter(column.codes if places is None else map(column.codes.__getitem__, places))
    return Counter({column.values[code]: number for code, number in found.items()})


def combined(columns: Sequence[Coded[Any]], places: Iterable[int] | None = None) -> Counter[tuple[Any, ...]]:
    """How many of some patients, or of all, have each combination of the values of some columns."""
    chosen = None if places is None else tuple(places)
    codes = [column.codes if chosen is None else map(column.codes.__getitem__, chosen) for column in columns]
    found = Counter(zip(*codes, strict=True))
    return Counter(
        {tuple(column.values[code] for column, code in zip(columns, each, strict=True)): n for each, n in found.items()}
    )

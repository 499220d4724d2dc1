"""Columns as bytes and back: for another process or a file, without a look at each patient's values."""

import json
import sys
from array import array
from collections.abc import Iterator
from typing import Any

from engine.cohort.coded import Coded
from engine.cohort.columns import Columns

_FORM = "columns/1"
_ARRAYS = ("numbers", "days", "effective")
_CODED = ("codes", "outcomes", "lacks", "possible", "lows", "highs")


class NotColumns(ValueError):
    """Bytes that `as_bytes` did not make: of another version or machine, cut short, or something else."""


def as_bytes(columns: Columns) -> bytes:
    """One line of JSON that says what follows, then the columns one after another as this machine holds them."""
    parts = list(_parts(columns))
    told = [[kind, name, part.typecode, len(part), values] for kind, name, part, values in parts]
    head = {"form": _FORM, "order": sys.byteorder, "patients": columns.patients, "columns": told}
    return b"\n".join([json.dumps(head).encode(), b"".join(part.tobytes() for _, _, part, _ in parts)])


def _parts(columns: Columns) -> Iterator[tuple[str, str, "array[Any]", list[Any] | None]]:
    """Kind and name of each column, its array, and the values that this one's codes stand for."""
    for kind in _ARRAYS:
        for name, numbers in getattr(columns, kind).items():
            yield kind, name, numbers, None
    for kind in _CODED:
        for name, column in getattr(columns, kind).items():
            yield kind, name, column.codes, column.values
    yield "stopped", "", columns.stopped.codes, columns.stopped.values


def from_bytes(data: bytes) -> Columns:
    """The columns that `as_bytes` was given. Raises NotColumns."""
    line, _, body = data.partition(b"\n")
    try:
        head = json.loads(line)
        if (head["form"], head["order"]) != (_FORM, sys.byteorder):
            raise NotColumns("the bytes are columns of another version or machine: evaluate the patients again")
        return _read(head, memoryview(body))
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, NotColumns):
            raise
        raise NotColumns("the bytes are no columns, or not all of them: evaluate the patients again") from None


def _read(head: dict[str, Any], body: memoryview) -> Columns:
    made, begin = Columns(patients=head["patients"]), 0
    for kind, name, typecode, length, values in head["columns"]:
        part: array[Any] = array(typecode)
        end = begin + length * part.itemsize
        part.frombytes(body[begin:end])
        if length != made.patients or len(part) != length:
            raise NotColumns("a column is cut short: evaluate the patients again")
        begin = end
        column = part if values is None else Coded.of(part, [tuple(each) if isinstance(each, list) else each for each in values])
        if kind == "stopped":
            made.stopped = Coded.of(part, map(tuple, values))
        else:
            getattr(made, kind)[name] = column
    if begin != len(body):
        raise NotColumns("there is more than the columns: evaluate the patients again")
    return made

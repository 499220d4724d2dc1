"""The table of patients: what the statistics read of each, and where each stands in the analysis."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from math import isfinite
from typing import Any, NamedTuple

from engine.cohort.columns import NO_DAY, VAGUE, Columns
from engine.cohort.placing import placement
from engine.pack.program import Pack
from marrow.parquet.schemas import FIXED

BATCH = 1000
"""How many patients are objects of Python at the same time."""


class Own(NamedTuple):
    """A column that a pack decides. of: the kind and name of what it is read of; read: its values of a run of patients."""

    name: str
    type: str
    of: tuple[str, str]
    label: str
    unit: str | None
    read: Callable[[slice], list[Any]]


def own_columns(pack: Pack, columns: Columns) -> list[Own]:
    """The columns of a pack: its measures and conclusions by their names, with `_` for what SQL would have to quote."""
    taken = set(FIXED["patients"])
    named = []
    for own in (*_of_measures(pack, columns), *_of_conclusions(pack, columns)):
        plain = "".join(each if each.isalnum() and each.isascii() else "_" for each in own.name)
        name = next(each for number in count(1) if (each := plain if number == 1 else f"{plain}_{number}") not in taken)
        taken.add(name)
        named.append(own._replace(name=name))
    return named


def _of_measures(pack: Pack, columns: Columns) -> Iterator[Own]:
    for name in columns.numbers:
        measure, of = pack.measures[name], ("measure", name)
        if measure.unit is None:
            yield Own(name, "string?", of, measure.label, None, _filled(columns.codes[name]))
        else:
            yield Own(name, "double?", of, measure.label, measure.unit, _finite(columns.numbers[name]))
        if name in columns.lows:
            yield Own(f"{name}_least", "double?", of, measure.label, measure.unit, _finite(columns.lows[name]))
            yield Own(f"{name}_most", "double?", of, measure.label, measure.unit, _finite(columns.highs[name]))
        if name in columns.days:
            yield from _days(f"{name}_on", of, measure.label, columns.days[name])


def _of_conclusions(pack: Pack, columns: Columns) -> Iterator[Own]:
    for name in columns.outcomes:
        label, of = pack.conclusions[name].label, ("conclusion", name)
        yield Own(name, "string", of, label, None, _as_is(columns.outcomes[name]))
        yield from _days(f"{name}_effective", of, label, columns.effective[name])
        yield Own(f"{name}_possible", "list<string>", of, label, None, _as_is(columns.possible[name]))
        yield Own(f"{name}_missing", "list<string>", of, label, None, _as_is(columns.lacks[name]))


def _days(name: str, of: tuple[str, str], label: str, column: Sequence[int]) -> Iterator[Own]:
    yield Own(name, "date32?", of, label, None, lambda part: [day if day > NO_DAY else None for day in column[part]])
    yield Own(f"{name}_is_vague", "bool", of, label, None, lambda part: [day == VAGUE for day in column[part]])


def _as_is(column: Sequence[Any]) -> Callable[[slice], list[Any]]:
    return lambda part: list(column[part])


def _filled(column: Sequence[str]) -> Callable[[slice], list[Any]]:
    return lambda part: [each or None for each in column[part]]


def _finite(column: Sequence[float]) -> Callable[[slice], list[Any]]:
    return lambda part: [each if isfinite(each) else None for each in column[part]]


def patient_rows(
    pack: Pack, columns: Columns, own: Iterable[Own], names: Sequence[str], as_of: int | None
) -> Iterator[dict[str, list[Any]]]:
    """The rows, in parts. names: the patients, in the order of the columns; as_of: the day of evaluation, where there is one."""
    own = list(own)
    for start in range(0, columns.patients, BATCH):
        part = slice(start, min(start + BATCH, columns.patients))
        placed = [placement(pack, columns, place) for place in range(part.start, part.stop)]
        yield {
            "patient": list(names[part]),
            "as_of": [as_of] * len(placed),
            "group_name": [None if reason else group for group, reason in placed],
            "left_out": [reason or None for _, reason in placed],
            "stopped_by": list(columns.stopped[part]),
            **{each.name: each.read(part) for each in own},
        }

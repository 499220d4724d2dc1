"""What the source prints beside what was computed: each number of the pack's printed section looked up in the results."""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from engine.cohort.results import Results
from engine.pack.printed import PrintedSpec
from engine.pack.program import Pack
from marrow.report.data import survival_json, tables_json
from marrow.report.reproduction import Reproduced

_STEP = re.compile(r"(?P<name>[A-Za-z0-9_]+)(?:\[(?P<row>[^\]]+)\])?")
_KEYS = ("name", "measure", "event", "day", "outcome", "step", "months")
"""What rows are known by."""
_NOISE = 12
"""Digits of a float that arithmetic leaves alone: what should be 0.375 may be 0.37499999999999994."""
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
_NONE = (None, None)

Found = Iterator[tuple[str | None, tuple[Any, Any]]]
"""By group, what a path leads to, and how many patients the number is of."""


def reproduce(pack: Pack, results: Results) -> list[Reproduced]:
    """Every printed number, in the order of the pack; equal where the computed one rounds (half up) to what is printed."""
    document = tables_json(pack, results) | survival_json(pack, results)
    return [one for spec in pack.printed.values() for one in reproduced(spec, document)]


def reproduced(spec: PrintedSpec, document: Mapping[str, Any]) -> Iterator[Reproduced]:
    """One printed line beside what the results say: a number, or one for each group that it is printed for."""
    printed: dict[str | None, str] = dict(spec.values.items()) if spec.value is None else {None: spec.value}
    found = {} if spec.of is None else dict(_found(document, list(_STEP.finditer(spec.of)), None))
    if spec.shown == "total":
        found = {None: (_total([_decimal(number) for number, _ in found.values()]), None)}
    for group, text in printed.items() or [(None, "")]:
        if spec.cannot is not None:
            yield Reproduced(spec.place, spec.label, group, text, None, None, spec.cannot)
            continue
        computed = _rounded(found.get(group, _NONE), spec, text)
        yield Reproduced(
            spec.place, spec.label, group, text, computed, computed == text, "" if computed else "there is no number"
        )


def _found(node: Any, steps: list[re.Match[str]], group: str | None) -> Found:
    if not steps:
        yield group, (node, None)
        return
    step, rest = steps[0], steps[1:]
    if isinstance(node, list):
        place = int(step["name"]) if step["name"].isdecimal() else len(node)
        yield from _found(node[place], rest, group) if place < len(node) else ()
    elif isinstance(node, dict) and step["name"] in node:
        for inner, its_group in _rows(node[step["name"]], step["row"], group):
            for name, (number, n) in _found(inner, rest, its_group):
                yield name, (number, node.get("n") if n is None else n)
    elif isinstance(node, dict) and "groups" in node:
        groups = node["groups"]
        for name, of_group in groups.items() if isinstance(groups, dict) else ((each["name"], each) for each in groups):
            yield from _found(of_group, steps, name)


def _rows(inner: Any, wanted: str | None, group: str | None) -> Iterator[tuple[Any, str | None]]:
    """What a step leads to: all of it, or its first row of a name; one of each group where rows say which group they are of."""
    if wanted is None:
        yield inner, group
        return
    seen: set[str | None] = set()
    for row in inner if isinstance(inner, list) else ():
        if isinstance(row, dict) and any(str(row[key]) == wanted for key in _KEYS if key in row):
            of_group = row.get("group", group)
            if of_group not in seen:
                yield row, of_group
            seen.add(of_group)


def _decimal(number: Any) -> Decimal | None:
    """A number of the results without the noise of floats; None for what is no number."""
    if isinstance(number, float):
        return Decimal(f"{number:.{_NOISE}g}")
    return Decimal(number) if isinstance(number, int | Decimal) and not isinstance(number, bool) else None


def _total(numbers: list[Decimal | None]) -> Decimal | None:
    """The sum; None where one is not known, or there are none."""
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(numbers) else None


def _rounded(found: tuple[Any, Any], spec: PrintedSpec, like: str) -> str | None:
    """A number with as many decimal places as the printed one; None where there is none."""
    number, n = map(_decimal, found)
    if number is None or not number.is_finite():
        return None
    if spec.shown == "percent":
        number = _WIDE.multiply(number, Decimal(100))
    elif spec.shown == "percent_of_n":
        if not n:
            return None
        number = _WIDE.divide(_WIDE.multiply(number, Decimal(100)), n)
    rounded = _WIDE.quantize(number, Decimal(1).scaleb(-len(like.partition(".")[2])))
    return f"{rounded or abs(rounded):f}"  # no number is minus zero

"""What the source prints beside what was computed: each number of the pack's printed section looked up in the results."""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.cohort.results import Results
from engine.pack.printed import PrintedSpec
from engine.pack.program import Pack
from marrow.report.data import survival_json, tables_json
from marrow.report.reproduction import Reproduced

_STEP = re.compile(r"(?P<name>[A-Za-z0-9_]+)(?:\[(?P<row>[^\]]+)\])?")
_KEYS = ("name", "measure", "event", "day", "outcome", "step", "months")
"""What rows are known by."""


def reproduce(pack: Pack, results: Results) -> list[Reproduced]:
    """Every printed number, in the order of the pack; equal where the computed one rounds (half up) to what is printed."""
    document = tables_json(pack, results) | survival_json(pack, results)
    return [one for spec in pack.printed.values() for one in _reproduced(spec, document)]


def _reproduced(spec: PrintedSpec, document: Mapping[str, Any]) -> Iterator[Reproduced]:
    printed: dict[str | None, str] = dict(spec.values.items()) if spec.value is None else {None: spec.value}
    found = {} if spec.of is None else dict(_found(document, list(_STEP.finditer(spec.of)), None))
    if spec.shown == "total":
        found = {None: (sum(number for number, _ in found.values()), None)} if found else {}
    for group, text in printed.items() or [(None, "")]:
        if spec.cannot is not None:
            yield Reproduced(spec.place, spec.label, group, text, None, None, spec.cannot)
            continue
        computed = _rounded(found.get(group, (None, None)), spec, text)
        yield Reproduced(
            spec.place, spec.label, group, text, computed, computed == text, "" if computed else "there is no number"
        )


def _found(node: Any, steps: list[re.Match[str]], group: str | None) -> Iterator[tuple[str | None, tuple[Any, Any]]]:
    """By group, what a path leads to, and how many patients the number is of."""
    if not steps:
        yield group, (node, None)
        return
    step, rest = steps[0], steps[1:]
    if isinstance(node, list):
        yield from _found(node[int(step["name"])], rest, group) if int(step["name"]) < len(node) else ()
    elif isinstance(node, dict) and step["name"] in node:
        inner = node[step["name"]]
        if step["row"] is not None:
            inner = next((row for row in inner if _is_row(row, step["row"])), None)
        for name, (number, n) in _found(inner, rest, group):
            yield name, (number, node.get("n") if n is None else n)
    elif isinstance(node, dict) and "groups" in node:
        groups = node["groups"]
        for name, of_group in groups.items() if isinstance(groups, dict) else ((each["name"], each) for each in groups):
            yield from _found(of_group, steps, name)


def _is_row(row: Mapping[str, Any], wanted: str) -> bool:
    return any(str(row[key]) == wanted for key in _KEYS if key in row)


def _rounded(found: tuple[Any, Any], spec: PrintedSpec, like: str) -> str | None:
    """A number with as many decimal places as the printed one; None where there is none."""
    number, n = found
    if number is None or (spec.shown == "percent_of_n" and not n):
        return None
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    if spec.shown is not None and spec.shown != "total":
        exact = exact * 100 / (n if spec.shown == "percent_of_n" else 1)
    return str(exact.quantize(Decimal(1).scaleb(-len(like.partition(".")[2])), ROUND_HALF_UP))

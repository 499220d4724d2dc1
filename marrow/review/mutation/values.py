"""Mistakes in how a measure is computed, in codes and units, in tables, in what is written and in what is counted."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from marrow.review.mutation.change import REMOVED, Change, another, ends, exchanged, flipped, gone, left_out, near, numbers
from marrow.review.mutation.expressions import at, options

_OPERATORS = {"+": "-", "-": "+", "*": "/", "/": "*"}
_NUMBER = re.compile(r"(?<![\w.@])\d+(?:\.\d+)?(?![\w.])")
_PICKS = {"last": "first", "first": "last", "nearest": "last", "lowest": "highest", "highest": "lowest"}
_REDUCE = {
    "lowest": "highest", "highest": "lowest", "first": "highest", "lowest_dose": "highest_dose", "highest_dose": "lowest_dose",
    "shortest_interval": "longest_interval", "longest_interval": "shortest_interval",
}  # fmt: skip
_WORLDS = {"closed": "open", "open": "closed"}
_WHOLE = {"years": "months", "months": "years"}
_LABELS = ("days", "at")
"""Numbers that only say what is shown."""
_LONG = ("worst", "count", "daily", "doses")


# --- measures --------------------------------------------------------------------------------------------------------


def measure(node: dict[str, Any]) -> Iterator[Change]:
    yield from options(node, _one_measure)


def _one_measure(node: Any) -> Iterator[Change]:
    ways: dict[str, Callable[[Any], Iterator[Change]]] = {
        "select": _select, "count": _count, "worst": _worst, "daily": _dose, "doses": _dose, "days": _days, "age": _age,
        "formula": formula, "earliest": _earliest, "outcome_day": _outcome_day, "scan": _scan, "panel_day": _panel_day,
    }  # fmt: skip
    for way, mistakes in ways.items():
        yield from at(node, way, mistakes)
    for way in _LONG:
        yield from at(node, way, lambda inner: at(inner, "within", _span))


def _select(node: dict[str, Any]) -> Iterator[Change]:
    yield from another(node, "pick", "window", _PICKS)
    yield from another(node, "same_day", "window", _PICKS)
    for key in ("lookback", "prefer", "same_day", "range_as", "unless_after", "flag_after"):
        yield from gone(node, key, "window")
    for key in ("unless_after", "flag_after"):
        yield from at(node, key, _after)


def _after(node: dict[str, Any]) -> Iterator[Change]:
    yield from gone(node, "windows", "window")
    yield from gone(node, "or_possibly", "code")
    yield from at(node, "concepts", lambda inner: left_out(inner, "code"))
    yield from at(node, "days", lambda inner: numbers(inner, "window", whole=True))
    yield from another(node, "otherwise", "window", {"lowest": "none", "none": "lowest"})


def _count(node: dict[str, Any]) -> Iterator[Change]:
    yield from gone(node, "or_possibly", "code")
    for key in ("concepts", "anchors", "answers"):
        yield from at(node, key, lambda inner: left_out(inner, "code"))
    yield from flipped(node, "days", "window") if "days" in node else ()
    yield from another(node, "world", "combination", _WORLDS)
    yield from gone(node, "within", "window")


def _span(node: dict[str, Any]) -> Iterator[Change]:
    yield from at(node, "days", lambda inner: ends(inner, "window", whole=True))
    yield from flipped(node, "so_far", "window") if "so_far" in node else ()


def _dose(node: dict[str, Any]) -> Iterator[Change]:
    yield from another(node, "reduce", "combination", _REDUCE)
    yield from gone(node, "weight_lookback", "window")


def _worst(node: dict[str, Any]) -> Iterator[Change]:
    yield from at(node, "until", lambda inner: left_out(inner, "window"))


def _age(node: dict[str, Any]) -> Iterator[Change]:
    yield from another(node, "whole", "window", _WHOLE)


def _scan(node: dict[str, Any]) -> Iterator[Change]:
    yield from gone(node, "until", "window")


def _days(node: dict[str, Any]) -> Iterator[Change]:
    if node.get("since") != node.get("until"):
        other = {"since": node["until"], "until": node["since"]}
        yield Change((), other, "window", f"from {node['since']} to {node['until']} -> the other way")


def formula(text: str) -> Iterator[Change]:
    """Each sign and each number of a formula, and which limit of a laboratory it reads."""
    for found in re.finditer(r" ([-+*/]) ", text):
        sign = found[1]
        yield Change((), _put(text, found.span(1), _OPERATORS[sign]), "formula", f"{text}: {sign} -> {_OPERATORS[sign]}")
    for found in _NUMBER.finditer(text):
        for number in near(Decimal(found[0]), whole=False):
            yield Change((), _put(text, found.span(), str(number)), "formula", f"{text}: {found[0]} -> {number}")
    for one, other in (("upper_limit", "lower_limit"), ("lower_limit", "upper_limit")):
        if one in text:
            yield Change((), text.replace(one, other), "formula", f"{text}: {one} -> {other}")


def _put(text: str, span: tuple[int, int], other: str) -> str:
    return f"{text[: span[0]]}{other}{text[span[1] :]}"


def _earliest(node: dict[str, Any]) -> Iterator[Change]:
    yield from at(node, "events", _events)


def _events(events: list[Any]) -> Iterator[Change]:
    names = [f"{event['event']} ({place + 1})" for place, event in enumerate(events)]
    yield from exchanged(events, "order", names)
    for change in left_out(events, "combination"):
        yield change._replace(what=f"without {names[int(change.path[0])]}")
    for place, event in enumerate(events):
        for change in gone(event, "unless_after", "combination"):
            yield change.below(place)


def _outcome_day(node: dict[str, Any]) -> Iterator[Change]:
    for key in ("conclusions", "outcomes"):
        yield from at(node, key, lambda inner: left_out(inner, "combination"))


def _panel_day(node: dict[str, Any]) -> Iterator[Change]:
    yield from at(node, "panel", lambda inner: left_out(inner, "window"))
    yield from gone(node, "otherwise", "window")


# --- codes and units -------------------------------------------------------------------------------------------------


def concept(node: dict[str, Any], asked: frozenset[str]) -> Iterator[Change]:
    """Each code left out, each unit and limit of plausibility moved, each way to compute it left out or changed.

    asked: the marks that some measure asks for.
    """
    for key in ("codes", "never", "methods"):
        yield from _codes(node, key, asked)
    for answer, groups in (node.get("answers") or {}).items():
        for change in _codes({answer: groups}, answer, asked):
            yield change.below("answers")
    for answer, number in (node.get("numbers") or {}).items():
        for change in numbers(number, "code", whole=True):
            yield change.below("numbers", answer)
    yield from at(node, "texts", lambda inner: left_out(inner, "code", least=0))
    yield from at(node, "element", lambda inner: left_out(inner, "code"))
    yield from at(node, "yields_to", lambda inner: left_out(inner, "code", least=0))
    yield from at(node, "quantity", _quantity)
    yield from at(node, "derive", _derive)


def _codes(node: dict[str, Any], key: str, asked: frozenset[str]) -> Iterator[Change]:
    for place, group in enumerate(node.get(key) or []):
        for change in left_out(group.get("codes"), "code", least=0):
            code = group["codes"][change.path[0]]
            yield change.below(key, place, "codes")._replace(what=f"without {group['system']} {code}")
        if group.get("mark") in asked:
            what = f"{group['system']} {group['codes'][0]} without the mark {group['mark']}"
            yield Change((key, place, "mark"), REMOVED, "code", what)


def _quantity(node: dict[str, Any]) -> Iterator[Change]:
    yield from at(node, "plausible", lambda inner: ends(inner, "plausible", whole=False))
    for unit, factor in (node.get("conversions") or {}).items():
        for change in numbers(factor, "unit", whole=False):
            yield change.below("conversions", unit)
    yield from at(node, "also_units", lambda inner: left_out(inner, "unit", least=0))


def _derive(rules: list[Any]) -> Iterator[Change]:
    names = [str(rule.get("formula") or f"at most {rule.get('at_most')}") for rule in rules]
    yield from exchanged(rules, "order", names)
    for change in left_out(rules, "combination", least=0):
        yield change._replace(what=f"without {names[int(change.path[0])]}")
    for place, rule in enumerate(rules):
        changes = [*at(rule, "formula", formula), *flipped(rule, "fallback", "order"), *gone(rule, "mark", "code")]
        for change in changes:
            yield change.below(place)._replace(what=change.what if "formula" in change.path else f"{names[place]}: {change.what}")


def system(uris: list[Any]) -> Iterator[Change]:
    yield from left_out(uris, "code")


# --- tables ----------------------------------------------------------------------------------------------------------


def table(text: str) -> Iterator[tuple[str, str]]:
    """The text of a table with one number in it changed, and which."""
    lines = text.splitlines()
    heads = lines[0].split(",")
    for row, line in enumerate(lines[1:], start=1):
        cells = line.split(",")
        for column, cell in enumerate(cells):
            number, space, unit = cell.partition(" ")
            if not number.isdigit() or (number == "0" and unit):
                continue
            for other in near(Decimal(number), whole=True):
                changed = [*cells[:column], f"{other}{space}{unit}", *cells[column + 1 :]]
                text = "\n".join([*lines[:row], ",".join(changed), *lines[row + 1 :]]) + "\n"
                yield text, f"row {row}: {heads[column]} {cell} -> {other}{space}{unit}"


# --- what is written and counted ---------------------------------------------------------------------------------------


def written(node: Any) -> Iterator[Change]:
    """Each code that is written as FHIR left out, each state of a problem, each value that its sentence names."""
    yield from _members(
        node, "code written", ("code", "stage", "severity", "clinical_status", "sentence", "undetermined", "outcomes")
    )


def counted(node: Any) -> Iterator[Change]:
    """Each outcome, code and event that is counted left out, and each limit moved."""
    yield from _members(node, "counted", ("outcomes", "codes", "responders", "events", "censored_at"))
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "at_least":
                yield from (one.below(key) for one in numbers(value, "threshold", whole=True))
            elif key not in _LABELS and _is_pair(value):
                yield from (one.below(key) for one in ends(value, "threshold", whole=True))
            elif key == "of" and isinstance(value, str):
                yield from gone(node, key, "combination")


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(end, Decimal) for end in value)


def _members(node: Any, kind: str, keys: tuple[str, ...]) -> Iterator[Change]:
    again = written if kind == "code written" else counted
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(node, dict):
        pairs = [*node.items()]
    elif isinstance(node, list):
        pairs = [*enumerate(node)]
    for key, value in pairs:
        if key in keys:
            for change in left_out(value, kind, least=1 if kind == "counted" else 0):
                yield change.below(key)
        if isinstance(value, dict | list):
            for change in again(value):
                yield change.below(key)

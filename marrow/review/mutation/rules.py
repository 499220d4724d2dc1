"""Mistakes in parameters, criteria, conclusions, anchors and windows."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from marrow.review.mutation.change import Change, another, ends, exchanged, flipped, gone, left_out, numbers, short
from marrow.review.mutation.expressions import IsWhole, at, expression, options

_PICKS = {"last": "first", "first": "last", "nearest": "last", "lowest": "highest", "highest": "lowest"}


def parameter(node: dict[str, Any]) -> Iterator[Change]:
    """Another default, in the range that the parameter allows; parameters that have only one value have no mistakes."""
    default, kind = node.get("default"), node.get("type")
    for change in _defaults(node, default, str(kind)):
        if _is_allowed(node, change.value):
            yield change.below("default")


def _defaults(node: dict[str, Any], default: Any, kind: str) -> Iterator[Change]:
    match kind:
        case "number" | "integer":
            yield from numbers(default, "threshold", whole=kind == "integer")
        case "range":
            unit = str(node.get("unit"))
            yield from ends(default, "window" if unit == "d" else "threshold", whole=unit == "d")
        case "flag":
            yield Change((), not default, "choice", f"{short(default)} -> {short(not default)}")
        case "choice":
            for option in node.get("options", []):
                if option != default:
                    yield Change((), option, "choice", f"{default} -> {option}")
        case "choices":
            yield from left_out(default, "choice", least=0)
            for option in node.get("options", []):
                if option not in default:
                    yield Change((), [*default, option], "choice", f"with {option}")
        case "date":
            day = date.fromisoformat(str(default))
            for days in (1, -1):
                other = (day + timedelta(days)).isoformat()
                yield Change((), other, "window", f"{default} -> {other}")
        case _:
            return


def _is_allowed(node: dict[str, Any], value: Any) -> bool:
    low, high = node.get("minimum"), node.get("maximum")
    return not isinstance(value, Decimal) or ((low is None or value >= low) and (high is None or value <= high))


# --- criteria and conclusions ----------------------------------------------------------------------------------------


def criterion(node: dict[str, Any], whole: IsWhole) -> Iterator[Change]:
    yield from at(node, "when", lambda inner: expression(inner, whole))


def conclusion(node: dict[str, Any], whole: IsWhole) -> Iterator[Change]:
    """In when it is drawn, in its outcomes and their order, in its flags, and in its date."""
    test = partial(expression, whole=whole)
    for key in ("applies", "due"):
        yield from gone(node, key, "combination" if key == "applies" else "window")
    yield from at(node, "applies", test)
    if isinstance(node.get("due"), dict):
        due = node["due"]
        for change in (*gone(due, "settled", "combination"), *at(due, "settled", test)):
            yield change.below("due")
    yield from _outcomes(node["outcomes"], whole)
    for place, flag in enumerate(node.get("flags", [])):
        for change in at(flag, "when", test):
            yield change.below("flags", place)
    for change in left_out(node.get("flags"), "flag", least=0):
        yield change.below("flags")._replace(what=f"without the flag {node['flags'][change.path[0]]['flag']}")
    yield from _effective(node)


def _outcomes(outcomes: list[Any], whole: IsWhole) -> Iterator[Change]:
    names = [f"{outcome.get('outcome')} ({place + 1})" for place, outcome in enumerate(outcomes)]
    for change in (*exchanged(outcomes[:-1], "order", names), *left_out(outcomes[:-1], "order", least=1)):
        if change.path:
            yield change.below("outcomes")._replace(what=f"without {names[int(change.path[0])]}")
        else:
            yield Change(("outcomes",), [*change.value, outcomes[-1]], "order", change.what)
    for place, outcome in enumerate(outcomes):
        for change in at(outcome, "when", lambda inner: expression(inner, whole)):
            yield change.below("outcomes", place)


def _effective(node: dict[str, Any]) -> Iterator[Change]:
    """The date of a conclusion is that of its newest value where nothing else is said."""
    effective = node.get("effective")
    if isinstance(effective, str):
        yield from gone(node, "effective", "date")
    elif isinstance(effective, dict):
        for outcome in effective:
            yield from (one.below("effective") for one in gone(effective, outcome, "date"))


# --- time ------------------------------------------------------------------------------------------------------------


def anchor(node: dict[str, Any]) -> Iterator[Change]:
    for one, other in (("first", "last"), ("last", "first")):
        if one in node and not node.get("undated"):
            rest = {key: value for key, value in node.items() if key != one}
            yield Change((), rest | {other: node[one]}, "window", f"{one} -> {other}")
    for key in ("first", "last", "earliest", "first_known"):
        yield from at(node, key, lambda inner: left_out(inner, "window"))
    yield from at(node, "first_known", lambda inner: exchanged(inner, "order", inner))
    yield from at(node, "days", lambda inner: ends(inner, "window", whole=True))
    if node.get("after") is not None:
        rest = {key: value for key, value in node.items() if key not in ("after", "days")}
        yield Change((), rest, "window", f"without after {node['after']}")
    for key in ("clamped", "undated"):
        if key in node:
            yield from flipped(node, key, "window")


def window(node: dict[str, Any]) -> Iterator[Change]:
    yield from at(node, "days", lambda inner: ends(inner, "window", whole=True))
    yield from at(node, "target", lambda inner: numbers(inner, "window", whole=True))
    yield from at(
        node, "pick", lambda inner: (one._replace(path=()) for one in another({"pick": inner}, "pick", "window", _PICKS))
    )
    yield from at(node, "not_after_anchor", _not_after)
    yield from at(node, "panel", lambda inner: left_out(inner, "window"))
    yield from gone(node, "max_spread", "window")


def _not_after(value: Any) -> Iterator[Change]:
    for change in flipped({"not_after_anchor": value}, "not_after_anchor", "window"):
        yield change._replace(path=())


def moving_window(node: dict[str, Any]) -> Iterator[Change]:
    yield from at(node, "visits", lambda inner: left_out(inner, "window"))


__all__ = ["anchor", "conclusion", "criterion", "moving_window", "options", "parameter", "window"]

"""Mistakes in what is tested and in how tests are combined."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from marrow.review.mutation.change import Change, left_out, near, numbers, short

_NEAREST = {
    "below": ("at_most",),
    "at_most": ("below",),
    "above": ("at_least",),
    "at_least": ("above",),
    "equals": ("at_most", "at_least"),
}
IsWhole = Callable[[str], str]
"""What whole numbers a measure can only be: "days", or a "count", which is never below nothing; empty where it can be any."""


def expression(node: Any, whole: IsWhole) -> Iterator[Change]:
    """Every mistake in an expression as it is written; in each option where a parameter chooses."""
    if not isinstance(node, dict):
        return
    if "choose" in node:
        yield from options(node, lambda inner: expression(inner, whole))
    elif "measure" in node:
        yield from _comparison(node, whole(str(node["measure"]).partition("@")[0]))
    elif "parameter" in node:
        yield from _setting(node)
    elif "not" in node:
        yield Change((), node["not"], "combination", f"not {short(node['not'])} -> {short(node['not'])}")
        inner = node["not"]
        for change in expression(inner, whole):
            if change.value != {"not": inner}:  # which would be the same mistake once more
                yield change.below("not")
    else:
        yield from _combined(node, whole)


def options(node: Any, inside: Callable[[Any], Iterator[Change]]) -> Iterator[Change]:
    """Mistakes in a node, or in each of its options where a parameter chooses what stands there."""
    if not isinstance(node, dict) or "choose" not in node:
        yield from inside(node)
        return
    for name, option in node["options"].items():
        for change in options(option, inside):
            yield change.below("options", name)
    beside = {key: value for key, value in node.items() if key not in ("choose", "options")}
    if beside:
        yield from inside(beside)


def at(node: Any, key: str, inside: Callable[[Any], Iterator[Change]]) -> Iterator[Change]:
    """Mistakes in what stands under a key, in each option where a parameter chooses it; none where nothing stands there."""
    if isinstance(node, dict) and node.get(key) is not None:
        for change in options(node[key], inside):
            yield change.below(key)


def _comparison(node: dict[str, Any], whole: str) -> Iterator[Change]:
    for op, others in _NEAREST.items():
        if op in node:
            rest = {key: value for key, value in node.items() if key != op}
            for other in others:
                if whole == "count" and (op, str(node[op]), other) == ("equals", "0", "at_most"):
                    continue  # nothing is below it: the same test
                yield Change((), rest | {other: node[op]}, "comparison", f"{op} {node[op]} -> {other}")
            for change in _limit(node[op], bool(whole)):
                yield change.below(op)._replace(what=f"{op} {change.what}")
    if isinstance(node.get("between"), list):
        for place, end in enumerate(node["between"]):
            for change in _limit(end, bool(whole)):
                yield change.below("between", place)
    if "is" in node:
        yield Change((), {"not": node}, "answer", f"is {short(node['is'])} -> is not")
        for change in left_out(node["is"], "answer"):
            yield change.below("is")
    if isinstance(node.get("known"), bool):
        known = node["known"]
        yield Change(("known",), not known, "answer", "known -> not known" if known else "not known -> known")


def _limit(limit: Any, whole: bool) -> Iterator[Change]:
    """A limit that stands in the rule itself: a number, or a number with its unit; a parameter's value is changed there."""
    number, _, unit = str(limit).partition(" ")
    if _is_number(number):
        for other in near(Decimal(number), whole=whole):
            text = f"{other} {unit}".rstrip()
            yield Change((), text, "threshold", f"{limit} -> {text}")


def _setting(node: dict[str, Any]) -> Iterator[Change]:
    wanted = node.get("is", node.get("includes"))
    yield Change((), {"not": node}, "combination", f"parameter {node['parameter']} {short(wanted)} -> not")


def _combined(node: dict[str, Any], whole: IsWhole) -> Iterator[Change]:
    for word, other in (("all", "any"), ("any", "all")):
        if word in node and len(node[word]) > 1:
            yield Change((), {other: node[word]}, "combination", f"{word} -> {other}")
    if "of" in node:
        for change in numbers(node["at_least"], "threshold", whole=True):
            yield change.below("at_least")._replace(what=f"at least {change.what}")
    for word in ("all", "any", "of"):
        if isinstance(node.get(word), list):
            for change in left_out(node[word], "combination"):
                yield change.below(word)
            for place, part in enumerate(node[word]):
                yield from _below(part, whole, word, place)


def _below(node: Any, whole: IsWhole, *path: str | int) -> Iterator[Change]:
    for change in expression(node, whole):
        yield change.below(*path)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).removeprefix("-").isdigit()

"""Which conclusions an item of a pack can have a part in, and what stands near it: read from the names in the files."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from marrow.review.mutation.generate import Written

_NAME = re.compile(r"[A-Za-z][\w.-]*")
_PROSE = ("label", "short", "reason", "note", "description", "source", "text", "display", "title", "section")
Place = tuple[str, str]

_MAY_NAME = {
    "parameters": ("concepts", "anchors", "windows", "moving_windows", "measures", "criteria", "conclusions"),
    "systems": ("concepts",),
    "tables": ("measures",),
    "concepts": ("concepts", "anchors", "moving_windows", "measures"),
    "anchors": ("anchors", "windows", "measures", "conclusions"),
    "windows": ("measures", "conclusions"),
    "moving_windows": ("measures", "conclusions"),
    "measures": ("measures", "windows", "criteria", "conclusions"),
    "criteria": ("measures", "criteria", "conclusions"),
    "conclusions": ("measures",),
}
"""Which sections may name something of a section: the others only read what is concluded."""


class Reach:
    """What names what. More is taken to be named than is, never less: two sections may have an item of one name."""

    def __init__(self, written: Written) -> None:
        self._items = written.items
        by_name: dict[str, list[Place]] = {}
        for section, items in self._items.items():
            for name in items:
                by_name.setdefault(name, []).append((section, name))
        self._by_name = by_name

    @cached_property
    def _named_by(self) -> Mapping[Place, set[Place]]:
        """For each item those that name it."""
        found: dict[Place, set[Place]] = {}
        for section, items in self._items.items():
            for name, node in items.items():
                for other in self._names(node):
                    if section not in _MAY_NAME.get(other[0], ()) or (other[0] == "conclusions" and "outcome_day" not in node):
                        continue
                    found.setdefault(other, set()).add((section, name))
                    if section == other[0] == "concepts":  # a code that is not read as the one may be read as the other
                        found.setdefault((section, name), set()).add(other)
        return found

    def _names(self, node: Any) -> Iterator[Place]:
        for text in _texts(node):
            for word in _NAME.findall(text):
                base = word.partition("@")[0]
                for known in (base, base.removesuffix(".from").removesuffix(".to")):
                    yield from self._by_name.get(known, ())
                yield from self._conclusion(base)

    def _conclusion(self, name: str) -> Iterator[Place]:
        """`response.day_40` is `response` in one of its windows."""
        base, _, window = name.rpartition(".")
        if window in self._items.get("conclusions", {}).get(base, {}).get("for_each", ()):
            yield "conclusions", base

    def distances(self, place: Place) -> dict[Place, int]:
        """Everything that an item has a part in, and how far it is away, itself included; and the statements that this cites."""
        found = {place: 0}
        open_ = deque([place])
        while open_:
            at = open_.popleft()
            for other in self._named_by.get(at, ()):
                if other not in found:
                    found[other] = found[at] + 1
                    open_.append(other)
        for (section, name), far in list(found.items()):
            for statement in self._source(section, name):
                found["statements", statement] = min(far, found.get(("statements", statement), far))
        return found

    def _source(self, section: str, name: str) -> list[str]:
        node = self._items[section].get(name)
        source = node.get("source") if isinstance(node, dict) else None
        return source if isinstance(source, list) else []


def _texts(node: Any) -> Iterator[str]:
    """Every word that may name something, keys included: options are keyed by values, outcomes by names."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _PROSE:
                yield str(key)
                yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node


__all__ = ["Place", "Reach"]

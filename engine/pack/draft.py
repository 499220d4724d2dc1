"""A pack while it is read: every item with the place that it was written at, and what is wrong so far."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.pack.parse import Fault, Path, Source
from engine.pack.program import Parameter
from engine.pack.vocabulary import Manifest

Place = tuple[str, str]
"""Section and name of an item: ("measures", "anc")."""

MANIFEST = "pack.yaml"
_PROSE = ("label", "short", "reason", "note", "description", "source", "text", "display", "title")
"""Fields whose words name nothing."""


@dataclass(slots=True)
class Draft:
    """Items are as written, then as checked; None stands for one whose faults are already told.

    origins: for what a `choose` put in, where it was written. used: the parameters that each item's choices named.
    """

    manifest: Manifest | None = None
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[Place, tuple[Source, Path]] = field(default_factory=dict)
    origins: dict[Place, dict[Path, Path]] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    used: dict[Place, set[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(fault.severity == "error" for fault in self.faults)

    def fault(
        self, section: str, name: str, message: str, inside: Path = (), severity: str = "error", *, about: str = ""
    ) -> None:
        """Add a fault of an item: on the line of a path inside it, or on the first line that names what it is about."""
        source, path = self.places.get((section, name), (Source(MANIFEST, {}), ()))
        if about:
            inside = next(_naming(about, _at(source.data, path), ()), inside)
        else:
            inside = _written(inside, self.origins.get((section, name), {}))
        self.faults.append(Fault(source.file, source.line((*path, *inside)), f"{section}.{name}", message, severity))

    def is_broken(self, section: str, name: str) -> bool:
        """Whether an item of this name is there, but its faults are already told."""
        found = self.parameters if section == "parameters" else self.items.get(section, {})
        return name in self.items.get(section, {}) and found.get(name) is None

    def sound(self, section: str) -> Iterator[tuple[str, Any]]:
        """The items of a section that have the right shape."""
        return ((name, item) for name, item in self.items.get(section, {}).items() if item is not None)


def _written(inside: Path, origins: Mapping[Path, Path]) -> Path:
    """Where a path of a resolved item was written."""
    for length in range(len(inside), -1, -1):
        if inside[:length] in origins:
            return (*origins[inside[:length]], *inside[length:])
    return inside


def _at(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step]
    return node


def _naming(name: str, node: Any, path: Path) -> Iterator[Path]:
    """The paths whose text names this: alone, with a window, or in a formula."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name:
                yield (*path, key)
            elif key not in _PROSE:
                yield from _naming(name, value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _naming(name, value, (*path, index))
    elif isinstance(node, str) and re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", node):
        yield path

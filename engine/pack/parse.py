"""YAML text to plain data that remembers the line of everything, and faults that say where and what instead."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import yaml

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""Both read the same; the one in C is thirteen times as fast."""
Path = tuple[str | int, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where PyYAML was built with it


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a pack: where (file, line, rule) and what was expected."""

    file: str
    line: int
    rule: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        rule = f" {self.rule}:" if self.rule else ""
        return f"{where}:{rule} {self.message}"


class PackError(ValueError):
    """The pack author's fault: every fault that was found, at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(slots=True)
class Source:
    """One parsed file, and the line on which each path in it begins."""

    file: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(file: str, text: str) -> Source:
    """YAML (the safe subset) with exact decimals; raises PackError for what is not YAML or names a key twice."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise PackError([Fault(file, mark.line + 1 if mark else 1, "", f"this is not YAML: {problem}")]) from None
    source = Source(file, {})
    faults: list[Fault] = []
    if root is not None:
        source.data = _build(root, (), source, faults)
    if faults:
        raise PackError(faults)
    return source


def _build(node: yaml.Node, path: Path, source: Source, faults: list[Fault]) -> Any:
    source.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            source.lines[here] = key_node.start_mark.line + 1
            if key in found:
                line = key_node.start_mark.line + 1
                faults.append(Fault(source.file, line, ".".join(map(str, path)), f"`{key}` stands here twice"))
            found[key] = _build(value_node, here, source, faults)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, i), source, faults) for i, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = node.value
    match node.tag.rsplit(":", 1)[-1]:
        case "null":
            return None
        case "bool" if text.lower() in ("true", "false"):  # yes, no, on and off are words, as YAML 1.2 has it
            return text.lower() == "true"
        case "int" if text.lstrip("+-").isdigit():
            return Decimal(text)
        case "float" if any(c.isdigit() for c in text):
            return Decimal(text.replace("_", ""))
        case _:
            return str(text)


def suggestion(name: str, known: Iterable[str]) -> str:
    """ "; did you mean `x`?" for the nearest known name, or nothing."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""

"""Every mistake that is made in a pack on purpose: the same ones, with the same names, in every run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.pack.load import Reading
from marrow.review.mutation import rules, values
from marrow.review.mutation.change import Change, Mistake

_WHOLE = ("days", "worst", "scan", "outcome_day", "panel_day")


@dataclass(frozen=True, slots=True)
class Written:
    """The items of a pack as they are written, by section and name."""

    items: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, reading: Reading) -> "Written":
        items: dict[str, dict[str, Any]] = {}
        for source in reading.sources:
            for section, content in (source.data or {}).items():
                if isinstance(content, dict):
                    items.setdefault(section, {}).update(content)
        return cls(items)

    def whole(self, measure: str) -> str:
        """What whole numbers a measure can only be: a "count", "days", or nothing of the kind."""
        spec = self.items.get("measures", {}).get(measure, {})
        if "count" in spec:
            return "count"
        return (
            "days" if any(way in spec for way in _WHOLE) or spec.get("unit") == "d" or "whole" in (spec.get("age") or {}) else ""
        )

    @property
    def marks(self) -> frozenset[str]:
        """The marks of codes that some measure asks for."""
        specs = self.items.get("measures", {}).values()
        asked = [(spec.get(way) or {}).get(key) for spec in specs for way, key in (("select", "prefer"), ("marked", "mark"))]
        return frozenset(str(mark) for mark in asked if mark)

    def codes(self, concept: str) -> frozenset[str]:
        """Every code of a concept, and of the concepts that it is computed from or yields to; empty where it needs none."""
        rules = self.items["concepts"][concept].get("derive", [])
        names = (concept, *(term for rule in rules for term in self.terms(rule)))
        return frozenset(code for name in names for code in self.own_codes(name))

    def terms(self, rule: Mapping[str, Any]) -> list[str]:
        """The concepts that a rule of derivation computes with."""
        words = str(rule.get("formula") or rule.get("at_most")).split()
        return [word.strip("()") for word in words if word.strip("()") in self.items["concepts"]]

    def own_codes(self, concept: str) -> frozenset[str]:
        spec = self.items["concepts"][concept]
        return frozenset(code for group in (*spec.get("codes", []), *spec.get("never", [])) for code in group["codes"])


def mistakes(reading: Reading) -> list[Mistake]:
    """Every mistake in a pack's files, in the order of the files; those that make no valid pack are still among them."""
    written = Written.of(reading)
    found = [mistake for source in reading.sources for mistake in _in_file(source.file, source.data, written)]
    for file, text in reading.texts.items():
        if file.endswith(".csv"):
            name = next((name for name, its in written.items.get("tables", {}).items() if its == file), file)
            found += [
                Mistake(f"tables.{name}: {what}", f"tables.{name}", "table", what, file, (), changed)
                for changed, what in values.table(text)
            ]
    return _named_apart(found)


def _in_file(file: str, data: Any, written: Written) -> Iterator[Mistake]:
    for section, content in (data or {}).items():
        if section in ("emission", "statistics"):
            every = values.written(content) if section == "emission" else values.counted(content)
            for change in every:
                name = str(change.path[0])
                yield _mistake(file, section, name, change._replace(path=change.path[1:]))
        elif section in _SECTIONS and isinstance(content, dict):
            for name, node in content.items():
                for change in _SECTIONS[section](node, written):
                    mistake = _mistake(file, section, name, change)
                    yield replace(mistake, reads=_reads(section, name, node, change, written))


_SECTIONS: dict[str, Callable[[Any, Written], Iterator[Change]]] = {
    "parameters": lambda node, _: rules.parameter(node),
    "criteria": lambda node, written: rules.criterion(node, written.whole),
    "conclusions": lambda node, written: rules.conclusion(node, written.whole),
    "anchors": lambda node, _: rules.anchor(node),
    "windows": lambda node, _: rules.window(node),
    "moving_windows": lambda node, _: rules.moving_window(node),
    "measures": lambda node, _: values.measure(node),
    "concepts": lambda node, written: values.concept(node, written.marks),
    "systems": lambda node, _: values.system(node),
}


def _mistake(file: str, section: str, name: str, change: Change) -> Mistake:
    where = name if section == "parameters" else f"{section}.{name}"
    inner = "" if section in ("parameters", "systems") else _place(change.path)
    return Mistake(
        f"{where}{inner}: {change.what}",
        f"{section}.{name}",
        change.kind,
        change.what,
        file,
        (section, name, *change.path),
        change.value,
    )


def _place(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return f" {text.removeprefix('.')}" if text else ""


def _reads(section: str, name: str, node: Any, change: Change, written: Written) -> frozenset[str]:
    """What a chart has to hold so that a changed code, unit or computation is asked for at all."""
    if section == "systems":
        return frozenset({node[int(change.path[0])]})
    if section != "concepts":
        return frozenset()
    codes = [step for step in change.path[-2:-1] if step in ("codes", "texts")]
    if codes and isinstance(change.path[-1], int):
        found = node
        for step in change.path:
            found = found[step]
        return frozenset({str(found) if "texts" in codes else f'"{found}"'})
    if change.path[:1] == ("derive",):
        rules = node["derive"] if len(change.path) == 1 else [node["derive"][int(change.path[1])]]
        return frozenset(code for rule in rules for term in written.terms(rule) for code in written.own_codes(term))
    return written.codes(name)


def _named_apart(found: list[Mistake]) -> list[Mistake]:
    """No two with one name, which would be the same mistake twice; numbered where they are not."""
    seen: dict[str, int] = {}
    apart: list[Mistake] = []
    for mistake in found:
        seen[mistake.id] = seen.get(mistake.id, 0) + 1
        apart.append(mistake if seen[mistake.id] == 1 else replace(mistake, id=f"{mistake.id} ({seen[mistake.id]})"))
    return apart

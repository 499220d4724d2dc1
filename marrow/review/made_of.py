"""Everything that a rule means: all items of the pack that it leads down to, from criteria to codes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from pydantic import BaseModel

from engine.pack.expression import Among, Compare, Expression, Known, Named, walk
from engine.pack.names import named
from engine.pack.needs import here
from engine.pack.program import ConclusionRule, Criterion, Pack
from marrow.review.rules import Rule, roots


@dataclass(slots=True)
class MadeOf:
    """Names of a pack's items by section, in the order in which they are met. Criteria, measures and conclusions are bound."""

    criteria: dict[str, None] = field(default_factory=dict)
    conclusions: dict[str, None] = field(default_factory=dict)
    measures: dict[str, None] = field(default_factory=dict)
    windows: dict[str, None] = field(default_factory=dict)
    anchors: dict[str, None] = field(default_factory=dict)
    concepts: dict[str, None] = field(default_factory=dict)
    tables: dict[str, None] = field(default_factory=dict)
    parameters: dict[str, None] = field(default_factory=dict)

    def items(self) -> frozenset[str]:
        """Each as section and name without its window: `measures.anc`."""
        by_section = {
            "criteria": self.criteria, "conclusions": self.conclusions, "measures": self.measures, "windows": self.windows,
            "moving_windows": self.windows, "anchors": self.anchors, "concepts": self.concepts, "tables": self.tables,
        }  # fmt: skip
        found = {f"{section}.{name.partition('@')[0]}" for section, names in by_section.items() for name in names}
        return frozenset(found | {f"parameters.{name}" for name in self.parameters})

    def without(self, others: "Iterable[MadeOf]") -> "MadeOf":
        """What is left beside what others are made of."""
        left = {one.name: dict(getattr(self, one.name)) for one in fields(self)}
        for other in others:
            for name, mine in left.items():
                left[name] = {item: None for item in mine if item not in getattr(other, name)}
        return MadeOf(**left)


def made_of(pack: Pack, rule: Rule) -> MadeOf:
    """What a rule leads down to; the rule itself is among it."""
    found = MadeOf()
    for form in rule.forms:
        if isinstance(form, ConclusionRule):
            _conclusion(pack, form, found)
        else:
            _criterion(pack, form, found)
    return found


def _conclusion(pack: Pack, rule: ConclusionRule, found: MadeOf) -> None:
    if rule.name in found.conclusions:
        return
    found.conclusions[rule.name] = None
    found.parameters |= dict.fromkeys(name for name in pack.parameters if name in rule.parameters)
    for flag in rule.flags:
        _expression(pack, flag.when, found)
    for root in roots(pack, rule):
        _expression(pack, root, found)
    if rule.due is not None:
        _spec(pack, rule.due.spec, rule.window, found)
    effective = rule.effective
    for name in effective.values() if not isinstance(effective, str) else (effective,):
        _measure(pack, name, found)


def _criterion(pack: Pack, criterion: Criterion, found: MadeOf) -> None:
    if criterion.name in found.criteria:
        return
    found.criteria[criterion.name] = None
    found.parameters |= dict.fromkeys(name for name in pack.parameters if name in criterion.parameters)
    _expression(pack, criterion.expression, found)


def _expression(pack: Pack, node: Expression, found: MadeOf) -> None:
    for part in walk(node):
        if isinstance(part, Named):
            _criterion(pack, pack.criteria[part.criterion], found)
        elif isinstance(part, Compare | Among | Known):
            _measure(pack, part.measure, found)


def _measure(pack: Pack, name: str, found: MadeOf) -> None:
    measure = pack.measures.get(name)
    if measure is None or name in found.measures:
        return
    found.measures[name] = None
    found.parameters |= dict.fromkeys(one for one in pack.parameters if one in measure.parameters)
    for other in measure.needs:
        _measure(pack, other, found)
    if measure.window is not None:
        _window(pack, measure.window, found)
    _spec(pack, measure.spec, measure.window, found)
    scan = measure.spec.scan
    if scan is not None and scan.criterion in pack.criteria:
        _criterion(pack, pack.criteria[scan.criterion], found)


def _window(pack: Pack, name: str, found: MadeOf) -> None:
    spec = pack.windows.get(name) or pack.moving_windows.get(name)
    if spec is None or name in found.windows:
        return
    found.windows[name] = None
    _spec(pack, spec, name, found)


def _spec(pack: Pack, spec: BaseModel, window: str | None, found: MadeOf) -> None:
    """What an item names, whatever kind of item it is."""
    for kind, name in named(spec):
        if kind == "concepts" or (kind == "terms" and name in pack.concepts and here(name, window) not in pack.measures):
            _concept(pack, name, found)
        elif kind == "windows" and name not in getattr(spec, "windows", ()):
            _window(pack, window or name if name == "here" else name, found)
        elif kind == "tables":
            found.tables[name] = None
        elif kind in ("anchors", "days") and name in pack.anchors:
            if name not in found.anchors:
                found.anchors[name] = None
                _spec(pack, pack.anchors[name], window, found)
        elif kind in ("measures", "terms", "days"):
            _measure(pack, here(name, window), found)
        elif kind == "conclusions":
            for rule in pack.conclusions.values():
                if name in (rule.name, rule.base):
                    _conclusion(pack, rule, found)


def _concept(pack: Pack, name: str, found: MadeOf) -> None:
    spec = pack.concepts.get(name)
    if spec is None or name in found.concepts:
        return
    found.concepts[name] = None
    found.parameters |= dict.fromkeys(rule.when for rule in spec.derive if rule.when is not None)
    for kind, other in named(spec):
        if kind in ("concepts", "terms"):
            _concept(pack, other, found)

"""What is doubtful in a pack that loads: faults under other settings, what nobody uses, what nobody reaches, cites or shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.pack.choices import values
from engine.pack.draft import Draft
from engine.pack.load import Reading, compiled, read
from engine.pack.parameters import text_of
from engine.pack.parse import Fault, PackError, suggestion
from engine.pack.program import Pack
from engine.pack.reach import out_of_reach
from engine.pack.usage import used_items

_LINTED: Final = ("systems", "parameters", "concepts", "anchors", "windows", "moving_windows", "measures", "criteria", "tables")
_SOURCED: Final = ("parameters", "measures", "criteria", "conclusions", "printed")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a scenario, or of a group of them: `criterion:low_iron`, and where it stands."""

    file: str
    line: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class _Variant:
    """The pack under one setting."""

    setting: str
    pack: Pack
    draft: Draft


def check(files: Mapping[str, str], tags: Iterable[Tag] | None = None) -> list[Fault]:
    """Every fault and every doubt, in the order of the files; severity tells errors from warnings.

    tags: those of the pack's scenarios; None where there are no scenarios to look at.
    """
    reading = read(files)
    pack, draft = compiled(reading, {})
    if pack is None:
        return list(PackError(draft.faults).faults)
    faults = list(draft.faults)
    variants = [_Variant("", pack, draft)]
    for setting, other, its in _variants(reading, pack):
        faults += [replace(fault, message=f"with {setting}: {fault.message}") for fault in its.faults]
        if other is not None:
            variants.append(_Variant(setting, other, its))
    faults += [*_unused(variants), *_unreachable(variants), *_sources(draft)]
    if tags is not None:
        faults += _scenarios(variants, list(tags))
    return sorted(set(faults))


def _variants(reading: Reading, pack: Pack) -> Iterator[tuple[str, Pack | None, Draft]]:
    """The pack under every other value of every parameter that chooses what is written."""
    choosing = {name for source in reading.sources for name in _choosing(source.data)}
    for name in sorted(choosing & set(pack.parameters)):
        parameter = pack.parameters[name]
        for option in values(parameter.spec):
            if option != text_of(parameter.value):
                yield f"{name}={option}", *compiled(reading, {name: option})


def _choosing(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "choose" in node:
            yield str(node["choose"])
        for value in node.values():
            yield from _choosing(value)
    elif isinstance(node, list):
        for value in node:
            yield from _choosing(value)


def _said(draft: Draft, section: str, name: str, message: str, severity: str = "error", about: str = "") -> Fault:
    """A fault at an item, which does not make the pack unusable."""
    faults = draft.faults
    draft.faults = []
    draft.fault(section, name, message, severity=severity, about=about)
    (fault,), draft.faults = draft.faults, faults
    return fault


def _unused(variants: list[_Variant]) -> Iterator[Fault]:
    used = set().union(*(used_items(variant.pack, variant.draft) for variant in variants))
    draft = variants[0].draft
    for section in _LINTED:
        for name in draft.items.get(section, {}):
            if (section, name) not in used:
                yield _said(draft, section, name, "nothing asks for this", "warning")


def _unreachable(variants: list[_Variant]) -> Iterator[Fault]:
    """Outcomes that no setting lets be the first that is met."""
    reached: set[tuple[str, str, str]] = set()
    lost: dict[tuple[str, str, str], None] = {}
    for variant in variants:
        for rule in variant.pack.conclusions.values():
            keys = [(rule.base, outcome.name, outcome.label) for outcome in rule.outcomes]
            if reached.issuperset(keys):
                continue
            beyond = out_of_reach(variant.pack.criteria, rule)
            reached |= {key for place, key in enumerate(keys) if place not in beyond}
            lost |= dict.fromkeys(keys[place] for place in beyond)
    for base, outcome, label in lost:
        if (base, outcome, label) not in reached:
            message = f"`{outcome}` ({label}) can never be reached: it is never the first that is met"
            yield _said(variants[0].draft, "conclusions", base, message, about=outcome)


def _sources(draft: Draft) -> Iterator[Fault]:
    statements = draft.items["statements"]
    cited: set[str] = set()
    specs = {name: parameter.spec for name, parameter in draft.parameters.items()}
    for section in _SOURCED:
        for name, spec in specs.items() if section == "parameters" else draft.sound(section):
            if not spec.source or not "".join(spec.source).strip():
                yield _said(draft, section, name, "this has no source: name statements, or say where it comes from")
            for statement in spec.source if isinstance(spec.source, list) else ():
                cited.add(statement)
                if statement not in statements:
                    message = f"there is no statement `{statement}`{suggestion(statement, statements)}"
                    yield _said(draft, section, name, message)
    for name, statement in draft.sound("statements"):
        if statement.kind == "rule" and name not in cited:
            yield _said(draft, "statements", name, "no rule cites this statement", "warning")


def _scenarios(variants: list[_Variant], tags: list[Tag]) -> Iterator[Fault]:
    draft = variants[0].draft
    criteria = {criterion.base for variant in variants for criterion in variant.pack.criteria.values()}
    statements = {name for name, statement in draft.sound("statements") if statement.kind == "rule"}
    shown = {(tag.kind, tag.name) for tag in tags}
    for name in sorted(criteria):
        if ("criterion", name) not in shown:
            yield _said(draft, "criteria", name, f"no scenario shows this criterion: tag one with @criterion:{name}")
    for name in sorted(statements):
        if ("statement", name) not in shown:
            yield _said(draft, "statements", name, "no scenario shows this statement", "warning")
    for tag in tags:
        there = {"criterion": draft.items["criteria"], "statement": draft.items["statements"]}.get(tag.kind)
        if there is not None and tag.name not in there:
            yield Fault(tag.file, tag.line, "", f"there is no {tag.kind} `{tag.name}`{suggestion(tag.name, there)}")

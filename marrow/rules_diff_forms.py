"""Every item of a pack as words by aspect, so that two versions of it can be compared in sentences."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from engine.describe import amount, describe, number, unit_text
from engine.pack.expression import AtLeast, Compare, Constant, Every, Expression, Not, Some
from engine.pack.program import ConclusionRule, Criterion, Measure, Pack, Row
from engine.pack.vocabulary import CodeSpec, ConceptSpec
from marrow.rules_words import anchor_name, anchor_text, measure_way, value_text, window_text


class Lines(tuple[str, ...]):
    """The lines of an expression: those that differ are told, not the whole."""


Words = str | tuple[str, ...]
"""A text; a tuple is a set of things that may be added and removed."""


@dataclass(frozen=True, slots=True)
class Form:
    """One item. aspects: its words by what they say; same: equal in both versions where nothing differs."""

    label: str
    aspects: Mapping[str, Words]
    same: Any


def details(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two plain values differ: path, before and after."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from details(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from details(one, other, f"{path}[{place}]")
    elif old != new:
        yield f"`{path}`", _plain(old), _plain(new)


def _plain(value: Any) -> str:
    match value:
        case None | [] | () | "":
            return "nothing"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number(value)
        case dict():
            return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items() if inner not in (None, [], ()))
        case list() | tuple():
            return ", ".join(map(_plain, value))
        case _:
            return str(value)


def _dump(spec: BaseModel) -> Any:
    return spec.model_dump(warnings=False)  # a value that a parameter filled in is not always of the type that is written


def _source(source: str | Iterable[str]) -> Words:
    return (source,) if isinstance(source, str) else tuple(source)


# --- sections --------------------------------------------------------------------------------------------------------


def _manifest(pack: Pack) -> dict[str, Form]:
    return {pack.name: Form(pack.manifest.title, {}, _dump(pack.manifest))}


def _statements(pack: Pack) -> dict[str, Form]:
    return {
        name: Form(spec.section, {"its words": spec.text, "section": spec.section}, _dump(spec))
        for name, spec in pack.statements.items()
    }


def _parameters(pack: Pack) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for name, parameter in pack.parameters.items():
        spec = parameter.spec
        unit = None if spec.unit is None else spec.unit
        limits = [
            f"{word} {amount(limit, unit)}"
            for word, limit in (("at least", spec.minimum), ("at most", spec.maximum))
            if limit is not None
        ]
        aspects: dict[str, Words] = {
            "the value": value_text(parameter), "what it may be": tuple(spec.options or limits), "reason": spec.reason,
            "source": _source(spec.source), "label": spec.label,
        }  # fmt: skip
        found[name] = Form(spec.label, aspects, (_dump(spec), parameter.value))
    return found


def _concepts(pack: Pack) -> dict[str, Form]:
    return {name: Form(spec.label, _concept(spec), _dump(spec)) for name, spec in pack.concepts.items()}


def _concept(spec: ConceptSpec) -> dict[str, Words]:
    quantity = spec.quantity
    aspects: dict[str, Words] = {
        "label": spec.label, "where it is read": tuple(spec.elements), "codes": _codes(spec.codes),
        "codes that are refused": _codes(spec.never), "codes of methods": _codes(spec.methods), "wordings": tuple(spec.texts),
        "computed as": tuple(str(rule.formula or f"at most {rule.at_most}") for rule in spec.derive),
        "yields to": tuple(spec.yields_to),
    }  # fmt: skip
    for answer, codes in (spec.answers or {}).items():
        aspects[f"codes of the answer {answer}"] = _codes(codes)
    if quantity is not None:
        aspects["unit"] = unit_text(quantity.unit)
        aspects["plausible values"] = " to ".join(map(number, quantity.plausible))
    return aspects


def _codes(groups: Iterable[CodeSpec]) -> tuple[str, ...]:
    return tuple(
        f"{group.system} {code}{f' ({group.mark or group.means})' if group.mark or group.means else ''}"
        for group in groups
        for code in group.codes
    )


def _anchors(pack: Pack) -> dict[str, Form]:
    return {
        name: Form(spec.label, {"label": spec.label, "the day": anchor_text(pack, spec)}, _dump(spec))
        for name, spec in pack.anchors.items()
    }


def _windows(pack: Pack) -> dict[str, Form]:
    found = {
        name: Form(
            spec.label, _window(window_text(pack, spec)) | {"label": spec.label, "one visit": tuple(spec.panel)}, _dump(spec)
        )
        for name, spec in pack.windows.items()
    }
    for name, moving in pack.moving_windows.items():
        back: dict[str, Words] = {"days back": _plain(moving.lookback), "visits": tuple(moving.visits), "label": moving.label}
        found[name] = Form(moving.label, back, _dump(moving))
    return found


def _window(text: str) -> dict[str, Words]:
    span, *_, pick = text.split("; ")
    return {"its span": text.removesuffix(f"; {pick}") if span != text else text, "of several values": pick}


def _tables(pack: Pack) -> dict[str, Form]:
    return {name: Form(name, {"rows": tuple(map(_row, rows))}, rows) for name, rows in pack.tables.items()}


def _row(row: Row) -> str:
    until = "" if row.until is None else f" to under {row.until[0]} {unit_text(row.until[1])}"
    return f"{row.sex + ' ' if row.sex else ''}from {row.since[0]} {unit_text(row.since[1])}{until}: {number(row.value)}"


def _measures(pack: Pack) -> dict[str, Form]:
    """One form for each measure, whatever the windows that it is asked for in."""
    found: dict[str, Form] = {}
    for measure in pack.measures.values():
        if measure.base not in found:
            windows = tuple(one.window for one in pack.measures.values() if one.base == measure.base and one.window)
            found[measure.base] = Form(
                measure.label, _measure(pack, measure) | {"windows": windows}, (_dump(measure.spec), windows)
            )
    return found


def _measure(pack: Pack, measure: Measure) -> dict[str, Words]:
    return {
        "label": measure.label, "unit": unit_text(measure.unit), "how it is found": measure_way(pack, measure),
        "source": _source(measure.spec.source),
    }  # fmt: skip


def _criteria(pack: Pack) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for one in pack.criteria.values():
        if one.base not in found:
            found[one.base] = Form(one.label, _criterion(pack, one), _same(one))
    return found


def _same(one: Criterion) -> Any:
    return one.window, one.label, one.kind, one.source, _open(one.expression)


def _criterion(pack: Pack, one: Criterion) -> dict[str, Words]:
    kind = one.kind or ""
    return {"label": one.label, "the rule": Lines(describe(pack, one.expression)), "kind": kind, "source": one.source}


def _conclusions(pack: Pack) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for rule in pack.conclusions.values():
        if rule.base not in found:
            windows = tuple(one.window for one in pack.conclusions.values() if one.base == rule.base and one.window)
            found[rule.base] = Form(rule.label, _conclusion(pack, rule) | {"windows": windows}, (_rule(rule), windows))
    return found


def _conclusion(pack: Pack, rule: ConclusionRule) -> dict[str, Words]:
    aspects: dict[str, Words] = {
        "label": rule.label, "outcomes, in order": tuple(f"{one.name} ({one.label})" for one in rule.outcomes),
        "criteria that are shown": tuple(dict.fromkeys(pack.criteria[name].label for name in rule.criteria)),
        "source": rule.source,
    }  # fmt: skip
    if rule.applies is not None:
        aspects["drawn only if"] = Lines(describe(pack, rule.applies))
    if rule.due is not None:
        aspects["when it is due"] = _plain({k: v for k, v in _dump(rule.due.spec).items() if k != "settled" and v is not None})
        if rule.due.settled is not None:
            aspects["settled earlier if"] = Lines(describe(pack, rule.due.settled))
    for one in rule.outcomes:
        aspects[f"{one.name} ({one.label})"] = Lines(["otherwise"] if one.when is None else describe(pack, one.when))
    aspects |= {f"remark {flag.name}": Lines([flag.label, *describe(pack, flag.when)]) for flag in rule.flags}
    dates = (
        rule.effective if isinstance(rule.effective, str) else tuple(f"{k}: {_day(pack, v)}" for k, v in rule.effective.items())
    )
    return aspects | {"its date": _day(pack, dates) if isinstance(dates, str) else dates}


def _day(pack: Pack, name: str) -> str:
    return "that of the newest value" if name == "newest" else anchor_name(pack, name)


def _rule(rule: ConclusionRule) -> Any:
    outcomes = tuple((one.name, one.label, _open(one.when)) for one in rule.outcomes)
    flags = tuple((flag.name, flag.label, _open(flag.when)) for flag in rule.flags)
    due = None if rule.due is None else (rule.due.spec.model_dump(exclude={"settled"}, warnings=False), _open(rule.due.settled))
    return rule.label, rule.source, _open(rule.applies), due, rule.criteria, outcomes, flags, rule.effective


def _open(node: Expression | None) -> Expression | None:
    """An expression without the values of parameters: a changed value is told once, where the parameter is."""
    match node:
        case Compare(_, _, _, str()):
            return replace(node, limit=Decimal(0))
        case Constant():
            return replace(node, value=True)
        case Every(parts) | Some(parts):
            return replace(node, parts=tuple(_part(part) for part in parts))
        case AtLeast(least, parts, parameter):
            return AtLeast(0 if parameter else least, tuple(_part(part) for part in parts), parameter)
        case Not(part):
            return Not(_part(part))
        case _:
            return node


def _part(node: Expression) -> Expression:
    found = _open(node)
    assert found is not None
    return found


def _whole(section: str) -> Callable[[Pack], dict[str, Form]]:
    """A section that is told by its fields: what is written, counted, shown and compared."""

    def forms(pack: Pack) -> dict[str, Form]:
        found = getattr(pack, section)
        if isinstance(found, BaseModel):
            return {name: Form(name, {}, {name: inner}) for name, inner in _dump(found).items() if inner not in (None, [], {})}
        return {name: Form(getattr(spec, "label", name), {}, _dump(spec)) for name, spec in found.items()}

    return forms


SECTIONS: dict[str, Callable[[Pack], dict[str, Form]]] = {
    "pack": _manifest, "statements": _statements, "parameters": _parameters, "criteria": _criteria, "conclusions": _conclusions,
    "measures": _measures, "windows": _windows, "anchors": _anchors, "concepts": _concepts, "tables": _tables,
    "systems": lambda pack: {name: Form(name, {"URIs": uris}, uris) for name, uris in pack.systems.items()},
    **{section: _whole(section) for section in ("emission", "statistics", "hooks", "pages", "printed")},
}  # fmt: skip
"""How the items of each section read, in the order in which they are told."""

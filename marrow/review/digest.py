"""The digest of what a rule means: it changes when the rule does, and only then. Signatures are given to it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from engine.pack.program import ConclusionRule, Criterion, Pack
from marrow.review.made_of import made_of
from marrow.review.rules import Rule

_WORDS = frozenset({"label", "short", "note", "reason", "source", "used_by"})
"""Fields of what a rule is made of that are there to be read, and decide nothing."""


def digest(pack: Pack, rule: Rule) -> str:
    """`sha256:` and 64 hexadecimal digits.

    It covers the rule's own words, the statements that it cites, its expressions down to each limit, and every measure, window,
    anchor, concept with its codes, table and parameter value that these lead to. It does not cover names of files, the order of
    items, or the words of anything but the rule itself.
    """
    text = json.dumps(_meaning(pack, rule), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _meaning(pack: Pack, rule: Rule) -> Any:
    found = made_of(pack, rule)
    systems = {code.system for name in found.concepts for code in _codes(pack.concepts[name])}
    return {
        "rule": rule.id,
        "label": rule.label,
        "statements": {name: pack.statements[name].text for name in rule.source if name in pack.statements},
        "outcomes": [[one.name, one.label] for form in rule.forms if isinstance(form, ConclusionRule) for one in form.outcomes],
        "criteria": {name: _plain(_criterion(pack.criteria[name])) for name in found.criteria},
        "conclusions": {name: _plain(_conclusion(pack.conclusions[name])) for name in found.conclusions},
        "measures": {name: _plain(pack.measures[name].spec) for name in found.measures},
        "windows": {name: _plain(pack.windows.get(name) or pack.moving_windows.get(name)) for name in found.windows},
        "anchors": {name: _plain(pack.anchors[name]) for name in found.anchors},
        "concepts": {name: _plain(pack.concepts[name]) for name in found.concepts},
        "systems": {name: sorted(pack.systems.get(name, ())) for name in systems},
        "tables": {name: _plain(pack.tables[name]) for name in found.tables if name in pack.tables},
        "parameters": {name: _plain(pack.parameters[name].value) for name in found.parameters},
    }


def _criterion(criterion: Criterion) -> Any:
    return [criterion.kind, criterion.expression]


def _conclusion(rule: ConclusionRule) -> Any:
    due = None if rule.due is None else [rule.due.spec, rule.due.settled]
    outcomes = [[one.name, one.when] for one in rule.outcomes]
    flags = [[one.name, one.when] for one in rule.flags]
    return [rule.applies, due, list(rule.criteria), outcomes, flags, rule.effective]


def _codes(spec: Any) -> list[Any]:
    return [*spec.codes, *spec.never, *spec.methods, *(code for codes in (spec.answers or {}).values() for code in codes)]


def _plain(value: Any) -> Any:
    """A value as JSON has it: numbers by their value (0.50 is 0.5), sets in order, fields that were left out left out."""
    match value:
        case BaseModel():
            given = {name: getattr(value, name) for name in type(value).model_fields if name not in _WORDS}
            defaults = {name: one.get_default(call_default_factory=True) for name, one in type(value).model_fields.items()}
            return {name: _plain(one) for name, one in given.items() if one != defaults[name]}
        case Decimal():
            return f"{value.normalize():f}"
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case frozenset() | set():
            return sorted(map(str, value))
        case list() | tuple():
            return [_plain(one) for one in value]
        case None | bool() | int() | str():
            return value
        case _ if is_dataclass(value):
            return [type(value).__name__, *(_plain(getattr(value, one.name)) for one in fields(value))]
        case _:
            return str(value)

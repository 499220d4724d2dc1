"""The shape of a whole pack file, and its JSON Schema, by which editors complete and check pack files."""

from typing import Any

from pydantic import Field, TypeAdapter

from engine.pack.emission import EmissionSpec
from engine.pack.hooks import HookSpec, ServiceId
from engine.pack.measures import MeasureSpec
from engine.pack.node import Dotted, Name, Node
from engine.pack.pages import PagesSpec
from engine.pack.printed import PrintedSpec
from engine.pack.rules import ConclusionSpec, CriterionSpec
from engine.pack.statistics import StatisticsSpec
from engine.pack.time import AnchorSpec, VisitSpec, WindowSpec
from engine.pack.vocabulary import ConceptSpec, Manifest, ParameterSpec, StatementSpec


class PackFile(Node):
    """Any file of a pack: each may hold any of these sections, no name twice."""

    systems: dict[Name, list[str]] = Field(default={}, description="code systems: the URIs that each is known by")
    parameters: dict[Dotted, ParameterSpec] = Field(default={}, description="open choices, and printed numbers")
    concepts: dict[Name, ConceptSpec] = Field(default={}, description="what the protocol speaks of, and how FHIR says it")
    anchors: dict[Name, AnchorSpec] = Field(default={}, description="days that other days are counted from")
    windows: dict[Name, WindowSpec] = Field(default={}, description="days around an anchor, and which value in them counts")
    moving_windows: dict[Name, VisitSpec] = Field(default={}, description="windows that a scan lays at each visit")
    measures: dict[Name, MeasureSpec] = Field(default={}, description="the named values of one assessment")
    criteria: dict[Name, CriterionSpec] = Field(default={}, description="statements that are met, not met or unknown")
    conclusions: dict[Dotted, ConclusionSpec] = Field(default={}, description="what is concluded from criteria")
    emission: EmissionSpec | None = Field(default=None, description="what is written back as FHIR")
    statistics: StatisticsSpec | None = Field(default=None, description="what is computed of a cohort")
    statements: dict[str, StatementSpec] = Field(default={}, description="what the source says, in the author's own words")
    printed: dict[Name, PrintedSpec] = Field(default={}, description="numbers of the source, compared with the computed ones")
    hooks: dict[ServiceId, HookSpec] = Field(default={}, description="what is told when a chart is opened or an order chosen")
    pages: PagesSpec | None = Field(default=None, description="what the pages of the service show of patients")
    tables: dict[Name, str] = Field(default={}, description="CSV files by the name that rules use")


SECTION_NAMES = tuple(PackFile.model_fields)

_CHOICE = "Choice"
_UNCHOSEN = ("PackFile", "Manifest", "ParameterSpec")
"""Nodes in which no parameter chooses: the file itself, and what parameters are made of."""
_KEYED = ("choose", "options")


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of pack files; a file with a `name` is the manifest. A choice may stand for any node."""
    made = TypeAdapter(PackFile | Manifest).json_schema()
    definitions: dict[str, Any] = made["$defs"]
    for name, definition in definitions.items():
        if name not in _UNCHOSEN:
            _open(definition)
    for section in ("concepts", "anchors", "windows", "moving_windows", "measures", "criteria", "conclusions"):
        _open_names(definitions["PackFile"]["properties"][section])
    definitions[_CHOICE] = {
        "title": _CHOICE,
        "description": "One option for each value of a flag or choice parameter; the one in force is put in",
        "type": "object",
        "properties": {
            "choose": {"type": "string", "description": "the parameter that chooses"},
            "options": {"type": "object", "description": "a node for each value of the parameter"},
        },
        "required": list(_KEYED),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Marrow pack file",
        "if": {"required": ["name"]},
        "then": {"$ref": "#/$defs/Manifest"},
        "else": {"$ref": "#/$defs/PackFile"},
        "$defs": dict(sorted(definitions.items())),
    }


def _open(definition: dict[str, Any]) -> None:
    """Let a choice stand for each property of a node, and each item of its lists."""
    for name, value in definition.get("properties", {}).items():
        definition["properties"][name] = _or_choice(value)


def _open_names(section: dict[str, Any]) -> None:
    """Let a choice stand for each item of a section."""
    section["patternProperties"] = {name: _or_choice(item) for name, item in section["patternProperties"].items()}
    section["additionalProperties"] = False


def _or_choice(value: dict[str, Any]) -> dict[str, Any]:
    inner = {key: _inside(key, part) for key, part in value.items() if key not in ("title", "description", "default")}
    outer = {key: part for key, part in value.items() if key in ("title", "description", "default")}
    return {**outer, "anyOf": [*_alternatives(inner), {"$ref": f"#/$defs/{_CHOICE}"}]}


def _alternatives(value: dict[str, Any]) -> list[Any]:
    return list(value["anyOf"]) if set(value) == {"anyOf"} else [value]


def _inside(key: str, part: Any) -> Any:
    if key in ("items", "additionalProperties") and isinstance(part, dict):
        return _or_choice(part)
    if key in ("anyOf", "oneOf", "prefixItems"):
        return [{name: _inside(name, value) for name, value in option.items()} for option in part]
    return part

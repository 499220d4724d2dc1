"""Pack files to a compiled pack: parse, set parameters, resolve choices, check shapes, bind names. All faults at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from engine.pack.bind import bind
from engine.pack.emission import EmissionSpec
from engine.pack.measures import MeasureSpec
from engine.pack.parameters import Choices, set_parameters
from engine.pack.parse import Fault, PackError, Path, Source, parse, suggestion
from engine.pack.program import Pack, Parameter
from engine.pack.rules import ConclusionSpec, CriterionSpec
from engine.pack.tables import read_table
from engine.pack.time import AnchorSpec, VisitSpec, WindowSpec
from engine.pack.vocabulary import ConceptSpec, Manifest, ParameterSpec

SECTIONS: dict[str, type[BaseModel]] = {
    "concepts": ConceptSpec,
    "anchors": AnchorSpec,
    "windows": WindowSpec,
    "moving_windows": VisitSpec,
    "measures": MeasureSpec,
    "criteria": CriterionSpec,
    "conclusions": ConclusionSpec,
}
_PLAIN = ("systems", "tables", "statements")
_KNOWN = (*SECTIONS, *_PLAIN, "parameters", "emission")
_MANIFEST = "pack.yaml"


@dataclass(slots=True)
class Draft:
    """A pack while it is read: every item with the place it was written at, and what is wrong so far."""

    manifest: Manifest | None = None
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[tuple[str, str], tuple[Source, Path]] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    used: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, section: str, name: str, message: str, inside: Path = (), severity: str = "error") -> None:
        """Add a fault at an item, or at the nearest line inside it."""
        source, path = self.places.get((section, name), (Source(_MANIFEST, {}), ()))
        self.faults.append(Fault(source.file, source.line((*path, *inside)), f"{section}.{name}", message, severity))


def load(files: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> Pack:
    """The compiled pack of these files (name to text; YAML, and CSV tables). Raises PackError with every fault found.

    overrides: parameter values from outside, as text (`--set`).
    """
    draft = Draft()
    sources = [source for name in sorted(files) if name.endswith(".yaml") and (source := _parsed(name, files[name], draft))]
    for source in sources:
        _collect(source, draft)
    _stop(draft)
    _set(draft, overrides or {})
    for section, model in SECTIONS.items():
        _validate(section, model, draft)
    emission = _emission(draft)
    tables = {name: _table(name, file, files, draft) for name, file in draft.items.get("tables", {}).items()}
    _stop(draft)
    pack = bind(draft, tables, emission)
    _stop(draft)
    assert pack is not None
    return pack


def _stop(draft: Draft) -> None:
    if any(fault.severity == "error" for fault in draft.faults):
        raise PackError(draft.faults)


def _parsed(name: str, text: str, draft: Draft) -> Source | None:
    try:
        return parse(name, text)
    except PackError as error:
        draft.faults.extend(error.faults)
        return None


def _collect(source: Source, draft: Draft) -> None:
    if source.file == _MANIFEST:
        draft.manifest = _one(Manifest, source.data, source, (), "", draft)
        return
    if not isinstance(source.data, dict):
        draft.faults.append(Fault(source.file, 1, "", f"expected sections: {', '.join(_KNOWN)}"))
        return
    for section, content in source.data.items():
        if section not in _KNOWN:
            message = f"there is no section `{section}`{suggestion(section, _KNOWN)}"
            draft.faults.append(Fault(source.file, source.line((section,)), "", message))
        elif not isinstance(content, dict):
            draft.faults.append(Fault(source.file, source.line((section,)), section, "expected names with their definitions"))
        else:
            _add(section, content, source, draft)


def _add(section: str, content: dict[str, Any], source: Source, draft: Draft) -> None:
    names = draft.items.setdefault(section, {})
    for name, raw in content.items():
        if name in names:
            first = draft.places[section, name][0].file
            message = f"this name stands in {first} already"
            draft.faults.append(Fault(source.file, source.line((section, name)), f"{section}.{name}", message))
            continue
        names[name] = raw
        draft.places[section, name] = (source, (section, name))


def _set(draft: Draft, overrides: Mapping[str, str]) -> None:
    if draft.manifest is None:
        draft.faults.append(Fault(_MANIFEST, 0, "", "every pack has this file: name, version, title, source, url, system"))
    specs: dict[str, ParameterSpec] = {}
    for name, raw in draft.items.get("parameters", {}).items():
        spec = _one(ParameterSpec, raw, *draft.places["parameters", name], f"parameters.{name}", draft)
        if spec is not None:
            specs[name] = spec
    draft.parameters, faults = set_parameters(specs, overrides)
    for name, message in faults:
        if name in overrides:
            draft.faults.append(Fault("--set", 0, "", message))
        else:
            draft.fault("parameters", name, message)


def _validate(section: str, model: type[BaseModel], draft: Draft) -> None:
    items = draft.items.setdefault(section, {})
    for name, raw in list(items.items()):
        used = draft.used.setdefault((section, name), set())
        faults: list[str] = []
        resolved = Choices(draft.parameters, used, faults).resolve(raw)
        for message in faults:
            draft.fault(section, name, message)
        items[name] = _one(model, resolved, *draft.places[section, name], f"{section}.{name}", draft)


def _one(model: type[Any], raw: Any, source: Source, path: Path, rule: str, draft: Draft) -> Any:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            inside = tuple(part for part in detail["loc"])
            expected = _expected(model, detail)
            draft.faults.append(Fault(source.file, source.line((*path, *inside)), rule, expected))
        return None


def _expected(model: type[BaseModel], detail: Any) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        name = str(detail["loc"][-1])
        return f"`{where}` is not expected here{suggestion(name, model.model_fields)}"
    return f"`{where}`: {message[0].lower()}{message[1:]}" if where else message


def _emission(draft: Draft) -> EmissionSpec:
    raw = draft.items.get("emission", {})
    try:
        return TypeAdapter(EmissionSpec).validate_python(raw)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            section = str(detail["loc"][0]) if detail["loc"] else "emission"
            draft.fault("emission", section, _expected(EmissionSpec, detail), tuple(detail["loc"][1:]))
        return EmissionSpec()


def _table(name: str, file: Any, files: Mapping[str, str], draft: Draft) -> Any:
    text = files.get(str(file))
    if text is None:
        draft.fault("tables", name, f"there is no file {file}{suggestion(str(file), files)}")
        return ()
    return read_table(str(file), text, draft.faults)

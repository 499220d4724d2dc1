"""Pack files to a compiled pack: parse, set parameters, resolve choices, check shapes, bind names. All faults at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from engine.pack.bind import bind
from engine.pack.choices import Choices, holds_choice
from engine.pack.draft import MANIFEST, Draft
from engine.pack.emission import EmissionSpec
from engine.pack.hooks import SERVICE, HookSpec
from engine.pack.measures import MeasureSpec
from engine.pack.node import DOTTED, NAME
from engine.pack.pages import PagesSpec
from engine.pack.parameters import set_parameters
from engine.pack.parse import Fault, PackError, Source, parse, suggestion
from engine.pack.printed import PrintedSpec
from engine.pack.program import Pack, Row
from engine.pack.rules import ConclusionSpec, CriterionSpec
from engine.pack.schema import SECTION_NAMES, PackFile
from engine.pack.shapes import checked
from engine.pack.statistics import StatisticsSpec
from engine.pack.tables import read_table
from engine.pack.time import AnchorSpec, VisitSpec, WindowSpec
from engine.pack.vocabulary import ConceptSpec, Manifest, ParameterSpec, StatementSpec

SECTIONS: dict[str, type[BaseModel]] = {
    "concepts": ConceptSpec,
    "anchors": AnchorSpec,
    "windows": WindowSpec,
    "moving_windows": VisitSpec,
    "measures": MeasureSpec,
    "criteria": CriterionSpec,
    "conclusions": ConclusionSpec,
    "statements": StatementSpec,
    "printed": PrintedSpec,
    "hooks": HookSpec,
}
"""What each item of a section is; the other sections are checked whole."""
NAMES = {"parameters": DOTTED, "conclusions": DOTTED, "statements": r"[A-Za-z][\w.-]*", "hooks": SERVICE}
"""What a name looks like, where it is not just one word."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The files of a pack, parsed once; `faults` of what could not be."""

    sources: tuple[Source, ...]
    texts: Mapping[str, str]
    faults: tuple[Fault, ...]


def load(files: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> Pack:
    """The compiled pack of these files (name to text; YAML, and CSV tables). Raises PackError with every fault found.

    overrides: parameter values from outside, as text (`--set`).
    """
    pack, draft = compiled(read(files), overrides or {})
    if pack is None:
        raise PackError(draft.faults)
    return pack


def read(files: Mapping[str, str]) -> Reading:
    """Parse every YAML file."""
    sources: list[Source] = []
    faults: list[Fault] = []
    for name in sorted(files):
        if name.endswith((".yaml", ".yml")):
            try:
                sources.append(parse(name, files[name]))
            except PackError as error:
                faults += error.faults
    return Reading(tuple(sources), files, tuple(faults))


def compiled(reading: Reading, overrides: Mapping[str, str]) -> tuple[Pack | None, Draft]:
    """The pack with these parameters, and the draft that it was made of; None where the draft has faults."""
    draft = Draft(faults=list(reading.faults))
    for source in reading.sources:
        _collect(source, draft)
    if draft.manifest is None and MANIFEST not in reading.texts:
        message = "there is no such file; every pack has it, with name, version, title, source, url and system"
        draft.faults.append(Fault(MANIFEST, 0, "", message))
    _set(draft, overrides)
    for section in SECTIONS:
        _check(section, draft)
    emission = _whole("emission", draft) or EmissionSpec()
    statistics = _whole("statistics", draft) or StatisticsSpec()
    pages = _whole("pages", draft) or PagesSpec()
    systems, files = _whole("systems", draft), _whole("tables", draft)
    tables = {name: _table(name, file, reading.texts, draft) for name, file in (files or {}).items()}
    if reading.faults:
        return None, draft  # what a file that is not YAML holds is not known: every name might be in it
    return bind(draft, tables, emission, statistics, systems or {}, pages), draft


def _collect(source: Source, draft: Draft) -> None:
    if source.file == MANIFEST:
        draft.manifest, faults = checked(Manifest, source.data)
        draft.faults += [Fault(source.file, source.line(path), "", message) for path, message in faults]
        return
    if source.data is None:
        return
    if not isinstance(source.data, dict):
        draft.faults.append(Fault(source.file, 1, "", f"expected sections: {', '.join(SECTION_NAMES)}"))
        return
    for section, content in source.data.items():
        if section not in SECTION_NAMES:
            message = f"there is no section `{section}`{suggestion(section, SECTION_NAMES)}"
            draft.faults.append(Fault(source.file, source.line((section,)), "", message))
        elif not isinstance(content, dict):
            draft.faults.append(Fault(source.file, source.line((section,)), section, "expected names with their definitions"))
        else:
            _add(section, content, source, draft)


def _add(section: str, content: dict[str, Any], source: Source, draft: Draft) -> None:
    names = draft.items.setdefault(section, {})
    form = NAMES.get(section, NAME)
    for name, raw in content.items():
        if not re.fullmatch(form, name):
            message = "expected a name in small letters, digits and " + ("-" if form == SERVICE else "_")
            message += ", with dots" if form == DOTTED else ""
            draft.faults.append(Fault(source.file, source.line((section, name)), f"{section}.{name}", message))
        if name in names:
            first, path = draft.places[section, name]
            message = f"this name stands in {first.file}:{first.line(path)} already"
            draft.faults.append(Fault(source.file, source.line((section, name)), f"{section}.{name}", message))
            continue
        names[name] = raw
        draft.places[section, name] = (source, (section, name))


def _set(draft: Draft, overrides: Mapping[str, str]) -> None:
    specs: dict[str, ParameterSpec] = {}
    for name, raw in draft.items.setdefault("parameters", {}).items():
        spec = _item("parameters", name, ParameterSpec, raw, draft)
        if spec is not None:
            specs[name] = spec
    draft.parameters, faults = set_parameters(specs, overrides, draft.items["parameters"])
    for name, message in faults:
        if name in overrides:
            draft.faults.append(Fault(f"--set {name}", 0, "", message))
        else:
            draft.fault("parameters", name, message, ("default",))


def _check(section: str, draft: Draft) -> None:
    items = draft.items.setdefault(section, {})
    for name, raw in list(items.items()):
        items[name] = _item(section, name, SECTIONS[section], _resolved(section, name, raw, draft), draft)


def _resolved(section: str, name: str, raw: Any, draft: Draft) -> Any:
    """What is left of an item when its choices are made."""
    choices = Choices(draft, (section, name))
    found = choices.resolve(raw) if holds_choice(raw) else raw
    draft.used[section, name] = choices.used
    draft.origins[section, name] = choices.origins
    return found


def _item(section: str, name: str, model: type[BaseModel], raw: Any, draft: Draft) -> Any:
    item, faults = checked(model, raw)
    for inside, message in faults:
        draft.fault(section, name, message, inside)
    return item


def _whole(section: str, draft: Draft) -> Any:
    """A section that is checked as one; None where it is not there or has faults."""
    raw = {name: _resolved(section, name, value, draft) for name, value in draft.items.get(section, {}).items()}
    found, faults = checked(PackFile, {section: raw} if raw else {})
    for path, message in faults:
        draft.fault(section, str(path[1]) if len(path) > 1 else "", message, path[2:])
    return getattr(found, section, None)


def _table(name: str, file: str, files: Mapping[str, str], draft: Draft) -> tuple[Row, ...]:
    if file not in files:
        draft.fault("tables", name, f"there is no file {file}{suggestion(file, files)}")
        return ()
    return read_table(file, files[file], draft.faults)

"""The feature files of a pack as values: features, the rules in them, their scenarios, and each case that runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Table = tuple[tuple[str, ...], ...]


class FeatureFault(ValueError):
    """A feature file is not Gherkin, or what reads Gherkin is not installed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step with its values filled in. kind: given, when or then; keyword: as it is written ("And")."""

    kind: str
    keyword: str
    text: str
    table: Table | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What runs: a scenario, or one row of its examples. place: file and line; values: the row, empty without examples."""

    place: str
    steps: tuple[Step, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examples:
    """A table of examples: a case for each of its rows."""

    name: str
    columns: tuple[str, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as it is written. steps: with <columns> left as they are; without columns it has one case."""

    place: str
    name: str
    tags: frozenset[tuple[str, str]]
    steps: tuple[Step, ...]
    examples: tuple[Examples, ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(case for table in self.examples for case in table.cases)


@dataclass(frozen=True, slots=True)
class Rule:
    """Scenarios that show one rule; name empty for those that stand outside of rules."""

    name: str
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature file. background: what every scenario of it begins with."""

    stem: str
    name: str
    text: str
    background: tuple[Step, ...]
    rules: tuple[Rule, ...]

    @property
    def scenarios(self) -> Iterator[Scenario]:
        for rule in self.rules:
            yield from rule.scenarios


def read_features(folder: Path) -> tuple[Feature, ...]:
    """Every feature file of a folder, by name. Raises FeatureFault."""
    return tuple(_feature(path) for path in sorted(folder.glob("*.feature")))


def _feature(path: Path) -> Feature:
    try:
        from gherkin.errors import ParserError
        from gherkin.parser import Parser
    except ImportError as error:
        raise FeatureFault("reading scenarios needs the package gherkin-official; `make install` installs it") from error
    try:
        raw: Any = Parser().parse(path.read_text(encoding="utf-8")).get("feature")
    except ParserError as error:
        raise FeatureFault(f"{path.name} is not Gherkin: {error}") from error
    if raw is None:
        raise FeatureFault(f"{path.name} has no feature in it")
    background = _background(raw["children"])
    outside = [child for child in raw["children"] if "scenario" in child]
    groups = [("", frozenset[tuple[str, str]](), outside)] if outside else []
    groups += [(c["rule"]["name"], _tags(c["rule"]), c["rule"]["children"]) for c in raw["children"] if "rule" in c]
    tags = _tags(raw)
    rules = tuple(_rule(path.name, name, tags | own, children, background) for name, own, children in groups)
    text = " ".join(line.strip() for line in raw["description"].splitlines() if line.strip())
    return Feature(path.stem, raw["name"], text, background, rules)


def _rule(file: str, name: str, tags: frozenset[tuple[str, str]], children: list[Any], before: tuple[Step, ...]) -> Rule:
    first = (*before, *_background(children))
    return Rule(name, tuple(_scenario(file, child["scenario"], tags, first) for child in children if "scenario" in child))


def _scenario(file: str, raw: Any, inherited: frozenset[tuple[str, str]], before: tuple[Step, ...]) -> Scenario:
    steps = tuple(_steps(raw["steps"]))
    place = f"{file}:{raw['location']['line']}"
    tables = tuple(_examples(file, table, before, steps) for table in raw["examples"] if "tableHeader" in table)
    if not raw["examples"]:
        tables = (Examples("", (), (Case(place, (*before, *steps)),)),)
    return Scenario(place, raw["name"], inherited | _tags(raw), steps, tables)


def _examples(file: str, raw: Any, before: tuple[Step, ...], steps: tuple[Step, ...]) -> Examples:
    columns = _cells(raw["tableHeader"])
    rows = [(f"{file}:{row['location']['line']}", _cells(row)) for row in raw["tableBody"]]
    cases = (Case(place, (*before, *(_filled(step, columns, row) for step in steps)), row) for place, row in rows)
    return Examples(raw["name"], columns, tuple(cases))


def _background(children: list[Any]) -> tuple[Step, ...]:
    return tuple(step for child in children if "background" in child for step in _steps(child["background"]["steps"]))


def _steps(raw: list[Any]) -> Iterator[Step]:
    kind = "given"
    for one in raw:
        kind = {"Context": "given", "Action": "when", "Outcome": "then"}.get(one["keywordType"], kind)
        table = tuple(_cells(row) for row in one["dataTable"]["rows"]) if "dataTable" in one else None
        words = one["docString"]["content"] if "docString" in one else None
        yield Step(kind, one["keyword"].strip(), one["text"], table, words)


def _filled(step: Step, columns: tuple[str, ...], row: tuple[str, ...]) -> Step:
    def fill(text: str) -> str:
        for column, value in zip(columns, row, strict=True):
            text = text.replace(f"<{column}>", value)
        return text

    table = None if step.table is None else tuple(tuple(fill(cell) for cell in line) for line in step.table)
    return Step(step.kind, step.keyword, fill(step.text), table, None if step.words is None else fill(step.words))


def _cells(row: Any) -> tuple[str, ...]:
    return tuple(cell["value"] for cell in row["cells"])


def _tags(raw: Any) -> frozenset[tuple[str, str]]:
    """Tags of the form @kind:name; others say nothing to us."""
    pairs = (tag["name"].removeprefix("@").partition(":") for tag in raw["tags"])
    return frozenset((kind, name) for kind, colon, name in pairs if colon)

"""What the numbers rest on: parameters in force, statements of the source, resources and problems of the data."""

import re
from collections.abc import Iterable, Mapping, Sequence

from engine.pack.parameters import text_of, texts
from engine.pack.program import Pack, Parameter
from marrow.report.blocks import Block, Cell, Column, Link, Part, Prose, Row, Table
from marrow.report.words import capital, counted, listed, number_of, unit


def parameter_blocks(pack: Pack) -> tuple[Block, ...]:
    """Every parameter with its value in force; those that the caller changed are named first and marked."""
    if not pack.parameters:
        return (Prose("The pack has no parameters."),)
    changed = [name for name, parameter in pack.parameters.items() if parameter.overridden]
    if changed:
        said = f"Changed by the caller: {listed(changed)}. All other parameters have the pack’s default."
    else:
        said = "Every parameter has the pack’s default; the caller changed none."
    return (Prose(said), _parameters(pack))


def _parameters(pack: Pack) -> Table:
    families: dict[str, list[Parameter]] = {}
    for name, parameter in pack.parameters.items():
        families.setdefault(name.partition(".")[0], []).append(parameter)
    return Table(
        name="parameters",
        caption="Parameters in force.",
        corner="Parameter",
        columns=(Column("Value", words=True), Column("Why", words=True), Column("Source", words=True)),
        parts=tuple(Part(tuple(_parameter(one, pack) for one in family)) for family in families.values()),
        explained="Statements of the source are named by their number; they are listed in the next table.",
    )


def _parameter(parameter: Parameter, pack: Pack) -> Row:
    spec = parameter.spec
    default = (f"changed; default {in_words(spec.default, spec.unit)}",) if parameter.overridden else ()
    value = Cell(in_words(parameter.value, spec.unit), below=default, strong=parameter.overridden, words=True)
    cells = (value, Cell(capital(spec.reason), words=True), _source(spec.source, pack))
    return Row(Cell(capital(spec.label), below=(parameter.name,)), cells)


def in_words(value: object, code: str | None) -> str:
    """A parameter's value with its unit; several are listed, two numbers are a range."""
    given = tuple(value) if isinstance(value, list) else value
    several = [*texts(given)] if isinstance(given, tuple) else [text_of(given)]
    numbers = len(several) == 2 and all(re.fullmatch(r"-?[\d.]+", part) for part in several)
    joined = f"{several[0]} to {several[1]}" if numbers else ", ".join(several) or "none"
    joined = re.sub(r"(?<![\w.-])-(?=\d)", "−", joined)
    name = unit(code)
    if name == "%":
        return f"{joined}%"
    return f"{joined} {name.removesuffix('s') if joined == '1' else name}".rstrip()


def _source(source: Sequence[str] | str, pack: Pack) -> Cell:
    if isinstance(source, str):
        return Cell(capital(source), words=True)
    return Cell("", words=True, links=tuple(Link(name, _anchor(name) if name in pack.statements else "") for name in source))


def _anchor(statement: str) -> str:
    return f"statement-{statement}"


# --- statements of the source ---


def statements_table(pack: Pack) -> Table | None:
    """The statements that parameters and conclusions rest on, each with its place in the source."""
    cited = {name for names in _cited(pack) for name in names}
    by_section: dict[str, list[Row]] = {}
    for name, spec in pack.statements.items():
        if name in cited:
            row = Row(Cell(name), (Cell(spec.text, words=True),), anchor=_anchor(name))
            by_section.setdefault(spec.section, []).append(row)
    if not by_section:
        return None
    return Table(
        name="statements",
        caption="What the source says, in our words.",
        corner="No.",
        columns=(Column("Statement", words=True),),
        parts=tuple(Part(tuple(rows), Row(Cell(section), (Cell(""),))) for section, rows in by_section.items()),
        explained="Only statements that a parameter or a conclusion of the pack refers to.",
    )


def _cited(pack: Pack) -> Iterable[Sequence[str]]:
    yield from (one.spec.source for one in pack.parameters.values() if not isinstance(one.spec.source, str))
    yield from (rule.source for rule in pack.conclusions.values())
    yield from (criterion.source for criterion in pack.criteria.values())


# --- data ---


def data_blocks(problems: Sequence[tuple[str, str, int]], resources: Mapping[str, int]) -> tuple[Block, ...]:
    """What became of the resources, and what was wrong with them by kind; no patient is named."""
    total = sum(resources.values())
    fates = [f"{counted(number)} {fate}" for fate, number in resources.items() if number]
    read = f"{number_of(total, 'resource')} {'was' if total == 1 else 'were'} read"
    blocks: list[Block] = [Prose(f"{read}: {listed(fates)}." if fates else "No resource was read.")]
    if not problems:
        return (*blocks, Prose("No problem was found in the data."))
    rows = tuple(
        Row(Cell(code), (Cell(capital(message), words=True), Cell(counted(number))))
        for code, message, number in sorted(problems, key=lambda one: (-one[2], one[0]))
    )
    table = Table(
        name="problems",
        caption="Problems of the data, by kind.",
        corner="Kind",
        columns=(Column("What it means", words=True), Column("How often")),
        parts=(Part(rows),),
        explained="What was rejected is not in any number of this report. Each one is in issues.ndjson with its place.",
    )
    return (*blocks, table)

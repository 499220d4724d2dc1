"""The demonstration in tables for a terminal: each child's conclusions, and the figures of the paper beside the computed ones."""

from collections.abc import Mapping, Sequence
from importlib import resources

import msgspec
import yaml

from engine.evaluation import Evaluated


class Column(msgspec.Struct, frozen=True):
    conclusion: str
    heading: str


class Figure(msgspec.Struct, frozen=True):
    """One figure of the paper: how many of each group have one of these outcomes, as printed."""

    label: str
    conclusion: str
    outcomes: list[str]
    printed: dict[str, int]
    place: str


class Figures(msgspec.Struct, frozen=True):
    """figures.yaml."""

    pack: str
    cutoff: str
    group_by: str
    groups: dict[str, str]
    children: list[Column]
    note: str
    words: dict[str, str]
    figures: list[Figure]


def load_figures() -> Figures:
    """What to show, as data."""
    text = resources.files("marrow.demo").joinpath("figures.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Figures)


def children_table(figures: Figures, evaluated: Sequence[Evaluated]) -> str:
    """A row for each child."""
    rows = [["child", *(column.heading for column in figures.children)]]
    for one in evaluated:
        outcomes = _outcomes(one)
        shown = [outcomes[column.conclusion] for column in figures.children]
        rows.append([one.patient.rpartition("/")[2], *(figures.words.get(outcome, outcome) for outcome in shown)])
    return _aligned(rows)


def figures_table(figures: Figures, evaluated: Sequence[Evaluated]) -> tuple[str, int]:
    """A row for each figure, computed and printed, and how many are equal."""
    names = list(figures.groups)
    rows = [["", *(f"{name} computed (printed)" for name in names), "", "in the paper"]]
    equal = 0
    for figure in figures.figures:
        found = count(figures, figure, evaluated)
        same = all(found[name] == figure.printed[name] for name in names)
        equal += same
        cells = [f"{found[name]} ({figure.printed[name]})" for name in names]
        rows.append([figure.label, *cells, "equal" if same else "DIFFERENT", figure.place])
    return _aligned(rows), equal


def count(figures: Figures, figure: Figure, evaluated: Sequence[Evaluated]) -> Mapping[str, int]:
    """How many children of each group have one of the figure's outcomes."""
    found = dict.fromkeys(figures.groups, 0)
    for one in evaluated:
        outcomes = _outcomes(one)
        group = outcomes[figures.group_by]
        if group in found and outcomes[figure.conclusion] in figure.outcomes:
            found[group] += 1
    return found


def _outcomes(evaluated: Evaluated) -> dict[str, str]:
    return {conclusion.name: conclusion.outcome for conclusion in evaluated.conclusions}


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])

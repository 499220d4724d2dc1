"""The demonstration in tables for a terminal: each child's conclusions, and how many of the printed numbers are equal."""

from collections import Counter
from collections.abc import Sequence
from importlib import resources

import msgspec
import yaml

from engine.evaluation import Evaluated
from marrow.report.reproduction import Reproduced


class Column(msgspec.Struct, frozen=True):
    conclusion: str
    heading: str


class Shown(msgspec.Struct, frozen=True):
    """show.yaml."""

    pack: str
    children: list[Column]
    note: str
    words: dict[str, str]


def load_shown() -> Shown:
    """What to show, as data."""
    text = resources.files("marrow.demo").joinpath("show.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Shown)


def children_table(shown: Shown, evaluated: Sequence[Evaluated]) -> str:
    """A row for each child."""
    rows = [["child", *(column.heading for column in shown.children)]]
    for one in evaluated:
        outcomes = {conclusion.name: conclusion.outcome for conclusion in one.conclusions}
        found = [outcomes[column.conclusion] for column in shown.children]
        rows.append([one.patient.rpartition("/")[2], *(shown.words.get(outcome, outcome) for outcome in found)])
    return _aligned(rows)


def places_table(numbers: Sequence[Reproduced]) -> str:
    """A row for each place of the paper: how many of its numbers are equal, differ, and cannot be computed."""
    counts: dict[str, Counter[bool | None]] = {}
    for one in numbers:
        counts.setdefault(one.place, Counter())[one.equal] += 1
    rows = [["in the paper", "equal", "different", "not to be computed"]]
    rows += [[place, str(each[True]), str(each[False]), str(each[None])] for place, each in counts.items()]
    return _aligned(rows)


def differences(numbers: Sequence[Reproduced]) -> list[str]:
    """Each number that differs, with what is printed."""
    differing = [one for one in numbers if one.equal is False]
    names = [", ".join(filter(None, (one.place, one.label, one.group))) for one in differing]
    return [
        f"DIFFERENT: {name}: printed {one.printed}, computed {one.computed}" for name, one in zip(names, differing, strict=True)
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])

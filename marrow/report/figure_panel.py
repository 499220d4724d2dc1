"""A panel of a figure: one frame with what is written around it, and how much room that takes, in points."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from marrow.report.figure_ink import CHARACTER, LARGE, LINE, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY = 26
"""The length of the piece of line that stands for a group, in points."""
EDGE = 12
"""Room at both sides of a panel."""
TITLE, HEADER, MARK = 32, 22, 27
"""Room for the title of a sheet, for the title of a panel, and for what is written just above its frame."""
TICKS, AXIS_LABEL, TABLE, FOOT = 17, 18.5, 21, 22
"""Room for the numbers of an axis, for its label, for the heading of a table, and below everything."""
AXIS_GAP = 15
"""Room between the upright axis and its label, beside that for its numbers."""
LETTER = 17
"""Room for the letter of a panel."""
MOST_LABEL_LINES = 2


class Scale(NamedTuple):
    """One axis: its ends, and its ticks with what is written at them."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    label: str


class Said(NamedTuple):
    """Words above a frame, beside the line and marker of a group where there is one. goes_on: begun on the line before."""

    group: int | None
    text: str
    goes_on: bool = False


class Row(NamedTuple):
    """One group's numbers, one below each tick; without a label only its marker names it."""

    group: int
    label: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One frame with what is written around it. draw is called with the axes of matplotlib."""

    letter: str
    title: str
    said: tuple[Said, ...]
    x: Scale
    y: Scale
    draw: "Callable[[Axes], None]"
    heading: str = ""
    table: tuple[Row, ...] = ()
    mark: tuple[float, str] | None = None
    """A place on the lower axis that a dotted line marks, and what is written above it."""
    empty: str = ""
    """What is written into a frame that has nothing else in it."""


class Sheet(NamedTuple):
    """How panels lie: in how many columns, and the size of a frame in points."""

    columns: int
    width: float
    height: float


def left_of(panels: Sequence[Panel], sheet: Sheet) -> float:
    """Room at the left of each frame: for its axis, and for the names and the first numbers in its table."""
    names = max((len(row.label) for panel in panels for row in panel.table), default=0)
    numbers = max((len(row.numbers[0]) for panel in panels for row in panel.table), default=0)
    axis = max(to_label(panel) for panel in panels) + LINE
    return max(axis, min(KEY + 16 + CHARACTER * (names + numbers / 2), sheet.width * 0.45))


def to_label(panel: Panel) -> float:
    """From the upright axis to its label."""
    return AXIS_GAP + CHARACTER * max(len(text) for _, text in panel.y.ticks)


def named_by_markers(panels: Sequence[Panel], sheet: Sheet) -> Sequence[Panel]:
    """The panels, without the names in their tables where those would take too many lines: they stand above the frame."""
    left = left_of(panels, sheet)
    if all(len(labels_of(row, left)) <= MOST_LABEL_LINES for panel in panels for row in panel.table):
        return panels
    return [replace(panel, table=tuple(row._replace(label="") for row in panel.table)) for panel in panels]


def lines_of(panel: Panel, width: float) -> list[Said]:
    """What is said above a frame, broken into lines."""
    found: list[Said] = []
    for said in panel.said:
        room = width - (KEY + 8 if said.group is not None else 0)
        first, *more = wrap(said.text, int(room / CHARACTER)) or [""]
        found += [said._replace(text=first), *(Said(said.group, text, goes_on=True) for text in more)]
    return found


def title_lines(title: str, width: float) -> list[str]:
    """A title, broken into lines; bold letters are wide."""
    return wrap(title, int(width / (1.1 * CHARACTER * LARGE / SMALL))) or [""]


def labels_of(row: Row, left: float) -> list[str]:
    """The name of a row beside its numbers, broken into lines."""
    return wrap(row.label, max(6, int((left - KEY - 13 - CHARACTER * len(row.numbers[0]) / 2) / CHARACTER))) or [""]


def table_height(panel: Panel, left: float) -> float:
    """Room for the numbers below a frame."""
    return TABLE + LINE * sum(len(labels_of(row, left)) for row in panel.table) if panel.table else 0


def head_height(panel: Panel, width: float) -> float:
    """Room for what is written above a frame."""
    lines = len(title_lines(panel.title, width - LETTER)) - 1 + len(lines_of(panel, width))
    return HEADER + LINE * lines + (MARK if panel.mark else LINE)


def key_places(keys: Sequence[Said], width: float) -> list[tuple[float, int]]:
    """Where the names of groups go: from the left, and on the next line where one would run over the edge."""
    found: list[tuple[float, int]] = []
    x, line = float(EDGE), 0
    for said in keys:
        takes = KEY + 8 + CHARACTER * len(said.text) + KEY
        if found and x + takes > width:
            x, line = float(EDGE), line + 1
        found.append((x, line))
        x += takes
    return found

"""What a report is made of: sections of prose, tables, figures and lists. Templates lay it out and decide nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from string import ascii_lowercase

_SHORT = 21
"""Lines of a table that is not to be cut by the end of a page."""
_WIDE = 8
"""Columns from which on a table is wide."""


@dataclass(frozen=True, slots=True)
class Link:
    """A word that leads to another place of the page (anchor) or, as a plain address, out of it."""

    text: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. marks: letters of the notes below the table; below: smaller lines under the text; words: set like prose."""

    text: str
    marks: str = ""
    below: tuple[str, ...] = ()
    strong: bool = False
    words: bool = False
    links: tuple[Link, ...] = ()
    span: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is about, then its cells. anchor: where links lead to."""

    head: Cell
    cells: tuple[Cell, ...]
    indent: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together; a heading of their own where `head` says something."""

    rows: tuple[Row, ...]
    head: Row | None = None

    @property
    def kept(self) -> bool:
        """Whether its lines stay together on paper."""
        return self.head is not None and len(self.rows) <= _SHORT


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, or of several beside each other."""

    text: str
    below: str = ""
    span: int = 1
    words: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption. above: heads over several columns each; number: set when the page is laid out."""

    kind = "table"
    name: str
    caption: str
    corner: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    above: tuple[Column, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    explained: str = ""
    number: int = 0

    @property
    def wide(self) -> bool:
        """Whether it needs smaller letters on paper."""
        return len(self.columns) > _WIDE

    @property
    def short(self) -> bool:
        """Whether it fits on a printed page together with something else."""
        return sum(len(part.rows) + (part.head is not None) for part in self.parts) <= _SHORT


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing as markup that is already safe to place in the page."""

    kind = "figure"
    name: str
    caption: str
    drawing: str
    explained: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    kind = "prose"
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a part of a section."""

    kind = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    kind = "points"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What something is, term by term."""

    kind = "terms"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One step of the flow. beside: patients left the stream here; groups: label and number; reasons: words and number."""

    label: str
    patients: str
    beside: bool
    groups: tuple[tuple[str, str], ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """Who went on and who stopped, from top to bottom; of_them: what is said of those who arrived, each by itself."""

    kind = "flow"
    caption: str
    boxes: tuple[Box, ...]
    of_them: tuple[Box, ...] = ()
    explained: str = ""


Block = Table | Figure | Prose | Heading | Points | Terms | Flow


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the page."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class Notes:
    """The notes of one table: the same words get the same letter."""

    found: dict[str, str] = field(default_factory=dict)

    def mark(self, text: str) -> str:
        """The letter of a note; none for no words."""
        if not text:
            return ""
        return self.found.setdefault(text, _letter(len(self.found)))

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Letters with their notes, in the order of the table."""
        return tuple((mark, text) for text, mark in self.found.items())


def _letter(index: int) -> str:
    return ascii_lowercase[index % 26] * (1 + index // 26)


def cells(texts: Iterable[str]) -> tuple[Cell, ...]:
    """Cells of nothing but text."""
    return tuple(Cell(text) for text in texts)

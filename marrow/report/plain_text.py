"""A table of the report as text for a terminal."""

from collections.abc import Iterator

from marrow.report.blocks import Cell, Row, Table


def as_text(table: Table) -> str:
    """The caption, the lines in columns, and the notes below; what a page sets in smaller lines stands in brackets."""
    heads = [column.text + (f" ({column.below})" if column.below else "") for column in table.columns]
    lines = [[table.corner, *heads], *_lines(table)]
    lines = [line + [""] * (len(lines[0]) - len(line)) for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    notes = [f"{mark}: {text}" for mark, text in table.notes]
    return "\n".join([table.caption, shown[0], "  ".join("-" * width for width in widths), *shown[1:], *notes])


def _lines(table: Table) -> Iterator[list[str]]:
    for part in table.parts:
        for row in ([part.head] if part.head is not None else []) + list(part.rows):
            yield _line(row)


def _line(row: Row) -> list[str]:
    return ["  " * row.indent + row.head.text, *map(_cell, row.cells)]


def _cell(cell: Cell) -> str:
    below = f" ({'; '.join(cell.below)})" if cell.below else ""
    return f"{cell.text}{f' [{cell.marks}]' if cell.marks else ''}{below}".strip()

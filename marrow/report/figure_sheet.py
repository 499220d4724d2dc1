"""Panels on a sheet: every place is computed, so that a figure looks the same whatever fonts a machine has."""

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from marrow.report.figure_ink import AXIS, LARGE, LINE, PAPER, QUIET, SETTINGS, SMALL, TEXT, ink
from marrow.report.figure_panel import (
    AXIS_LABEL,
    EDGE,
    FOOT,
    HEADER,
    KEY,
    LETTER,
    TABLE,
    TICKS,
    TITLE,
    Panel,
    Said,
    Sheet,
    head_height,
    key_places,
    labels_of,
    left_of,
    lines_of,
    named_by_markers,
    table_height,
    title_lines,
    to_label,
)
from marrow.report.figure_svg import described
from marrow.report.words import HARD

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 72
"""To the inch, and the pixels that matplotlib draws: one for each."""


class Place(NamedTuple):
    """Where one panel goes, in points from the lower left of the sheet."""

    edge: float
    left: float
    bottom: float
    width: float
    height: float
    head: float
    """The upper edge of what is written above the frame."""


def drawn(
    panels: Sequence[Panel],
    sheet: Sheet,
    prefix: str,
    title: str,
    description: str,
    *,
    shown: bool = False,
    keys: Sequence[Said] = (),
) -> str:
    """The panels as one SVG. shown: the title is also written on the sheet. keys: what groups are called, once for all panels."""
    panels = named_by_markers(panels, sheet)
    width, height, places = _places(panels, sheet)
    titles = title_lines(title, width - 2 * EDGE) if shown else []
    named = height + _keys_height(keys, width)
    height = named + (TITLE + LINE * (len(titles) - 1) if shown else 0)
    with _drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width / POINTS, height / POINTS), dpi=POINTS, facecolor=PAPER)
        for line, text in enumerate(titles):
            _write(figure, EDGE, height - LINE * (line + 1) - 4, text, size=LARGE, weight="bold")
        for (x, line), said in zip(key_places(keys, width), keys, strict=True):
            _say(figure, x, named - LINE * (line + 1), said)
        for panel, place in zip(panels, places, strict=True):
            _panel(figure, panel, place)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return described(written.getvalue(), prefix, title, description)


@contextmanager
def _drawing() -> Iterator[None]:
    """Our settings of matplotlib and no others, and no remarks of it about folders and fonts, for as long as is drawn."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        import matplotlib

        with matplotlib.rc_context(), warnings.catch_warnings():
            matplotlib.rcdefaults()  # a reader's own settings would change the bytes
            matplotlib.rcParams.update(SETTINGS)
            warnings.filterwarnings("ignore", message="Glyph")  # only measured with; readers have their own fonts
            yield
    finally:
        log.setLevel(level)


def _keys_height(keys: Sequence[Said], width: float) -> float:
    """Room for the names of groups above all panels."""
    return LINE * (key_places(keys, width)[-1][1] + 2) if keys else 0


def _places(panels: Sequence[Panel], sheet: Sheet) -> tuple[float, float, list[Place]]:
    """Width and height that panels take, and where each goes, so that the frames of a row stand side by side."""
    left = left_of(panels, sheet)
    across = left + sheet.width + 2 * EDGE
    found: list[Place] = []
    y = 0.0
    starts = range(0, len(panels), sheet.columns)
    for row in reversed([panels[start : start + sheet.columns] for start in starts]):  # from the lowest
        bottom = y + FOOT + TICKS + AXIS_LABEL + max(table_height(panel, left) for panel in row)
        y = bottom + sheet.height + max(head_height(panel, left + sheet.width) for panel in row)
        edges = [column * across + EDGE for column in range(len(row))]
        found = [*(Place(edge, edge + left, bottom, sheet.width, sheet.height, y) for edge in edges), *found]
    return sheet.columns * across, y, found


def _panel(figure: "Figure", panel: Panel, place: Place) -> None:
    """One panel: what is said, the frame, what is drawn in it, and the table below."""
    width, height = figure.bbox.width, figure.bbox.height
    axes = figure.add_axes((place.left / width, place.bottom / height, place.width / width, place.height / height))
    _frame(axes, panel)
    _head(figure, panel, place)
    if panel.mark:
        _mark(axes, panel)
    if panel.empty:
        axes.text(1 / 2, 1 / 2, panel.empty, transform=axes.transAxes, ha="center", va="center", color=QUIET)
    else:
        panel.draw(axes)
    if panel.table:
        _table(figure, panel, place)


def _head(figure: "Figure", panel: Panel, place: Place) -> None:
    across, y = place.left - place.edge + place.width, place.head
    _write(figure, place.edge, y - LINE, panel.letter, size=LARGE, weight="bold")
    for line in title_lines(panel.title, across - LETTER):
        y -= LINE
        _write(figure, place.edge + (LETTER if panel.letter else 0), y, line, size=LARGE)
    y -= HEADER - LINE
    for said in lines_of(panel, across):
        y -= LINE
        _say(figure, place.edge, y, said)


def _say(figure: "Figure", x: float, y: float, said: Said) -> None:
    if said.group is not None and not said.goes_on:
        _key(figure, x, y + 4, said.group)
    _write(figure, x + (0 if said.group is None else KEY + 8), y, said.text, size=SMALL)


def _frame(axes: "Axes", panel: Panel) -> None:
    axes.set_xlim(panel.x.low, panel.x.high)
    axes.set_ylim(panel.y.low, panel.y.high)
    axes.set_xticks([at for at, _ in panel.x.ticks], [text for _, text in panel.x.ticks])
    axes.set_yticks([at for at, _ in panel.y.ticks], [text for _, text in panel.y.ticks])
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=4, width=0.8, color=AXIS, labelcolor=TEXT, labelsize=SMALL, pad=4)
    middle = axes.bbox.height / 2
    low = -(TICKS + AXIS_LABEL - 3)
    axes.annotate(panel.x.label, (axes.bbox.width / 2, low), xycoords="axes points", ha="center", va="baseline", size=SMALL)
    style: dict[str, Any] = {"rotation": "vertical", "rotation_mode": "anchor", "ha": "center", "va": "baseline", "size": SMALL}
    axes.annotate(panel.y.label, (-to_label(panel), middle), xycoords="axes points", **style)


def _mark(axes: "Axes", panel: Panel) -> None:
    at, text = panel.mark or (0, "")
    axes.plot([at, at], [panel.y.low, panel.y.high], color=QUIET, linewidth=0.8, linestyle=(0, (1, 2.6)), zorder=0, clip_on=False)
    late = at > panel.x.low + (panel.x.high - panel.x.low) * 0.8
    side: dict[str, Any] = {"xytext": (EDGE if late else 0, 7), "ha": "right" if late else "center"}
    axes.annotate(text, (at, panel.y.high), textcoords="offset points", va="baseline", size=SMALL, color=QUIET, **side)


def _table(figure: "Figure", panel: Panel, place: Place) -> None:
    y = place.bottom - TICKS - AXIS_LABEL - TABLE + 5
    _write(figure, place.edge, y, panel.heading, size=SMALL, weight="bold")
    for row in panel.table:
        y -= LINE
        _key(figure, place.edge, y + 4, row.group)
        for (at, _), number in zip(panel.x.ticks, row.numbers, strict=True):
            x = place.left + place.width * (at - panel.x.low) / (panel.x.high - panel.x.low)
            _write(figure, x, y, number, size=SMALL, ha="center")
        for number_of_line, line in enumerate(labels_of(row, place.left - place.edge)):
            y -= LINE if number_of_line else 0
            _write(figure, place.edge + KEY + 8, y, line, size=SMALL)


def _write(figure: "Figure", x: float, y: float, text: str, *, size: float, weight: str = "normal", ha: str = "left") -> None:
    """Words at a place in points from the lower left."""
    text = text.replace(HARD, " ")
    figure.text(x / figure.bbox.width, y / figure.bbox.height, text, size=size, weight=weight, ha=ha, va="baseline")


def _key(figure: "Figure", x: float, y: float, group: int) -> None:
    """The piece of line with a marker that stands for a group."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import IdentityTransform

    mine, points = ink(group), IdentityTransform()
    figure.add_artist(Line2D([x, x + KEY], [y, y], transform=points, **mine.line(1.7)))
    figure.add_artist(Line2D([x + KEY / 2], [y], transform=points, linestyle="none", **mine.dots(5.4)))

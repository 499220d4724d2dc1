"""How groups and frames are drawn: colours, dashes and markers that also differ in black and white."""

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

TEXT = "#1f1f1f"
QUIET = "#6b6b6b"
AXIS = "#3c3c3c"
FAINT = "#cccccc"
PAPER = "#ffffff"

FONT_SIZE = 11.6
SMALL = 10.8
LARGE = 12.6
CHARACTER = 5.9
"""The width to allow for one character, in points: the fonts of readers differ."""
LINE = 15.6
"""From one line of text to the next, in points."""


class Ink(NamedTuple):
    """What marks one group. dash: lengths on and off in points, none for a solid line; hollow: the marker is not filled."""

    colour: str
    dash: tuple[float, ...]
    marker: str
    hollow: bool

    def line(self, width: float, **more: Any) -> dict[str, Any]:
        """The properties of a line of this group."""
        style: Any = (0, self.dash) if self.dash else "solid"
        return {"color": self.colour, "linewidth": width, "linestyle": style, "clip_on": False, **more}

    def dots(self, size: float, **more: Any) -> dict[str, Any]:
        """The properties of the markers of this group, on white so that a line does not run through a hollow one."""
        inside = PAPER if self.hollow else self.colour
        shape = {"marker": self.marker, "markersize": size, "markerfacecolor": inside, "markeredgecolor": self.colour}
        return {**shape, "markeredgewidth": 1.1, "clip_on": False, **more}


INKS = (
    Ink("#12355b", (), "o", False),
    Ink("#d55e00", (5.2, 2.2), "s", True),
    Ink("#56b4e9", (1.4, 1.7), "^", False),
    Ink("#00583f", (8, 2, 1.4, 2), "D", True),
    Ink("#c0709d", (3, 1.3), "v", False),
    Ink("#4d4d4d", (11, 2.4), "P", True),
)
"""After the palette of Okabe and Ito, with dark and light in turn."""


def ink(group: int) -> Ink:
    """What marks the group at this place; after the sixth they come again."""
    return INKS[group % len(INKS)]


SETTINGS: "dict[RcKeyType, Any]" = {
    "svg.fonttype": "none",
    "svg.hashsalt": "marrow",
    "svg.image_inline": True,
    "text.parse_math": False,
    "text.usetex": False,
    "text.color": TEXT,
    "font.family": ["DejaVu Sans"],
    "font.size": FONT_SIZE,
    "lines.scale_dashes": False,
    "path.simplify": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": AXIS,
    "axes.unicode_minus": True,
}
"""Settings of matplotlib while a figure is drawn. Its own font is measured with, readers get the stack of `figure_svg`."""

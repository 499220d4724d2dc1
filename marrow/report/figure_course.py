"""Courses through time: every patient as a thin line where few are, the quartiles where many, and each group's median."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median, quantiles
from typing import TYPE_CHECKING, NamedTuple

from engine.cohort.results import RepeatedRow
from marrow.report.figure_ink import ink
from marrow.report.figure_panel import Panel, Row, Scale
from marrow.report.figure_scale import value_scale
from marrow.report.figure_words import effect_tested
from marrow.report.words import capital, counted, unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES = 60
"""Of more patients in one group the lines would be a blot: the band from the first to the third quartile stands for them."""
MOST_GROUPS_WITH_LINES = 3
"""Of more groups only the points of their patients are shown, without lines between."""

Values = Sequence[Sequence[Decimal | None]]


class Middle(NamedTuple):
    """What a group's known values on one day come to; quartiles None where they cannot be told."""

    place: int
    n: int
    median: Decimal
    first: float
    third: float


def course_panel(row: RepeatedRow, letter: str) -> Panel:
    """One measure on its days."""
    known = [value for patients in row.values for patient in patients for value in patient if value is not None]
    days = range(len(row.days))
    table = (Row(place, "", tuple(counted(_n(patients, day)) for day in days)) for place, patients in enumerate(row.values))
    return Panel(
        letter=letter,
        title=capital(row.label),
        said=effect_tested(row),
        x=_days(row.days),
        y=value_scale(_shown(row), unit(row.unit)),
        draw=lambda axes: _draw(axes, row),
        heading="n" if known else "",
        table=tuple(table) if known else (),
        empty="" if known else "no values" if any(row.values) else "no patients",
    )


def middles(patients: Values, days: int) -> list[Middle]:
    """The days of a group on which anything is known."""
    found = []
    for place in range(days):
        if known := [patient[place] for patient in patients if patient[place] is not None]:
            exact = [value for value in known if value is not None]
            first, _, third = quantiles(map(float, exact), method="inclusive") if len(exact) > 1 else [float(exact[0])] * 3
            found.append(Middle(place, len(exact), median(exact), first, third))
    return found


def is_band(patients: Values) -> bool:
    """Whether a group has more patients than can be shown one by one."""
    return len(patients) > MOST_LINES


def _shown(row: RepeatedRow) -> list[Decimal]:
    """The values that a frame has to hold: all of them, or the ends of a band."""
    found: list[Decimal] = []
    for patients in row.values:
        if is_band(patients):
            found += [Decimal(repr(end)) for middle in middles(patients, len(row.days)) for end in (middle.first, middle.third)]
        else:
            found += [value for patient in patients for value in patient if value is not None]
    return found


def _n(patients: Values, place: int) -> int:
    return sum(patient[place] is not None for patient in patients)


def _days(days: Sequence[int]) -> Scale:
    margin = (max(days) - min(days)) / 8 or 1
    return Scale(min(days) - margin, max(days) + margin, tuple((day, str(day)) for day in days), "Day")


def _draw(axes: "Axes", row: RepeatedRow) -> None:
    span = (max(row.days) - min(row.days)) or 1
    for place, patients in enumerate(row.values):
        beside = span * (place - (len(row.values) - 1) / 2) * min(0.045, 0.16 / len(row.values))
        if is_band(patients):
            _band(axes, row, patients, place, beside)
        else:
            _lines(axes, row, patients, place, beside)
    for place, patients in enumerate(row.values):
        beside = span * (place - (len(row.values) - 1) / 2) * min(0.045, 0.16 / len(row.values))
        _median(axes, row, patients, place, beside)


def _lines(axes: "Axes", row: RepeatedRow, patients: Values, place: int, beside: float) -> None:
    mine = ink(place)
    for number, patient in enumerate(patients):
        apart = beside + ((number % 7) - 3) * 0.003 * (max(row.days) - min(row.days))
        known = [(day + apart, float(value)) for day, value in zip(row.days, patient, strict=True) if value is not None]
        columns = [x for x, _ in known], [y for _, y in known]
        if len(row.values) <= MOST_GROUPS_WITH_LINES:
            axes.plot(*columns, **mine.line(0.7, alpha=0.4, zorder=1))
        axes.plot(*columns, linestyle="none", **mine.dots(2.7, markeredgewidth=0.6, alpha=0.6, zorder=2))


def _band(axes: "Axes", row: RepeatedRow, patients: Values, place: int, beside: float) -> None:
    mine = ink(place)
    found = middles(patients, len(row.days))
    x = [row.days[middle.place] + beside for middle in found]
    low, high = [middle.first for middle in found], [middle.third for middle in found]
    axes.fill(
        [*x, *reversed(x)], [*high, *reversed(low)], facecolor=mine.colour, alpha=0.13, linewidth=0, zorder=1, clip_on=False
    )
    for edge in (low, high):
        axes.plot(x, edge, **mine.line(0.7, alpha=0.55, zorder=2))


def _median(axes: "Axes", row: RepeatedRow, patients: Values, place: int, beside: float) -> None:
    found = middles(patients, len(row.days))
    columns = [row.days[middle.place] + beside for middle in found], [float(middle.median) for middle in found]
    axes.plot(*columns, **ink(place).line(2.3, zorder=3))
    axes.plot(*columns, linestyle="none", **ink(place).dots(6.6, markeredgewidth=1.4, zorder=4))

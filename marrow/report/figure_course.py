"""Courses through time: every patient as a thin line where few are, the quartiles where many, and each group's median."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain, repeat
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cohort import courses
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

Values = Sequence[courses.Course]


class Middle(NamedTuple):
    """What a group's known values on one day come to. place: of the day; first, third: quartiles."""

    place: int
    n: int
    median: Decimal
    first: float
    third: float


class Course(NamedTuple):
    """One measure through time, and for each group the days on which anything is known."""

    row: RepeatedRow
    groups: tuple[tuple[Middle, ...], ...]


def course(row: RepeatedRow) -> Course:
    """The medians and quartiles of a measure, found once."""
    days = range(len(row.days))
    return Course(row, tuple(tuple(filter(None, (_middle(patients, day) for day in days))) for patients in row.values))


def _middle(patients: Values, place: int) -> Middle | None:
    found = sorted(courses.known(patients, place).items())
    if not found:
        return None
    values = [*chain.from_iterable(repeat(value, times) for value, times in found)]
    floats = [*chain.from_iterable(repeat(float(value), times) for value, times in found)]
    first, _, third = quantiles(floats, method="inclusive") if len(floats) > 1 else floats * 3
    return Middle(place, len(values), median(values), first, third)


def course_panel(course: Course, letter: str) -> Panel:
    """One measure on its days."""
    row = course.row
    any_known = any(course.groups)
    return Panel(
        letter=letter,
        title=capital(row.label),
        said=effect_tested(row),
        x=_days(row.days),
        y=value_scale(_ends(course), unit(row.unit)),
        draw=lambda axes: _draw(axes, course),
        heading="n" if any_known else "",
        table=tuple(_numbers(course)) if any_known else (),
        empty="" if any_known else "no values" if any(map(len, row.values)) else "no patients",
    )


def is_band(patients: Values) -> bool:
    """Whether a group has more patients than can be shown one by one."""
    return len(patients) > MOST_LINES


def _ends(course: Course) -> list[Decimal]:
    """The values that a frame has to hold: all of them, or the edges of a band."""
    found: list[Decimal] = []
    for patients, middles in zip(course.row.values, course.groups, strict=True):
        if is_band(patients):
            found += [Decimal(repr(edge)) for middle in middles for edge in (middle.first, middle.third)]
        else:
            found += [value for patient in patients for value in patient if value is not None]
    return found


def _numbers(course: Course) -> Iterator[Row]:
    for place, middles in enumerate(course.groups):
        known = {middle.place: middle.n for middle in middles}
        yield Row(place, "", tuple(counted(known.get(day, 0)) for day in range(len(course.row.days))))


def _days(days: Sequence[int]) -> Scale:
    margin = (max(days) - min(days)) / 8 or 1
    return Scale(min(days) - margin, max(days) + margin, tuple((day, str(day)) for day in days), "Day")


def _draw(axes: "Axes", course: Course) -> None:
    row = course.row
    span = max(row.days) - min(row.days) or 1
    step = span * min(0.045, 0.16 / len(row.values))
    for place, (patients, middles) in enumerate(zip(row.values, course.groups, strict=True)):
        beside = step * (place - (len(row.values) - 1) / 2)
        if is_band(patients):
            _band(axes, row, middles, place, beside)
        else:
            _lines(axes, row, place, beside)
        _median(axes, row, middles, place, beside)


def _lines(axes: "Axes", row: RepeatedRow, place: int, beside: float) -> None:
    mine = ink(place)
    for number, patient in enumerate(row.values[place]):
        apart = beside + ((number % 7) - 3) * 0.003 * (max(row.days) - min(row.days))
        known = [(day + apart, float(value)) for day, value in zip(row.days, patient, strict=True) if value is not None]
        columns = [x for x, _ in known], [y for _, y in known]
        if len(row.values) <= MOST_GROUPS_WITH_LINES:
            axes.plot(*columns, **mine.line(0.7, alpha=0.4, zorder=1))
        axes.plot(*columns, linestyle="none", **mine.dots(2.7, markeredgewidth=0.6, alpha=0.6, zorder=2))


def _band(axes: "Axes", row: RepeatedRow, middles: Sequence[Middle], place: int, beside: float) -> None:
    mine = ink(place)
    x = [row.days[middle.place] + beside for middle in middles]
    low, high = [middle.first for middle in middles], [middle.third for middle in middles]
    style: dict[str, Any] = {"facecolor": mine.colour, "alpha": 0.13, "linewidth": 0, "zorder": 1, "clip_on": False}
    axes.fill([*x, *reversed(x)], [*high, *reversed(low)], **style)
    for edge in (low, high):
        axes.plot(x, edge, **mine.line(0.7, alpha=0.55, zorder=2))


def _median(axes: "Axes", row: RepeatedRow, middles: Sequence[Middle], place: int, beside: float) -> None:
    columns = [row.days[middle.place] + beside for middle in middles], [float(middle.median) for middle in middles]
    axes.plot(*columns, **ink(place).line(2.3, zorder=3))
    axes.plot(*columns, linestyle="none", **ink(place).dots(6.6, markeredgewidth=1.4, zorder=4))

"""Round ticks for an axis, and curves with no more points than an eye can tell apart."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from math import ceil, floor

from marrow.report.figure_panel import Scale
from marrow.report.words import rounded

LONGEST_STEP = 240
MONTHS_BETWEEN_TICKS = (1, 2, 3, 6, 12, 24, 36, 60, 120, LONGEST_STEP)
END = 1.012
"""How far an axis goes beyond what is on it."""
COLUMNS_OF_A_CURVE, LEVELS_OF_A_CURVE = 800, 500
"""How finely a curve is drawn in its frame: to half a point of the sheet both ways."""
FEW = 100
"""So many points are all drawn."""
PER_CENT = "%"


def months_scale(longest: float, most: int) -> Scale:
    """Months from nought to just after the longest time, with at most so many steps between."""
    end = max(longest * END, 1)
    step = next(
        (step for step in MONTHS_BETWEEN_TICKS if end < step * (most + 1)), LONGEST_STEP * ceil(end / most / LONGEST_STEP)
    )
    return Scale(0, end, tuple((at, str(at)) for at in range(0, int(end) + 1, step)), "Months")


def share_scale(largest: float, label: str) -> Scale:
    """Per cent from nought to above the largest probability, at least to ten."""
    return value_scale([Decimal(10), Decimal(repr(100 * largest))], label)


def value_scale(values: Sequence[Decimal], label: str) -> Scale:
    """From nought, or below the least value, to above the largest, in steps of one, two or five times a power of ten."""
    low, high = min((*values, Decimal(0))), max((*values, Decimal(0)))
    high += low == high
    span = high - low
    power = Decimal(1).scaleb(span.adjusted() - 1)
    step = next(step for factor in (1, 2, 5, 10, 2 * 10, 5 * 10, 100) if span / (step := power * factor) <= 6)
    first = floor(low / step)
    last = max(ceil(high / step), first + 1)
    places = max(0, -int(step.normalize().as_tuple().exponent))
    ticks = tuple((float(step * at), rounded(step * at, places)) for at in range(first, last + 1))
    return Scale(float(step * first), float(step * last), ticks, label)


def bounded(points: Sequence[tuple[float, float]], width: float, height: float) -> list[tuple[float, float]]:
    """A stepped line that only rises or falls, as it shows in a frame of this width and height: where it falls by less than can
    be seen it goes on level, and in each of many narrow columns only its first and last point are left.
    """
    if len(points) <= FEW or width <= 0 or height <= 0:
        return list(points)
    first, *between, last = points
    found = [first]
    for point in between:
        if int(point[1] / height * LEVELS_OF_A_CURVE) != int(found[-1][1] / height * LEVELS_OF_A_CURVE):
            found.append(point)
    columns = groupby([*found, last], key=lambda point: int(point[0] / width * COLUMNS_OF_A_CURVE))
    return [point for _, (begins, *more) in columns for point in (begins, *more[-1:])]

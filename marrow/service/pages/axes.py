"""Axes of the time line: where a day and a value go, and which of them are written."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from engine.moment import day_text

_STEPS = (1, 2, 5)
_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_WEEK = 7
_ROOM = 72.0
"""Room for a date below the axis."""
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Days:
    """From a day to a place. first, last: proleptic ordinals; left, right: places."""

    first: int
    last: int
    left: float
    right: float

    def at(self, day: float) -> float:
        return self.left + (self.right - self.left) * (day - self.first) / max(1, self.last - self.first)

    def clipped(self, day: float) -> float:
        """The same, at the edge for days beyond."""
        return min(max(self.at(day), self.left), self.right)

    def holds(self, day: int) -> bool:
        return self.first <= day <= self.last

    def ticks(self) -> list[tuple[int, str]]:
        """Days to be written, with what is written."""
        per_day = (self.right - self.left) / max(1, self.last - self.first)
        if _WEEK * per_day >= _ROOM:
            step = _WEEK if _WEEK * per_day < 3 * _ROOM else 1 + int(_ROOM / per_day)
            return [(day, day_text(day)) for day in range(self.first + (-self.first) % step, self.last + 1, step)]
        step = next((months for months in _MONTHS if months * 31 * per_day >= _ROOM), _MONTHS[-1])
        return [(day.toordinal(), day.isoformat()[:7]) for day in self._months(step)]

    def _months(self, step: int) -> Iterator[date]:
        begins = date.fromordinal(self.first)
        number = begins.year * 12 + begins.month - 1
        for month in range(number - number % step, number + 12 * 200, step):
            day = date(month // 12, month % 12 + 1, 1)
            if day.toordinal() > self.last:
                return
            if day.toordinal() >= self.first:
                yield day


@dataclass(frozen=True, slots=True)
class Values:
    """From a value to a place between two. has_zero: the bottom of a logarithmic axis is zero, and the axis is broken there."""

    low: float
    high: float
    bottom: float
    top: float
    is_log: bool
    has_zero: bool = False

    def at(self, value: float) -> float:
        if not self.is_log:
            return self.bottom + (self.top - self.bottom) * (value - self.low) / (self.high - self.low)
        if value <= 0:
            return self.bottom
        base = self.bottom + (self.top - self.bottom) * (0.12 if self.has_zero else 0)
        share = (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return base + (self.top - base) * min(max(share, 0), 1)

    def ticks(self) -> list[tuple[float, str]]:
        """Values to be written."""
        if not self.is_log:
            step = _step((self.high - self.low) / 4)
            count = floor(self.high / step + 1e-9) - ceil(self.low / step - 1e-9)
            start = ceil(self.low / step - 1e-9)
            return [((start + place) * step, _short((start + place) * step)) for place in range(count + 1)]
        found = [step * 10.0**power for power in range(floor(log10(self.low)), ceil(log10(self.high)) + 1) for step in _STEPS]
        inside = [value for value in found if self.low * 0.999 <= value <= self.high * 1.001]
        if len(inside) > _MOST_TICKS:
            inside = [value for value in inside if _short(value).strip("0.").startswith("1")]
        return [*([(0.0, "0")] if self.has_zero else []), *((value, _short(value)) for value in inside)]


def values_axis(values: Sequence[float], bottom: float, top: float, *, is_log: bool) -> Values:
    """An axis that holds the values; from zero where it is linear."""
    positive = [value for value in values if value > 0]
    if not is_log or not positive:
        high = max([*values, 1.0])
        step = _step(high / 4)
        return Values(0, step * ceil(high * 1.02 / step), bottom, top, is_log=False)
    low, high = _down(min(positive)), _up(max(positive))
    return Values(low, max(high, low * 10), bottom, top, is_log=True, has_zero=len(positive) < len(values))


def _down(value: float) -> float:
    steps = [step * 10.0**power for power in (floor(log10(value)) - 1, floor(log10(value))) for step in _STEPS]
    return steps[max(0, bisect_right(steps, value * 0.95) - 1)]


def _up(value: float) -> float:
    steps = [step * 10.0**power for power in (floor(log10(value)), floor(log10(value)) + 1) for step in _STEPS]
    return next(step for step in steps if step >= value * 1.05)


def _step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999)


def _short(value: float) -> str:
    return f"{value:.6g}"

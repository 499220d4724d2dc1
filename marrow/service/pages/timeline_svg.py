"""The time line as SVG, in a wide and in a narrow drawing: its colours are those of the page, by day, by night and on paper."""

from collections.abc import Iterator
from html import escape

from engine.moment import day_text
from marrow.service.pages.axes import Days, Values, values_axis
from marrow.service.pages.chart import Chart, Fell, Limit, Panel
from marrow.service.pages.rendering import typeset
from marrow.service.pages.rendering import unit as unit_words

WIDE, NARROW = 1160, 360
_LETTER = 6.7
_ROW = 17.0
_HALF = 1 / 2
"""A day begins and ends half a day beside its place."""


def timeline_svg(chart: Chart, width: int, prefix: str, title: str) -> str:
    """One drawing. prefix: of its ids, which have to be its own on a page."""
    return _Drawing(chart, width, prefix).svg(title)


class _Drawing:
    """Pieces are added from the top down; what lies behind everything is added last and put first."""

    def __init__(self, chart: Chart, width: int, prefix: str) -> None:
        self._chart, self._width, self._prefix = chart, width, prefix
        self._is_wide = width > 600
        self._days = Days(chart.first, chart.last, 178 if self._is_wide else 36, width - 12)
        self._height = 118.0 if self._is_wide else 96.0
        self._parts: list[str] = []

    def svg(self, title: str) -> str:
        y = self._fell(4 + _ROW)
        top = y
        for panel in self._chart.panels:
            y = self._panel(panel, y)
        for lane in self._chart.lanes:
            y = self._lane(lane.label, [(mark.day, mark.text) for mark in lane.marks], y)
        bottom = y + 6
        height = self._axis(bottom)
        behind = "".join([*self._bands(top, bottom), *self._lines(top - 4, bottom)])
        told = f'<title id="{self._prefix}-t">{escape(title)}</title><desc id="{self._prefix}-d">{escape(self._words())}</desc>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline" viewBox="0 0 {self._width} {height:.0f}" role="img"'
            f' aria-labelledby="{self._prefix}-t {self._prefix}-d">{told}{behind}{"".join(self._parts)}</svg>'
        )

    # --- behind

    def _bands(self, top: float, bottom: float) -> Iterator[str]:
        ends = -99.0
        for band in sorted(self._chart.bands, key=lambda each: each.first or 0):
            left = self._days.clipped(self._days.first if band.first is None else band.first - _HALF)
            right = self._days.clipped(self._days.last if band.last is None else band.last + _HALF)
            if right - left < 1:
                continue
            words = f"{band.label}: {_from_to(band.first, band.last)}"
            yield _rect("band", left, top, right - left, bottom - top, words)
            middle = (left + right) / 2
            room = _LETTER * len(band.label)
            if middle - room / 2 > ends:
                yield _text(min(middle, self._days.right - room / 2), top + 12, band.label, "band-label middle")
                ends = middle + room / 2 + 4

    def _lines(self, top: float, bottom: float) -> Iterator[str]:
        if self._chart.zero is not None and self._days.holds(self._chart.zero):
            x = self._days.at(self._chart.zero)
            yield _line("zero", x, top, x, bottom, "day 0")
        if self._days.holds(self._chart.as_of):
            x = self._days.at(self._chart.as_of)
            yield _line("today", x, top, x, bottom, "the day of evaluation")

    # --- what was concluded

    def _fell(self, y: float) -> float:
        """Diamonds with their outcome, in as many rows as they need so that no words touch."""
        ends: list[float] = []
        for each in sorted((one for one in self._chart.fell if self._days.holds(one.day)), key=lambda one: one.day):
            x, takes = self._days.at(each.day), 16 + _LETTER * len(each.outcome)
            to_left = x + takes > self._days.right
            begins = x - takes if to_left else x - 6
            row = next((place for place, end in enumerate(ends) if end < begins), len(ends))
            ends[row : row + 1] = [x + 6 if to_left else x + takes]
            self._parts.append(_fell_mark(each, x, y + row * _ROW, to_left=to_left))
        return y + max(len(ends), 1) * _ROW + 4

    # --- values

    def _panel(self, panel: Panel, y: float) -> float:
        unit = unit_words(panel.unit)
        scale = "log scale" if panel.is_log else "linear scale"
        if self._is_wide:
            self._parts += [
                _text(0, y + 29, panel.label, "name"),
                _text(0, y + 46, unit, "quiet"),
                _text(0, y + 62, scale, "quiet"),
            ]
            top = y + 22
        else:
            self._parts.append(_text(0, y + 27, f"{panel.label}, {unit}, {scale}", "name"))
            top = y + 38
        bottom = top + self._height
        shown = [point for point in panel.points if self._days.holds(point.day)]
        numbers = [end for point in shown for end in (point.low, point.high)] + [limit.value for limit in panel.limits]
        axis = values_axis(numbers, bottom, top, is_log=panel.is_log)
        for value, words in axis.ticks() if numbers else ():
            place = axis.at(value)
            self._parts.append(_line("grid", self._days.left, place, self._days.right, place))
            self._parts.append(_text(self._days.left - 5, place + 4, words, "tick end"))
        labels: list[float] = []
        for limit in sorted(panel.limits, key=lambda one: one.value):
            self._limit(limit, axis, labels)
        places = [(self._days.at(point.day), axis.at(point.high)) for point in shown]
        if len(places) > 1:
            path = " ".join(f"{x:.1f},{place:.1f}" for x, place in places)
            self._parts.append(f'<polyline class="values" points="{path}"/>')
        for point, (x, place) in zip(shown, places, strict=True):
            words = f"{panel.label}: {point.text} on {point.when}"
            if point.low != point.high:
                self._parts.append(_line("spread", x, axis.at(point.low), x, place))
            shape = "point" if point.is_sure and point.low == point.high else "point unsure"
            self._parts.append(
                f'<circle class="{shape}" cx="{x:.1f}" cy="{place:.1f}" r="4"><title>{escape(typeset(words))}</title></circle>'
            )
        if not shown:
            self._parts.append(_text((self._days.left + self._days.right) / 2, (top + bottom) / 2, "no values", "quiet middle"))
        return bottom + 2

    def _limit(self, limit: Limit, axis: Values, labels: list[float]) -> None:
        """A limit, and its words above it, or below where others stand there."""
        y = axis.at(limit.value)
        spans = limit.spans or ((self._days.first, self._days.last),)
        pieces = [(self._days.clipped(first - _HALF), self._days.clipped(last + _HALF)) for first, last in spans]
        pieces = [(left, right) for left, right in pieces if right - left > 1]
        for left, right in pieces:
            self._parts.append(_line("limit", left, y, right, y, limit.text))
        if pieces:
            place = y - 4 if all(abs(y - 4 - other) > 11 for other in labels) else y + 12
            labels.append(place)
            right = max(right for _, right in pieces)
            fits = right - 3 - _LETTER * len(limit.text) >= self._days.left  # else it would stand on the numbers of the axis
            x, kind = (right - 3, "limit-label end") if fits else (right + 4, "limit-label")
            self._parts.append(_text(x, place, limit.text, kind))

    # --- what was given

    def _lane(self, label: str, marks: list[tuple[int, str]], y: float) -> float:
        middle = y + (13 if self._is_wide else 27)
        if self._is_wide:
            self._parts.append(_text(0, middle + 4, label, "name lane-name"))
        else:
            self._parts.append(_text(0, y + 15, label, "name lane-name"))
        self._parts.append(_line("lane", self._days.left, middle, self._days.right, middle))
        wide = max(3.0, self._days.at(1) - self._days.at(0))
        for day, words in marks:
            if self._days.holds(day):
                self._parts.append(_rect("given", self._days.at(day) - wide / 2, middle - 6, wide, 12, words))
        return middle + (9 if self._is_wide else 12)

    # --- the days

    def _axis(self, y: float) -> float:
        self._parts.append(_line("axis", self._days.left, y, self._days.right, y))
        ends = -99.0
        for day, words in self._days.ticks():
            x = self._days.at(day)
            room = _LETTER * len(words) / 2
            self._parts.append(_line("axis", x, y, x, y + 5))
            if x - room < ends or x + room > self._width:
                continue
            self._parts.append(_text(x, y + 17, words, "tick middle"))
            if self._chart.zero is not None:
                self._parts.append(_text(x, y + 32, f"day {day - self._chart.zero}", "tick quiet middle"))
            ends = x + room + 6
        return y + 42

    def _words(self) -> str:
        """The drawing for those who do not see it; the values stand in a table below."""
        lines = [f"{panel.label}: {len(panel.points)} values." for panel in self._chart.panels]
        lines += [f"{lane.label}: {len(lane.marks)} times." for lane in self._chart.lanes]
        lines += [f"{each.name}: {each.outcome.removeprefix(f'{each.name}: ')}." for each in self._chart.fell]
        return " ".join(lines)


def _fell_mark(each: Fell, x: float, y: float, *, to_left: bool) -> str:
    words = _text(x - 9 if to_left else x + 9, y + 4, each.outcome, "fell-label end" if to_left else "fell-label")
    diamond = f'<path class="fell" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"/>'
    return f"<g><title>{escape(each.name)}</title>{diamond}{words}</g>"


def _from_to(first: int | None, last: int | None) -> str:
    return f"{'' if first is None else day_text(first)} to {'' if last is None else day_text(last)}"


def _rect(kind: str, x: float, y: float, width: float, height: float, title: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{kind}" {place}><title>{escape(typeset(title))}</title></rect>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float, title: str = "") -> str:
    told = f"<title>{escape(title)}</title>" if title else ""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}">{told}</line>'


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'

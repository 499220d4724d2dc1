"""What the statistics read of each patient, in columns: a number or a code for each measure, an outcome for each conclusion."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, nan, nextafter
from operator import eq
from sys import intern
from typing import Any

from engine.cohort.barriers import barriers
from engine.cohort.coded import Coded, taken
from engine.conclusion import NOT_DUE, UNDETERMINED, Conclusion
from engine.evaluation import Evaluated
from engine.interval import Interval
from engine.pack.program import Pack
from engine.pack.statistics import CountSpec, StatisticsSpec
from engine.pack.studied import named_parts
from engine.snapshot import Measured
from engine.truth import Truth

NO_DAY, VAGUE = 0, -1
"""In a column of days (proleptic ordinals): there is none; there is one, but it is not known to the day."""


@dataclass(slots=True)
class Columns:
    """A cohort, patient by patient; every column is as long as there are patients.

    numbers: by measure, exact values as floats (the shortest decimal of each is the value that was sent); NaN where none is
    known exactly. lows, highs: by measure whose bounds are asked for, the least and the most that it may be. codes: by measure,
    "" where not known. days: by measure. outcomes, effective: by conclusion. lacks, possible: by conclusion, the measures that
    it is undetermined for and the outcomes still open. stopped: why the conclusion on eligibility was negative, by criterion.
    """

    numbers: dict[str, "array[float]"] = field(default_factory=dict)
    lows: dict[str, Coded[float]] = field(default_factory=dict)
    highs: dict[str, Coded[float]] = field(default_factory=dict)
    codes: dict[str, Coded[str]] = field(default_factory=dict)
    days: dict[str, "array[int]"] = field(default_factory=dict)
    outcomes: dict[str, Coded[str]] = field(default_factory=dict)
    effective: dict[str, "array[int]"] = field(default_factory=dict)
    lacks: dict[str, Coded[tuple[str, ...]]] = field(default_factory=dict)
    possible: dict[str, Coded[tuple[str, ...]]] = field(default_factory=dict)
    stopped: Coded[tuple[str, ...]] = field(default_factory=Coded)
    patients: int = 0

    def extend(self, other: "Columns") -> None:
        """Add the patients of another part of the cohort."""
        for name in self.numbers:
            self.numbers[name].extend(other.numbers[name])
            self.codes[name].extend(other.codes[name])
        for name in self.lows:
            self.lows[name].extend(other.lows[name])
            self.highs[name].extend(other.highs[name])
        for name in self.days:
            self.days[name].extend(other.days[name])
        for name in self.outcomes:
            self.outcomes[name].extend(other.outcomes[name])
            self.effective[name].extend(other.effective[name])
            self.lacks[name].extend(other.lacks[name])
            self.possible[name].extend(other.possible[name])
        self.stopped.extend(other.stopped)
        self.patients += other.patients

    def taken(self, places: Sequence[int]) -> "Columns":
        """The patients at some places, in that order; these columns themselves where they have that order already."""
        if len(places) == self.patients and all(map(eq, places, range(self.patients))):
            return self
        import numpy

        index: Any = numpy.array(places, dtype=numpy.intp)
        made = Columns(stopped=self.stopped.taken(index), patients=len(places))
        for kind in ("numbers", "days", "effective"):
            for name, column in getattr(self, kind).items():
                getattr(made, kind)[name] = taken(column, index)
        for kind in ("lows", "highs", "codes", "outcomes", "lacks", "possible"):
            for name, column in getattr(self, kind).items():
                getattr(made, kind)[name] = column.taken(index)
        return made


class Observer:
    """Reads what the statistics of one pack need of each patient that was evaluated."""

    def __init__(self, pack: Pack) -> None:
        spec = pack.statistics
        names = dict.fromkeys((kind, name) for _, kind, name in named_parts(spec))
        self._conclusions = [name for kind, name in names if kind == "conclusions"]
        self._measures = [(name, pack.measures[name].index) for kind, name in names if kind == "measures"]
        self._dated = [(name, pack.measures[name].index) for name in _dated(pack)]
        self._bounded = [(name, pack.measures[name].index) for name in _bounded(spec)]
        self._anchored = {name for name, _ in self._dated if pack.measures[name].spec.days is not None}
        self._newest = {name for name in self._conclusions if pack.conclusions[name].effective == "newest"}
        self._eligibility = None if spec.eligibility is None else spec.eligibility.conclusion
        self._barriers = _barriers(pack)
        self.columns = self.empty()

    @property
    def columns(self) -> Columns:
        """The patients so far; others can be put in their place."""
        for column in self._columns.codes.values():
            column.fill("", self._columns.patients)
        return self._columns

    @columns.setter
    def columns(self, columns: Columns) -> None:
        self._columns = columns
        self._read = [(index, columns.numbers[name].append, columns.codes[name]) for name, index in self._measures]
        self._ranges = [(index, columns.lows[name].append, columns.highs[name].append) for name, index in self._bounded]
        self._drawn = [
            (name, columns.outcomes[name].append, columns.effective[name].append, columns.lacks[name].append,
             columns.possible[name].append, name in self._newest)
            for name in self._conclusions
        ]  # fmt: skip

    def empty(self) -> Columns:
        """Columns for nobody yet."""
        return Columns(
            numbers={name: array("d") for name, _ in self._measures},
            lows={name: Coded() for name, _ in self._bounded},
            highs={name: Coded() for name, _ in self._bounded},
            codes={name: Coded() for name, _ in self._measures},
            days={name: array("l") for name, _ in self._dated},
            outcomes={name: Coded() for name in self._conclusions},
            effective={name: array("l") for name in self._conclusions},
            lacks={name: Coded() for name in self._conclusions},
            possible={name: Coded() for name in self._conclusions},
        )

    def __call__(self, evaluated: Evaluated) -> None:
        """Add one patient."""
        columns, snapshot = self._columns, evaluated.snapshot
        for index, add_number, codes in self._read:
            value = snapshot[index].value
            if value is None:
                add_number(nan)
            elif isinstance(value, frozenset):
                add_number(nan)
                if len(value) == 1:
                    codes.fill("", columns.patients)
                    codes.append(intern(*value))
            else:
                add_number(_number(value))
        for index, add_low, add_high in self._ranges:
            low, high = _bounds(snapshot[index].value)
            add_low(low)
            add_high(high)
        for name, index in self._dated:
            columns.days[name].append(_day(snapshot[index], is_anchor=name in self._anchored))
        drawn = {conclusion.name: conclusion for conclusion in evaluated.conclusions}
        for name, add_outcome, add_effective, add_lacks, add_possible, newest in self._drawn:
            conclusion = drawn[name]
            add_outcome(conclusion.outcome)
            add_effective(_effective(conclusion, newest=newest))
            add_lacks(conclusion.missing)
            add_possible(conclusion.possible)
        columns.stopped.append(() if self._eligibility is None else self._stopped(drawn[self._eligibility]))
        columns.patients += 1

    def _stopped(self, conclusion: Conclusion) -> tuple[str, ...]:
        """The criteria that stand in the way of every outcome that is asked for."""
        return tuple(name for place, name, bad in self._barriers if conclusion.truths[place] is bad)


def _number(value: Interval) -> float:
    """The value where it is exact, which is that both ends are the same number."""
    if value.lo is None or value.lo is not value.hi:
        return nan
    number = float(value.lo)
    return number if isfinite(number) else nan


def _bounds(value: Interval | frozenset[str] | None) -> tuple[float, float]:
    """The least and the most that a quantity may be; an open end is just missed."""
    if not isinstance(value, Interval):
        return -inf, inf
    if value.lo is not None and value.lo is value.hi:
        return (number := float(value.lo)), number
    low = -inf if value.lo is None else float(value.lo)
    high = inf if value.hi is None else float(value.hi)
    return nextafter(low, inf) if value.lo_open else low, nextafter(high, -inf) if value.hi_open else high


def _day(measured: Measured, *, is_anchor: bool) -> int:
    """The day of a measure; vague as well where it is that of an anchor which may not exist: then the days to it have no end."""
    when, value = measured.when, measured.value
    if when is None:
        return NO_DAY
    doubtful = is_anchor and isinstance(value, Interval) and value.hi is None
    return when.first if when.is_day and not doubtful else VAGUE


def _effective(conclusion: Conclusion, *, newest: bool) -> int:
    """The day of a conclusion; that of its newest value is none where a value which may be the newest has no day."""
    day = conclusion.effective or NO_DAY
    if not newest:
        return day
    dated = [measured.when for measured in conclusion.sources if measured.when is not None]
    return VAGUE if any(when.last == day and not when.is_day for when in dated) else day


def _barriers(pack: Pack) -> list[tuple[int, str, bool]]:
    """What can keep a patient from entering: the place of a criterion, its name, and the truth that stands in the way."""
    spec = pack.statistics.eligibility
    if spec is None:
        return []
    rule = pack.conclusions[spec.conclusion]
    each = [barriers(pack, rule, outcome) for outcome in spec.outcomes]
    return [(place, name, each[0][name]) for place, name in enumerate(rule.criteria) if all(name in found for found in each)]


def _bounded(spec: StatisticsSpec) -> Iterable[str]:
    """The measures of which it is asked whether they lie within limits."""
    events = () if spec.adverse_events is None else spec.adverse_events.rows
    lines = (line.measure for line in spec.long_term if line.measure is not None and line.at_least is not None)
    return dict.fromkeys([*(row.measure for row in events), *lines])


def _dated(pack: Pack) -> Iterable[str]:
    """The measures whose day is asked for."""
    spec = pack.statistics
    names = [spec.start] if spec.start else []
    for endpoint in spec.endpoints:
        names += [endpoint.start, endpoint.last_contact, *endpoint.censored_at]
    return dict.fromkeys(names)


def holding(columns: Columns, spec: CountSpec, places: Sequence[int]) -> list[Truth]:
    """Whether what a line counts is true of each of some patients; None where it is not known."""
    if spec.conclusion is not None:
        read: tuple[Coded[Any], ...] = (columns.outcomes[spec.conclusion], columns.possible[spec.conclusion])
    else:
        assert spec.measure is not None
        read = (columns.codes[spec.measure],) if spec.codes else (columns.lows[spec.measure], columns.highs[spec.measure])
    codes = list(zip(*(map(column.codes.__getitem__, places) for column in read), strict=True))
    answers = {each: _holds(spec, tuple(map(_value, read, each))) for each in set(codes)}
    return list(map(answers.__getitem__, codes))


def _value(column: Coded[Any], code: int) -> Any:
    return column.values[code]


def holds(columns: Columns, spec: CountSpec, place: int) -> Truth:
    """Whether what a line counts is true of a patient; None where it is not known."""
    return holding(columns, spec, (place,))[0]


def _holds(spec: CountSpec, said: tuple[Any, ...]) -> Truth:
    """said: the outcome and those that are possible, or the code, or the least and the most."""
    if spec.conclusion is not None:
        outcome, possible = said
        if outcome == UNDETERMINED:
            return _open(possible, spec.outcomes)
        return None if outcome == NOT_DUE else outcome in spec.outcomes
    if spec.codes:
        return said[0] in spec.codes if said[0] else None
    (low, high), least = said, float(spec.at_least or 0)
    if low >= least:
        return True
    return False if high < least else None


def _open(possible: Sequence[str], outcomes: Sequence[str]) -> Truth:
    """Whether a conclusion that is still open comes to one of some outcomes, whatever it turns out to be."""
    if not possible or not set(possible).isdisjoint(outcomes):
        return True if possible and set(possible) <= set(outcomes) else None
    return False

"""Measures computed from other measures: formulas, ages, tables, marks, and which of several events came first."""

from collections.abc import Callable
from typing import Any

from engine.age import age_in_months, look_up
from engine.formula import Constant, Formula, Operation, Reference, compiled, references
from engine.interval import Interval
from engine.pack.measures import AgeAt, Earliest, Lookup, Marked
from engine.pack.program import Measure
from engine.snapshot import Measured
from engine.timeline import MISSING, Layout, Timeline, Way, bound

NONE = frozenset(["none"])
_TRUE, _FALSE = frozenset(["true"]), frozenset(["false"])


def mark_of(layout: Layout, measure: Measure, spec: Marked) -> Way:
    """Whether the value of a measure carries a mark."""
    index = layout.measure(spec.measure, measure.window)

    def way(timeline: Timeline) -> Measured:
        of = timeline.values[index]
        if of.value is None:
            return Measured(missing=of.missing, reason=of.reason)
        return Measured(_TRUE if spec.mark in of.marks else _FALSE, of.evidence, of.when)

    return way


class _Reading:
    """One computation of a formula: the measures that it reads, in order, and the flags of limits that were assumed."""

    __slots__ = ("flags", "used", "values")

    def __init__(self, values: list[Measured]) -> None:
        self.values = values
        self.used: dict[int, Measured] = {}
        self.flags: list[str] = []


def formula_value(layout: Layout, measure: Measure) -> Way:
    """The formula over other measures; it rests on all that it reads, and lacks what they lack."""
    assert measure.tree is not None
    name = measure.name

    def reader(reference: Reference) -> Callable[[_Reading], Interval | None]:
        return _reader(layout.measure(reference.name, measure.window), reference)

    calculate = compiled(measure.tree, reader)
    read = references(measure.tree)
    places = list(dict.fromkeys(layout.measure(reference.name, measure.window) for reference in read))
    is_short, without = _is_short(measure.tree), _Without(name)

    def way(timeline: Timeline) -> Measured:
        values = timeline.values
        if is_short:  # of what nothing is known, nothing is computed
            for place in places:
                if values[place].value is not None:
                    break
            else:
                return without([values[place] for place in places])
        reading = _Reading(values)
        try:
            result = calculate(reading)
        except (ValueError, ArithmeticError):
            result = None
        return _computed(name, result, list(reading.used.values()), reading.flags)

    return way


class _Without:
    """What a formula comes to of which nothing is known: it depends on what is missing alone, and is made once for each case."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._made: dict[tuple[Any, ...], Measured] = {}

    def __call__(self, used: list[Measured]) -> Measured:
        case: list[Any] = []
        for found in used:
            if found.evidence or found.flags or found.when is not None:
                return _computed(self._name, None, used, [])
            case += (found.missing, found.reason)
        key = tuple(case)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = _computed(self._name, None, used, [])
        return made


def _is_short(tree: Formula) -> bool:
    """Whether nothing is computed where nothing is known of what is read: no part is of numbers alone."""
    match tree:
        case Operation(_, left, right):
            return bool(references(left) or references(right)) and _is_short(left) and _is_short(right)
        case Reference(default=default):
            return default is None or isinstance(default, Constant)
        case _:
            return True


def _reader(index: int, reference: Reference) -> Callable[[_Reading], Interval | None]:
    part = reference.part
    flag = "assumed_upper_limit" if part == "upper_limit" else "assumed_lower_limit"

    def value(reading: _Reading) -> Interval | None:
        found = reading.used[index] = reading.values[index]
        got = found.value
        return got if isinstance(got, Interval) else None

    def limit(reading: _Reading) -> Interval | None:
        found = reading.used[index] = reading.values[index]
        got: Interval | None = found.upper_limit if part == "upper_limit" else found.lower_limit
        if got is None and reference.default is not None and found.value is not None:
            reading.flags.append(flag)
        return got

    return value if part == "value" else limit


def _computed(name: str, result: Interval | None, used: list[Measured], flags: list[str]) -> Measured:
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    newest, reason = None, ""
    for found in used:
        evidence = evidence + found.evidence if evidence else found.evidence
        missing = missing + found.missing if missing else found.missing
        flags += found.flags
        when = found.when
        if when is not None and (newest is None or (when.last, when.first) > (newest.last, newest.first)):
            newest = when
        reason = reason or found.reason
    if len(used) > 1:
        evidence, missing = tuple(dict.fromkeys(evidence)), tuple(dict.fromkeys(missing))
    flagged = tuple(dict.fromkeys(flags)) if flags else ()
    if result is not None:
        return Measured(result, evidence, newest, flagged, missing)
    return Measured(None, evidence, newest, flagged, missing or (name,), reason or "it cannot be computed")


def age_at(layout: Layout, measure: Measure, spec: AgeAt) -> Way:
    """The age on a day."""
    moment, birth_place = layout.moment(spec.at, measure.window), layout.anchors.place(spec.birth)
    no_birth = Measured(missing=(spec.birth,), reason="not on record")
    no_day = Measured(missing=(measure.name,), reason="not on record")
    contradict = Measured(missing=(spec.birth,), reason="the dates contradict")

    def way(timeline: Timeline) -> Measured:
        at, evidence = moment(timeline)
        birth = timeline.anchors[birth_place]
        if birth is None:
            return no_birth
        if at is None:
            return no_day
        value = age_in_months(birth.when, at, spec.whole)
        if value is None:
            return contradict
        missing = () if value.is_exact else (spec.birth,)
        return Measured(value, tuple(dict.fromkeys(birth.evidence + evidence)), at, missing=missing)

    return way


def table_value(layout: Layout, measure: Measure, spec: Lookup) -> Way:
    """The value of a table for an age and a sex."""
    moment, birth_place = layout.moment(spec.at, measure.window), layout.anchors.place(spec.birth)
    sex_index, rows = layout.measure(spec.sex, measure.window), layout.pack.tables[spec.table]
    no_birth = Measured(missing=(spec.birth,), reason="not on record")
    at_measure = layout.pack.measures.get(bound(spec.at, measure.window))

    def lacking(timeline: Timeline) -> tuple[str, ...]:
        return (measure.name,) if at_measure is None else timeline.values[at_measure.index].missing

    def way(timeline: Timeline) -> Measured:
        at, _ = moment(timeline)
        birth = timeline.anchors[birth_place]
        sex = timeline.values[sex_index]
        if birth is None:
            return no_birth
        if at is None:
            return Measured(missing=lacking(timeline), reason="not on record")
        sexes = sex.value if isinstance(sex.value, frozenset) else None
        value = look_up(rows, birth.when, at, sexes)
        evidence = tuple(dict.fromkeys(birth.evidence + sex.evidence))
        if value is not None and value.is_exact:
            return Measured(value, evidence, at)
        lacks = sex.missing if birth.when.is_day else (spec.birth, *sex.missing)
        return Measured(value, evidence, at, missing=lacks or (measure.name,), reason="sex or age is not known well enough")

    return way


def earliest_event(layout: Layout, measure: Measure, spec: Earliest) -> Way:
    """The events that may have come first; `none` among them where even the surest may not have happened."""

    def place(name: str | None) -> int | None:
        return None if name is None else layout.measure(name, measure.window)

    events = [(event, layout.measure(event.day, measure.window), place(event.unless_after)) for event in spec.events]

    def way(timeline: Timeline) -> Measured:
        values = timeline.values
        able: list[tuple[int, int | None, int, str, Measured]] = []
        flags: list[str] = []
        for order, (event, day_index, before_index) in enumerate(events):
            day = values[day_index]
            if not isinstance(day.value, Interval) or day.value.lo is None:
                continue
            if day.value.hi is not None and day.value.hi < 0:
                return Measured(missing=(event.day,), reason="an event lies before the day that is counted from")
            before = MISSING if before_index is None else values[before_index]
            flags += before.flags
            if isinstance(before.value, Interval) and before.value.hi is not None and before.value.hi <= day.value.lo:
                flags.append(f"{event.event}_not_counted")
                continue
            able.append((int(day.value.lo), None if day.value.hi is None else int(day.value.hi), order, event.event, day))
        return _first_of(able, flags)

    return way


def _first_of(able: list[tuple[int, int | None, int, str, Measured]], flags: list[str]) -> Measured:
    sure = [(hi, order) for _, hi, order, _, _ in able if hi is not None]
    first = [e for e in able if not sure or (e[0], e[2] if e[0] == e[1] else -1) <= min(sure)]
    flags += [flag for *_, day in first for flag in day.flags]
    codes = frozenset([event for _, _, _, event, _ in first]) | (frozenset() if sure else NONE)
    evidence = tuple(dict.fromkeys([ref for *_, day in first for ref in day.evidence]))
    lacks = tuple(dict.fromkeys([name for *_, day in first for name in day.missing])) if len(codes) > 1 else ()
    when = first[0][4].when if len(codes) == 1 and first else None
    return Measured(codes, evidence, when, tuple(dict.fromkeys(flags)), lacks, "which came first cannot be told" if lacks else "")

"""Measures computed from other measures: formulas, ages, tables, marks, and which of several events came first."""

from engine.formula import Formula, Reference
from engine.interval import Interval
from engine.pack.measures import AgeAt, Earliest, Lookup, Marked
from engine.pack.program import Measure
from engine.snapshot import Measured
from tests.oracle.obvious.age import age_in_months, look_up
from tests.oracle.obvious.formula import calculate
from tests.oracle.obvious.timeline import MISSING, Timeline, bound

NONE = frozenset(["none"])


def mark_of(timeline: Timeline, measure: Measure, spec: Marked) -> Measured:
    of = timeline.value(bound(spec.measure, measure.window))
    if of.value is None:
        return Measured(missing=of.missing, reason=of.reason)
    return Measured(frozenset(["true" if spec.mark in of.marks else "false"]), of.evidence, of.when)


def calculate_formula(timeline: Timeline, measure: Measure, tree: Formula) -> Measured:
    used: dict[str, Measured] = {}
    flags: list[str] = []

    def value(reference: Reference) -> Interval | None:
        found = timeline.value(bound(reference.name, measure.window))
        used[bound(reference.name, measure.window)] = found
        got = found.value if reference.part == "value" else getattr(found, reference.part)
        if got is None and reference.default is not None and found.value is not None:
            flags.append("assumed_upper_limit" if reference.part == "upper_limit" else "assumed_lower_limit")
        return got if isinstance(got, Interval) else None

    result = calculate(tree, value)
    flags += [flag for found in used.values() for flag in found.flags]
    missing = tuple(dict.fromkeys(name for found in used.values() for name in found.missing))
    if result is None and not missing:
        missing = (measure.name,)
    newest = max((found.when for found in used.values() if found.when), key=lambda when: (when.last, when.first), default=None)
    evidence = tuple(dict.fromkeys(ref for found in used.values() for ref in found.evidence))
    reason = (
        "" if result is not None else next((found.reason for found in used.values() if found.reason), "it cannot be computed")
    )
    return Measured(result, evidence, newest, tuple(dict.fromkeys(flags)), missing, reason)


def age_at(timeline: Timeline, measure: Measure, spec: AgeAt) -> Measured:
    at, evidence = timeline.moment(spec.at, measure.window)
    birth = timeline.anchors.get(spec.birth)
    if birth is None or at is None:
        return Measured(missing=(spec.birth if birth is None else measure.name,), reason="not on record")
    value = age_in_months(birth.when, at, spec.whole)
    if value is None:
        return Measured(missing=(spec.birth,), reason="the dates contradict")
    return Measured(value, tuple(dict.fromkeys(birth.evidence + evidence)), at, missing=() if value.is_exact else (spec.birth,))


def table_value(timeline: Timeline, measure: Measure, spec: Lookup) -> Measured:
    at, _ = timeline.moment(spec.at, measure.window)
    birth = timeline.anchors.get(spec.birth)
    sex = timeline.value(bound(spec.sex, measure.window))
    if birth is None or at is None:
        lacks = (spec.birth,) if birth is None else timeline.value(bound(spec.at, measure.window)).missing
        return Measured(missing=lacks, reason="not on record")
    sexes = sex.value if isinstance(sex.value, frozenset) else None
    value = look_up(timeline.pack.tables[spec.table], birth.when, at, sexes)
    evidence = tuple(dict.fromkeys(birth.evidence + sex.evidence))
    if value is not None and value.is_exact:
        return Measured(value, evidence, at)
    lacks = () if birth.when.is_day else (spec.birth,)
    lacks += sex.missing
    return Measured(value, evidence, at, missing=lacks or (measure.name,), reason="sex or age is not known well enough")


def earliest_event(timeline: Timeline, measure: Measure, spec: Earliest) -> Measured:
    """The events that may have come first; `none` among them where even the surest may not have happened."""
    able: list[tuple[int, int | None, int, str, Measured]] = []
    flags: list[str] = []
    for order, event in enumerate(spec.events):
        day = timeline.value(bound(event.day, measure.window))
        if not isinstance(day.value, Interval) or day.value.lo is None:
            continue
        if day.value.hi is not None and day.value.hi < 0:
            return Measured(missing=(event.day,), reason="an event lies before the day that is counted from")
        before = timeline.value(bound(event.unless_after, measure.window)) if event.unless_after else MISSING
        flags += before.flags
        if isinstance(before.value, Interval) and before.value.hi is not None and before.value.hi <= day.value.lo:
            flags.append(f"{event.event}_not_counted")
            continue
        able.append((int(day.value.lo), None if day.value.hi is None else int(day.value.hi), order, event.event, day))
    sure = [(hi, order) for _, hi, order, _, _ in able if hi is not None]
    first = [e for e in able if not sure or (e[0], e[2] if e[0] == e[1] else -1) <= min(sure)]
    flags += [flag for *_, day in first for flag in day.flags]
    codes = frozenset(event for _, _, _, event, _ in first) | (frozenset() if sure else NONE)
    evidence = tuple(dict.fromkeys(ref for *_, day in first for ref in day.evidence))
    lacks = tuple(dict.fromkeys(name for *_, day in first for name in day.missing)) if len(codes) > 1 else ()
    when = first[0][4].when if len(codes) == 1 and first else None
    return Measured(codes, evidence, when, tuple(dict.fromkeys(flags)), lacks, "which came first cannot be told" if lacks else "")

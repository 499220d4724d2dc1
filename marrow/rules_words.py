"""Anchors, windows, measures, codes and parameters of a pack in words."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from engine.describe import amount, unit_text
from engine.pack.measures import After, Count, MeasureSpec, Select, Span
from engine.pack.parameters import texts
from engine.pack.program import Measure, Pack, Parameter
from engine.pack.time import AnchorSpec, WindowSpec
from engine.pack.vocabulary import CodeSpec, ConceptSpec

_BUILT_IN = {"as_of": "the day of evaluation", "here": "the day of the visit"}
_PICKS = {"last": "the last value", "first": "the first value", "lowest": "the lowest value", "highest": "the highest value"}
_REDUCED = {
    "lowest": "the lowest daily sum", "highest": "the highest daily sum", "first": "the sum of the first day",
    "lowest_dose": "the lowest dose", "highest_dose": "the highest dose",
    "shortest_interval": "the fewest days between two doses", "longest_interval": "the most days between two doses",
}  # fmt: skip


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Some words as a list that people read: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else ""


def value_text(parameter: Parameter) -> str:
    """A parameter's value with its unit."""
    parts = list(texts(parameter.value))
    unit = unit_text(parameter.spec.unit) if parameter.spec.unit not in (None, "1") else ""
    text = f"{parts[0]} to {parts[1]}" if parameter.spec.type == "range" else ", ".join(parts) or "none"
    return f"{text} {unit}".rstrip()


# --- time ------------------------------------------------------------------------------------------------------------


def anchor_name(pack: Pack, name: str) -> str:
    """What a day is called: an anchor's label, or that of the measure whose day it is."""
    if name in pack.anchors:
        return pack.anchors[name].label
    base = name.partition("@")[0]
    measure = next((one for one in pack.measures.values() if one.base == base), None)
    return _BUILT_IN.get(name, measure.label if measure else name)


def anchor_text(pack: Pack, spec: AnchorSpec) -> str:
    """Which day an anchor is."""
    if spec.date is not None:
        return spec.date
    if spec.first_known is not None:
        return ", or where there is none: ".join(anchor_name(pack, name) for name in spec.first_known)
    if spec.earliest is not None:
        return f"the earliest of {listed([anchor_name(pack, name) for name in spec.earliest])}"
    concepts = listed([pack.concepts[name].label for name in spec.first or spec.last or ()], "or")
    text = f"the {'first' if spec.first else 'last'} record of {concepts}"
    return f"{text}{f', {_days(spec.days)} {anchor_name(pack, spec.after)}' if spec.after else ''}"


def window_text(pack: Pack, spec: WindowSpec) -> str:
    """The days of a window, and which value of several counts."""
    pick = _PICKS.get(spec.pick) or f"the value nearest to day {_number(spec.target or 0)} (of two as near, the later)"
    before = "; on that day only what came before it" if spec.not_after_anchor else ""
    return f"{_days(spec.days)} {anchor_name(pack, spec.anchor)}{before}; {pick} counts"


def _days(days: Any) -> str:
    low, high = days if isinstance(days, tuple) else (None, None)
    if low is None and high is None:
        return "at any time around"
    if low is None:
        return "at any time up to" if high == 0 else f"at any time up to {_day(high)}"
    if high is None:
        return "from" if low == 0 else f"from {_day(low)}"
    if low == high == 0:
        return "on the day of"
    if high == 0 and low < 0:
        return f"from {_number(-low)} days before up to"
    return f"day {_number(low)} to day {_number(high)}, counted from"


def _day(day: Decimal) -> str:
    return f"{_number(abs(day))} days {'before' if day < 0 else 'after'}"


def _number(value: Any) -> str:
    return amount(Decimal(value), None)


# --- measures --------------------------------------------------------------------------------------------------------


def measure_way(pack: Pack, measure: Measure) -> str:
    """How a measure is computed, in a few words."""
    spec = measure.spec
    if spec.select is not None:
        return _select(pack, spec.select, measure.window)
    if spec.count is not None:
        return _count(pack, spec.count)
    if spec.daily is not None or spec.doses is not None:
        return _doses(pack, spec)
    if spec.formula is not None:
        return spec.formula.replace("@here", "")
    return _other(pack, spec)


def _select(pack: Pack, spec: Select, window: str | None) -> str:
    parts = [_PICKS[spec.pick]] if spec.pick and spec.pick in _PICKS else []
    if spec.lookback is not None:
        parts.append(f"up to {_number(spec.lookback)} days back")
    if spec.prefer is not None:
        parts.append(f"{spec.prefer} first")
    if spec.same_day is not None:
        parts.append(f"the {spec.same_day} of one day")
    after = spec.unless_after
    if after is not None and (after.windows is None or window in after.windows):
        use = (
            "not used"
            if after.otherwise == "none"
            else f"used only for want of others (the {after.otherwise}), flagged {after.flag}"
        )
        parts.append(f"{_after(pack, after)}: {use}")
    if spec.flag_after is not None:
        parts.append(f"{_after(pack, spec.flag_after)}: flagged {spec.flag_after.flag}")
    return "; ".join(parts) or "one value, as its window says"


def _after(pack: Pack, after: After) -> str:
    concepts = listed([pack.concepts[name].label for name in after.concepts], "or")
    maybe = listed([pack.concepts[name].label for name in after.or_possibly], "or")
    return f"within {_number(after.days)} days after {concepts}{f', or possibly {maybe}' if maybe else ''}"


def _count(pack: Pack, spec: Count) -> str:
    things = [pack.concepts[name].label for name in spec.concepts] + [anchor_name(pack, name) for name in spec.anchors]
    text = f"{'days with' if spec.days else 'how many:'} {listed(things, 'or')}"
    if spec.or_possibly:
        text += f", possibly {listed([pack.concepts[name].label for name in spec.or_possibly], 'or')}"
    if spec.answers is not None:
        text += f" answered {listed(spec.answers, 'or')}"
    if spec.within is not None:
        text += f", {_span(pack, spec.within)}"
    closed = spec.world == "closed" or spec.world is True  # type: ignore[comparison-overlap]
    return text if closed else f"{text}; more may be unrecorded"


def _span(pack: Pack, span: Span) -> str:
    days = span.days if span.length is None else (span.days[0], Decimal(span.days[0] or 0) + Decimal(span.length) - 1)
    return f"{_days(days)} {anchor_name(pack, span.anchor)}"


def _doses(pack: Pack, spec: MeasureSpec) -> str:
    doses = spec.daily or spec.doses
    assert doses is not None
    weight = f" per {pack.concepts[doses.weight].label}" if doses.weight else ""
    return f"{_REDUCED[doses.reduce]} of {pack.concepts[doses.concept].label}{weight}, {_span(pack, doses.within)}"


def _other(pack: Pack, spec: MeasureSpec) -> str:
    if spec.days is not None:
        return f"days from {anchor_name(pack, spec.days.since)} to {anchor_name(pack, spec.days.until)}"
    if spec.age is not None:
        return f"age at {anchor_name(pack, spec.age.at)}{f', in whole {spec.age.whole}' if spec.age.whole else ''}"
    if spec.lookup is not None:
        return f"table {spec.lookup.table} by age and sex, at {anchor_name(pack, spec.lookup.at)}"
    if spec.earliest is not None:
        return f"which came first: {listed(list(dict.fromkeys(event.event for event in spec.earliest.events)), 'or')}"
    if spec.outcome_day is not None:
        return f"day of the first {listed(spec.outcome_day.outcomes, 'or')} of {listed(spec.outcome_day.conclusions)}"
    if spec.scan is not None:
        base = spec.scan.criterion.partition("@")[0]
        label = next((one.label for one in pack.criteria.values() if one.base == base), base)
        return f"the first later visit with: {label}"
    if spec.worst is not None:
        events = listed([pack.concepts[name].label for name in spec.worst.concepts], "or")
        return f"the worst {events}, {_span(pack, spec.worst.within)}"
    if spec.panel_day is not None:
        return "the newest day of the counts taken together, else the window's last day"
    if spec.marked is not None:
        return f"whether the value is marked {spec.marked.mark}"
    return "as recorded"


# --- codes -----------------------------------------------------------------------------------------------------------


def concept_lines(pack: Pack, name: str) -> Iterator[str]:
    """Where FHIR says a concept, with its codes and what it is computed from where it is not said."""
    spec = pack.concepts[name]
    yield f"{listed(spec.elements, 'or')}{': ' if spec.codes else ''}{_codes(spec.codes)}"
    for answer, codes in (spec.answers or {}).items():
        yield f"{answer}: {_codes(codes)}"
    if spec.never:
        yield f"never: {_codes(spec.never)}"
    derived = _derived(pack, spec)
    if derived:
        yield f"else: {'; '.join(derived)}"


def _derived(pack: Pack, spec: ConceptSpec) -> list[str]:
    rules = [rule for rule in spec.derive if rule.when is None or pack.parameters[rule.when].value]
    return [f"at most {rule.at_most}" if rule.at_most else str(rule.formula) for rule in rules]


def _codes(codes: Sequence[CodeSpec]) -> str:
    by_system: dict[str, list[str]] = {}
    for spec in codes:
        remark = f" ({spec.mark or spec.means})" if spec.mark or spec.means else ""
        by_system.setdefault(spec.system, []).extend(f"{code}{remark}" for code in spec.codes)
    return "; ".join(f"{system} {', '.join(found)}" for system, found in by_system.items())

"""Try it: a record with some values otherwise, and which conclusions would change. Nothing of it is kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from engine.describe import number
from engine.interval import Interval
from engine.moment import Moment, day_text
from engine.pack.program import Pack
from engine.record import Fact, PatientRecord
from engine.truth import WORDS
from fhir_adapter.sentence import name_of
from marrow.service.pages.case import Case, Cases
from marrow.service.telling import tell

_AMOUNT = re.compile(r"(?P<sign>[<>]=?)?\s*(?P<number>\d{1,12}(\.\d{1,9})?)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TRIED = "a value that was tried"


@dataclass(frozen=True, slots=True)
class Field:
    """A value that can be changed. key: in the form; unit: of the concept; tried: what was put in its place, else the same."""

    key: str
    label: str
    value: str
    unit: str | None
    when: str
    ref: str
    tried: str


@dataclass(frozen=True, slots=True)
class Change:
    """A conclusion that would change: outcome and words before and after, and the criteria that would."""

    name: str
    conclusion: str
    before: str
    after: str
    sentence: str
    criteria: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial came to. faults: what could not be read; given: what was put into the form."""

    given: Mapping[str, str]
    faults: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    as_of: str = ""


def fields(case: Case, given: Mapping[str, str]) -> tuple[Field, ...]:
    """The values that are charted or that something rests on, by concept and day."""
    order = {name: place for place, (name, _, _) in enumerate(addable(case.pack))}
    found = sorted(_fields(case, given), key=lambda pair: (order[pair[0]], pair[1].when))
    return tuple(field for _, field in found)


def addable(pack: Pack) -> tuple[tuple[str, str, str | None], ...]:
    """The concepts of which a value can be added: name, label and unit; what is charted first."""
    charted = [] if pack.pages.chart is None else [panel.concept for panel in pack.pages.chart.panels]
    measured = (measure.spec.select.concept for measure in pack.measures.values() if measure.spec.select is not None)
    names = dict.fromkeys([*charted, *measured])
    known = ((name, pack.concepts[name]) for name in names)
    return tuple((name, one.label, one.quantity.unit) for name, one in known if one.quantity is not None)


def tried(cases: Cases, case: Case, given: Mapping[str, str]) -> Tried:
    """What would be concluded with these values instead."""
    faults: list[str] = []
    done: list[str] = []
    facts = list(case.record.facts)
    for field in fields(case, given):
        if field.tried != field.value:
            place = int(field.key.removeprefix("fact-"))
            what = f"{field.label} of {field.when}"
            if not field.tried:
                facts[place] = replace(facts[place], value=None, when=None, concept="")
                done.append(f"{what}: left out, instead of {field.value}")
                continue
            value = _amount(case.pack, facts[place].concept, field.tried)
            if value is None:
                faults.append(f"{what}: expected a number, as 0.5 or <5, with a point")
                continue
            facts[place] = replace(facts[place], value=value)
            done.append(f"{what}: {field.tried} instead of {field.value}")
    facts += _added(case, given, faults, done)
    as_of = _day(given.get("as-of", "")) or case.as_of
    if as_of != case.as_of:
        done.append(f"evaluated as of {day_text(as_of)} instead of {day_text(case.as_of)}")
    if faults or not done:
        return Tried(given, tuple(faults), tuple(done), as_of=day_text(as_of))
    other = cases(PatientRecord.of(case.record.patient, [fact for fact in facts if fact.concept]), as_of)
    return Tried(given, (), tuple(done), tuple(_changes(case, other)), day_text(as_of))


def _fields(case: Case, given: Mapping[str, str]) -> Iterator[tuple[str, Field]]:
    """Each with the name of its concept."""
    names = {name for name, _, _ in addable(case.pack)}
    relied = {ref for each in case.evaluated.conclusions for ref in each.evidence}
    charted = set() if case.pack.pages.chart is None else {panel.concept for panel in case.pack.pages.chart.panels}
    for place, fact in enumerate(case.record.facts):
        if fact.concept not in names or not isinstance(fact.value, Interval) or fact.when is None:
            continue
        if fact.when.first > case.as_of or not (fact.concept in charted or fact.ref in relied):
            continue
        concept, key = case.pack.concepts[fact.concept], f"fact-{place}"
        value = _written(fact.value)
        unit = None if concept.quantity is None else concept.quantity.unit
        said = given.get(key, value).strip()
        yield fact.concept, Field(key, concept.short or concept.label, value, unit, str(fact.when), fact.ref, said)


def _written(value: Interval) -> str:
    """A value as it is typed."""
    if value.is_exact and value.lo is not None:
        return number(value.lo)
    if value.hi is not None and (value.lo is None or value.lo == 0):
        return f"{'<' if value.hi_open else '<='}{number(value.hi)}"
    if value.lo is not None:
        return f"{'>' if value.lo_open else '>='}{number(value.lo)}"
    return ""


def _amount(pack: Pack, concept: str, text: str) -> Interval | None:
    found = _AMOUNT.fullmatch(text.strip())
    quantity = pack.concepts[concept].quantity
    if found is None or quantity is None:
        return None
    value = Decimal(found["number"])
    low, high = quantity.plausible
    try:
        match found["sign"]:
            case None:
                return Interval.exactly(value)
            case "<" | "<=" as sign:
                return Interval(low, value, hi_open=sign == "<")
            case sign:
                return Interval(value, high, lo_open=sign == ">")
    except ValueError:
        return None


def _added(case: Case, given: Mapping[str, str], faults: list[str], done: list[str]) -> list[Fact]:
    name, text = given.get("add-concept", ""), given.get("add-value", "").strip()
    if not text:
        return []
    if name not in {each for each, _, _ in addable(case.pack)}:
        faults.append("the value to be added: choose what it is of")
        return []
    value, day = _amount(case.pack, name, text), _day(given.get("add-day", ""))
    if value is None:
        faults.append("the value to be added: expected a number, as 0.5 or <5, with a point")
    if day is None:
        faults.append("the value to be added: expected its day, as 2014-05-03")
    if value is None or day is None:
        return []
    done.append(f"{case.pack.concepts[name].label} on {day_text(day)}: {text}, added")
    return [Fact(concept=name, ref=TRIED, value=value, when=Moment(day, day))]


def _day(text: str) -> int | None:
    try:
        return date.fromisoformat(text.strip()).toordinal() if _DAY.fullmatch(text.strip()) else None
    except ValueError:
        return None


def _changes(before: Case, after: Case) -> Iterator[Change]:
    pack = before.pack
    drawn = {one.name: one for one in before.evaluated.conclusions}
    now = {one.name: one for one in after.evaluated.conclusions}
    for name, rule in pack.conclusions.items():
        old, new = drawn[name], now[name]
        differ = _criteria(pack, rule.criteria, old.truths, new.truths)
        if (old.outcome, old.possible) == (new.outcome, new.possible):
            continue
        telling = tell(pack, after.lines[name])
        yield Change(name_of(pack, rule), name, old.outcome, new.outcome, telling.sentence if telling else "", differ)


def _criteria(
    pack: Pack, names: Sequence[str], old: Sequence[bool | None], new: Sequence[bool | None]
) -> tuple[tuple[str, str, str], ...]:
    """The criteria of which something else would be said."""
    every = zip(names, old, new, strict=True)
    return tuple((pack.criteria[name].label, WORDS[one], WORDS[other]) for name, one, other in every if one is not other)

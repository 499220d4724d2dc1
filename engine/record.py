"""What is known of one patient: dated facts, with codes already concepts and units already canonical."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from msgspec import Struct

from engine.interval import Interval
from engine.moment import Moment


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """One statement about a patient.

    concept: a name from the pack. value: an Interval in the concept's unit, a set of the codes it may be, or None for an event
    without one. when: None where no date was given. ref: the resource, with its version where it has one.
    certain: False for what was only suspected. marks: the pack's remarks on the code or method ("automated").
    upper_limit: the laboratory's own upper limit of normal, lower_limit its lower one, in the unit of the value.
    unit: for a dose, its canonical unit, since a dose may be given per kilogram or not.
    """

    concept: str
    ref: str
    value: Interval | frozenset[str] | None = None
    when: Moment | None = None
    preliminary: bool = False
    certain: bool = True
    fallback: bool = False
    marks: frozenset[str] = frozenset()
    unit: str | None = None
    lower_limit: Interval | None = None
    upper_limit: Interval | None = None
    also: tuple[str, ...] = ()
    sample: str | None = None

    def __repr__(self) -> str:
        return f"Fact({self.concept})"  # the rest is a patient's

    @property
    def refs(self) -> tuple[str, ...]:
        """The resources that this fact rests on: its own, then those that it was computed from."""
        return (self.ref, *self.also)


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Everything known of one patient, in an order that does not depend on how it arrived.

    patient: the reference that results carry ("Patient/p1").
    """

    patient: str
    facts: tuple[Fact, ...] = field(default=())

    @classmethod
    def of(cls, patient: str, facts: Iterable[Fact]) -> "PatientRecord":
        """The record of these facts; the same fact said twice is one fact."""
        placed = [(_place(fact), fact) for fact in facts]
        if len({place for place, _ in placed}) < len(placed):  # what is of one place may differ, or be the same
            return cls(patient, tuple(sorted({fact for _, fact in placed}, key=_order)))
        placed.sort(key=_PLACE)
        return cls(patient, tuple([fact for _, fact in placed]))

    def __repr__(self) -> str:
        return f"PatientRecord({len(self.facts)} facts)"


def _place(fact: Fact) -> tuple[str, int, int, int, str]:
    """Where a fact stands in its record, which seldom needs more: its concept, its time, its resource."""
    when = fact.when
    if when is None:
        return fact.concept, 0, 0, 0, fact.ref
    return fact.concept, when.first, when.last, when.instant or 0, fact.ref


_PLACE = itemgetter(0)


def _order(fact: Fact) -> tuple[object, ...]:
    """All of a fact, so that no two different ones are of one place."""
    value = fact.value
    amount = _ends(value) if isinstance(value, Interval) else tuple(sorted(value or ()))
    rest = (fact.certain, fact.fallback, fact.sample or "", _ends(fact.lower_limit), _ends(fact.upper_limit))
    return (*_place(fact), amount, sorted(fact.marks), fact.preliminary, fact.unit or "", fact.also, *rest)


def _ends(value: Interval | None) -> tuple[str, ...]:
    """An interval as texts that tell it from every other."""
    return () if value is None else (str(value.lo), str(value.hi), str(value.lo_open), str(value.hi_open))

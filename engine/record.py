"""What is known of one patient: dated facts, with codes already concepts and units already canonical."""

from collections.abc import Iterable
from dataclasses import dataclass, field

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
        return cls(patient, tuple(sorted(set(facts), key=_order)))

    def __repr__(self) -> str:
        return f"PatientRecord({len(self.facts)} facts)"


def _order(fact: Fact) -> tuple[object, ...]:
    when = fact.when
    dated = (0, 0, 0) if when is None else (when.first, when.last, when.instant or 0)
    value = fact.value
    if isinstance(value, Interval):
        amount: tuple[str, ...] = (str(value.lo), str(value.hi))
    else:
        amount = tuple(sorted(value or ()))
    return (fact.concept, dated, fact.ref, amount, sorted(fact.marks), fact.preliminary, fact.unit or "", fact.also)

"""A patient's facts by concept, as known on one day: what lies later does not exist yet, what can be computed is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from engine.formula import Reference, compiled, references
from engine.interval import Interval
from engine.moment import Moment
from engine.pack.program import Derivation, Pack
from engine.record import Fact, PatientRecord

Facts = Mapping[str, Sequence[Fact]]
Group = Mapping[str, Fact]
_ZERO = Decimal(0)
_CONCEPT = attrgetter("concept")


class Known(NamedTuple):
    """facts: those known by a day, with those that the pack derives. recorded: all that the record has, of any day."""

    facts: Facts
    recorded: Facts


class Gathering:
    """Gathers the facts of records by concept; what a pack derives is laid out once."""

    def __init__(self, pack: Pack) -> None:
        self._deriving = [_Deriving(derivation) for derivation in pack.derivations]

    def __call__(self, record: PatientRecord, as_of: int) -> Known:
        """The record's facts up to a day (proleptic ordinal), with those that the pack derives from facts of the same sample."""
        recorded: dict[str, list[Fact]] = {}
        for concept, group in groupby(record.facts, _CONCEPT):
            recorded[concept] = [*recorded.get(concept, ()), *group]
        found: dict[str, list[Fact]] = {}
        for concept, facts in recorded.items():
            known = [fact for fact in facts if (when := fact.when) is None or when.first <= as_of]
            if known:
                found[concept] = facts if len(known) == len(facts) else known
        self._derive(found)
        return Known(found, recorded)

    def _derive(self, found: dict[str, list[Fact]]) -> None:
        sampled: dict[str, set[Moment | None]] = {}
        for deriving in self._deriving:  # in the pack's order: what one gives, a later one does not give again
            if not deriving.able(found):
                continue
            concept = deriving.concept
            there = sampled.get(concept)
            if there is None:
                there = sampled[concept] = {fact.when for fact in found.get(concept, ())}
            derived = list(deriving(found, there))
            if derived:
                found[concept] = [*found.get(concept, ()), *derived]
                there.update([fact.when for fact in derived])


class _Deriving:
    """One derivation: how facts of a concept follow from facts of the same sample."""

    def __init__(self, derivation: Derivation) -> None:
        self.concept, self._rule = derivation.concept, derivation.spec
        self._first, *self._others = [reference.name for reference in references(derivation.formula)]
        self._value = compiled(derivation.formula, _reader)
        self._marks = frozenset([self._rule.mark] if self._rule.mark else [])

    def able(self, found: Facts) -> bool:
        """Whether there are facts of everything that it is computed from."""
        return self._first in found and all(name in found for name in self._others)

    def __call__(self, found: Facts, there: set[Moment | None]) -> Iterator[Fact]:
        """The facts that follow, but none of a time at which there is one already."""
        first, others = self._first, self._others
        timed = [_by_time(found[name]) for name in others]
        for lead in found[first]:
            if lead.when is None or lead.when in there:
                continue
            group = {first: lead}
            for name, by_time in zip(others, timed, strict=True):
                same = [fact for fact in by_time.get(lead.when, ()) if _same_sample(fact, lead)]
                if len(same) != 1:
                    break
                group[name] = same[0]
            else:
                fact = self._combined(group)
                if fact is not None:
                    yield fact

    def _combined(self, group: Group) -> Fact | None:
        parts, rule = tuple(group.values()), self._rule
        try:
            value = self._value(group)
        except (ValueError, ArithmeticError):
            return None
        if value is None:
            return None
        if rule.at_most:
            value = Interval(_ZERO, value.hi, False, value.hi_open)
        return Fact(
            concept=self.concept,
            ref=parts[0].ref,
            also=tuple([fact.ref for fact in parts[1:]]),
            value=value,
            when=parts[0].when,
            preliminary=any(fact.preliminary for fact in parts),
            fallback=rule.fallback,
            marks=self._marks,
            sample=parts[0].sample,
        )


def _reader(reference: Reference) -> Callable[[Group], Interval | None]:
    name = reference.name

    def read(group: Group) -> Interval | None:
        value = group[name].value
        return value if isinstance(value, Interval) else None

    return read


def _by_time(facts: Sequence[Fact]) -> Mapping[Moment | None, list[Fact]]:
    found: dict[Moment | None, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.when, []).append(fact)
    return found


def _same_sample(fact: Fact, lead: Fact) -> bool:
    """The same specimen where both facts name one; their time is the same."""
    return fact.sample == lead.sample or fact.sample is None or lead.sample is None

"""A patient's facts by concept, as known on one day: what lies later does not exist yet, what can be computed is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.formula import references
from engine.interval import Interval
from engine.moment import Moment
from engine.pack.program import Derivation, Pack
from engine.record import Fact, PatientRecord
from tests.oracle.obvious.formula import calculate

Facts = Mapping[str, tuple[Fact, ...]]
_ZERO = Decimal(0)


def facts_by_concept(pack: Pack, record: PatientRecord, as_of: int) -> Facts:
    """The record's facts up to a day (proleptic ordinal), with those that the pack derives from facts of the same sample."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in record.facts:
        if fact.when is None or fact.when.first <= as_of:
            found[fact.concept].append(fact)
    sampled: dict[str, set[Moment | None]] = {}
    for derivation in pack.derivations:  # in the pack's order: what one gives, a later one does not give again
        there = sampled.setdefault(derivation.concept, {fact.when for fact in found.get(derivation.concept, ())})
        derived = [fact for fact in _derived(derivation, found) if fact.when not in there]
        found[derivation.concept] += derived
        there.update(fact.when for fact in derived)
    return {concept: tuple(facts) for concept, facts in found.items() if facts}


def _derived(derivation: Derivation, found: Mapping[str, list[Fact]]) -> Iterator[Fact]:
    names = [reference.name for reference in references(derivation.formula)]
    first = names[0]
    for lead in found.get(first, ()):
        group = {first: lead}
        for name in names[1:]:
            same = [fact for fact in found.get(name, ()) if _same_sample(fact, lead)]
            if len(same) != 1:
                break
            group[name] = same[0]
        else:
            fact = _combined(derivation, group)
            if fact is not None:
                yield fact


def _combined(derivation: Derivation, group: Mapping[str, Fact]) -> Fact | None:
    parts, rule = tuple(group.values()), derivation.spec
    value = calculate(derivation.formula, lambda reference: _interval(group[reference.name]))
    if value is not None and rule.at_most:
        value = Interval(_ZERO, value.hi, False, value.hi_open)
    if value is None or parts[0].when is None:
        return None
    return Fact(
        concept=derivation.concept,
        ref=parts[0].ref,
        also=tuple(fact.ref for fact in parts[1:]),
        value=value,
        when=parts[0].when,
        preliminary=any(fact.preliminary for fact in parts),
        fallback=rule.fallback,
        marks=frozenset([rule.mark] if rule.mark else []),
        sample=parts[0].sample,
    )


def _interval(fact: Fact) -> Interval | None:
    return fact.value if isinstance(fact.value, Interval) else None


def _same_sample(fact: Fact, lead: Fact) -> bool:
    """The same time, and the same specimen where both name one."""
    return fact.when == lead.when and (fact.sample == lead.sample or None in (fact.sample, lead.sample))

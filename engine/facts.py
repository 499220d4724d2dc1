"""A patient's facts by concept, as known on one day: what lies later does not exist yet, what can be computed is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.formula import Formula, Reference, calculate, read_formula, references
from engine.interval import Interval
from engine.moment import Moment
from engine.pack.program import Pack
from engine.pack.vocabulary import DeriveSpec
from engine.record import Fact, PatientRecord

Facts = Mapping[str, tuple[Fact, ...]]
_ZERO = Decimal(0)


def facts_by_concept(pack: Pack, record: PatientRecord, as_of: int) -> Facts:
    """The record's facts up to a day (proleptic ordinal), with those that the pack derives from facts of the same sample."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in record.facts:
        if fact.when is None or fact.when.first <= as_of:
            found[fact.concept].append(fact)
    for concept, rules in derivations(pack):
        direct = {_sample(fact) for fact in found.get(concept, ())}
        for rule, formula in rules:
            for fact in list(_derived(concept, rule, formula, found)):
                if _sample(fact) not in direct:
                    found[concept].append(fact)
                    if not fact.fallback:
                        direct.add(_sample(fact))
    return {concept: tuple(facts) for concept, facts in found.items()}


Derivations = tuple[tuple[str, tuple[tuple[DeriveSpec, Formula], ...]], ...]
_compiled: dict[int, tuple[Pack, Derivations]] = {}


def derivations(pack: Pack) -> Derivations:
    """The pack's derivations in force, their formulas read once for each pack."""
    known = _compiled.get(id(pack))
    if known is None or known[0] is not pack:
        found = []
        for concept, spec in pack.concepts.items():
            rules = tuple((rule, _formula(rule)) for rule in spec.derive if rule.when is None or pack.parameters[rule.when].value)
            if rules:
                found.append((concept, rules))
        known = _compiled[id(pack)] = (pack, tuple(found))
    return known[1]


def _formula(rule: DeriveSpec) -> Formula:
    return Reference(rule.at_most) if rule.at_most else read_formula(rule.formula or "", lambda _: None)


def _derived(concept: str, rule: DeriveSpec, formula: Formula, found: Mapping[str, list[Fact]]) -> Iterator[Fact]:
    names = [reference.name for reference in references(formula)]
    first = names[0]
    for lead in found.get(first, ()):
        group = {first: lead}
        for name in names[1:]:
            same = [fact for fact in found.get(name, ()) if _sample(fact) == _sample(lead)]
            if len(same) != 1:
                break
            group[name] = same[0]
        else:
            fact = _combined(concept, rule, formula, group)
            if fact is not None:
                yield fact


def _combined(concept: str, rule: DeriveSpec, formula: Formula, group: Mapping[str, Fact]) -> Fact | None:
    parts = tuple(group.values())
    value = calculate(formula, lambda reference: _interval(group[reference.name]))
    if value is not None and rule.at_most:
        value = Interval(_ZERO, value.hi, False, value.hi_open)
    if value is None or parts[0].when is None:
        return None
    return Fact(
        concept=concept,
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


def _sample(fact: Fact) -> tuple[str | None, Moment | None]:
    """What tells samples apart: the specimen where it is named, and the time."""
    return (None, fact.when)

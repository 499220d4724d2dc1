"""Random charts of a pack: exact and vague days, instants, bounds, doubtful and preliminary facts, several on one day."""

from decimal import Decimal
from random import Random

from engine.interval import Interval
from engine.moment import Moment
from engine.pack.program import Pack
from engine.pack.vocabulary import ConceptSpec, QuantitySpec
from engine.record import Fact, PatientRecord

_DAY = 86_400_000_000
_HOUR = 3_600_000_000
_START = 737_000
"""A day in 2018, which everything lies around."""


def random_chart(random: Random, pack: Pack, strange: float) -> tuple[PatientRecord, int]:
    """A chart, and a day to evaluate it as of. strange: how often facts are not final, certain, exact, of a full date."""
    names = sorted(pack.concepts)
    begun = [name for anchor in pack.anchors.values() for name in (anchor.first or anchor.last or ())]
    used = random.sample(names, min(len(names), random.choice([3, 8, 20, 99]))) + random.choices(begun, k=4)
    facts: list[Fact] = []
    for number in range(random.choice([3, 10, 30, 60])):
        day = _START + random.choice([random.randint(-40, 400), random.randint(-5, 5), random.choice([0, 7, 14, 40, 90, 180])])
        fact = _fact(random, pack, random.choice(used), day, number, strange)
        facts.append(fact)
        if random.random() < 0.2:  # another result of the same sample
            other = _fact(random, pack, random.choice(used), day, number, strange)
            facts.append(_at(other, fact))
    return PatientRecord.of("Patient/p", facts), _START + random.choice([0, 30, 95, 200, 300, 1500])


def _at(other: Fact, fact: Fact) -> Fact:
    return Fact(concept=other.concept, ref=other.ref, value=other.value, when=fact.when, sample=fact.sample, unit=other.unit)


def _fact(random: Random, pack: Pack, name: str, day: int, number: int, strange: float) -> Fact:
    concept = pack.concepts[name]
    quantity = concept.quantity
    units = [quantity.unit, *quantity.also_units] if quantity is not None and quantity.also_units else [None]

    def odd(often: float = 0.3) -> bool:
        return random.random() < strange * often

    return Fact(
        concept=name,
        ref=f"R/{number}",
        value=_value(random, concept, strange),
        when=None if odd(0.1) else _when(random, day, vague=odd()),
        preliminary=odd(),
        certain=not odd(),
        fallback=odd(0.15),
        marks=frozenset(random.choices(_marks(pack), k=random.choice([0, 0, 1, 2]))),
        unit=random.choice(units),
        lower_limit=random.choice([None, Interval.exactly(Decimal(40))]),
        upper_limit=random.choice([None, Interval.exactly(Decimal("50.5")), Interval.exactly(Decimal(0))]),
        also=(f"A/{number}", f"R/{number % 5}") if odd() else (),
        sample=random.choice([None, None, "one", "two"]),
    )


def _marks(pack: Pack) -> list[str]:
    said = {code.mark for concept in pack.concepts.values() for code in (*concept.codes, *concept.methods)}
    wanted = {m.spec.select.prefer for m in pack.measures.values() if m.spec.select is not None}
    return sorted({"inactive", *(mark for mark in said | wanted if mark)})


def _when(random: Random, day: int, *, vague: bool) -> Moment:
    if vague:
        return random.choice([Moment(day, day + random.choice([1, 5, 30])), Moment(day - 100, day + 200)])
    if random.random() < 0.4:
        return Moment(day, day, day * _DAY + random.choice([-5, 0, 8, 8, 20]) * _HOUR)
    return Moment(day, day)


def _value(random: Random, concept: ConceptSpec, strange: float) -> Interval | frozenset[str] | None:
    if concept.answers and (concept.quantity is None or random.random() < 0.5):
        answers = sorted(concept.answers)
        if random.random() < strange * 0.3:
            return random.choice([None, frozenset(random.sample(answers, min(2, len(answers)))), frozenset(["something else"])])
        return frozenset([random.choice(answers)])
    if concept.quantity is None:
        return None
    if random.random() < strange * 0.3:
        return random.choice([None, _wide(random, concept.quantity)])
    return Interval.exactly(_number(random, concept.quantity))


def _wide(random: Random, quantity: QuantitySpec) -> Interval:
    low = _number(random, quantity)
    high = low + 1 + _number(random, quantity)
    is_open = random.random() < 0.3
    return random.choice(
        [Interval(low, high, is_open, False), Interval(None, high, False, is_open), Interval(low, None, is_open)]
    )


def _number(random: Random, quantity: QuantitySpec) -> Decimal:
    low, high = quantity.plausible
    number = Decimal(random.choice(["0", "0.2", "0.5", "1", "1.0", "2.5", "20", "25", "33", "50", "100", "110"]))
    if random.random() < 0.5:
        number = ((min(high, low + 1000) - low) * random.randint(0, 1000) / 10_000).quantize(Decimal("0.01"))
    return min(max(number, low), high)

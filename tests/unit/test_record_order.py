"""The facts of a record have one order, however they came."""

from decimal import Decimal
from itertools import permutations

from engine.interval import Interval
from engine.moment import Moment
from engine.record import Fact, PatientRecord

ONE = Decimal(1)


def test_facts_that_differ_in_anything_have_one_order() -> None:
    def fact(value: Interval | None, **others: object) -> Fact:
        return Fact(concept="c", ref="Observation/o", when=Moment(1, 1), value=value, **others)  # type: ignore[arg-type]

    above, from_one = Interval(ONE, None, True), Interval(ONE, None)
    facts = [
        fact(above), fact(from_one), fact(None), fact(above, certain=False), fact(above, sample="s"),
        fact(above, upper_limit=from_one), fact(above, upper_limit=above), fact(above, lower_limit=above),
    ]  # fmt: skip
    first = PatientRecord.of("Patient/p", facts).facts
    assert len(first) == len(facts)
    for some in permutations(facts[:5]):
        assert PatientRecord.of("Patient/p", (*some, *reversed(facts[5:]))).facts == first

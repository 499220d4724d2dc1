"""A value that a later bound excludes gives way to it, also where the values of one day are merged: this once stopped the run."""

from decimal import Decimal

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluation
from engine.interval import Interval
from engine.moment import read_moment
from engine.record import Fact, PatientRecord
from marrow.packs import load_pack


def test_a_later_bound_counts_where_the_highest_of_a_day_is_taken() -> None:
    pack = load_pack("lan_2021")
    bound = Interval(Decimal(0), Decimal(20))
    facts = [
        Fact(concept="rabbit_atg", ref="MedicationAdministration/1", when=read_moment("2020-03-10")),
        Fact(concept="cellularity", ref="O/1", value=Interval.exactly(Decimal(50)), when=read_moment("2020-03-01")),
        Fact(
            concept="cellularity",
            ref="O/2",
            value=bound,
            when=read_moment("2020-03-05"),
            fallback=True,
        ),
    ]
    evaluated = Evaluation(pack, Plain(pack))(PatientRecord.of("Patient/p", facts), read_moment("2020-04-01").first)
    measured = evaluated.snapshot[pack.measures["cellularity@baseline"].index]
    assert (measured.value, measured.evidence) == (bound, ("O/2",))

"""Evaluations at random: any values, days, evidence and reasons, with text that is hard to write."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from engine.conclude import Conclude
from engine.conclusion import NO_OUTCOME, Conclusion
from engine.evaluate.plain import Plain
from engine.evaluation import Evaluated, Evaluation
from engine.moment import Moment
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Measured, Snapshot
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from fhir_adapter.write import to_json
from marrow.demo.cohort import bundles
from tests.written_packs import random_snapshot

ROOT = Path(__file__).parents[1]
FOLDERS = sorted(path.parent for path in (*ROOT.glob("rules/*/pack.yaml"), *ROOT.glob("tests/packs/*/pack.yaml")))
"""Of every pack of the project."""
WORDS = ("", "no value in the window", 'it is "said" \\ so', "née Ægir \u2028\x1f\x7f", "{}%s%(id)s", 'a","', "<p>&amp;</p>")
AS_OF = date(2018, 4, 13).toordinal()
DAYS = (date(2014, 6, 1).toordinal(), AS_OF)


def told(random: Random, snapshot: Snapshot) -> Snapshot:
    """The same values with days, evidence and reasons of every kind."""
    return tuple(_told(random, measured) for measured in snapshot)


def _told(random: Random, measured: Measured) -> Measured:
    first = random.randint(1, 800_000)
    when = random.choice((None, Moment(first, first), Moment(first, first + random.randint(0, 400))))
    kinds = ("Observation", "Procedure")
    evidence = tuple(
        f"{random.choice(kinds)}/{random.choice(WORDS)}{random.randint(1, 9)}" for _ in range(random.choice((0, 1, 3)))
    )
    return Measured(measured.value, evidence, when, reason=random.choice(WORDS))


def evaluations(random: Random, pack: Pack, number: int) -> Iterator[Evaluated]:
    """So many patients, half of them with outcomes that nothing speaks for, and each again with values that are not its own."""
    conclude, plain = Conclude(pack), Plain(pack)
    for place in range(number):
        snapshot = told(random, random_snapshot(random, pack))
        patient = f"Patient/{random.choice(WORDS)}{place}"
        drawn = conclude(patient, snapshot, plain.judge(snapshot), lambda _: random.random() < 0.8, random.choice(DAYS))
        if random.random() < 0.5:
            drawn = [_otherwise(random, pack.conclusions[conclusion.name], conclusion) for conclusion in drawn]
        yield Evaluated(patient, snapshot, tuple(drawn))
        yield Evaluated(patient, told(random, random_snapshot(random, pack)), tuple(drawn))


def _otherwise(random: Random, rule: ConclusionRule, conclusion: Conclusion) -> Conclusion:
    names = [outcome.name for outcome in rule.outcomes]
    flags = tuple(random.sample([flag.name for flag in rule.flags], random.randint(0, len(rule.flags))))
    return conclusion._replace(
        outcome=random.choice([*names, *names, *NO_OUTCOME]),
        effective=random.choice((None, AS_OF - 7)),
        possible=tuple(random.sample(names, random.randint(0, len(names)))),
        missing=tuple(random.sample([*rule.measures, *WORDS], 2)),
        flags=(*flags, *random.sample(WORDS, 1)),
    )


def children(pack: Pack) -> list[Evaluated]:
    """Those of the demonstration, on two days."""
    evaluate = Evaluation(pack, Plain(pack))
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), validation="fast")
    for name, bundle in bundles("R4"):
        reader.read(to_json(bundle).encode(), name)
    return [evaluate(record, day) for record in reader.finish().records for day in DAYS]

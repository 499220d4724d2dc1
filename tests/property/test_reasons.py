"""Sentences laid out for a whole pack, and the lines of conclusions made of them, are those written one by one, to the byte."""

from datetime import date
from pathlib import Path
from random import Random

import msgspec
import pytest

from engine.conclude import Conclude
from engine.evaluate.plain import Plain
from engine.evaluation import Evaluated, Evaluation
from engine.explain import because
from engine.moment import Moment
from engine.pack.program import Pack
from engine.reasons import Reasons
from engine.snapshot import Measured, Snapshot
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.demo.cohort import bundles
from marrow.lines import Lines, conclusion_line, encode
from marrow.packs import load_pack
from tests.written_packs import random_pack, random_snapshot

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (*ROOT.glob("rules/*/pack.yaml"), *ROOT.glob("tests/packs/*/pack.yaml")))
WORDS = ("", "no value in the window", 'it is "said" \\ so', "née Ægir \u2028\x1f\x7f", "{}%s")
AS_OF = date(2018, 4, 13).toordinal()
AN_EARLIER_DAY = date(2014, 6, 1).toordinal()


def told(random: Random, snapshot: Snapshot) -> Snapshot:
    """The same values with days, evidence and reasons of every kind."""
    return tuple(_told(random, measured) for measured in snapshot)


def _told(random: Random, measured: Measured) -> Measured:
    first = random.randint(1, 800_000)
    when = random.choice((None, Moment(first, first), Moment(first, first + random.randint(0, 400))))
    evidence = tuple(f"Observation/{random.choice(WORDS)}{random.randint(1, 9)}" for _ in range(random.choice((0, 1, 3))))
    return Measured(measured.value, evidence, when, reason=random.choice(WORDS))


def compared(pack: Pack, snapshots: list[Snapshot], what: str) -> None:
    """Whether both ways say the same of every criterion; the second time most patterns have been met before."""
    reasons = Reasons(pack, pack.criteria)
    for snapshot in (*snapshots, *snapshots):
        assert reasons(snapshot) == [because(pack, name, snapshot) for name in pack.criteria], what


@pytest.mark.parametrize("share", range(4))
def test_sentences_of_any_pack_and_patient_are_those_written_one_by_one(share: int) -> None:
    for seed in range(share, 80, 4):
        random = Random(seed)
        pack = random_pack(random, criteria=random.randint(1, 12), conclusions=0)
        compared(pack, [told(random, random_snapshot(random, pack)) for _ in range(12)], f"random_pack of Random({seed})")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sentences_of_each_pack_of_the_project_are_those_written_one_by_one(folder: Path) -> None:
    random, pack = Random(folder.name), load_pack(str(folder))
    compared(pack, [told(random, random_snapshot(random, pack)) for _ in range(10)], folder.name)


def one_by_one(pack: Pack, evaluated: Evaluated) -> list[bytes]:
    return [encode(conclusion_line(pack, evaluated, conclusion)) for conclusion in evaluated.conclusions]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_lines_of_any_snapshot_are_those_written_one_by_one(folder: Path) -> None:
    random, pack = Random(folder.name), load_pack(str(folder))
    lines, conclude, plain = Lines(pack), Conclude(pack), Plain(pack)
    for number in range(15):
        snapshot = told(random, random_snapshot(random, pack))
        patient = f"Patient/{random.choice(WORDS)}{number}"
        drawn = conclude(patient, snapshot, plain.judge(snapshot), lambda _: random.random() < 0.8, random.choice((1, AS_OF)))
        evaluated = Evaluated(patient, snapshot, tuple(drawn))
        assert lines(evaluated) == one_by_one(pack, evaluated)
        assert [msgspec.json.decode(line)["patient"] for line in lines(evaluated)] == [patient] * len(drawn)


@pytest.mark.parametrize("settings", [{}, {"severity.plt_lt": "15", "windows.d90": "80,100"}], ids=["as it is", "set otherwise"])
def test_lines_of_the_demonstration_are_those_written_one_by_one(settings: dict[str, str]) -> None:
    pack = load_pack("lan_2021", settings)
    lines, evaluate = Lines(pack), Evaluation(pack, Plain(pack))
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), validation="fast")
    for name, bundle in bundles("R4"):
        reader.read(encode(bundle), name)
    children = [evaluate(record, day) for record in reader.finish().records for day in (AN_EARLIER_DAY, AS_OF)]
    assert children
    assert [lines(child) for child in children] == [one_by_one(pack, child) for child in children]

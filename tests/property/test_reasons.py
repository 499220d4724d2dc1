"""Sentences compiled for a whole pack, and the lines of conclusions made of them, are those written one by one, to the byte."""

from pathlib import Path
from random import Random

import msgspec
import pytest

from engine.explain import because
from engine.pack.program import Pack
from engine.reasons import Reasons
from engine.snapshot import Snapshot
from marrow.lines import Lines
from marrow.packs import load_pack
from tests.obvious_line import one_by_one
from tests.random_evaluated import FOLDERS, children, evaluations, told
from tests.written_packs import random_pack, random_snapshot


def compared(pack: Pack, snapshots: list[Snapshot], what: str) -> None:
    """Whether both ways say the same of every criterion; the second time all patterns have been met before."""
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


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_lines_of_any_evaluation_are_those_written_one_by_one(folder: Path) -> None:
    pack = load_pack(str(folder))
    lines = Lines(pack)
    for evaluated in evaluations(Random(folder.name), pack, 15):
        assert lines(evaluated) == one_by_one(pack, evaluated)
        assert {msgspec.json.decode(line)["patient"] for line in lines(evaluated)} == {evaluated.patient}


@pytest.mark.parametrize("settings", [{}, {"severity.plt_lt": "15", "windows.d90": "80,100"}], ids=["as it is", "set otherwise"])
def test_lines_of_the_demonstration_are_those_written_one_by_one(settings: dict[str, str]) -> None:
    pack = load_pack("lan_2021", settings)
    lines = Lines(pack)
    for child in children(pack):
        assert lines(child) == one_by_one(pack, child)

"""A bounded part of the mistakes of the trial's pack: each is noticed by the scenario that is said to notice it."""

from random import Random

import pytest

from engine.pack.load import read
from marrow.packs import pack_files, pack_folder
from marrow.review.mutation.change import Mistake
from marrow.review.mutation.generate import mistakes
from marrow.review.mutation.record import kept, makes_no_pack
from marrow.review.mutation.run import Trial, tried
from marrow.review.mutation.survivors import explained
from marrow.review.mutation.whole import trial_of

PACK = "lan_2021"
NUMBER = 60
"""Of mistakes that are tried here; `marrow review --mutate` tries all."""


@pytest.fixture(scope="module")
def every() -> list[Mistake]:
    return mistakes(read(pack_files(pack_folder(PACK))))


def sample(every: list[Mistake]) -> list[Mistake]:
    """The first of each kind that is noticed, and others at random."""
    noticed = [mistake for mistake in every if kept(PACK).get(mistake.id)]
    kinds = {mistake.kind: mistake for mistake in reversed(noticed)}
    return list({one.id: one for one in (*kinds.values(), *Random(102).sample(noticed, NUMBER))}.values())


@pytest.fixture(scope="module")
def trial(every: list[Mistake]) -> Trial:
    places = kept(PACK)
    return trial_of(PACK, {place for one in sample(every) if (place := places[one.id])})


def test_what_is_kept_is_of_mistakes_that_the_pack_has(every: list[Mistake]) -> None:
    assert sorted({*kept(PACK), *makes_no_pack(PACK)} - {mistake.id for mistake in every}) == []


def test_every_survivor_is_explained_and_nothing_else() -> None:
    survivors = {name for name, place in kept(PACK).items() if place is None}
    assert sorted(survivors ^ set(explained(pack_folder(PACK)))) == []


def test_a_sample_of_them_is_noticed_where_it_is_said(every: list[Mistake], trial: Trial) -> None:
    wanted = sample(every)
    assert len(wanted) >= NUMBER
    assert [v.mistake.id for v in tried(trial, wanted, 1, lambda: None) if v.is_valid and v.noticed_by is None] == []


def test_nothing_is_noticed_where_there_is_no_mistake(every: list[Mistake], trial: Trial) -> None:
    none = Mistake("none", "parameters.severity.anc_lt", "none", "nothing", "no file", (), None)
    assert trial(none).noticed_by is None


def test_two_processes_say_what_one_says(every: list[Mistake], trial: Trial) -> None:
    few = sample(every)[:6]
    assert list(tried(trial, few, 2, lambda: None)) == list(tried(trial, few, 1, lambda: None))

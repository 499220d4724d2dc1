"""Why nothing notices a mistake is written beside the pack, and held against what was found."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.pack.parse import PackError
from marrow.packs import SURVIVORS, pack_files
from marrow.review.mutation.change import Mistake
from marrow.review.mutation.record import is_current, keep, kept, makes_no_pack, mutants
from marrow.review.mutation.run import Verdict
from marrow.review.mutation.survivors import explained, wrongly_explained
from marrow.review.mutation.whole import Mutation, lines
from tests.sound_pack import SOUND

LOW = Mistake("iron.low: 30 -> 30.1", "parameters.iron.low", "threshold", "30 -> 30.1", "parameters.yaml", (), None)
HIGH = replace(LOW, id="iron.low: 30 -> 29.9", what="30 -> 29.9")
BROKEN = replace(LOW, id="iron.low: 30 -> iron", what="30 -> iron")
VERDICTS = (Verdict(LOW, True, "iron.feature:7", 3), Verdict(HIGH, True, None, 9), Verdict(BROKEN, False))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    for name, text in SOUND.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def survivors(pack: Path, text: str) -> Path:
    (pack / SURVIVORS).write_text(text, encoding="utf-8")
    return pack


def test_an_explanation_is_of_each_mistake_that_it_names(pack: Path) -> None:
    survivors(pack, f'survivors:\n  - because: iron is whole\n    mistakes: ["{LOW.id}", "{HIGH.id}"]\n')
    assert explained(pack) == {LOW.id: "iron is whole", HIGH.id: "iron is whole"}


def test_a_pack_without_the_file_explains_nothing(pack: Path) -> None:
    assert explained(pack) == {}


def test_the_file_is_no_part_of_the_pack(pack: Path) -> None:
    survivors(pack, "survivors: []\n")
    assert SURVIVORS not in pack_files(pack)


@pytest.mark.parametrize(
    "text",
    [
        "survivors: 7\n",
        "explained: []\n",
        "survivors:\n  - because: iron\n",
        "survivors:\n  - mistakes: [a]\n",
        "survivors:\n  - {because: ' ', mistakes: [a]}\n",
        "survivors:\n  - {because: iron, mistakes: [a, a]}\n",
        "survivors: [",
    ],
)
def test_a_file_of_another_form_is_refused(pack: Path, text: str) -> None:
    with pytest.raises(PackError, match=r"survivors\.yaml:\d"):
        explained(survivors(pack, text))


def test_an_explanation_of_what_is_noticed_or_not_there_is_an_error() -> None:
    assert list(wrongly_explained({HIGH.id: "whole"}, VERDICTS)) == []
    (noticed,) = wrongly_explained({LOW.id: "whole"}, VERDICTS)
    assert noticed.endswith("is noticed by iron.feature:7, so there is nothing to explain")
    (absent,) = wrongly_explained({"iron.low: 30 -> 30.2": "whole"}, VERDICTS)
    assert "there is no mistake `iron.low: 30 -> 30.2`; did you mean `iron.low: 30 -> 30.1`?" in absent
    assert list(wrongly_explained({BROKEN.id: "whole"}, VERDICTS)) != []


def test_the_figures_name_each_survivor_that_nobody_explained() -> None:
    found = Mutation(VERDICTS, {}, (), 1.0)
    assert list(lines(found)) == [
        "mistakes tried: 2; noticed: 1; explained: 0; neither: 1",
        "  threshold: 2, noticed 1",
        f"survives: {HIGH.id}",
    ]
    assert not found.holds
    explained_ = Mutation(VERDICTS, {HIGH.id: "whole"}, (), 1.0)
    assert next(iter(lines(explained_))) == "mistakes tried: 2; noticed: 1; explained: 1; neither: 0"
    assert explained_.holds
    assert not Mutation(VERDICTS, {HIGH.id: "whole"}, ("wrong",), 1.0).holds


def test_what_was_found_is_kept_until_the_pack_changes(pack: Path) -> None:
    keep(str(pack), VERDICTS)
    assert kept(str(pack)) == {LOW.id: "iron.feature:7", HIGH.id: None}
    assert makes_no_pack(str(pack)) == {BROKEN.id}
    survivors(pack, f'survivors:\n  - {{because: iron is whole, mistakes: ["{HIGH.id}"]}}\n')
    assert is_current(str(pack))
    shown = mutants(str(pack))
    assert shown is not None
    assert {(one.id, one.noticed_by, one.explained) for one in shown} == {
        (LOW.id, "iron.feature:7", None),
        (HIGH.id, None, "iron is whole"),
    }
    (pack / "rules.yaml").write_text(SOUND["rules.yaml"] + "# a remark\n", encoding="utf-8")
    assert not is_current(str(pack))
    assert mutants(str(pack)) is None


def test_a_pack_that_was_never_tried_shows_nothing(pack: Path) -> None:
    assert (mutants(str(pack)), kept(str(pack)), makes_no_pack(str(pack))) == (None, {}, frozenset())

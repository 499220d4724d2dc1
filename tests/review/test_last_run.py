"""The last run of the scenarios: kept while nothing changes, and never used for anything else."""

import json
from pathlib import Path

from marrow.review.last_run import Run, last_run
from marrow.review.scenarios import features_of
from tests.review.packs import sound

FEATURE = """\
Feature: Children

  Scenario: born
    Given a girl born on 12 May 2008

  Scenario: a wish
    Given a unicorn
"""


def run(pack: str, kept: Path) -> Run:
    return last_run(pack, features_of(pack), jobs=1, quiet=True, folder=kept)


def test_a_run_is_kept_and_used_again(tmp_path: Path) -> None:
    pack, kept = sound(tmp_path / "iron", feature=FEATURE), tmp_path / "kept"
    found = run(pack, kept)
    assert found.failed_at == {"iron.feature:3": None, "iron.feature:6": "Given a unicorn (no steps fit the words: a unicorn)"}
    assert found.passed == 1
    (file,) = kept.iterdir()
    file.write_text(json.dumps({"iron.feature:3": None, "iron.feature:6": None}), encoding="utf-8")
    assert run(pack, kept).passed == 2  # what is kept is not run again


def test_a_changed_pack_is_run_again_and_only_its_last_run_is_kept(tmp_path: Path) -> None:
    pack, kept = sound(tmp_path / "iron", feature=FEATURE), tmp_path / "kept"
    run(pack, kept)
    (before,) = kept.iterdir()
    before.write_text(json.dumps({"iron.feature:3": "changed", "iron.feature:6": "changed"}), encoding="utf-8")
    sound(tmp_path / "iron", {"default: 30": "default: 31"}, feature=FEATURE)
    assert run(pack, kept).passed == 1
    (after,) = kept.iterdir()
    assert before != after


def test_a_kept_run_of_other_cases_or_of_nonsense_is_not_used(tmp_path: Path) -> None:
    pack, kept = sound(tmp_path / "iron", feature=FEATURE), tmp_path / "kept"
    run(pack, kept)
    (file,) = kept.iterdir()
    for text in ("{", "[]", json.dumps({"iron.feature:3": None})):
        file.write_text(text, encoding="utf-8")
        assert len(run(pack, kept).failed_at) == 2


def test_several_processes_say_the_same_as_one(tmp_path: Path) -> None:
    pack = sound(tmp_path / "iron", feature=FEATURE)
    found = last_run(pack, features_of(pack), jobs=2, quiet=True, folder=tmp_path / "kept")
    assert found.failed_at == run(pack, tmp_path / "elsewhere").failed_at


def test_without_scenarios_nothing_is_run_and_it_says_so(tmp_path: Path) -> None:
    pack = sound(tmp_path / "iron")
    assert last_run(pack, ()).why_not == "there are no scenarios for this pack"

"""Marks: which of them hold, what they come to, and what is said of a file that is not right."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from marrow.cli import main
from marrow.review.marks import Mark, ReviewFault, read_review, standings, verdict
from marrow.review.unsigned import unsigned
from tests.review.packs import digests, sign, sound

OLD, NOW = "sha256:" + "0" * 64, "sha256:" + "1" * 64


def mark(said: str = "agreed", name: str = "A", digest: str = NOW) -> Mark:
    return Mark.model_validate(
        {"rule": "criteria.x", "digest": digest, "mark": said, "name": name, "role": "r", "date": "2026-01-01"}
    )


def comes_to(*marks: Mark) -> str:
    return verdict(standings(marks, {"criteria.x": NOW}).get("criteria.x", ()))


@pytest.mark.parametrize(
    ("marks", "word"),
    [
        ((), "open"),
        ((mark(),), "agreed"),
        ((mark(digest=OLD),), "void"),
        ((mark(digest=OLD), mark(name="B")), "agreed"),
        ((mark(), mark("questioned", "B")), "questioned"),
        ((mark("questioned"), mark("wrong", "B"), mark(name="C")), "wrong"),
        ((mark("wrong", digest=OLD),), "void"),
        ((mark("questioned"), mark("agreed")), "agreed"),
        ((mark("agreed"), mark("questioned")), "questioned"),
    ],
    ids=[
        "none",
        "one",
        "changed since",
        "one of two holds",
        "one asks",
        "one objects",
        "old objection",
        "second thoughts",
        "doubts",
    ],
)
def test_what_marks_come_to(marks: tuple[Mark, ...], word: str) -> None:
    assert comes_to(*marks) == word


def test_marks_of_rules_that_are_gone_count_for_nothing() -> None:
    assert standings([mark()], {"criteria.y": NOW}) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pack": "other"}, "marks of another pack; expected those of sound"),
        ({"marks": [{}]}, "marks.0.rule: Field required"),
        ({"more": 1}, "an unknown element: Extra inputs are not permitted"),
    ],
)
def test_a_file_that_is_not_right_says_where(tmp_path: Path, change: dict[str, object], said: str) -> None:
    (tmp_path / "review.json").write_text(json.dumps({"pack": "sound", "version": "1", "marks": []} | change), encoding="utf-8")
    with pytest.raises(ReviewFault, match=said):
        read_review(tmp_path, "sound")


def test_a_file_that_is_no_json_says_so(tmp_path: Path) -> None:
    (tmp_path / "review.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReviewFault, match="not JSON; save the marks again"):
        read_review(tmp_path, "sound")


# --- the gate of a release ---


def test_a_pack_without_marks_is_not_signed(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    assert unsigned(pack) == [f"{name}: nobody has marked it" for name in digests(pack)]


def test_a_signed_pack_passes_until_a_rule_changes(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    sign(pack)
    assert unsigned(pack) == []
    sound(tmp_path, {"default: 30": "default: 31"})
    assert unsigned(pack) == [
        f"{name}: it changed since it was marked: the signature is void" for name in ("criteria.iron_low", "conclusions.iron")
    ]


def test_an_objection_keeps_a_release_back(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    sign(pack)
    sign(pack, ["criteria.female"], "questioned", "B. Reader")
    assert unsigned(pack) == ["criteria.female: it is questioned"]


def test_the_command_line_has_a_line_for_each_rule_that_is_not_signed(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    assert CliRunner().invoke(main, ["rules", "check", pack]).exit_code == 0
    sign(pack, ["criteria.iron_low", "conclusions.iron"])
    found = CliRunner().invoke(main, ["rules", "check", pack, "--require-review"])
    assert found.exit_code == 1
    assert [line for line in found.output.splitlines() if "signed" in line or "agreed" in line] == [
        "not signed: criteria.female: nobody has marked it",
        f"{pack}: 1 rule without an agreed mark that holds",
    ]
    sign(pack)
    assert CliRunner().invoke(main, ["rules", "check", pack, "--require-review"]).exit_code == 0


@pytest.mark.parametrize("told", ["option", "variable"])
def test_marks_may_lie_in_a_folder_of_their_own(tmp_path: Path, told: str) -> None:
    pack, folder = sound(tmp_path / "pack"), tmp_path / "marks"
    sign(pack)
    folder.mkdir()
    (Path(pack) / "review.json").rename(folder / "review.json")
    where = (
        {"args": ["--marks", str(folder)], "env": {}}
        if told == "option"
        else {"args": [], "env": {"MARROW_REVIEW_DIR": str(folder)}}
    )
    asked = ["check", pack, "--require-review"]
    assert CliRunner().invoke(main, ["rules", *asked]).exit_code == 1
    assert CliRunner().invoke(main, ["rules", *asked, *where["args"]], env=where["env"]).exit_code == 0
    found = CliRunner().invoke(
        main, ["review", "--pack", pack, "--out", str(tmp_path / "out"), "--quiet", *where["args"]], env=where["env"]
    )
    assert "rules agreed: 3 of 3" in found.stdout

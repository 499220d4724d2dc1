"""Marks that several reviewers give at once: none is lost, the file is whole, and where it fails it stays as it was."""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from marrow.output import UnwritableOutput
from marrow.review import keeping
from marrow.review.keeping import add_marks
from marrow.review.marks import FILE, Mark, ReviewFault, read_review

DIGEST = "sha256:" + "1" * 64


def mark(name: str = "A", rule: str = "criteria.x", said: str = "agreed", comment: str = "") -> Mark:
    told = {"rule": rule, "digest": DIGEST, "mark": said, "comment": comment, "name": name, "role": "r", "date": "2026-01-01"}
    return Mark.model_validate(told)


def add(folder: Path, marks: Sequence[Mark]) -> list[Mark]:
    return add_marks(folder, "iron", "1.0.0", marks).marks


def kept(folder: Path) -> list[Mark]:
    found = read_review(folder, "iron")
    return [] if found is None else found.marks


def one_by_one(folder: str, name: str, how_many: int) -> None:
    for number in range(how_many):
        add(Path(folder), [mark(name, f"criteria.{number}")])


def test_what_is_given_comes_behind_what_was_kept(tmp_path: Path) -> None:
    first, second = mark("A"), mark("B", said="wrong", comment="Räte\n<b>")
    assert add(tmp_path, [first]) == [first]
    assert add(tmp_path, [second]) == [first, second] == kept(tmp_path)
    assert json.loads((tmp_path / FILE).read_text("utf-8"))["marks"][1]["comment"] == "Räte\n<b>"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_what_is_sent_again_is_kept_once_and_second_thoughts_are_kept_too(tmp_path: Path) -> None:
    add(tmp_path, [mark()])
    before = (tmp_path / FILE).stat().st_mtime_ns
    assert add(tmp_path, [mark()]) == [mark()]
    assert (tmp_path / FILE).stat().st_mtime_ns == before
    assert [one.mark for one in add(tmp_path, [mark(said="questioned"), mark()])] == ["agreed", "questioned", "agreed"]


def test_nothing_given_writes_nothing(tmp_path: Path) -> None:
    assert add(tmp_path, []) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pool", ["threads", "processes"])
def test_reviewers_who_save_at_once_lose_nothing(tmp_path: Path, pool: str) -> None:
    names, each = [f"Reader {number}" for number in range(6)], 20
    made = ThreadPoolExecutor(6) if pool == "threads" else ProcessPoolExecutor(3, mp_context=get_context("spawn"))
    with made as executor:
        list(executor.map(one_by_one, [str(tmp_path)] * len(names), names, [each] * len(names)))
    found = kept(tmp_path)
    assert len(found) == len(names) * each
    for name in names:
        assert [one.rule for one in found if one.name == name] == [f"criteria.{number}" for number in range(each)]


@pytest.mark.parametrize("text", ["", "no json", "[" * 100_000, '{"pack": "other", "version": "1", "marks": []}'])
def test_a_file_that_is_not_one_of_this_pack_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ReviewFault):
        add(tmp_path, [mark()])
    assert (tmp_path / FILE).read_text("utf-8") == text


def test_a_file_that_is_full_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    add(tmp_path, [mark("A"), mark("B")])
    with pytest.raises(ReviewFault, match="full"):
        add(tmp_path, [mark("C")])
    assert [one.name for one in kept(tmp_path)] == ["A", "B"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnwritableOutput, match="cannot be written"):
        add(tmp_path / "gone", [mark()])

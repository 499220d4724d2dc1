"""The list of patients: paged, narrowed down and ordered alike on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from marrow.service.store import listed
from marrow.service.store.listed import Asked, Listing
from marrow.service.store.rows import Ended, Summary
from marrow.service.store.store import Store

PLAIN = Summary(None, None, "", (), (("grade", "grade.late", "low"),), "treated", "", (Ended("OS", 400, 1),))
ROWS = {
    "p1": replace(PLAIN, start=100, due=140, awaits="grade.late", missing=("count",)),
    "p2": replace(PLAIN, start=300, shown=(("grade", "grade.late", "high"), ("arm", "arm", "x"))),
    "p3": replace(PLAIN, due=120, group=None, why="arm: none", ended=()),
    "q1": replace(PLAIN, start=200, ended=(Ended("OS", why="death: not known to the day"),)),
}


@pytest.fixture
def filled(store: Store) -> Store:
    for place, (name, row) in enumerate(ROWS.items()):
        keep(store, name, row, place)
    return store


def keep(store: Store, name: str, row: Summary | None, now: float = 0) -> None:
    store._database.write(lambda connection: listed.write(connection, f"Patient/{name}", row, now))


def ids(found: Listing) -> list[str]:
    return [entry.patient.removeprefix("Patient/") for entry in found.entries]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(), ["p1", "p2", "p3", "q1"]),
        (Asked(values={"grade": "high"}), ["p2"]),
        (Asked(values={"grade": "low", "arm": "x"}), []),
        (Asked(begins="p"), ["p1", "p2", "p3"]),
        (Asked(due_by=120), ["p3"]),
        (Asked(due_by=140, order="due"), ["p3", "p1"]),
        (Asked(lacks=True), ["p1"]),
        (Asked(issue="unit-unknown"), []),
        (Asked(order="start"), ["p2", "q1", "p1", "p3"]),
        (Asked(order="due"), ["p3", "p1", "p2", "q1"]),
        (Asked(size=3, page=2), ["q1"]),
        (Asked(size=3, page=9), ["q1"]),
    ],
)
def test_who_is_listed(filled: Store, asked: Asked, expected: list[str]) -> None:
    assert ids(filled.listed(asked)) == expected


def test_a_page_says_how_many_there_are(filled: Store) -> None:
    found = filled.listed(Asked(values={"grade": "low"}, size=2, page=2))
    assert (found.page, found.found, found.every, found.lacking) == (2, 3, 4, 1)
    assert found.counts == {("grade", "low"): 3, ("grade", "high"): 1, ("arm", "x"): 1}


def test_an_entry_is_what_was_kept(filled: Store) -> None:
    entry = filled.listed(Asked(begins="p1")).entries[0]
    assert (entry.start, entry.due, entry.awaits, entry.missing) == (100, 140, "grade.late", ("count",))
    assert entry.shown == (("grade", "grade.late", "low"),)


def test_how_everybody_was_followed(filled: Store) -> None:
    found = {(one.group, one.why, one.ended) for one in filled.followed()}
    assert found == {(row.group, row.why, row.ended) for row in ROWS.values()}


def test_a_patient_who_is_evaluated_again_has_one_row_and_who_is_gone_none(filled: Store) -> None:
    before = filled.stamp()
    keep(filled, "p1", ROWS["p2"], 9)
    keep(filled, "q1", None)
    assert filled.listed(Asked()).counts == {("grade", "low"): 1, ("grade", "high"): 2, ("arm", "x"): 2}
    assert (before, filled.stamp()) == ((4, 3.0), (3, 9.0))
    assert filled.problems() == []

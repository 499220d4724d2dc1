"""Columns of a cohort: what is kept once, parts that make a whole, and the way to bytes and back."""

import pickle
from collections import Counter
from itertools import pairwise
from math import inf
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cohort.coded import Coded, combined, counted
from engine.cohort.columns import Columns, Observer
from engine.cohort.study import study
from marrow.lines import encode
from marrow.report.data import survival_csv, survival_json, tables_json
from marrow.report.figures import survival_figure
from tests.trial import trial
from tests.unit.test_cohort import cohort, cohorts, part

TEXTS = st.lists(st.sampled_from(["", "a", "b", "c"]))


# --- a column of few values ---


@given(TEXTS, TEXTS)
def test_a_coded_column_reads_like_a_list(first: list[str], second: list[str]) -> None:
    column, other = Coded(first), Coded(second)
    column.extend(other)
    assert column == [*first, *second] == list(column)
    assert [column[place] for place in range(len(column))] == column[:]
    assert counted(column) == Counter([*first, *second])
    assert (column.codes, column.values) == (Coded([*first, *second]).codes, Coded([*first, *second]).values)
    assert pickle.loads(pickle.dumps(column)) == column


@pytest.mark.parametrize("number", [256, 257, 65_536, 65_537])
def test_a_column_holds_any_number_of_values(number: int) -> None:
    column = Coded(range(number))
    assert column.codes.itemsize == 1 + (number > 256) + 2 * (number > 65_536)
    assert list(column) == list(range(number))
    joined: Coded[int | str] = Coded(["x"])
    joined.extend(Coded[int | str](range(number)))
    assert list(joined) == ["x", *range(number)]


def test_one_patients_value_can_be_set_and_taken_out() -> None:
    column = Coded(["a", "b", "a"])
    column[1] = "c"
    assert column == ["a", "c", "a"]
    assert column.pop() == "a"
    column.insert(0, "d")
    assert column == ["d", "a", "c"]
    assert column != ["d", "a", "b"]
    assert column != ("d", "a", "c")


def test_who_is_missing_gets_one_value() -> None:
    column = Coded(["a"])
    column.fill("", 3)
    column.fill("b", 2)
    assert column == ["a", "", ""]


def test_some_patients_are_counted_by_their_places() -> None:
    column, other = Coded(["a", "b", "a", "b"]), Coded([1.0, inf, 1.0, 2.0])
    assert counted(column, (0, 1, 2)) == {"a": 2, "b": 1}
    assert combined((column, other), (1, 2, 3)) == {("a", 1.0): 1, ("b", inf): 1, ("b", 2.0): 1}
    assert combined((column, other)).total() == 4


# --- parts of a cohort ---


def written(columns: Columns) -> list[bytes | str]:
    """What the results of a cohort are written as."""
    pack = trial()
    results = study(pack, columns, 500)
    files = [encode(survival_json(pack, results)), encode(tables_json(pack, results))]
    return [*files, survival_csv(results), repr(results.repeated)]


@settings(max_examples=25, deadline=None)
@given(cohorts(), st.lists(st.integers(0, 30)), st.booleans())
def test_any_parts_in_order_make_the_same_results(made: Columns, cuts: list[int], sent: bool) -> None:
    ends = sorted({0, made.patients, *(min(cut, made.patients) for cut in cuts)})
    whole = Observer(trial()).empty()
    for begin, end in pairwise(ends):
        one = part(made, range(begin, end))
        whole.extend(pickle.loads(pickle.dumps(one)) if sent else one)
    assert written(whole) == written(made)


def test_a_larger_cohort_in_parts_is_drawn_the_same() -> None:
    made, chance = cohort(400, Random(3)), Random(4)
    ends = [0, *sorted(chance.sample(range(1, 400), 7)), 400]
    whole = Observer(trial()).empty()
    for begin, end in pairwise(ends):
        whole.extend(part(made, range(begin, end)))
    assert written(whole) == written(made)
    month_days = trial().statistics.month_days
    drawings = [survival_figure(study(trial(), each, 500), "", month_days) for each in (whole, made)]  # type: ignore[arg-type]
    assert drawings[0] == drawings[1]


@settings(max_examples=25, deadline=None)
@given(cohorts(), st.randoms(use_true_random=False))
def test_patients_are_taken_in_any_order(made: Columns, chance: Random) -> None:
    places = chance.sample(range(made.patients), chance.randint(0, made.patients))
    wanted = [part(made, range(place, place + 1)) for place in places]
    whole = Observer(trial()).empty()
    for one in wanted:
        whole.extend(one)
    assert made.taken(places).outcomes == whole.outcomes
    assert written(made.taken(places)) == written(whole)


# --- as bytes ---


def test_a_thousand_patients_take_little_room() -> None:
    """Eight bytes for a number or a day, one for what has few values."""
    made = cohort(1000, Random(1))
    numbers, coded = len(made.numbers) + len(made.days) + len(made.effective), 2 * len(made.lows) + len(made.codes)
    coded += 3 * len(made.outcomes) + 1
    assert len(pickle.dumps(made, protocol=5)) < 1000 * (8 * numbers + coded) + 300 * (numbers + coded)

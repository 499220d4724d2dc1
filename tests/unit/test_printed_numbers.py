"""Printed numbers are found in the results by their path, and compared half up at the precision in which they are printed."""

from decimal import Decimal
from typing import Any

import pytest

from engine.pack.printed import PrintedSpec
from marrow.packs import load_pack
from marrow.report.printed_numbers import reproduce, reproduced
from marrow.report.reproduction import Reproduced, tally
from tests.sample_results import empty, one_patient, sample

GROUPS = {"a": {"n": 8, "x": 1, "none": None, "label": "eight"}, "b": {"n": 40, "x": 5, "none": 3, "label": "forty"}}
RESULTS: dict[str, Any] = {
    "baseline": [{"measure": "age", "p": 0.125, "groups": GROUPS}, {"measure": "sex", "groups": {"a": {"n": 0, "x": 0}}}],
    "adverse_events": [{"event": "Fever (any)", "groups": GROUPS}],
    "response": [{"day": 90, "groups": GROUPS}],
    "long_term": [{"outcome": "deaths", "groups": GROUPS}],
    "flow": [{"step": "treated", "patients": 48, "groups": {"a": 8, "b": 40}}],
    "repeated_measures": [{"measure": "age", "p": 0.5, "n": {"a": 8, "b": 40}}],
    "endpoints": [
        {
            "name": "OS",
            "comparison": {"p": 0.15289},
            "groups": [
                {"name": "a", "n": 8, "at": [{"months": 12, "survival": 0.375}, {"months": Decimal("12.5"), "survival": 1.0}]},
                {"name": "b", "n": 40, "at": [{"months": 12, "survival": None}]},
            ],
            "cumulative_incidence": [
                {"event": "death", "group": "a", "events": 3},
                {"event": "relapse", "group": "a", "events": 1},
                {"event": "death", "group": "b", "events": 4},
            ],
        }
    ],
    "follow_up": {
        "n": 48,
        "method": "simple",
        "median_months": 47.95,
        "range_months": [5, 54],
        "groups": [{"name": "a", "n": 8}],
    },
    "groups": [{"name": "a", "n": 8}],
    "nothing": None,
    "yes": True,
}


def spec(of: str, **printed: Any) -> PrintedSpec:
    return PrintedSpec(place="Table", label="number", source=["S"], of=of, **printed)


def computed(of: str, like: str = "0", document: Any = None, shown: str | None = None) -> str | None:
    """The one number of a path, in as many places as another has."""
    (found,) = reproduced(spec(of, value=like, **{"as": shown}), RESULTS if document is None else document)
    return found.computed


def by_group(of: str, shown: str | None = None, **like: str) -> list[str | None]:
    return [one.computed for one in reproduced(spec(of, values=like, **{"as": shown}), RESULTS)]


@pytest.mark.parametrize(
    "of",
    ["baseline[age].x", "adverse_events[Fever (any)].x", "response[90].x", "long_term[deaths].x", "baseline[age].groups.a.x"],
)
def test_a_row_is_known_by_its_key(of: str) -> None:
    assert by_group(of, a="0", b="0") == (["1", "5"] if "groups" not in of else [None, None])


def test_groups_are_a_list_in_survival_and_names_in_tables() -> None:
    assert by_group("endpoints[OS].n", a="0", b="0") == ["8", "40"]
    assert by_group("baseline[age].n", a="0", b="0") == ["8", "40"]
    assert computed("endpoints[OS].groups[b].n") == "40"  # of the group that the path names
    assert by_group("follow_up.groups[a].n", a="0") == [None]


def test_what_a_row_has_itself_is_one_number() -> None:
    assert computed("baseline[age].p", "0.000") == "0.125"
    assert computed("endpoints[OS].comparison.p", "0.00000") == "0.15289"
    assert computed("flow[treated].patients") == "48"
    assert by_group("baseline[age].p", a="0") == [None]


def test_a_time_is_known_by_its_months() -> None:
    assert by_group("endpoints[OS].at[12].survival", a="0.000") == ["0.375"]
    assert by_group("endpoints[OS].at[12.5].survival", a="0") == ["1"]


def test_incidences_are_of_the_group_that_their_row_names() -> None:
    assert by_group("endpoints[OS].cumulative_incidence[death].events", a="0", b="0") == ["3", "4"]
    assert by_group("endpoints[OS].cumulative_incidence[relapse].events", a="0", b="0") == ["1", None]


def test_a_place_in_a_list_is_a_number() -> None:
    assert [computed(f"follow_up.range_months.{place}") for place in ("0", "1", "2", "min")] == ["5", "54", None, None]


@pytest.mark.parametrize(
    "of",
    [
        "baseline", "baseline[age]", "baseline[ag].x", "baseline[age].y", "endpoints[PFS].n", "endpoints[OS].at[13].survival",
        "nothing[x].y", "nothing.x", "follow_up[n].x", "follow_up.method", "follow_up.n.x", "yes", "missing", "missing[x].y",
        "repeated_measures[age].n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("shown", [None, "percent", "percent_of_n", "total"])
def test_where_nothing_is_there_is_no_number(of: str, shown: str | None) -> None:
    (found,) = reproduced(spec(of, value="0", **{"as": shown}), RESULTS)
    assert (found.computed, found.equal, found.why) == (None, False, "there is no number")


def test_a_share_is_shown_as_per_cent() -> None:
    assert by_group("endpoints[OS].at[12].survival", "percent", a="0.0", b="0") == ["37.5", None]


def test_a_count_is_shown_as_per_cent_of_its_group() -> None:
    assert by_group("baseline[age].x", "percent_of_n", a="0.0", b="0.0") == ["12.5", "12.5"]
    assert by_group("baseline[sex].x", "percent_of_n", a="0") == [None]  # of nobody
    assert computed("repeated_measures[age].p", "0", shown="percent_of_n") is None


def test_a_total_is_summed_over_the_groups() -> None:
    assert computed("baseline[age].x", shown="total") == "6"
    assert computed("endpoints[OS].n", shown="total") == "48"


def test_a_total_is_not_known_where_a_part_is_not() -> None:
    assert computed("baseline[age].none", shown="total") is None


ROUNDED = [
    (0.125, "0.00", "0.13"), (2.5, "0", "3"), (3.5, "0", "4"), (0.005, "0.00", "0.01"), (-2.5, "0", "-3"),
    (0.145, "0.00", "0.15"),
    (Decimal("2.675"), "0.00", "2.68"), (2.675, "0.00", "2.68"), (0.37499999999999994, "0.00", "0.38"), (73, "0.0", "73.0"),
    (Decimal("73.0"), "0", "73"), (1 / 3, "0.000", "0.333"), (1e-20, "0.000", "0.000"), (10**30, "0.0", f"1{'0' * 30}.0"),
    (-0.001, "0.00", "0.00"), (-0.0, "0.0", "0.0"), (Decimal("-0"), "0", "0"), (0, "0.00000000", "0.00000000"),
    (Decimal("1E+2"), "0", "100"), (float("nan"), "0", None), (float("inf"), "0", None),
]  # fmt: skip


@pytest.mark.parametrize(("number", "like", "said"), ROUNDED)
def test_half_is_rounded_up_at_the_printed_precision(number: Any, like: str, said: str | None) -> None:
    assert computed("number", like, {"number": number}) == said


def test_half_a_per_cent_is_rounded_up_as_well() -> None:
    assert computed("number", "0", {"number": 0.6249999}, "percent") == "62"
    assert computed("number", "0", {"number": 0.625}, "percent") == "63"
    assert computed("number", "0", {"number": 0.6249999999999999}, "percent") == "63"  # 5/8 as floats multiply it
    assert computed("number", "0.0", {"number": 0.00049999999999999994}, "percent") == "0.1"


def test_equal_is_what_is_printed() -> None:
    document = {"number": 0.126}
    assert [one.equal for one in reproduced(spec("number", value="0.13"), document)] == [True]
    assert [one.equal for one in reproduced(spec("number", value="0.12"), document)] == [False]
    assert [one.equal for one in reproduced(spec("number", value="0.1260"), document)] == [True]


def test_what_cannot_be_computed_says_why_and_is_neither_equal_nor_not() -> None:
    drawn = PrintedSpec(place="Figure", label="course", source=["S"], values={"a": "1"}, cannot="nobody printed it")
    announced = PrintedSpec(place="Text", label="announced", source=["S"], cannot="nobody printed it")
    assert list(reproduced(drawn, RESULTS)) == [Reproduced("Figure", "course", "a", "1", None, None, "nobody printed it")]
    assert list(reproduced(announced, RESULTS)) == [Reproduced("Text", "announced", None, "", None, None, "nobody printed it")]


@pytest.mark.parametrize("results", [sample, empty, one_patient])
def test_every_printed_number_is_told_of_any_cohort(results: Any) -> None:
    pack = load_pack("lan_2021")
    numbers = reproduce(pack, results())
    assert sum(tally(numbers)) == len(numbers) == sum(len(one.values) or 1 for one in pack.printed.values())
    assert all(one.computed is not None or one.why for one in numbers)

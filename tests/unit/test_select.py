"""Which fact counts: windows with their edges, the pick, vague dates, transfusions, tiers, and values that contradict."""

from decimal import Decimal

import pytest

from engine.interval import Interval
from engine.moment import read_moment
from engine.record import Fact
from engine.select import Range, best_tier, merge, pick, soon_after

ZERO = read_moment("2014-01-10T10:00:00+08:00")


def fact(when: str | None, value: str = "1", **more: object) -> Fact:
    moment = None if when is None else read_moment(when)
    return Fact(concept="anc", ref=f"Observation/{when}-{value}", value=Interval.exactly(Decimal(value)), when=moment, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("when", "inside"),
    [
        ("2013-12-11", True),  # the 30th day back
        ("2013-12-10", False),
        ("2014-01-10", True),
        ("2014-01-10T09:59:59+08:00", True),
        ("2014-01-10T10:00:00+08:00", True),  # at the first dose
        ("2014-01-10T10:00:01+08:00", False),
        ("2014-01-11", False),
        ("2013-12", None),
        ("2014-01", None),
        ("2013-11", False),
        (None, None),
    ],
)
def test_a_look_back_includes_its_last_day_and_stops_at_the_dose(when: str | None, inside: bool | None) -> None:
    assert Range(ZERO, -30, 0, not_after=True).holds(fact(when).when) is inside


def test_a_month_that_lies_wholly_inside_is_inside() -> None:
    assert Range(ZERO, -60, 0).holds(read_moment("2013-12")) is True


def test_a_vague_anchor_leaves_open_what_lies_near_its_edge() -> None:
    vague = Range(read_moment("2014-01"), 33, 47)
    assert vague.holds(read_moment("2014-02-10")) is None
    assert vague.holds(read_moment("2014-04-10")) is False


@pytest.mark.parametrize(
    ("how", "days", "chosen"),
    [
        ("last", ["2014-01-01", "2014-01-05"], {"2014-01-05"}),
        ("first", ["2014-01-01", "2014-01-05"], {"2014-01-01"}),
        ("nearest", ["2014-01-08", "2014-01-13"], {"2014-01-08"}),
        ("nearest", ["2014-01-08", "2014-01-12"], {"2014-01-12"}),  # a tie is the later
        ("last", ["2014-01-05T08:00:00Z", "2014-01-05T17:00:00Z"], {"2014-01-05T17:00:00Z"}),
        ("last", ["2014-01-05", "2014-01-05T17:00:00Z"], {"2014-01-05", "2014-01-05T17:00:00Z"}),  # cannot be told apart
        ("last", ["2014-01", "2014-01-05"], {"2014-01", "2014-01-05"}),
        ("last", ["2013-12", "2014-01-05"], {"2014-01-05"}),
        ("last", ["2014-01-05T23:00:00-05:00", "2014-01-05T08:00:00+08:00"], {"2014-01-05T23:00:00-05:00"}),
    ],
)
def test_the_pick(how: str, days: list[str], chosen: set[str]) -> None:
    facts = [fact(day) for day in days]
    for order in (facts, facts[::-1]):
        picked = pick(order, how, ZERO.first)
        assert {one.ref for one in picked} == {fact(day).ref for day in chosen}


@pytest.mark.parametrize(
    ("count", "transfusion", "after"),
    [
        ("2014-01-10", "2014-01-07", True),  # the third day
        ("2014-01-10", "2014-01-06", False),
        ("2014-01-10", "2014-01-11", False),
        ("2014-01-10", "2014-01-10", None),  # which came first is not known
        ("2014-01-10T08:00:00Z", "2014-01-10T10:00:00Z", False),
        ("2014-01-10T12:00:00Z", "2014-01-10T10:00:00Z", True),
        ("2014-01-10T10:00:00Z", "2014-01-10T10:00:00Z", None),
        ("2014-01-10", "2014-01", None),  # it may be
        ("2014-01-10", None, None),
    ],
)
def test_after_a_transfusion(count: str, transfusion: str | None, after: bool | None) -> None:
    assert soon_after(fact(count), [fact(transfusion)], 3) is after


def test_final_before_preliminary_before_bounded() -> None:
    final, preliminary = fact("2014-01-01"), fact("2014-01-05", preliminary=True)
    bound = fact("2014-01-06", fallback=True)
    assert best_tier([bound, preliminary, final]) == [final]
    assert best_tier([bound, preliminary]) == [preliminary]
    assert best_tier([bound]) == [bound]


def test_values_that_contradict_are_everything_that_they_say() -> None:
    value, used, contradict = merge([fact("2014-01-01", "0.1"), fact("2014-01-01", "0.4")], "last")
    assert value == Interval(Decimal("0.1"), Decimal("0.4"))
    assert (len(used), contradict) == (2, True)


def test_codes_that_contradict_are_all_possible() -> None:
    yes, no = (Fact(concept="donor", ref=f"O/{code}", value=frozenset([code])) for code in ("true", "false"))
    value, _, contradict = merge([yes, no], "last")
    assert (value, contradict) == (frozenset(["true", "false"]), True)


def test_the_lowest_of_values_that_are_only_bounded() -> None:
    below = Fact(concept="plt", ref="O/1", value=Interval(Decimal(0), Decimal(5), False, True))
    exact = Fact(concept="plt", ref="O/2", value=Interval.exactly(Decimal(4)))
    value, _, _ = merge([below, exact], "lowest")
    assert value == Interval(Decimal(0), Decimal(4))

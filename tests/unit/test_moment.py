"""Dates with the precision they were written with, calendar ages, and what cannot be told apart."""

from datetime import date, timedelta, timezone
from decimal import Decimal

import pytest

from engine.age import age_in_months, look_up
from engine.interval import Interval
from engine.moment import Moment, completed_months, read_moment
from engine.pack.program import Row


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013", "2013-01-01", "2013-12-31"),
        ("2012-02", "2012-02-01", "2012-02-29"),
        ("2013-11-02", "2013-11-02", "2013-11-02"),
        ("2013-11-02T23:59:59+08:00", "2013-11-02", "2013-11-02"),
        ("2013-11-02T00:00:00.1234567Z", "2013-11-02", "2013-11-02"),
        ("2013-11-02T08:30", "2013-11-02", "2013-11-02"),
        ("2016-12-31T23:59:60Z", "2016-12-31", "2016-12-31"),
    ],
)
def test_a_date_keeps_its_precision(text: str, first: str, last: str) -> None:
    moment = read_moment(text)
    assert (moment.first, moment.last) == (day(first), day(last))


@pytest.mark.parametrize(
    "text",
    ["", "2013-13", "2013-02-29", "0000", "0000-01", "13-11-02", "2013-11-02T25:00:00Z", "2013-11-02T08:00:00+15:00", "2013-11-2",
     "0001-01-01T00:00:00+14:00x", "2013-11-02T", "2013-11-02 08:00:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a FHIR date or dateTime$"):
        read_moment(text)


def test_an_instant_counts_on_the_day_it_was_written_or_in_the_zone_asked_for() -> None:
    late = "2013-11-02T23:30:00-05:00"
    assert read_moment(late).first == day("2013-11-02")
    assert read_moment(late, timezone(timedelta(hours=8))).first == day("2013-11-03")
    assert read_moment(late).instant == read_moment("2013-11-03T04:30:00Z").instant


def test_before_is_unknown_where_two_cannot_be_told_apart() -> None:
    dawn, noon = read_moment("2013-11-02T05:00:00Z"), read_moment("2013-11-02T12:00:00Z")
    whole, month = read_moment("2013-11-02"), read_moment("2013-11")
    assert dawn.before(noon) is True
    assert noon.before(dawn) is False
    assert whole.before(noon) is None
    assert noon.before(whole) is None
    assert month.before(noon) is None
    assert read_moment("2013-10").before(month) is True


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        ("2008-05-17", "2008-06-16", 0),
        ("2008-05-17", "2008-06-17", 1),
        ("2008-01-31", "2008-02-28", 0),
        ("2008-01-31", "2008-02-29", 1),
        ("2008-02-29", "2009-02-28", 12),
        ("2008-02-29", "2009-02-27", 11),
        ("2000-12-31", "2001-12-30", 11),
    ],
)
def test_months_are_completed_on_the_day_itself(born: str, on: str, months: int) -> None:
    assert completed_months(day(born), day(on)) == months


def exact(text: str) -> Moment:
    return read_moment(text)


def test_the_eighteenth_birthday_is_exactly_216_months_and_the_day_after_is_more() -> None:
    birth = exact("1996-04-10")
    on, after = age_in_months(birth, exact("2014-04-10"), None), age_in_months(birth, exact("2014-04-11"), None)
    assert on is not None and on.is_exact and on.lo == 216
    assert after is not None and after.lo is not None and 216 < after.lo < 217
    years = age_in_months(birth, exact("2014-04-11"), "years")
    assert years == Interval.exactly(years.lo) and years.lo == 18  # type: ignore[union-attr, arg-type]


def test_a_vague_birth_gives_every_age_that_may_be() -> None:
    age = age_in_months(exact("2010"), exact("2014-06-15"), "years")
    assert age is not None
    assert (age.lo, age.hi) == (3, 4)


def test_nobody_has_an_age_before_birth() -> None:
    assert age_in_months(exact("2014"), exact("2014-06-15"), None) is None


ROWS = (
    Row((6, "mo"), (24, "mo"), None, Decimal(105)),
    Row((24, "mo"), (15, "a"), None, Decimal(110)),
    Row((15, "a"), None, "female", Decimal(120)),
    Row((15, "a"), None, "male", Decimal(130)),
)


@pytest.mark.parametrize(
    ("born", "on", "sexes", "low", "high"),
    [
        ("2012-04-10", "2014-04-09", {"male"}, 105, 105),
        ("2012-04-10", "2014-04-10", {"male"}, 110, 110),
        ("1999-04-10", "2014-04-10", {"female"}, 120, 120),
        ("1999-04-10", "2014-04-09", None, 110, 110),
        ("1999-04-10", "2014-04-10", None, 120, 130),
        ("2012", "2014-04-10", {"male"}, 105, 110),
    ],
)
def test_a_table_gives_every_row_that_may_apply(born: str, on: str, sexes: set[str] | None, low: int, high: int) -> None:
    found = look_up(ROWS, exact(born), exact(on), None if sexes is None else frozenset(sexes))
    assert found is not None
    assert (found.lo, found.hi) == (low, high)


def test_a_table_says_nothing_of_ages_that_it_does_not_have() -> None:
    assert look_up(ROWS, exact("2014-01-01"), exact("2014-04-10"), None) is None

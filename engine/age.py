"""Calendar age, and tables that are read by age and sex."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from engine.interval import Interval
from engine.moment import Moment, add_years_months, completed_months
from engine.pack.program import Row


def age_in_months(birth: Moment, at: Moment, whole: str | None) -> Interval | None:
    """Age between two days that may be vague: completed months with the fraction of the next, or whole months, or whole years.

    None where the day may lie before birth.
    """
    if at.first < birth.last:
        return None
    if birth.is_day and at.is_day:
        return Interval.exactly(_months(birth.first, at.first, whole))
    youngest, oldest = (_months(b, a, whole) for b, a in ((birth.last, at.first), (birth.first, at.last)))
    return Interval(youngest, oldest)


def _months(birth: int, day: int, whole: str | None) -> Decimal:
    months = completed_months(birth, day)
    if whole == "years":
        return Decimal(months // 12)
    if whole == "months":
        return Decimal(months)
    born = date.fromordinal(birth)
    last, following = (add_years_months(born, months + more).toordinal() for more in (0, 1))
    return months + _part(day - last, following - last)


@cache
def _part(days: int, of: int) -> Decimal:
    """The part of a month that so many days are."""
    return (Decimal(days) / Decimal(of)).quantize(Decimal("0.000001"))


def look_up(rows: Sequence[Row], birth: Moment, at: Moment, sexes: frozenset[str] | None) -> Interval | None:
    """The value for an age and a sex, as an interval over every row that may apply; None where none does."""
    if at.first < birth.last:
        return None
    if birth.is_day and at.is_day:
        days, months = at.first - birth.first, completed_months(birth.first, at.first)
        able = [row for row in rows if _has_reached(days, months, row.since) and not _has_reached(days, months, row.until)]
    else:
        able = [row for row in rows if _may_apply(row, birth, at)]
    found = [row for row in able if row.sex is None or sexes is None or row.sex in sexes]
    if not found:
        return None
    values = [row.value for row in found]
    return Interval(min(values), max(values))


def _has_reached(days: int, months: int, age: tuple[int, str] | None) -> bool:
    """Whether a child of so many days and completed months has reached an age; there is none that is never reached."""
    if age is None:
        return False
    number, unit = age
    return days >= number if unit == "d" else months >= (number * 12 if unit == "a" else number)


def _may_apply(row: Row, birth: Moment, at: Moment) -> bool:
    begins = _reached(birth.first, row.since)
    ends = None if row.until is None else _reached(birth.last, row.until)
    return at.last >= begins and (ends is None or at.first < ends)


def _reached(birth: int, age: tuple[int, str]) -> int:
    """The day on which an age is reached."""
    number, unit = age
    if unit == "d":
        return birth + number
    return add_years_months(date.fromordinal(birth), number * (12 if unit == "a" else 1)).toordinal()

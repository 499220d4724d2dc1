"""When something happened: an instant with its zone, or a date that keeps the precision it was written with."""

import calendar
import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from msgspec import Struct

_FORM = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})"  # year, month, day
    r"(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?"  # hour, minute, second, fraction
    r"(Z|[+-]\d{2}:\d{2})?)?)?)?"  # zone
)
_MIDNIGHT_TO_MIDNIGHT = 86_400_000_000


class Moment(Struct, frozen=True, gc=False):
    """A span of calendar days in the zone it was written in, and for an instant its place in absolute time.

    first, last: proleptic ordinals (`date.toordinal`) of the first and last day it may lie on, equal for a full date.
    instant: microseconds since year 1 in UTC, None where no time of day with a zone was written.
    """

    first: int
    last: int
    instant: int | None = None

    def __post_init__(self) -> None:
        if self.first > self.last or (self.instant is not None and self.first != self.last):
            raise ValueError("a moment needs a first day that is not after its last")

    @property
    def is_day(self) -> bool:
        return self.first == self.last

    def before(self, other: "Moment") -> bool | None:
        """Whether this lies before the other: None where the two cannot be told apart."""
        if self.last < other.first:
            return True
        if self.first > other.last:
            return False
        if self.instant is not None and other.instant is not None:
            return self.instant < other.instant
        return None

    def through(self, end: "Moment") -> "Moment":
        """The vague moment that reaches from this one to the end of the other."""
        return Moment(self.first, max(self.last, end.last))

    def __str__(self) -> str:
        return day_text(self.first) if self.is_day else f"{day_text(self.first)}..{day_text(self.last)}"


def day_text(ordinal: int) -> str:
    """The ISO 8601 date of a proleptic ordinal."""
    return date.fromordinal(ordinal).isoformat()


def read_moment(text: str, zone: tzinfo | None = None) -> Moment:
    """A FHIR date, dateTime or instant; `zone` moves instants into one zone instead of the one they were written in.

    A time of day without a zone (not FHIR, but sent) counts as its calendar day. Fractions past microseconds are cut off.
    Raises ValueError, without the text, for anything else.
    """
    return _remembered(text, zone) if len(text) <= _LONGEST else _read(text, zone)


def _read(text: str, zone: tzinfo | None) -> Moment:
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("not a FHIR date or dateTime")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if month is None:
        return Moment(_valid_date(int(year), 1, 1).toordinal(), _valid_date(int(year), 12, 31).toordinal())
    if day is None:
        start = _valid_date(int(year), int(month), 1)
        return Moment(start.toordinal(), start.replace(day=_length(start.year, start.month)).toordinal())
    on = _valid_date(int(year), int(month), int(day))
    if hour is None or offset is None:
        return Moment(on.toordinal(), on.toordinal())
    return _instant(on, (int(hour), int(minute), int(second or 0)), fraction or "", offset, zone)


_remembered = lru_cache(maxsize=1 << 14)(_read)
"""What was done on one visit has one time, and one Moment."""
_LONGEST = 40
"""Longer texts, which only fractions of seconds are, are not remembered."""


def _valid_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("not a FHIR date or dateTime") from None


def _instant(day: date, time: tuple[int, int, int], fraction: str, offset: str, zone: tzinfo | None) -> Moment:
    hour, minute, second = time
    micro = int((fraction + "000000")[:6])
    minutes = 0 if offset == "Z" else (1 if offset[0] == "+" else -1) * (int(offset[1:3]) * 60 + int(offset[4:6]))
    if hour > 23 or minute > 59 or second > 60 or abs(minutes) > 14 * 60:
        raise ValueError("not a FHIR date or dateTime")
    second = min(second, 59)  # a leap second counts as the last second before it, so that it stays on its day
    ordinal = day.toordinal()
    instant = ((ordinal - 1) * 86_400 + hour * 3600 + (minute - minutes) * 60 + second) * 1_000_000 + micro
    if zone is not None:
        written = timezone(timedelta(minutes=minutes))
        try:
            local = datetime(day.year, day.month, day.day, hour, minute, second, micro, tzinfo=written).astimezone(zone)
        except OverflowError:
            raise ValueError("not a FHIR date or dateTime") from None
        ordinal = local.date().toordinal()
    return Moment(ordinal, ordinal, instant)


@lru_cache(maxsize=4096)
def _length(year: int, month: int) -> int:
    """The days of a month."""
    return calendar.monthrange(year, month)[1]


def add_years_months(start: date, months: int) -> date:
    """The same day so many months later; the last day of a shorter month (a birthday of 29 February falls on 28)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, _length(year, month + 1)))


def completed_months(birth: int, day: int) -> int:
    """Whole calendar months between two ordinals; negative before birth."""
    born, now = date.fromordinal(birth), date.fromordinal(day)
    months = (now.year - born.year) * 12 + now.month - born.month
    return months if add_years_months(born, months) <= now else months - 1

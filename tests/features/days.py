"""The clinic's days: "day 40" counts from the first dose of rabbit ATG, "3 March 2014" is on the calendar."""

import re
from datetime import date, datetime, timedelta

DAY = r"(?:day -?\d+|\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{4}|\d{4})"
HOUR = r"\d\d:\d\d"
MORNING = "08:00"
_ZONE = "+08:00"


def fhir_date(text: str, day_zero: date | None) -> str:
    """A FHIR date, as precise as the words are."""
    if found := re.fullmatch(r"day (-?\d+)", text):
        assert day_zero is not None, "the scenario says a day before it says when rabbit ATG begins"
        return (day_zero + timedelta(days=int(found[1]))).isoformat()
    for form, shown in (("%d %B %Y", "%Y-%m-%d"), ("%B %Y", "%Y-%m"), ("%Y", "%Y")):
        try:
            return datetime.strptime(text, form).strftime(shown)  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    raise ValueError(f"no day: {text}")


def at_hour(day: str, hour: str | None) -> str:
    """A FHIR dateTime in the clinic's zone; the bare day where no hour is noted or the day is vague."""
    return f"{day}T{hour}:00{_ZONE}" if hour is not None and len(day) == len("2014-03-03") else day

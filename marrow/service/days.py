"""The parameters of a request's URL: days, each written whole and at most once."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from marrow.service.faults import Refused

DAYS = {
    "as_of": "Day of evaluation. Default: the cut-off, else the newest date in the data.",
    "cutoff": "Data cut-off: what lies after it is not used.",
}
PARAMETERS: list[dict[str, Any]] = [
    {"name": name, "in": "query", "required": False, "description": says, "schema": {"type": "string", "format": "date"}}
    for name, says in DAYS.items()
]
"""How OpenAPI is told of them."""


def days_of(query: Iterable[tuple[str, str]]) -> dict[str, date | None]:
    """Every day that can be asked for, None where it is not; raises Refused (400) for whatever else stands in the URL."""
    found: dict[str, date | None] = dict.fromkeys(DAYS)
    for name, text in query:
        if name not in DAYS:
            raise Refused(400, f"a parameter of the URL is none that is known; expected {' or '.join(DAYS)}")
        if found[name] is not None:
            raise Refused(400, f"{name} stands in the URL more than once; send it once")
        found[name] = _day(name, text)
    return found


def _day(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise Refused(400, f"{name} is not a day; expected YYYY-MM-DD, as in 2018-04-13")
    return day

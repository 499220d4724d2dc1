"""How long to wait before trying again: exponential backoff with full jitter, or what the server asks for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from fhir_adapter.client.settings import Settings

_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Clock:
    """Two clocks, in seconds. wall: since 1970, for what servers are told; steady: never set back, for what is waited for."""

    wall: Callable[[], float]
    steady: Callable[[], float]


def pause(tried: int, settings: Settings, draw: float) -> float:
    """Anything from nothing to a limit that doubles with each try. draw: from 0 to 1, evenly; tried: how often, from 1."""
    doublings = min(tried - 1, 60)
    return draw * min(settings.longest_pause, settings.first_pause * 2.0**doublings)


def asked_pause(retry_after: str | None, settings: Settings, now: float) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as an HTTP date, bounded; None where it asks for nothing.

    now: the wall clock's.
    """
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), settings.longest_asked_pause)
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(until - now, 0.0), settings.longest_asked_pause)

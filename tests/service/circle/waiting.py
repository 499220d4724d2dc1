"""Waiting for what other processes do: asked again and again, without end only until a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE = 60.0


def until(ask: Callable[[], Found], holds: Callable[[Found], bool] = bool) -> Found:
    """What was found when it held. Raises TimeoutError, which tells the last that was found."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = ask()
        if holds(found):
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE} s; the last was {found!r}"[:2000])

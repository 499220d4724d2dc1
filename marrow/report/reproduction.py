"""Numbers that the source prints, each beside the one that was computed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reproduced:
    """One printed number beside the computed one.

    equal: at the printed precision; None, with the reason in `why`, where nothing can be computed.
    """

    place: str
    label: str
    group: str | None
    printed: str
    computed: str | None
    equal: bool | None
    why: str = ""


def tally(numbers: Sequence[Reproduced]) -> tuple[int, int, int]:
    """How many are equal, how many differ, and how many cannot be computed."""
    equal = sum(one.equal is True for one in numbers)
    differ = sum(one.equal is False for one in numbers)
    return equal, differ, len(numbers) - equal - differ

"""Three answers: met (True), not met (False), unknown (None), after Kleene's strong logic of 1952."""

from collections.abc import Iterable
from typing import Final, TypeAlias

Truth: TypeAlias = bool | None

MET: Final = True
NOT_MET: Final = False
UNKNOWN: Final = None

WORDS: Final[dict[Truth, str]] = {True: "met", False: "not_met", None: "unknown"}


def negation(part: Truth) -> Truth:
    """Not met for met, met for not met, unknown for unknown."""
    return None if part is None else not part


def conjunction(parts: Iterable[Truth]) -> Truth:
    """Met when every part is met, not met when one is not, else unknown; met for no parts."""
    answer: Truth = True
    for part in parts:
        if part is False:
            return False
        if part is None:
            answer = None
    return answer


def disjunction(parts: Iterable[Truth]) -> Truth:
    """Met when one part is met, not met when all are not, else unknown; not met for no parts."""
    answer: Truth = False
    for part in parts:
        if part is True:
            return True
        if part is None:
            answer = None
    return answer


def threshold(least: int, parts: Iterable[Truth]) -> Truth:
    """Met when at least `least` parts are met, not met when that can no longer be reached, else unknown."""
    met = open_ = 0
    for part in parts:
        if part is True:
            met += 1
        elif part is None:
            open_ += 1
    if met >= least:
        return True
    return None if met + open_ >= least else False

"""The named measures of one patient on one day: each a value with its evidence, or missing with the reason."""

from msgspec import Struct

from engine.interval import Interval
from engine.moment import Moment


class Measured(Struct, frozen=True, gc=False):
    """One measure's value: an Interval in the measure's unit, the set of codes that it may be, or None where nothing is known.

    evidence: references of the resources used. when: the day of the value. missing: the measures to find for a better answer,
    `reason` says why in words that hold no patient data. marks: the pack's remarks on the code or method of the fact used.
    lower_limit, upper_limit: the laboratory's own limits of normal.
    """

    value: Interval | frozenset[str] | None = None
    evidence: tuple[str, ...] = ()
    when: Moment | None = None
    flags: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""
    marks: frozenset[str] = frozenset()
    lower_limit: Interval | None = None
    upper_limit: Interval | None = None

    def __repr__(self) -> str:
        return "Measured(known)" if self.value is not None else "Measured(missing)"


Snapshot = tuple[Measured, ...]
"""One Measured for each measure of the pack, at its `index`."""

"""What rules read from a snapshot, each as one integer or nothing."""

from dataclasses import dataclass
from typing import TypeAlias

from engine.evaluate.ordinals import lower_end, upper_end
from engine.interval import Interval
from engine.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class End:
    """One end of a measure's interval. `part` keeps apart the limits of a measure that is compared with many."""

    measure: int
    upper: bool
    digits: int
    part: int

    def read(self, snapshot: Snapshot) -> int | None:
        value = snapshot[self.measure].value
        if not isinstance(value, Interval):
            return None
        return upper_end(value, self.digits) if self.upper else lower_end(value, self.digits)


@dataclass(frozen=True, slots=True)
class Codes:
    """How many of the codes that a measure may have are among these, or are not."""

    measure: int
    codes: frozenset[str]
    among: bool

    def read(self, snapshot: Snapshot) -> int | None:
        value = snapshot[self.measure].value
        if not isinstance(value, frozenset):
            return None
        return sum((code in self.codes) == self.among for code in value)


@dataclass(frozen=True, slots=True)
class Presence:
    """1 where the measure has a value, 0 where it has none."""

    measure: int

    def read(self, snapshot: Snapshot) -> int | None:
        return int(snapshot[self.measure].value is not None)


Source: TypeAlias = End | Codes | Presence

"""What was concluded of one patient: outcome, date, criteria, evidence, what is missing, and under which parameters."""

from dataclasses import dataclass
from typing import Any, Final

from engine.truth import Truth

UNDETERMINED: Final = "UNDETERMINED"
NOT_DUE: Final = "NOT_DUE"
NOT_APPLICABLE: Final = "NOT_APPLICABLE"
NO_OUTCOME: Final = (UNDETERMINED, NOT_DUE, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One conclusion. effective: proleptic ordinal of its day. possible: the outcomes still open, missing: the measures to find.

    criteria: the pack's names with their truth. parameters: everything in force that could have changed it.
    """

    patient: str
    name: str
    outcome: str
    as_of: int
    effective: int | None = None
    possible: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    criteria: tuple[tuple[str, Truth], ...] = ()
    parameters: tuple[tuple[str, Any], ...] = ()

    def __repr__(self) -> str:
        return f"Conclusion({self.name})"

"""What was concluded of one patient: outcome, date, criteria, evidence, what is missing, and under which parameters."""

from typing import Any, Final, NamedTuple

from engine.snapshot import Measured
from engine.truth import Truth

UNDETERMINED: Final = "UNDETERMINED"
NOT_DUE: Final = "NOT_DUE"
NOT_APPLICABLE: Final = "NOT_APPLICABLE"
NO_OUTCOME: Final = (UNDETERMINED, NOT_DUE, NOT_APPLICABLE)


class Conclusion(NamedTuple):
    """One conclusion. effective: proleptic ordinal of its day. possible: the outcomes still open, missing: the measures to find.

    sources: the measures that it can depend on. names, truths: its criteria, as a reader calls them.
    parameters: everything in force that could have changed it.
    """

    patient: str
    name: str
    outcome: str
    as_of: int
    effective: int | None
    possible: tuple[str, ...]
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    sources: tuple[Measured, ...]
    names: tuple[str, ...]
    truths: tuple[Truth, ...]
    parameters: tuple[tuple[str, Any], ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        """The resources that it rests on, each once, in the order of the pack's measures."""
        return tuple(dict.fromkeys([ref for measured in self.sources for ref in measured.evidence]))

    @property
    def criteria(self) -> tuple[tuple[str, Truth], ...]:
        """Each criterion with its truth."""
        return tuple(zip(self.names, self.truths, strict=True))

    def __repr__(self) -> str:
        return f"Conclusion({self.name})"

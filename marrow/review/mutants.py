"""A mistake that somebody might make in a rule, and the scenario that notices it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change of the pack.

    rule: the item that was changed, as section and name ("criteria.neutrophils_severe"). what: the change in words ("below 0.5
    becomes at most 0.5"). noticed_by: the place of the first scenario that fails with it ("severity.feature:104"), None where
    every scenario still passes. explained: why nothing can notice it, as the pack says.
    """

    id: str
    rule: str
    what: str
    noticed_by: str | None = None
    explained: str | None = None

    @property
    def survives(self) -> bool:
        return self.noticed_by is None

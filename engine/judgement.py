"""What an evaluator says of a snapshot: a truth for every criterion, and for every conclusion the outcome that is certain."""

from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

from engine.snapshot import Snapshot
from engine.truth import Truth


class Decision(NamedTuple):
    """One conclusion. branches: the truth of each outcome's `when`, in the pack's order (the last, `otherwise`, is met).

    outcome: the one that holds whatever the unknown turns out to be, None where several are open. The first met branch counts
    when every branch before it is not met or gives the same outcome.
    """

    applies: Truth
    settled: Truth
    branches: tuple[Truth, ...]
    outcome: str | None
    flags: tuple[Truth, ...]


class Judgement(NamedTuple):
    """criteria and conclusions in the order of the pack. Two evaluators agree when their judgements are equal."""

    criteria: tuple[Truth, ...]
    conclusions: tuple[Decision, ...]


class Evaluator(Protocol):
    """A compiled pack that judges snapshots; the same snapshot always gives the same judgement."""

    def judge(self, snapshot: Snapshot) -> Judgement: ...

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        """One criterion alone, as a scan over many days needs it."""
        ...


@runtime_checkable
class Selective(Evaluator, Protocol):
    """An evaluator that can also be asked for a part."""

    def judging(self, conclusions: frozenset[str]) -> Callable[[Snapshot], Judgement]:
        """Judges these conclusions and what they show; what is not asked for is left unknown in the judgement."""
        ...

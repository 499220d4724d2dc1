"""Two independent evaluators that must agree before anything is concluded."""

from collections.abc import Iterable, Iterator
from typing import Final

from engine.evaluate.plain import Plain
from engine.evaluate.rete import Rete
from engine.judgement import Decision, Judgement
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from engine.truth import WORDS, Truth

_SHOWN: Final = 10
"""Differences that a message names; one fault in a criterion may show in everything above it."""


class Disagreement(RuntimeError):
    """The evaluators differ: our fault, and nothing may be concluded. `differences` names criteria and conclusions only."""

    def __init__(self, differences: Iterable[str]) -> None:
        self.differences = tuple(differences)
        shown = "; ".join(self.differences[:_SHOWN])
        more = len(self.differences) - _SHOWN
        super().__init__(f"plain and rete disagree on {shown}" + (f"; and {more} more" if more > 0 else ""))

    def __reduce__(self) -> tuple[type["Disagreement"], tuple[tuple[str, ...]]]:
        """From another process it comes back as it was."""
        return type(self), (self.differences,)


class Both:
    """Judges with both evaluators; raises Disagreement where they differ."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._plain = Plain(pack)
        self._rete = Rete(pack)

    def judge(self, snapshot: Snapshot) -> Judgement:
        plain, rete = self._plain.judge(snapshot), self._rete.judge(snapshot)
        if plain != rete:
            raise Disagreement(differences(self._pack, plain, rete))
        return plain

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        plain, rete = self._plain.criterion(name, snapshot), self._rete.criterion(name, snapshot)
        if plain is not rete:
            raise Disagreement([f"criterion {name}: {WORDS[plain]} / {WORDS[rete]}"])
        return plain


def differences(pack: Pack, plain: Judgement, rete: Judgement) -> Iterator[str]:
    """What differs, by name, first as plain has it and then as rete has it."""
    for name, first, second in zip(pack.criteria, plain.criteria, rete.criteria, strict=True):
        if first is not second:
            yield f"criterion {name}: {WORDS[first]} / {WORDS[second]}"
    for rule, one, other in zip(pack.conclusions.values(), plain.conclusions, rete.conclusions, strict=True):
        if one.outcome != other.outcome:
            yield f"conclusion {rule.name}: {one.outcome or 'UNDETERMINED'} / {other.outcome or 'UNDETERMINED'}"
        for place, first, second in zip(_places(rule), _truths(one), _truths(other), strict=True):
            if first is not second:
                yield f"conclusion {rule.name} {place}: {WORDS[first]} / {WORDS[second]}"


def _places(rule: ConclusionRule) -> list[str]:
    outcomes = [f"outcome {outcome.name}" for outcome in rule.outcomes]
    return ["applies", "settled", *outcomes, *(f"flag {flag.name}" for flag in rule.flags)]


def _truths(decision: Decision) -> tuple[Truth, ...]:
    return (decision.applies, decision.settled, *decision.branches, *decision.flags)

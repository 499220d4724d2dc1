"""What would decide a conclusion that is open: for each value to be found, what would be concluded once it is known."""

from dataclasses import dataclass, replace
from itertools import islice, product
from math import prod

from engine.open import StillOpen, Value, cases_of, tests_of
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Measured, Snapshot

_MOST = 200
"""Combinations of values that are tried before it is said to narrow the outcomes without proof that it decides."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Measures to be found, and the outcomes that they would leave, one for each value that they may have.

    always: whether one outcome is left whatever they are; sometimes: whether it is for some of their values.
    """

    measures: tuple[str, ...]
    outcomes: tuple[str, ...]
    always: bool
    sometimes: bool


class Deciding:
    """Tries the values that one conclusion waits for."""

    def __init__(self, pack: Pack, rule: ConclusionRule) -> None:
        nodes = [rule.applies, *(outcome.when for outcome in rule.outcomes)]
        tests = tests_of(pack, [node for node in nodes if node is not None])
        self._tests = tuple(dict.fromkeys(tests))
        self._indices = {test.measure: pack.measures[test.measure].index for test in self._tests}
        self._order = [outcome.name for outcome in rule.outcomes]
        self._open = StillOpen(pack, rule)

    def __call__(self, snapshot: Snapshot) -> list[Decider]:
        """Each value alone, those that decide first; then, where none of them decides, all of them together."""
        lacking = self._lacking(snapshot)
        alone = sorted((self._tried(snapshot, {lacks: tested}) for lacks, tested in lacking.items()), key=_rank)
        if len(alone) < 2 or alone[0].always:
            return alone
        together = self._tried(snapshot, lacking)
        return [*alone, replace(together, always=together.always or together.sometimes)]  # nothing is open then

    def _lacking(self, snapshot: Snapshot) -> dict[tuple[str, ...], list[str]]:
        """The measures that are tested and open, by what is to be found for them."""
        _, unknown = self._open(snapshot)
        found: dict[tuple[str, ...], list[str]] = {}
        for name, index in self._indices.items():
            lacks = snapshot[index].missing or (name,)
            if not set(lacks).isdisjoint(unknown) and len(self._cases(name, snapshot)) > 1:
                found.setdefault(lacks, []).append(name)
        return found

    def _tried(self, snapshot: Snapshot, lacking: dict[tuple[str, ...], list[str]]) -> Decider:
        left: list[tuple[str, ...]] = []
        each = {name: self._cases(name, snapshot) for tested in lacking.values() for name in tested}
        for chosen in islice(product(*each.values()), _MOST):
            values = dict(zip(each, chosen, strict=True))
            changed = list(snapshot)
            for name, value in values.items():
                changed[self._indices[name]] = Measured(value)
            possible, _ = self._open(tuple(changed))
            left.append(possible)
        single = {possible[0] for possible in left if len(possible) == 1}
        measures = tuple(dict.fromkeys(name for lacks in lacking for name in lacks))
        outcomes = tuple(dict.fromkeys(name for name in self._order if name in single))
        is_proof = prod(map(len, each.values())) <= _MOST
        return Decider(measures, outcomes, is_proof and all(len(possible) == 1 for possible in left), bool(single))

    def _cases(self, name: str, snapshot: Snapshot) -> list[Value]:
        return cases_of(snapshot[self._indices[name]].value, [test for test in self._tests if test.measure == name])


def _rank(decider: Decider) -> tuple[bool, bool]:
    return not decider.always, not decider.sometimes

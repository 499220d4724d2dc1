"""From what an evaluator says to conclusions: due or not, applicable or not, certain or still open, with what it rests on."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED, Conclusion
from engine.judgement import Decision, Judgement
from engine.open import StillOpen
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot


class Conclude:
    """Draws the conclusions of one pack; everything that does not depend on a patient is laid out once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._places = {name: place for place, name in enumerate(pack.criteria)}
        self._plans = [_Plan(pack, rule, self._places) for rule in pack.conclusions.values()]
        self._order = sorted(range(len(self._plans)), key=lambda place: self._plans[place].rule.name)

    def __call__(
        self, patient: str, snapshot: Snapshot, judgement: Judgement, due: Callable[[ConclusionRule], bool], as_of: int
    ) -> list[Conclusion]:
        """Every conclusion, sorted by name."""
        plans, decisions = self._plans, judgement.conclusions
        return [plans[i].conclude(patient, snapshot, judgement, decisions[i], due(plans[i].rule), as_of) for i in self._order]


class _Plan:
    """One conclusion's fixed parts."""

    def __init__(self, pack: Pack, rule: ConclusionRule, places: Mapping[str, int]) -> None:
        self.pack = pack
        self.rule = rule
        self.criteria = tuple((displayed(name, rule), places[name]) for name in rule.criteria)
        self.measures = tuple(pack.measures[name].index for name in rule.measures)
        self.dated = tuple(pack.measures[name].index for name in rule.measures if pack.measures[name].spec.select is not None)
        self.parameters: tuple[tuple[str, Any], ...] = tuple((n, pack.parameters[n].value) for n in sorted(rule.parameters))
        self.flags = tuple(flag.name for flag in rule.flags)
        self.still_open = StillOpen(pack, rule)

    def conclude(
        self, patient: str, snapshot: Snapshot, judgement: Judgement, decision: Decision, due: bool, as_of: int
    ) -> Conclusion:
        rule, truths = self.rule, judgement.criteria
        criteria = tuple([(name, truths[place]) for name, place in self.criteria])
        if decision.applies is False:
            return Conclusion(patient, rule.name, NOT_APPLICABLE, as_of, None, (), (), self._flags(snapshot, decision), (), criteria,
                              self.parameters)  # fmt: skip
        if not due and decision.settled is not True:
            return Conclusion(patient, rule.name, NOT_DUE, as_of, None, (), (), (), (), criteria, self.parameters)
        flags = self._flags(snapshot, decision)
        evidence = self._evidence(snapshot)
        if decision.outcome is None or decision.applies is None:
            possible, unknown = self.still_open(snapshot)
            missing = tuple(dict.fromkeys(displayed(name, rule) for name in unknown))
            return Conclusion(patient, rule.name, UNDETERMINED, as_of, None, possible, missing, flags, evidence, criteria,
                              self.parameters)  # fmt: skip
        effective = self._effective(snapshot, decision.outcome)
        return Conclusion(patient, rule.name, decision.outcome, as_of, effective, (), (), flags, evidence, criteria, self.parameters)

    def _evidence(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Every resource that a measure of this conclusion was read from."""
        found: dict[str, None] = {}
        for index in self.measures:
            for ref in snapshot[index].evidence:
                found[ref] = None
        return tuple(sorted(found))

    def _flags(self, snapshot: Snapshot, decision: Decision) -> tuple[str, ...]:
        found = {name for name, truth in zip(self.flags, decision.flags, strict=True) if truth is True}
        for index in self.measures:
            if snapshot[index].flags:
                found.update(snapshot[index].flags)
        return tuple(sorted(found)) if found else ()

    def _effective(self, snapshot: Snapshot, outcome: str) -> int | None:
        effective = self.rule.effective
        if effective == "newest":
            days = [when.last for index in self.dated if (when := snapshot[index].when) is not None]
            return max(days, default=None)
        name = effective if isinstance(effective, str) else effective.get(outcome)
        when = None if name is None else snapshot[self.pack.measures[name].index].when
        return when.first if when is not None and when.is_day else None


def displayed(name: str, rule: ConclusionRule) -> str:
    """A measure or criterion as a reader of this conclusion would call it: without the window that the conclusion is about."""
    base, _, window = name.partition("@")
    return base if window in (rule.window, "ever_before") or (rule.window is None and window == "baseline") else name


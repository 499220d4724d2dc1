"""From what an evaluator says to conclusions: due or not, applicable or not, certain or still open, with what it rests on."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED, Conclusion
from engine.judgement import Decision, Judgement
from engine.moment import Moment
from engine.open import StillOpen
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from engine.truth import Truth

_NONE: tuple[str, ...] = ()
_NOWHERE: frozenset[int] = frozenset()
_NEW: Callable[..., Any] = tuple.__new__
"""A conclusion is a tuple: making it as one takes a third of the time, and there are 14 for each evaluation."""


class Drawn(NamedTuple):
    """What all conclusions of one patient and day are drawn from. flagged: the places of the measures with flags."""

    patient: str
    as_of: int
    snapshot: Snapshot
    truths: tuple[Truth, ...]
    flagged: frozenset[int]


class Conclude:
    """Draws the conclusions of one pack; everything that does not depend on a patient is laid out once."""

    def __init__(self, pack: Pack) -> None:
        places = {name: place for place, name in enumerate(pack.criteria)}
        plans = [(place, _Plan(pack, rule, places)) for place, rule in enumerate(pack.conclusions.values())]
        self._flaggable = tuple(m.index for m in pack.measures.values() if m.spec.count is None and m.spec.days is None)
        self._plans = sorted(plans, key=lambda plan: plan[1].rule.name)

    def __call__(
        self, patient: str, snapshot: Snapshot, judgement: Judgement, due: Callable[[ConclusionRule], bool], as_of: int
    ) -> list[Conclusion]:
        """Every conclusion, sorted by name."""
        flagged = [index for index in self._flaggable if snapshot[index].flags]
        drawn = Drawn(patient, as_of, snapshot, judgement.criteria, frozenset(flagged) if flagged else _NOWHERE)
        decisions = judgement.conclusions
        return [plan.conclude(drawn, decisions[place], due(plan.rule)) for place, plan in self._plans]


class _Plan:
    """One conclusion's fixed parts."""

    def __init__(self, pack: Pack, rule: ConclusionRule, places: Mapping[str, int]) -> None:
        self._pack = pack
        self.rule = rule
        self._names = tuple(displayed(name, rule) for name in rule.criteria)
        self._truths = _getter([places[name] for name in rule.criteria])
        measures = [pack.measures[name] for name in rule.measures]
        self._sources = _getter([measure.index for measure in measures])
        self._measures = frozenset(measure.index for measure in measures)
        self._dated = tuple(measure.index for measure in measures if measure.spec.select is not None)
        self._parameters: tuple[tuple[str, Any], ...] = tuple((n, pack.parameters[n].value) for n in sorted(rule.parameters))
        self._flags = tuple(flag.name for flag in rule.flags)
        self._still_open = StillOpen(pack, rule)

    def conclude(self, drawn: Drawn, decision: Decision, due: bool) -> Conclusion:
        applies, settled, _, outcome, _ = decision
        effective, possible, missing, flags, sources = None, _NONE, _NONE, _NONE, ()
        if applies is False:
            outcome, flags = NOT_APPLICABLE, self._raised(drawn, decision)
        elif not due and settled is not True:
            outcome = NOT_DUE
        else:
            flags = self._raised(drawn, decision)
            sources = self._sources(drawn.snapshot)
            if outcome is None or applies is None:
                possible, unknown = self._still_open(drawn.snapshot)
                missing = tuple(dict.fromkeys([displayed(measure, self.rule) for measure in unknown]))
                if len(possible) == 1 and applies is not None:  # whatever the unknown turns out to be, it is this
                    outcome, possible, missing = possible[0], _NONE, _NONE
                else:
                    outcome = UNDETERMINED
            if outcome != UNDETERMINED:
                effective = self._effective(drawn.snapshot, outcome)
        truths = self._truths(drawn.truths)
        made: Conclusion = _NEW(
            Conclusion,
            (drawn.patient, self.rule.name, outcome, drawn.as_of, effective, possible, missing, flags, sources, self._names,
             truths, self._parameters),
        )  # fmt: skip
        return made

    def _raised(self, drawn: Drawn, decision: Decision) -> tuple[str, ...]:
        if not self._flags and self._measures.isdisjoint(drawn.flagged):
            return ()
        found = {name for name, truth in zip(self._flags, decision.flags, strict=True) if truth is True}
        for index in drawn.flagged & self._measures:
            found.update(drawn.snapshot[index].flags)
        return tuple(sorted(found))

    def _effective(self, snapshot: Snapshot, outcome: str) -> int | None:
        effective = self.rule.effective
        if effective == "newest":
            newest = 0
            for index in self._dated:
                when = snapshot[index].when
                if when is not None and when.last > newest:
                    newest = when.last
            return newest or None
        name = effective if isinstance(effective, str) else effective.get(outcome)
        day: Moment | None = None if name is None else snapshot[self._pack.measures[name].index].when
        return day.first if day is not None and day.first == day.last else None


def _getter(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Reads several places of a sequence at once, as a tuple for any number of places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda sequence: tuple(sequence[place] for place in places)


def displayed(name: str, rule: ConclusionRule) -> str:
    """A measure or criterion as a reader of this conclusion would call it: without the window that the conclusion is about."""
    base, _, window = name.partition("@")
    return base if window == rule.window or (rule.window is None and window) else name

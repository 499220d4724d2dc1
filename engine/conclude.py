"""From what an evaluator says to conclusions: due or not, applicable or not, certain or still open, with what it rests on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED, Conclusion
from engine.judgement import Decision, Judgement
from engine.open import StillOpen
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from engine.truth import Truth

Draw = Callable[[str, int, Snapshot, tuple[Truth, ...], Sequence[int], Decision, bool], Conclusion]
"""Draws one conclusion: of a patient, on a day, from a snapshot, the truth of every criterion, the places of the measures with
flags, what was decided, and whether it is due."""

Due = Callable[[ConclusionRule], bool]
Drawing = Callable[[str, Snapshot, Judgement, Due, int], list[Conclusion]]
"""Draws conclusions: of a patient, from a snapshot and what was judged of it, where they are due, on a day."""

_NONE: tuple[str, ...] = ()
_NEW: Callable[..., Any] = tuple.__new__
"""A conclusion is a tuple: making it as one takes a third of the time, and there are 14 for each evaluation."""


class Conclude:
    """Draws the conclusions of one pack; everything that does not depend on a patient is laid out once."""

    def __init__(self, pack: Pack) -> None:
        places = {name: place for place, name in enumerate(pack.criteria)}
        self._flaggable = tuple(m.index for m in pack.measures.values() if m.spec.count is None and m.spec.days is None)
        rules = sorted(enumerate(pack.conclusions.values()), key=lambda each: each[1].name)
        self._draws = [(place, rule, _draw(pack, rule, places)) for place, rule in rules]
        self._all = self.drawing(pack.conclusions)

    def drawing(self, names: Collection[str]) -> Drawing:
        """Draws these conclusions, sorted by name."""
        draws = [each for each in self._draws if each[1].name in names]

        def drawing(patient: str, snapshot: Snapshot, judgement: Judgement, due: Due, as_of: int) -> list[Conclusion]:
            flagged = [index for index in self._flaggable if snapshot[index].flags]
            truths, decisions = judgement
            return [draw(patient, as_of, snapshot, truths, flagged, decisions[i], due(rule)) for i, rule, draw in draws]

        return drawing

    def __call__(self, patient: str, snapshot: Snapshot, judgement: Judgement, due: Due, as_of: int) -> list[Conclusion]:
        """Every conclusion, sorted by name."""
        return self._all(patient, snapshot, judgement, due, as_of)


def _draw(pack: Pack, rule: ConclusionRule, places: Mapping[str, int]) -> Draw:
    """One conclusion's fixed parts, and the function that fills in the rest."""
    name, measures = rule.name, [pack.measures[each] for each in rule.measures]
    names = tuple(displayed(each, rule) for each in rule.criteria)
    truths_of = _getter([places[each] for each in rule.criteria])
    sources_of = _getter([measure.index for measure in measures])
    indices = frozenset(measure.index for measure in measures)
    parameters = tuple((each, pack.parameters[each].value) for each in sorted(rule.parameters))
    own_flags = tuple(flag.name for flag in rule.flags)
    still_open, effective_of = StillOpen(pack, rule), _effective(pack, rule)

    @cache
    def shown(unknown: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys([displayed(each, rule) for each in unknown]))

    def raised(snapshot: Snapshot, flagged: Sequence[int], said: tuple[Truth, ...]) -> tuple[str, ...]:
        found = {flag for flag, truth in zip(own_flags, said, strict=True) if truth is True}
        for index in flagged:
            if index in indices:
                found.update(snapshot[index].flags)
        return tuple(sorted(found))

    def draw(
        patient: str, as_of: int, snapshot: Snapshot, truths: tuple[Truth, ...], flagged: Sequence[int], decision: Decision,
        due: bool,
    ) -> Conclusion:  # fmt: skip
        applies, settled, _, outcome, said = decision
        effective, possible, missing, flags, sources = None, _NONE, _NONE, _NONE, ()
        if applies is False:
            outcome, flags = NOT_APPLICABLE, raised(snapshot, flagged, said)
        elif not due and settled is not True:
            outcome = NOT_DUE
        else:
            if True in said or not indices.isdisjoint(flagged):
                flags = raised(snapshot, flagged, said)
            sources = sources_of(snapshot)
            if outcome is None or applies is None:
                possible, unknown = still_open(snapshot)
                if len(possible) == 1 and applies is not None:  # whatever the unknown turns out to be, it is this
                    outcome, possible = possible[0], _NONE
                else:
                    outcome, missing = UNDETERMINED, shown(unknown)
            if outcome != UNDETERMINED:
                effective = effective_of(snapshot, outcome)
        made: Conclusion = _NEW(
            Conclusion,
            (patient, name, outcome, as_of, effective, possible, missing, flags, sources, names, truths_of(truths), parameters),
        )
        return made

    return draw


def _effective(pack: Pack, rule: ConclusionRule) -> Callable[[Snapshot, str], int | None]:
    """The day of a conclusion: of the measure that the pack names for the outcome, or of the newest value it was drawn from."""
    if rule.effective == "newest":
        dated = _getter([m.index for each in rule.measures if (m := pack.measures[each]).spec.select is not None])

        def newest(snapshot: Snapshot, outcome: str) -> int | None:
            day = 0
            for measured in dated(snapshot):
                when = measured.when
                if when is not None and when.last > day:
                    day = when.last
            return day or None

        return newest
    named = rule.effective
    days = dict.fromkeys([outcome.name for outcome in rule.outcomes], named) if isinstance(named, str) else named
    indices = {outcome: pack.measures[measure].index for outcome, measure in days.items()}

    def of_measure(snapshot: Snapshot, outcome: str) -> int | None:
        index = indices.get(outcome)
        when = None if index is None else snapshot[index].when
        return when.first if when is not None and when.first == when.last else None

    return of_measure


def _getter(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Reads several places of a sequence at once, as a tuple for any number of places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda sequence: tuple([sequence[place] for place in places])


def displayed(name: str, rule: ConclusionRule) -> str:
    """A measure or criterion as a reader of this conclusion would call it: without the window that the conclusion is about."""
    base, _, window = name.partition("@")
    return base if window == rule.window or (rule.window is None and window) else name

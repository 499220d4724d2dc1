"""One record in, conclusions out: what every use of the engine calls."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from engine.conclude import Conclude, Drawing
from engine.conclusion import UNDETERMINED, Conclusion
from engine.counting import days_from
from engine.judgement import Evaluator, Judgement, Selective
from engine.measure import way_of
from engine.moment import Moment
from engine.pack.measures import OutcomeDay
from engine.pack.program import ConclusionRule, Measure, Pack
from engine.record import PatientRecord
from engine.scan import scanned
from engine.snapshot import Measured, Snapshot
from engine.timeline import Layout, Timeline, Way


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The conclusions of one patient, with the snapshot that they were drawn from."""

    patient: str
    snapshot: Snapshot
    conclusions: tuple[Conclusion, ...]


class _Stage(NamedTuple):
    """Some conclusions, if any, which nothing later changes and which measures ask for; then these measures."""

    judge: Callable[[Snapshot], Judgement] | None
    drawing: Drawing
    ways: tuple[tuple[int, Way], ...]


class Evaluation:
    """Evaluates records against one pack with one evaluator; the same record and day give the same conclusions."""

    def __init__(self, pack: Pack, evaluator: Evaluator) -> None:
        self.pack = pack
        self._evaluator, self._conclude = evaluator, Conclude(pack)
        self._layout = Layout(pack)
        self._due_days = {name: self._layout.due_day(rule) for name, rule in pack.conclusions.items()}
        drawn: set[str] = set()
        self._stages: list[_Stage] = []
        for stage in range(pack.stages):
            measures = [measure for measure in pack.measures.values() if measure.stage == stage]
            asked = {name for m in measures if m.spec.outcome_day is not None for name in m.spec.outcome_day.conclusions}
            self._stages.append(self._stage(asked - drawn, measures))
            drawn |= asked
        self._stages.append(self._stage(set(pack.conclusions) - drawn, []))
        self._names = sorted(pack.conclusions)

    def _stage(self, names: Collection[str], measures: Collection[Measure]) -> _Stage:
        evaluator = self._evaluator
        judge = None
        if names:
            judge = evaluator.judging(frozenset(names)) if isinstance(evaluator, Selective) else evaluator.judge
        ways = [(measure.index, self._way(measure)) for measure in measures if measure.window not in self.pack.moving_windows]
        return _Stage(judge, self._conclude.drawing(names), tuple(ways))

    def _way(self, measure: Measure) -> Way:
        if measure.spec.outcome_day is not None:
            return _outcome_day(self._layout, measure.spec.outcome_day)
        if measure.spec.scan is not None:
            return scanned(self._layout, measure.spec.scan, self._evaluator)
        return way_of(self._layout, measure)

    def __call__(self, record: PatientRecord, as_of: int) -> Evaluated:
        """as_of: proleptic ordinal of the day of evaluation; what lies after it is not used."""
        timeline = self._layout.timeline(record, as_of)
        values, drawn = timeline.values, timeline.drawn

        def is_due(rule: ConclusionRule) -> bool:
            day = self._due_days[rule.name](timeline)
            return day is None or as_of >= day

        for judge, drawing, ways in self._stages:
            if judge is not None:
                snapshot = timeline.snapshot
                for conclusion in drawing(record.patient, snapshot, judge(snapshot), is_due, as_of):
                    drawn[conclusion.name] = conclusion
            for index, way in ways:
                values[index] = way(timeline)
        return Evaluated(record.patient, timeline.snapshot, tuple([drawn[name] for name in self._names]))


def _outcome_day(layout: Layout, spec: OutcomeDay) -> Way:
    """Days to the first of some conclusions with one of some outcomes; flagged where an earlier one is not known."""
    place, outcomes = layout.anchors.place(spec.since), frozenset(spec.outcomes)
    no_anchor = Measured(reason="its anchor does not exist")

    def way(timeline: Timeline) -> Measured:
        since = timeline.anchors[place]
        if since is None:
            return no_anchor
        concluded = [timeline.drawn[name] for name in spec.conclusions]
        found = [c for c in concluded if c.outcome in outcomes and c.effective is not None]
        unsure = any(c.outcome == UNDETERMINED and not outcomes.isdisjoint(c.possible) for c in concluded)
        flags = ("earlier_grade_unknown",) if unsure else ()
        if not found:
            return Measured(flags=flags, reason="it has not happened")
        first = min(found, key=lambda conclusion: conclusion.effective or 0)
        day = first.effective
        assert day is not None
        met = Moment(day, day)
        return Measured(days_from(since.when, met), first.evidence, met, flags)

    return way

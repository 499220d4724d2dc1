"""One record in, conclusions out: stage by stage, everything judged and drawn in each."""

from decimal import Decimal

from msgspec.structs import replace

from engine.conclude import Conclude
from engine.conclusion import UNDETERMINED, Conclusion
from engine.evaluation import Evaluated
from engine.interval import Interval
from engine.judgement import Evaluator
from engine.moment import Moment
from engine.pack.measures import OutcomeDay, Scan
from engine.pack.program import Measure, Pack
from engine.record import PatientRecord
from engine.snapshot import Measured
from tests.oracle.obvious.measure import compute
from tests.oracle.obvious.timeline import MISSING, Timeline


class Evaluation:
    """Evaluates records against one pack with one evaluator; the same record and day give the same conclusions."""

    def __init__(self, pack: Pack, evaluator: Evaluator) -> None:
        self.pack = pack
        self._evaluator = evaluator
        self._conclude = Conclude(pack)
        self._stages: list[list[Measure]] = [[] for _ in range(pack.stages)]
        for measure in pack.measures.values():
            self._stages[measure.stage].append(measure)

    def __call__(self, record: PatientRecord, as_of: int) -> Evaluated:
        """as_of: proleptic ordinal of the day of evaluation; what lies after it is not used."""
        timeline = Timeline.of(self.pack, record, as_of)
        concluded: dict[str, Conclusion] = {}
        for stage, measures in enumerate(self._stages):
            if stage:
                concluded = {c.name: c for c in self._draw(timeline, record.patient)}
            for measure in measures:
                timeline.values[measure.index] = self._value(timeline, measure, concluded)
        return Evaluated(record.patient, timeline.snapshot, tuple(self._draw(timeline, record.patient)))

    def _draw(self, timeline: Timeline, patient: str) -> list[Conclusion]:
        snapshot = timeline.snapshot
        return self._conclude(patient, snapshot, self._evaluator.judge(snapshot), timeline.due, timeline.as_of)

    def _value(self, timeline: Timeline, measure: Measure, concluded: dict[str, Conclusion]) -> Measured:
        if measure.spec.outcome_day is not None:
            return _outcome_day(timeline, measure.spec.outcome_day, concluded)
        if measure.spec.scan is not None:
            return self._scan(timeline, measure, measure.spec.scan)
        if measure.window in self.pack.moving_windows:
            return MISSING  # filled for each visit while it is scanned
        return compute(timeline, measure)

    def _scan(self, timeline: Timeline, measure: Measure, spec: Scan) -> Measured:
        """The first visit at which the criterion is met; from the first at which it is unknown on, it may have been."""
        after, since = timeline.value(spec.after), timeline.anchors.get(spec.since)
        if after.when is None or since is None:
            return Measured(reason="nothing to begin from")
        moving = [m for m in self.pack.measures.values() if m.window == spec.window]
        first_open: int | None = None
        lacks: tuple[str, ...] = ()
        end = None if spec.until is None else timeline.value(spec.until).when
        for day in _visits(timeline, spec, after.when.last, timeline.as_of if end is None else end.first - 1):
            timeline.visit = Moment(day, day)
            for inner in moving:
                timeline.values[inner.index] = compute(timeline, inner)
            truth = self._evaluator.criterion(spec.criterion, timeline.snapshot)
            evidence = tuple(dict.fromkeys(ref for inner in moving for ref in timeline.values[inner.index].evidence))
            if truth is False:
                first_open, lacks = None, ()  # what lasts has not begun before a day on which it is not there
            if truth is None and first_open is None:
                first_open = day
                lacks = tuple(dict.fromkeys(n for inner in moving for n in timeline.values[inner.index].missing))
            if truth is True:
                return self._found(timeline, moving, first_open, day, since.when, evidence, lacks)
        return self._found(timeline, moving, first_open, None, since.when, (), lacks)

    def _found(
        self, timeline: Timeline, moving: list[Measure], first_open: int | None, day: int | None, since: Moment,
        evidence: tuple[str, ...], lacks: tuple[str, ...],
    ) -> Measured:  # fmt: skip
        timeline.visit = None
        for inner in moving:
            timeline.values[inner.index] = MISSING
        if day is not None:
            flags = () if first_open is None else ("earlier_visit_unknown",)
            value = Interval(Decimal(day - since.last), Decimal(day - since.first))
            return Measured(value, evidence, Moment(day, day), flags)
        if first_open is None:
            return Measured(reason="it has not happened")
        value = Interval(Decimal(first_open - since.last), None)  # no end: it may never have happened
        return Measured(value, evidence, Moment(first_open, timeline.as_of), missing=lacks)


def _visits(timeline: Timeline, spec: Scan, after: int, last: int) -> list[int]:
    """The days with one of the window's concepts, after a day and up to another, in order."""
    concepts = timeline.pack.moving_windows[spec.window].visits
    days = {f.when.first for c in concepts for f in timeline.facts.get(c, ()) if f.when is not None and f.when.is_day}
    return sorted(day for day in days if after < day <= last)


def _outcome_day(timeline: Timeline, spec: OutcomeDay, concluded: dict[str, Conclusion]) -> Measured:
    """Days to the first of some conclusions with one of some outcomes; flagged where an earlier one is not known."""
    since = timeline.anchors.get(spec.since)
    if since is None:
        return Measured(reason="its anchor does not exist")
    found = [c for name in spec.conclusions if (c := concluded[name]).outcome in spec.outcomes and c.effective is not None]
    unsure = any(
        concluded[name].outcome == UNDETERMINED and not set(spec.outcomes).isdisjoint(concluded[name].possible)
        for name in spec.conclusions
    )
    flags = ("earlier_grade_unknown",) if unsure else ()
    if not found:
        return Measured(flags=flags, reason="it has not happened")
    first = min(found, key=lambda conclusion: conclusion.effective or 0)
    day = first.effective
    assert day is not None
    value = Interval(Decimal(day - since.when.last), Decimal(day - since.when.first))
    return replace(MISSING, value=value, evidence=first.evidence, when=Moment(day, day), flags=flags)

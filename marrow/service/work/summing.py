"""An evaluated patient in one row of the list: what each column says, what is due next and missing, how long followed."""

from collections.abc import Iterator

from engine.cohort.columns import Observer
from engine.cohort.placing import followed_for, placement
from engine.conclusion import NO_OUTCOME, NOT_DUE, UNDETERMINED, Conclusion
from engine.evaluation import Evaluated
from engine.pack.program import Pack
from engine.record import PatientRecord
from engine.timeline import Layout
from fhir_adapter.sentence import measure_label
from marrow.service.store.rows import Ended, Summary


class Summing:
    """Makes the rows of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack, self._observe, self._layout = pack, Observer(pack), Layout(pack)

    def __call__(self, record: PatientRecord, evaluated: Evaluated, as_of: int) -> Summary:
        """as_of: proleptic ordinal of the day of evaluation."""
        spec = self._pack.pages.patients
        drawn = {conclusion.name: conclusion for conclusion in evaluated.conclusions}
        since = None if spec.day is None else evaluated.snapshot[self._pack.measures[spec.day.measure].index].when
        due = min(self._due(record, drawn, as_of), default=None)
        group, why, ended = self._ends(evaluated)
        return Summary(
            start=since.first if since is not None and since.is_day else None,
            due=None if due is None else due[0],
            awaits="" if due is None else due[1],
            missing=tuple(dict.fromkeys(self._missing(drawn))),
            shown=tuple((column.name, *_shown(drawn, column.conclusions)) for column in spec.columns),
            group=group,
            why=why,
            ended=ended,
        )

    def _due(self, record: PatientRecord, drawn: dict[str, Conclusion], as_of: int) -> Iterator[tuple[int, str]]:
        waiting = [name for name in self._pack.pages.patients.awaited if drawn[name].outcome == NOT_DUE]
        if not waiting:
            return
        timeline = self._layout.timeline(record, as_of)
        for name in waiting:
            day = timeline.due_day(self._pack.conclusions[name])
            if day is not None:
                yield day, name

    def _missing(self, drawn: dict[str, Conclusion]) -> Iterator[str]:
        for name in self._pack.pages.patients.awaited:
            if drawn[name].outcome == UNDETERMINED:
                rule = self._pack.conclusions[name]
                yield from (measure_label(self._pack, rule, measure) for measure in drawn[name].missing)

    def _ends(self, evaluated: Evaluated) -> tuple[str | None, str, tuple[Ended, ...]]:
        """The group of the analysis, or why there is none; and how each endpoint ended."""
        pack, observe = self._pack, self._observe
        if not pack.statistics.endpoints:
            return None, "", ()
        observe.columns = observe.empty()
        observe(evaluated)
        group, why = placement(pack, observe.columns, 0)
        ended = []
        for spec in () if why else pack.statistics.endpoints:
            found = followed_for(pack, observe.columns, spec, 0)
            ended.append(Ended(spec.name, why=found) if isinstance(found, str) else Ended(spec.name, *found))
        return group, why, tuple(ended)


def _shown(drawn: dict[str, Conclusion], names: tuple[str, ...]) -> tuple[str, str]:
    """The last conclusion that comes to an outcome, and the outcome; else that of the first which says why there is none."""
    for name in reversed(names):
        if drawn[name].outcome not in NO_OUTCOME:
            return name, drawn[name].outcome
    open_ = [name for name in names if drawn[name].outcome == UNDETERMINED]
    name = (open_ or list(names))[0]
    return name, drawn[name].outcome

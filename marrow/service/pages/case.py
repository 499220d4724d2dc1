"""A patient's record evaluated for a page: the same as what is kept, with the snapshot that it was drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from engine.anchors import Anchor
from engine.evaluation import Evaluated, Evaluation
from engine.judgement import Evaluator
from engine.open import Value
from engine.pack.program import Measure, Pack
from engine.record import Fact, PatientRecord
from engine.select import Range
from engine.timeline import Layout, Timeline
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from fhir_adapter.releases import Release
from marrow.lines import Lines
from marrow.service.store.rows import Record


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """lines: by conclusion, as in conclusions.ndjson. as_of: proleptic ordinal of the day of evaluation."""

    pack: Pack
    record: PatientRecord
    evaluated: Evaluated
    layout: Layout
    timeline: Timeline
    lines: Mapping[str, bytes]
    as_of: int

    @property
    def values(self) -> dict[str, Value]:
        """The value of each measure."""
        return {name: self.evaluated.snapshot[measure.index].value for name, measure in self.pack.measures.items()}

    def anchor(self, name: str) -> Anchor | None:
        """A day that others are counted from."""
        return self.timeline.anchors[self.layout.anchors.place(name)]

    def window(self, name: str, lookback: int | None = None) -> Range | None:
        """The days of a window, or of one that reaches so many days back instead; None where it cannot be laid."""
        return self.timeline.windows[self.layout.window(name, lookback)]

    def facts(self, concept: str) -> Sequence[Fact]:
        """What is known of a concept by the day of evaluation."""
        return self.timeline.facts.get(concept, ())

    def says(self, name: str, line: bytes) -> bool:
        """Whether this evaluation comes to what a line says."""
        return name in self.lines and bool(msgspec.json.decode(self.lines[name]) == msgspec.json.decode(line))


class Cases:
    """Evaluates for one pack. release: in which resources are read, whatever they look like."""

    def __init__(self, pack: Pack, evaluator: Evaluator, release: Release | None = None) -> None:
        self._pack, self._release = pack, release
        self._evaluate, self._lines = Evaluation(pack, evaluator), Lines(pack)
        self._layout = Layout(pack)
        for measure in pack.measures.values():  # every window is laid out before the first timeline is made
            if measure.window is not None:
                self._layout.window(measure.window, lookback_of(measure))
        self._vocabulary = Vocabulary.of(pack.concepts, pack.systems)

    def read(self, patient: str, filed: Record) -> PatientRecord | None:
        """The record of what is filed; None where there is nothing of this patient."""
        reader = Reader(self._vocabulary, release=self._release)
        for kept in filed.resources:
            reader.read(kept.raw, kept.ref, validation="passed" if kept.is_sound else "strict")
        return next((each for each in reader.finish().records if each.patient == patient), None)

    def __call__(self, record: PatientRecord, as_of: int) -> Case:
        evaluated = self._evaluate(record, as_of)
        lines = {one.name: line for one, line in zip(evaluated.conclusions, self._lines(evaluated), strict=True)}
        timeline = self._layout.timeline(record, as_of)
        return Case(self._pack, record, evaluated, self._layout, timeline, lines, as_of)


def lookback_of(measure: Measure) -> int | None:
    """How far back a measure reads, where that is not its window's own; in days."""
    spec = measure.spec.select
    return None if spec is None or spec.lookback is None else int(spec.lookback)

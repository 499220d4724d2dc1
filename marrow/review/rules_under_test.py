"""The rules that scenarios are run on: a pack under each setting that they ask for, from FHIR bytes to conclusions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from engine.evaluation import Evaluated, Evaluation
from engine.pack.load import Reading, compiled, read
from engine.pack.parse import PackError
from engine.pack.program import Pack
from fhir_adapter.arrival import Validation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Intake, Reader
from marrow.evaluation import EvaluatorName, evaluator
from marrow.packs import pack_files, pack_folder

if TYPE_CHECKING:
    from engine.cohort.columns import Columns
    from engine.cohort.results import Results

Settings = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class RulesUnderTest:
    """A pack's files, parsed once and compiled once for each setting. Scenarios share it; nothing of a scenario stays in it.

    intakes: charts that were read, by their bytes; they depend on the pack's codes and units only.
    """

    written: Reading
    evaluator: EvaluatorName = "plain"
    validation: Validation = "fast"
    intakes: dict[bytes, Intake] = field(default_factory=dict)
    _packs: dict[Settings, Pack] = field(default_factory=dict)
    _evaluations: dict[Settings, Evaluation] = field(default_factory=dict)
    _vocabulary: Vocabulary | None = None
    _results: dict[tuple[date, Settings, bytes], Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: str, evaluator: EvaluatorName = "plain", validation: Validation = "fast") -> "RulesUnderTest":
        """The rules of a pack by name or folder."""
        return cls(read(pack_files(pack_folder(pack))), evaluator, validation)

    def pack(self, settings: Mapping[str, str] | None = None) -> Pack:
        """The pack with these parameters. Raises PackError with every fault."""
        key = _key(settings)
        if key not in self._packs:
            pack, draft = compiled(self.written, dict(key))
            if pack is None:
                raise PackError(draft.faults)
            self._packs[key] = pack
        return self._packs[key]

    def evaluate(self, chart: bytes, settings: Mapping[str, str], as_of: int | None) -> tuple[Intake, Evaluated]:
        """What is concluded of the one patient of a Bundle on a day (proleptic ordinal), or on the newest day on record."""
        intake = self.read(chart)
        (record,) = intake.records
        day = intake.newest_day if as_of is None else as_of
        assert day is not None, "nothing in the chart has a date"
        return intake, self.evaluation(settings)(record, day)

    def evaluation(self, settings: Mapping[str, str] | None = None) -> Evaluation:
        key = _key(settings)
        if key not in self._evaluations:
            pack = self.pack(settings)
            self._evaluations[key] = Evaluation(pack, evaluator(pack, self.evaluator))
        return self._evaluations[key]

    def read(self, chart: bytes) -> Intake:
        """A chart with what the pack's codes say of it."""
        if chart not in self.intakes:
            reader = Reader(self._codes(), validation=self.validation)
            reader.read(chart, "chart.json")
            self.intakes[chart] = reader.finish()
        return self.intakes[chart]

    def results(self, cutoff: date, settings: Mapping[str, str] | None = None, more: bytes = b"") -> Mapping[str, Any]:
        """What the demonstration cohort comes to: `tables` and `survival` as their files have them, numbers as decimals; and
        `children`: of each child what the statistics read, a number or a code by measure, an outcome by conclusion.

        more: the chart of one more child, as a Bundle.
        """
        key = cutoff, _key(settings), more
        if key not in self._results:
            self._results[key] = self._study(cutoff, settings, more)
        return self._results[key]

    def _study(self, cutoff: date, settings: Mapping[str, str] | None, more: bytes) -> Mapping[str, Any]:
        from engine.cohort.study import study
        from marrow.lines import encode
        from marrow.report.data import survival_json, tables_json

        pack, columns = self.pack(settings), self._columns(cutoff, settings, more)
        found = study(pack, columns, cutoff.toordinal())
        files = {"tables": tables_json(pack, found), "survival": survival_json(pack, found)}
        decoder = msgspec.json.Decoder(float_hook=Decimal)
        return {**{name: decoder.decode(encode(content)) for name, content in files.items()}, "children": _rows(columns)}

    def study(self, cutoff: date) -> "Results":
        """The results of the demonstration cohort, unrounded."""
        from engine.cohort.study import study

        return study(self.pack(), self._columns(cutoff), cutoff.toordinal())

    def _columns(self, cutoff: date, settings: Mapping[str, str] | None = None, more: bytes = b"") -> "Columns":
        from engine.cohort.columns import Observer

        evaluate, observe = self.evaluation(settings), Observer(self.pack(settings))
        for chart in (*cohort(), *([more] if more else [])):
            for record in self.read(chart).records:
                observe(evaluate(record, cutoff.toordinal()))
        return observe.columns

    def _codes(self) -> Vocabulary:
        if self._vocabulary is None:
            pack = self.pack()
            self._vocabulary = Vocabulary.of(pack.concepts, pack.systems)
        return self._vocabulary


@cache
def cohort() -> tuple[bytes, ...]:
    """The demonstration cohort as it is sent."""
    from marrow.demo.cohort import bundles

    json = msgspec.json.Encoder(decimal_format="number")
    return tuple(json.encode(bundle) for _, bundle in bundles("R4"))


def _rows(columns: "Columns") -> list[dict[str, float | str]]:
    """Columns patient by patient."""
    read = [(name, codes, columns.numbers[name]) for name, codes in columns.codes.items()]
    return [
        {name: codes[place] or numbers[place] for name, codes, numbers in read}
        | {name: outcomes[place] for name, outcomes in columns.outcomes.items()}
        for place in range(columns.patients)
    ]


def _key(settings: Mapping[str, str] | None) -> Settings:
    return tuple(sorted((settings or {}).items()))

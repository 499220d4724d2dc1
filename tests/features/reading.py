"""From a chart to what Marrow says of it: FHIR in and out, through the one way that every use of Marrow goes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache

from engine.conclusion import Conclusion
from engine.evaluation import Evaluated, Evaluation
from engine.pack.load import Reading as Written
from engine.pack.load import compiled
from engine.pack.load import read as read_files
from engine.pack.parse import PackError
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Intake, Reader
from fhir_adapter.strict import faults
from fhir_adapter.write import to_json, write
from marrow.evaluation import EvaluatorName, evaluator
from marrow.packs import pack_files, pack_folder
from tests.features.chart import Chart
from tests.features.findings import Json

PACK = "lan_2021"
EVALUATOR: EvaluatorName = "both"

Settings = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Reading:
    """What was concluded of one child. current: the conclusion that the scenario speaks of; shown: what it saw in the record."""

    pack: Pack
    intake: Intake
    evaluated: Evaluated
    current: str = ""
    shown: Json = field(default_factory=dict)

    def __getitem__(self, conclusion: str) -> Conclusion:
        return next(one for one in self.evaluated.conclusions if one.name == conclusion)

    @property
    def written(self) -> list[Json]:
        """What Marrow writes into the record: valid FHIR of the chart's release, as its JSON reads."""
        release = self.intake.release_of(self.evaluated.patient)
        resources = write(self.pack, self.evaluated, release)
        assert [faults(one["resourceType"], release, one) for one in resources] == [()] * len(resources)
        return [json.loads(to_json(one), parse_float=Decimal) for one in resources]


@cache
def written_pack() -> Written:
    return read_files(pack_files(pack_folder(PACK)))


@cache
def pack_with(settings: Settings) -> Pack:
    """The pack as the trial office sets it; its files are parsed once for all settings."""
    pack, draft = compiled(written_pack(), dict(settings))
    if pack is None:
        raise PackError(draft.faults)
    return pack


@cache
def evaluation(settings: Settings) -> Evaluation:
    pack = pack_with(settings)
    return Evaluation(pack, evaluator(pack, EVALUATOR))


@cache
def vocabulary() -> Vocabulary:
    pack = pack_with(())
    return Vocabulary.of(pack.concepts, pack.systems)


def read(chart: Chart, day: str | None) -> Reading:
    """Everything concluded on a day (a FHIR date), or on the newest day on record."""
    settings = _settings(chart.settings)
    reader = Reader(vocabulary(), validation="strict")
    reader.read(chart.bundle(), "chart.json")
    intake = reader.finish()
    (record,) = intake.records
    as_of = intake.newest_day if day is None else date.fromisoformat(day).toordinal()
    assert as_of is not None, "nothing in the chart has a date"
    return Reading(pack_with(settings), intake, evaluation(settings)(record, as_of))


def _settings(settings: Mapping[str, str]) -> Settings:
    return tuple(sorted(settings.items()))

"""From a chart to what Marrow says of it: FHIR in and out, through the one way that every use of Marrow goes."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.conclusion import Conclusion
from engine.evaluation import Evaluated
from engine.pack.program import Pack
from fhir_adapter.read import Intake
from fhir_adapter.strict import faults
from fhir_adapter.write import to_json, write
from marrow.review.rules_under_test import RulesUnderTest
from tests.features.chart import Chart
from tests.features.findings import Json


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


def read(rules: RulesUnderTest, chart: Chart, day: str | None) -> Reading:
    """Everything concluded on a day (a FHIR date), or on the newest day on record."""
    as_of = None if day is None else date.fromisoformat(day).toordinal()
    intake, evaluated = rules.evaluate(chart.bundle(), chart.settings, as_of)
    return Reading(rules.pack(chart.settings), intake, evaluated)

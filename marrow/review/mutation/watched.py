"""The scenarios run once on the sound pack, and what each of them looked at: which mistakes it could notice at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.conclusion import Conclusion
from engine.evaluation import Evaluated
from fhir_adapter.read import Intake
from marrow.review.features import Case, Feature
from marrow.review.rules_under_test import RulesUnderTest
from marrow.review.scenarios import run_case
from marrow.review.steps import Steps


class BrokenScenario(ValueError):
    """A scenario fails on the pack as it is, so that nothing can be said of mistakes in it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One case. looks: the conclusions whose content it looked at, none where it looked at values; charts: the FHIR that it
    sent, in small letters; has_evaluated: whether anything was evaluated at all.

    cutoff: of the results of the whole cohort, where it reads them; more: the chart of a child that it added to the cohort.
    settings: the parameters that it set, each time it asked.
    """

    case: Case
    tags: frozenset[tuple[str, str]]
    looks: frozenset[str]
    charts: tuple[bytes, ...]
    cutoff: date | None
    has_evaluated: bool
    settings: tuple[Mapping[str, str], ...]
    more: bytes


@dataclass(slots=True)
class Watching(RulesUnderTest):
    """The rules under test, with a record of what was asked of them."""

    looked: set[str] = field(default_factory=set)
    charts: list[bytes] = field(default_factory=list)
    settings: list[Mapping[str, str]] = field(default_factory=list)
    cutoffs: list[date] = field(default_factory=list)
    evaluated: int = 0

    def evaluate(self, chart: bytes, settings: Any, as_of: int | None) -> tuple[Intake, Evaluated]:
        intake, evaluated = RulesUnderTest.evaluate(self, chart, settings, as_of)
        self.charts.append(chart)
        self.evaluated += 1
        self.settings.append(dict(settings))
        seen: Any = tuple(_Seen(one, self.looked.add) for one in evaluated.conclusions)
        return intake, replace(evaluated, conclusions=seen)

    def read(self, chart: bytes) -> Intake:
        self.charts.append(chart)
        return RulesUnderTest.read(self, chart)

    def results(self, cutoff: date, settings: Mapping[str, str] | None = None, more: bytes = b"") -> Any:
        self.cutoffs.append(cutoff)
        self.settings.append(dict(settings or {}))
        self.charts.append(more)
        return RulesUnderTest.results(self, cutoff, settings, more)

    def forget(self) -> None:
        for record in (self.looked, self.charts, self.settings, self.cutoffs):
            record.clear()
        self.evaluated = 0


class _Seen:
    """A conclusion that says when anything but its name is looked at."""

    def __init__(self, conclusion: Conclusion, says: Callable[[str], None]) -> None:
        self._conclusion, self._says = conclusion, says
        self.name = conclusion.name

    def __getattr__(self, attribute: str) -> Any:
        self._says(self.name)
        return getattr(self._conclusion, attribute)


def watched(
    features: Iterable[Feature],
    rules: Watching,
    steps: Steps,
    progress: Callable[[], None],
    wanted: frozenset[str] | None = None,
) -> list[Watched]:
    """What every case looks at on the sound pack; of the cases at these places only. Raises BrokenScenario where one fails."""
    found: list[Watched] = []
    for feature in features:
        for scenario in feature.scenarios:
            for case in scenario.cases:
                if wanted is not None and case.place not in wanted:
                    continue
                rules.forget()
                result = run_case(case, rules, steps)
                if not result.passed:
                    raise BrokenScenario(f"{result.place} fails on the pack as it is, at: {result.failed_at}")
                charts = () if rules.cutoffs else tuple(dict.fromkeys(chart.lower() for chart in rules.charts))
                cutoff, more = next(iter(rules.cutoffs), None), rules.charts[-1] if rules.cutoffs else b""
                looks, settings = frozenset(rules.looked), tuple(rules.settings)
                found.append(Watched(case, scenario.tags, looks, charts, cutoff, rules.evaluated > 0, settings, more))
                progress()
    return found

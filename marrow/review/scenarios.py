"""Runs the scenarios of a pack in this process, on the pack itself or on a changed one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.pack.parse import PackError
from marrow.packs import pack_folder
from marrow.review.features import Case, Feature, FeatureFault, Step, read_features
from marrow.review.rules_under_test import RulesUnderTest
from marrow.review.steps import Steps, installed_steps
from marrow.scenarios import feature_folder


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What became of one case. place: file and line; failed_at: the step that did not hold, and why where it says so."""

    place: str
    failed_at: str | None = None

    @property
    def passed(self) -> bool:
        return self.failed_at is None


def features_of(pack: str) -> tuple[Feature, ...]:
    """The features of a pack by name or folder; none where none are installed. Raises FeatureFault."""
    folder = feature_folder(pack_folder(pack))
    return () if folder is None else read_features(folder)


def cases_of(features: Iterable[Feature]) -> list[Case]:
    """Every case of these features, in the order of the files."""
    return [case for feature in features for scenario in feature.scenarios for case in scenario.cases]


def run_features(pack: str) -> list[ScenarioResult]:
    """Every case of a pack by name or folder. Raises FeatureFault where scenarios cannot be run here."""
    return list(run_cases(cases_of(features_of(pack)), RulesUnderTest.of(pack)))


def run_cases(cases: Iterable[Case], rules: RulesUnderTest, steps: Steps | None = None) -> Iterator[ScenarioResult]:
    """Runs cases one after the other on the same rules."""
    steps = steps or installed_steps()
    for case in cases:
        yield run_case(case, rules, steps)


def run_case(case: Case, rules: RulesUnderTest, steps: Steps) -> ScenarioResult:
    """Runs one case. A step that raises has not held, whatever it raises; a pack that does not compile raises PackError."""
    known = {**steps.begin(rules)}
    for step in case.steps:
        try:
            function, said = steps.find(step)
            function(step, said, known)
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, PackError) and not _settings(known):
                raise
            return ScenarioResult(case.place, f"{step.keyword} {step.text}{_why(error)}")
    return ScenarioResult(case.place)


def _settings(known: dict[str, object]) -> object:
    """What the scenario itself set: a pack that does not compile under that is the scenario's fault."""
    return getattr(known.get("chart"), "settings", None)


def _why(error: Exception) -> str:
    return f" ({error})" if isinstance(error, FeatureFault | PackError) else ""


__all__ = ["ScenarioResult", "Step", "cases_of", "features_of", "run_case", "run_cases", "run_features"]

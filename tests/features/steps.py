"""The modules of steps that features are written in, and what every scenario begins with: for the tests and `marrow review`."""

from typing import Any

from marrow.review.rules_under_test import RulesUnderTest
from tests.features.chart import Chart

MODULES = (
    "tests.features.child",
    "tests.features.counts",
    "tests.features.treatment",
    "tests.features.settings",
    "tests.features.conclusions",
    "tests.features.record",
    "tests.features.results",
    "tests.features.codes",
    "tests.features.events",
    "tests.features.outcomes",
)


def begin(rules: RulesUnderTest) -> dict[str, Any]:
    """What steps may ask for at first: the rules, and an empty chart; the scenario's Given steps write in it."""
    return {"rules": rules, "chart": Chart()}

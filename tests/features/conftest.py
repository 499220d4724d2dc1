"""What every scenario begins with, and how the tags of features become marks."""

from collections.abc import Callable
from typing import Any

import pytest

from marrow.review.rules_under_test import RulesUnderTest
from tests.features.chart import Chart
from tests.features.steps import begin


@pytest.fixture(scope="session")
def rules() -> RulesUnderTest:
    """The rules that scenarios are tried on: charts are validated as strictly as can be, and both evaluators must agree."""
    return RulesUnderTest.of("lan_2021", evaluator="both", validation="strict")


@pytest.fixture
def chart(rules: RulesUnderTest) -> Chart:
    """An empty chart; the scenario's Given steps write in it."""
    found = begin(rules)["chart"]
    assert isinstance(found, Chart)
    return found


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool | None:
    """Tags like @statement:S8 say what a scenario shows, for `marrow rules check`; they mark no test."""
    return True if ":" in tag else None

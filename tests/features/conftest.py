"""What every scenario begins with, and how the tags of features become marks."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.features.chart import Chart


@pytest.fixture
def chart() -> Chart:
    """An empty chart; the scenario's Given steps write in it."""
    return Chart()


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool | None:
    """Tags like @statement:S8 say what a scenario shows, for `marrow rules check`; they mark no test."""
    return True if ":" in tag else None

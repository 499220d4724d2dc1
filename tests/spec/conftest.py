"""How the tags of a feature become marks: those that say what a scenario shows do not."""

from collections.abc import Callable
from typing import Any


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool | None:
    """Tags like @criterion:deep are read by `marrow rules check`; they mark no test."""
    return True if ":" in tag else None

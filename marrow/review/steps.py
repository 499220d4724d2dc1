"""The steps that scenarios are written in: found in the checkout's tests, called here without the test suite around them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from inspect import signature
from typing import Any

from marrow.review.features import FeatureFault, Step
from marrow.review.rules_under_test import RulesUnderTest

STEPS = "tests.features.steps"
"""The module that names the step modules (`MODULES`) and what a scenario begins with (`begin`)."""


@dataclass(frozen=True, slots=True)
class StepFunction:
    """A step function. wants: the names of its arguments; gives: the name under which later steps find what it returns."""

    kind: str | None
    function: Callable[..., Any]
    arguments: Callable[[str], dict[str, Any] | None]
    wants: tuple[str, ...]
    gives: str | None

    def __call__(self, step: Step, said: Mapping[str, Any], known: dict[str, Any]) -> None:
        table = None if step.table is None else [list(row) for row in step.table]
        offered = {**known, "datatable": table, "docstring": step.words, **said}
        result = self.function(**{name: offered[name] for name in self.wants})
        if self.gives is not None:
            known[self.gives] = result


Found = tuple[StepFunction, dict[str, Any]]


@dataclass(slots=True)
class Steps:
    """Every step function, and which of them a text means."""

    functions: tuple[StepFunction, ...]
    begin: Callable[[RulesUnderTest], dict[str, Any]]
    _found: dict[tuple[str, str], Found] = field(default_factory=dict)

    def find(self, step: Step) -> Found:
        """The one function for a step, with what the text says. Raises FeatureFault where none or several fit."""
        key = step.kind, step.text
        if key not in self._found:
            fit = [
                (one, said)
                for one in self.functions
                if one.kind in (None, step.kind) and (said := one.arguments(step.text)) is not None
            ]
            if len(fit) != 1:
                raise FeatureFault(f"{len(fit) or 'no'} steps fit the words: {step.text}")
            self._found[key] = fit[0]
        return self._found[key]


@cache
def installed_steps() -> Steps:
    """The steps of this checkout. Raises FeatureFault where Marrow is installed without its tests, or without pytest-bdd."""
    try:
        home = import_module(STEPS)
        modules = frozenset(import_module(name).__name__ for name in home.MODULES)
        from pytest_bdd.steps import step_function_context_registry as written
    except ModuleNotFoundError as error:
        raise FeatureFault(f"scenarios run in a checkout of Marrow after `make install`; here {error.name} is missing") from error
    functions = [
        StepFunction(one.type, one.step_func, _reader(one.parser), tuple(signature(one.step_func).parameters), one.target_fixture)
        for one in written.values()
        if one.step_func.__module__ in modules
    ]
    return Steps(tuple(functions), home.begin)


def _reader(parser: Any) -> Callable[[str], dict[str, Any] | None]:
    def arguments(text: str) -> dict[str, Any] | None:
        return dict(parser.parse_arguments(text) or {}) if parser.is_matching(text) else None

    return arguments

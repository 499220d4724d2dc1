"""What a test needs beyond `make install`: `@pytest.mark.needs("node")` leaves it out, by name, where that is not there.

Under MARROW_REQUIRE_ALL=1 nothing may be left out: such a test fails instead.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres

settings.register_profile("marrow", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # nothing here is timed
settings.load_profile("marrow")

ROOT = Path(__file__).resolve().parents[1]
NEEDED = "needs"
NODE_PACKAGES = ("@medplum/core", "@medplum/fhir-router", "express")


def node_is_there() -> bool:
    """Node.js, and the packages that `make test` has npm install."""
    return shutil.which("node") is not None and all((ROOT / "node_modules" / name).is_dir() for name in NODE_PACKAGES)


def chromium_is_there() -> bool:
    """Debian's Chromium, and the checker of accessible pages that `make test` has npm install."""
    return shutil.which("chromium") is not None and (ROOT / "node_modules" / "axe-core").is_dir()


def java_is_there() -> bool:
    """Java, which Spark runs on."""
    return shutil.which("java") is not None


def pyspark_is_there() -> bool:
    """Spark, which `make test` has pip install."""
    return find_spec("pyspark") is not None


COMPONENTS: dict[str, Callable[[], bool]] = {
    "proc": lambda: Path("/proc/self/mem").exists(),
    "node": node_is_there,
    "chromium": chromium_is_there,
    "postgresql": postgres.is_there,
    "java": java_is_there,
    "pyspark": pyspark_is_there,
}


@cache
def is_there(component: str) -> bool:
    """Whether a component of the table can be used; asked once a run. Raises UsageError for one that is not in the table."""
    if component not in COMPONENTS:
        raise pytest.UsageError(f"needs({component!r}): unknown component; tests/conftest.py knows {', '.join(COMPONENTS)}")
    return COMPONENTS[component]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out, or fail it, where something that it needs is missing."""
    missing = [name for mark in item.iter_markers("needs") for name in mark.args if not is_there(name)]
    if not missing:
        return
    reason = f"not run: needs {', '.join(missing)}"
    if os.environ.get("MARROW_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason}, and MARROW_REQUIRE_ALL=1 leaves nothing out", pytrace=False)
    item.user_properties += [(NEEDED, name) for name in missing]
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, by the component that it needs."""
    left_out: dict[str, list[str]] = defaultdict(list)
    for report in terminalreporter.getreports("skipped"):
        for key, component in report.user_properties:
            if key == NEEDED:
                left_out[str(component)].append(report.nodeid)
    if not left_out:
        return
    terminalreporter.section("not run")
    for component, tests in sorted(left_out.items()):
        terminalreporter.line(f"needs {component}: {len(tests)}")
        for test in sorted(tests):
            terminalreporter.line(f"  {test}")

"""A short storm over each database: whenever the service is killed, all is right in the end. `make chaos` is the long one."""

from pathlib import Path

import pytest

from tests.chaos.run import summary
from tests.chaos.storm import DatabaseKind, Plan, storm

pytestmark = [pytest.mark.needs("node"), pytest.mark.needs("proc")]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def test_a_storm_leaves_what_the_batch_has(database: DatabaseKind, tmp_path: Path) -> None:
    services = 1 if database == "sqlite" else 2
    plan = Plan(database, kills=5, seed=20, minutes=5, children=5, per_second=25, services=services)
    report = storm(plan, tmp_path)
    assert report.findings == [], "\n".join(summary(report))
    assert report.killed.total() == plan.kills
    assert report.written.versions > 0

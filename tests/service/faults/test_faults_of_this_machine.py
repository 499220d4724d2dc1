"""The database gone and back, the disk full, the clock stepping back: what is seen meanwhile, and that nothing is lost by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from marrow.service.store.rows import Claimant
from marrow.service.work.calls import aside
from marrow.service.work.changes import work_changes
from marrow.service.work.means import EHR
from tests.fhir_server.running import FhirServer
from tests.postgres import fresh_database, turned_away
from tests.service.faults.ward import NOWHERE, Ward, all_is_well, value
from tests.service.work.world import sqlite

pytestmark = pytest.mark.needs("node")

# The database


@pytest.mark.needs("postgresql")
def test_the_database_gone_and_back(server: FhirServer) -> None:
    with fresh_database() as url:
        ward = Ward(server, url)
        with turned_away(url):
            answer = ward.write(value())
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert ward.write(value(0.16)).status_code == 200
        ward.work()
        all_is_well(ward)
        ward.store.close()


@contextmanager
def at_most(pages: list[int]) -> Iterator[None]:
    """Files of SQLite have so many pages only."""

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages[0]}")

    event.listen(Engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(Engine, "begin", limit)


def test_the_disk_full(server: FhirServer, tmp_path: Path) -> None:
    pages = [1_000_000]
    with at_most(pages):
        ward = Ward(server, sqlite(tmp_path))
        before = ward.status()
        pages[0] = 1
        long = value() | {"note": [{"text": "x" * 200_000}]}
        answer = ward.write(long)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert ward.status() == before, "nothing is half stored"
        pages[0] = 1_000_000
        assert ward.tell(server.put(long)).status_code == 200
        ward.work()
        all_is_well(ward)
        ward.store.close()


# The clock

HOUR, DAY = 3600.0, 86_400.0
DEAD = Claimant("dead", 60)


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_the_clock_steps_back_while_nothing_happens(ward: Ward, back: float) -> None:
    ward.write(value())
    ward.work()
    ward.later(-back)
    ward.write(value(0.16))
    assert ward.work()[1] >= 1
    all_is_well(ward)


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_the_clock_steps_back_while_a_patient_is_parked(ward: Ward, back: float) -> None:
    ward.base = NOWHERE
    ward.write(value())
    ward.work()
    assert ward.status()["parked"] == 1
    ward.base = ward.server.base
    ward.later(-back)
    if back < DAY:  # it would be tried again when the hour has passed once more; what is told makes that at once
        ward.work()
        assert ward.status()["parked"] == 1
        ward.write(value(0.16))
    ward.work()
    all_is_well(ward)


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_the_clock_steps_back_after_somebody_died_with_a_patient(ward: Ward, back: float) -> None:
    ward.write(value())
    ward.run(work_changes)
    assert ward.run(lambda means: aside(ward.store.claim_patient, DEAD, means.now(), means.today())) is not None
    assert ward.work() == (0, 0), "it is the other's"
    ward.later(-back)
    assert ward.work() == (0, 1)
    all_is_well(ward)


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_the_clock_steps_back_and_sweeps_go_on(ward: Ward, back: float) -> None:
    def sweep() -> str:
        kind: str = ward.run(lambda means: aside(ward.store.claim_sweep, DEAD, EHR, means.now(), 300, DAY))
        ward.run(lambda means: aside(ward.store.finish_sweep, DEAD, EHR, means.now(), kind == "whole"))
        return kind

    assert [sweep(), sweep()] == ["whole", "none"]
    ward.later(-back)
    assert [sweep(), sweep()] == ["whole", "none"], "nobody knows how long ago the last one was"
    ward.later(300)
    assert sweep() == "changes"


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_the_clock_steps_back_while_a_change_waits(ward: Ward, back: float) -> None:
    ward.write(value())
    ward.later(-back)
    ward.work()
    all_is_well(ward)

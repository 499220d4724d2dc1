"""A ward beside a FHIR server with one child, of whom nobody was told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fhir_server.running import FhirServer, fhir_server
from tests.service.faults.ward import Ward
from tests.service.work.children import child
from tests.service.work.world import sqlite


@pytest.fixture(scope="session")
def _running() -> Iterator[FhirServer]:
    with fhir_server() as server:
        yield server


@pytest.fixture
def server(_running: FhirServer) -> FhirServer:
    """Empty but for the child."""
    _running.reset()
    _running.load(child("msc-01"))
    return _running


@pytest.fixture
def ward(server: FhirServer, tmp_path: Path) -> Iterator[Ward]:
    made = Ward(server, sqlite(tmp_path))
    yield made
    made.store.close()

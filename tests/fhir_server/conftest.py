"""One FHIR server for all tests here, empty before each."""

from collections.abc import Iterator

import pytest

from tests.fhir_server.running import FhirServer, fhir_server


@pytest.fixture(scope="session")
def _running() -> Iterator[FhirServer]:
    with fhir_server() as server:
        yield server


@pytest.fixture
def server(_running: FhirServer) -> FhirServer:
    _running.reset()
    return _running

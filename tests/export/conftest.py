"""A server with a small export, and a place for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhir_adapter.client.backend import BackendServices
from fhir_adapter.client.keys import signing_key
from tests.client.key_texts import ec_key, pem, rsa_key
from tests.export.bulk_server import CLIENT, BulkServer, Made, lines
from tests.export.serving import running


@pytest.fixture
def server() -> Iterator[BulkServer]:
    files = [
        Made("output", "Patient", lines("Patient", 0, 40)),
        Made("output", "Observation", lines("Observation", 0, 4000)),
        Made("output", "Observation", lines("Observation", 4000, 4100)),
    ]
    with running(BulkServer(files)) as started:
        yield started


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture(params=["RS384", "ES384"])
def signed(request: pytest.FixtureRequest) -> tuple[BackendServices, dict[str, Any]]:
    """Our way to prove who we are by a signed statement, and the public key that the server has of us."""
    key = signing_key(pem(rsa_key() if request.param == "RS384" else ec_key()))
    assert key.algorithm == request.param
    return BackendServices(CLIENT, key, "system/*.rs"), {key.kid: key.private.public_key()}

"""The service as it is without any setting."""

import pytest
from fastapi import FastAPI

from tests.service.asking import service


@pytest.fixture(scope="session")
def app() -> FastAPI:
    return service()

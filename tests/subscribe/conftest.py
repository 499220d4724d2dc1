"""A FHIR server to subscribe on, the endpoint that it notifies, and the settings that name them."""

from collections.abc import Iterator

import pytest

from tests.subscribe.topic_server import TOKEN, Endpoint, TopicServer, listening, running


@pytest.fixture
def server() -> Iterator[TopicServer]:
    with running(TopicServer()) as started:
        yield started


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with listening(Endpoint()) as started:
        yield started


@pytest.fixture(autouse=True)
def settings(server: TopicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_FHIR_BASE_URL", server.base)
    monkeypatch.setenv("MARROW_NOTIFICATION_TOKEN", TOKEN)

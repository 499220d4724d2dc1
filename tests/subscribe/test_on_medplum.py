"""`marrow subscribe` on a FHIR server that is not ours: Medplum's router, which knows Subscriptions by R4 criteria."""

from collections.abc import Iterator

import pytest

from fhir_adapter.write_subscription import TYPES
from tests.cli.calls import call
from tests.fhir_server.running import FhirServer, fhir_server
from tests.subscribe.topic_server import Endpoint

pytestmark = pytest.mark.needs("node")


@pytest.fixture
def fhir(monkeypatch: pytest.MonkeyPatch) -> Iterator[FhirServer]:
    with fhir_server() as server:
        monkeypatch.setenv("MARROW_FHIR_BASE_URL", server.base)
        yield server


def test_what_changes_on_it_is_told_to_the_endpoint(fhir: FhirServer, endpoint: Endpoint) -> None:
    first = call("subscribe", "--endpoint", endpoint.url)
    assert (first.status, first.err) == (0, "")
    assert first.out.splitlines() == [f"active     {kind}" for kind in TYPES]
    fhir.put({"resourceType": "Patient", "id": "p1"})
    fhir.put({"resourceType": "Device", "id": "d1"})
    fhir.quiet()
    fhir.delete("Patient", "p1")
    fhir.quiet()
    changes = [change for notice in endpoint.notices for change in notice.changes]
    assert [(change.type, change.interaction) for change in changes] == [("Patient", "upsert"), ("Patient", "delete")]
    assert endpoint.refused == 0


def test_a_second_call_writes_nothing_and_removal_ends_it(fhir: FhirServer, endpoint: Endpoint) -> None:
    call("subscribe", "--endpoint", endpoint.url, "--types", "Patient,Observation")
    versions = {one["id"]: one["meta"]["versionId"] for one in fhir.search("Subscription")}
    assert call("subscribe", "--endpoint", endpoint.url, "--types", "Patient,Observation").status == 0
    assert {one["id"]: one["meta"]["versionId"] for one in fhir.search("Subscription")} == versions
    assert call("subscribe", "--endpoint", endpoint.url, "--list").out.count("active") == 2
    assert call("subscribe", "--endpoint", endpoint.url, "--remove").status == 0
    assert fhir.search("Subscription") == []

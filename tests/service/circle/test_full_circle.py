"""The whole way between real processes: a value is created on the FHIR server, and the right Condition appears on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fhir_server.running import FhirServer, fhir_server
from tests.service.circle.serving import Service, serving
from tests.service.circle.waiting import until
from tests.service.work.children import child

pytestmark = pytest.mark.needs("node")
READ = ("Patient", "Observation", "MedicationAdministration", "Procedure", "Condition", "ResearchSubject", "Encounter", "Consent")
Json = dict[str, Any]


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with fhir_server() as running:
        yield running


@pytest.fixture
def service(server: FhirServer, tmp_path: Path) -> Iterator[Service]:
    with serving(server, tmp_path) as running:
        yield running


def severities(server: FhirServer, name: str) -> list[str]:
    """The stages of what stands of ours, oldest first."""
    ours = [
        one for one in server.conditions(name) if "identifier" in one and "lan_2021/severity" in one["identifier"][0]["value"]
    ]
    return [one["stage"][0]["summary"]["coding"][0]["code"] for one in ours if one.get("clinicalStatus")]


def test_a_value_becomes_a_condition_and_an_amended_one_another(server: FhirServer, service: Service) -> None:
    for kind in READ:
        server.subscribe(kind, f"{service.address}/notifications/ehr", [f"Authorization: Bearer {service.token}"])
    resources = child("msc-01")
    for each in resources:
        server.put(each)
    until(lambda: severities(server, "msc-01"), lambda found: found == ["vSAA"])
    service.idle()
    found = next(each for each in resources if each["id"] == "msc-01-anc-baseline")
    found["valueQuantity"]["value"] = 0.4
    server.put(found | {"status": "amended"})
    until(lambda: severities(server, "msc-01"), lambda found: found == ["SAA"])
    service.idle()
    assert service.conditions("msc-01") == {one["id"] for one in server.conditions("msc-01") if "identifier" in one}

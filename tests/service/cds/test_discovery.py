"""`GET /cds-services`: what is told, when, and what has to come along."""

import json
from dataclasses import replace

from fastapi import FastAPI

from fhir_adapter.prefetched import templates
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.service.cds.advice import Advice
from marrow.service.cds.routes import Means, add_cds
from marrow.service.settings import Settings
from marrow.service.turns import Turns
from tests.service.cds.hooking import AS_OF, ORDER, SEVERITY, hooks, send


def test_the_services_are_those_of_the_pack() -> None:
    answer = send(hooks(), "GET", "/cds-services")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    services = {one["id"]: one for one in json.loads(answer.content)["services"]}
    assert {name: one["hook"] for name, one in services.items()} == {SEVERITY: "patient-view", ORDER: "order-select"}
    assert all(one["title"] and one["description"] for one in services.values())


def test_only_what_a_conclusion_can_depend_on_is_asked_for() -> None:
    services = {one["id"]: one for one in json.loads(send(hooks(), "GET", "/cds-services").content)["services"]}
    assert services[SEVERITY]["prefetch"] == {
        "Observation": "Observation?patient={{context.patientId}}&_count=5000",
        "MedicationAdministration": "MedicationAdministration?patient={{context.patientId}}"
        "&_include=MedicationAdministration:medication&_count=5000",
        "Procedure": "Procedure?patient={{context.patientId}}&_count=5000",
    }
    assert services[ORDER]["prefetch"]["Patient"] == "Patient/{{context.patientId}}"
    assert set(services[ORDER]["prefetch"]) - set(services[SEVERITY]["prefetch"]) == {"Patient", "Condition", "Consent"}


def test_any_dated_resource_means_every_type() -> None:
    found = templates({"any.date"})
    assert {"Patient", "Observation", "AdverseEvent", "ResearchSubject", "Encounter"} < set(found)
    assert found["AdverseEvent"] == "AdverseEvent?subject=Patient/{{context.patientId}}&_count=5000"
    assert set(templates({"Patient.birthDate"})) == {"Patient"}


def test_a_pack_without_hooks_has_no_services() -> None:
    pack = replace(load_pack("lan_2021"), hooks={})
    app = FastAPI()
    add_cds(app, pack, Advice(pack, evaluator(pack, "plain")), Means(Settings(), Turns(1), AS_OF.toordinal, lambda: None))
    assert send(app, "GET", "/cds-services").status_code == 404

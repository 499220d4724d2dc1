"""What the service says of itself: the capability statement, the OpenAPI document and its page."""

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fhir.resources.R4B import get_fhir_model_class

from marrow.service.faults import operation_outcome
from tests.service.asking import TOKEN, ask, service

CONTRACT = {
    "POST /fhir/$evaluate", "GET /fhir/metadata", "GET /fhir/Condition", "GET /fhir/Condition/{id}", "GET /healthz",
    "GET /readyz", "GET /metrics", "POST /notifications/{source}",
    "PUT /notifications/{source}", "DELETE /notifications/{source}",
}  # fmt: skip


def test_the_capability_statement_is_valid(app: FastAPI) -> None:
    answer = ask(app, "GET", "/fhir/metadata")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    stated = get_fhir_model_class("CapabilityStatement").model_validate_json(answer.content)
    assert stated.fhirVersion == "4.0.1"
    assert [operation.name for operation in stated.rest[0].operation] == ["evaluate"]


def test_the_capability_statement_says_whether_a_token_is_needed(app: FastAPI) -> None:
    guarded = ask(service(api_token=TOKEN), "GET", "/fhir/metadata", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "bearer token" in guarded.text and TOKEN not in guarded.text
    assert "bearer token" not in ask(app, "GET", "/fhir/metadata").text


@pytest.mark.parametrize("status", [400, 401, 404, 405, 408, 413, 415, 421, 422, 500, 503])
def test_an_operation_outcome_is_valid(status: int) -> None:
    get_fhir_model_class("OperationOutcome").model_validate_json(operation_outcome(status, "what to do"))


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By method and path."""
    return {f"{method.upper()} {path}": said for path, each in document["paths"].items() for method, said in each.items()}


def documented(**settings: Any) -> dict[str, Any]:
    asked = ask(service(**settings), "GET", "/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"})
    found: dict[str, Any] = json.loads(asked.content)
    return found


def test_the_openapi_document_names_every_path(app: FastAPI) -> None:
    document = json.loads(ask(app, "GET", "/openapi.json").content)
    assert set(operations(document)) >= CONTRACT
    evaluate = document["paths"]["/fhir/$evaluate"]["post"]
    assert [one["name"] for one in evaluate["parameters"]] == ["as_of", "cutoff"]
    assert set(evaluate["requestBody"]["content"]) == {"application/fhir+json", "application/json"}
    assert set(evaluate["responses"]) == {"200", "400", "401", "403", "408", "413", "415", "421", "422", "429", "500", "503"}
    assert set(evaluate["responses"]["200"]["content"]) == {"application/fhir+json"}


def test_the_page_of_the_documentation_loads_nothing(app: FastAPI) -> None:
    page = ask(app, "GET", "/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert all(each in page.text for each in CONTRACT)
    assert re.findall(r"<script|<link|<img|<iframe|\ssrc=|style=|href=\"(?!/openapi.json)", page.text) == []


def test_the_openapi_document_says_which_credentials_open_what() -> None:
    guarded = documented(api_token=TOKEN, notification_token=TOKEN, notification_secret=TOKEN)
    said = {name: each["security"] for name, each in operations(guarded).items()}
    assert set(guarded["components"]["securitySchemes"]) == {"bearer", "notificationToken", "notificationSignature"}
    assert said["GET /healthz"] == said["GET /readyz"] == []
    assert said["GET /fhir/Condition"] == said["GET /metrics"] == [{"bearer": []}]
    assert said["PUT /notifications/{source}"] == [{"notificationToken": [], "notificationSignature": []}]
    assert all(each["security"] == [] for each in operations(documented()).values())
    assert TOKEN not in json.dumps(guarded)


def test_every_operation_has_a_name_of_its_own_and_says_what_the_door_answers() -> None:
    found = operations(documented(api_token=TOKEN, notification_token=TOKEN))
    assert len({each["operationId"] for each in found.values()}) == len(found)
    for name, each in found.items():
        if name not in ("GET /healthz", "GET /readyz"):
            assert {"401", "421", "429"} <= set(each["responses"])
        path = name.split()[1]
        takes_scopes = path == "/" or path.startswith(("/fhir", "/metrics", "/cds", "/patients", "/review"))
        assert ("403" in each["responses"]) == takes_scopes

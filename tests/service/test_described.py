"""What the service says of itself: the capability statement, the OpenAPI document and its page."""

import json
import re

import pytest
from fastapi import FastAPI
from fhir.resources.R4B import get_fhir_model_class

from marrow.service.faults import operation_outcome
from tests.service.asking import TOKEN, ask, service

CONTRACT = {"/fhir/$evaluate": "post", "/fhir/metadata": "get", "/healthz": "get", "/readyz": "get"}


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


def test_the_openapi_document_names_every_path(app: FastAPI) -> None:
    document = json.loads(ask(app, "GET", "/openapi.json").content)
    assert {path: method for path, each in document["paths"].items() for method in each} == CONTRACT
    evaluate = document["paths"]["/fhir/$evaluate"]["post"]
    assert [one["name"] for one in evaluate["parameters"]] == ["as_of", "cutoff"]
    assert set(evaluate["requestBody"]["content"]) == {"application/fhir+json", "application/json"}
    assert set(evaluate["responses"]) == {"200", "400", "401", "408", "413", "415", "421", "422", "500", "503"}
    assert set(evaluate["responses"]["200"]["content"]) == {"application/fhir+json"}


def test_the_page_of_the_documentation_loads_nothing(app: FastAPI) -> None:
    page = ask(app, "GET", "/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert all(f"{method.upper()} {path}" in page.text for path, method in CONTRACT.items())
    assert re.findall(r"https?://|<script|<link|<img|src=|url\(", page.text) == []

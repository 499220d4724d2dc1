"""How the tests here ask the server in FHIR, as others do."""

import json
from typing import Any

from tests.fhir_server.running import FhirServer, Headers, Json


def ask(server: FhirServer, method: str, path: str, body: Json | None = None, **headers: str) -> tuple[int, Headers, Any]:
    """Status, headers and what the body says; `if_match="..."` is a header, `_` is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, told, content = server.ask(method, f"/fhir/{path}", body, named)
    return status, told, json.loads(content) if content else None


def refused(answer: tuple[int, Headers, Any]) -> tuple[int, str]:
    """Status and code of what must be an OperationOutcome."""
    status, headers, body = answer
    assert headers["content-type"].startswith("application/fhir+json")
    assert body["resourceType"] == "OperationOutcome"
    return status, body["issue"][0]["code"]


def ids(resources: list[Json]) -> list[str]:
    return [resource["id"] for resource in resources]

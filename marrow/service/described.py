"""What the OpenAPI document says of every path alike: which credentials open it, and what the door may answer."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from fhir_adapter.notification.medplum import SIGNATURE
from marrow.service.entry import OPEN_TO_ALL, PROBES, is_guarded
from marrow.service.faults import FHIR_JSON
from marrow.service.guard import PREFIX
from marrow.service.settings import Settings

Json = dict[str, Any]
SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "MARROW_API_TOKEN, or a JWT of MARROW_TOKEN_ISSUER (RS256, RS384, ES256, ES384) with scopes of SMART, "
        "as system/Condition.rs; $evaluate needs system/Bundle.r.",
    },
    "notificationToken": {"type": "http", "scheme": "bearer", "description": "MARROW_NOTIFICATION_TOKEN."},
    "notificationSignature": {
        "type": "apiKey",
        "in": "header",
        "name": SIGNATURE,
        "description": "The HMAC-SHA256 of the body in hex, under MARROW_NOTIFICATION_SECRET.",
    },
}
_ANSWERS = {
    401: "the credentials are missing or wrong",
    403: "the token does not have the scope; WWW-Authenticate names it",
    421: "no credentials are configured, and the call does not come from this machine by a name of its own",
    429: "too many requests of one caller; try again after Retry-After",
}
_OUTCOME = {FHIR_JSON: {"schema": {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}}}}


def describe(app: FastAPI, settings: Settings) -> None:
    """Let the application's document say it."""
    plain = app.openapi

    def described() -> Json:
        is_made = app.openapi_schema is not None
        document = plain()
        return document if is_made else _completed(document, settings)

    app.openapi = described  # type: ignore[method-assign]


def _completed(document: Json, settings: Settings) -> Json:
    document.setdefault("components", {})["securitySchemes"] = SCHEMES
    names: set[str] = set()
    for path, method, operation in _operations(document):
        name = operation.get("operationId", path)
        operation["operationId"] = name if name not in names else f"{name}_{method}"
        names.add(operation["operationId"])
        operation["security"] = _security(path, settings)
        for status in _statuses(path):
            operation["responses"].setdefault(str(status), {"description": _ANSWERS[status], "content": _OUTCOME})
    return document


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, each in document["paths"].items():
        for method, operation in each.items():
            yield path, method, operation


def _security(path: str, settings: Settings) -> list[Json]:
    """Alternatives, each of which asks for all that it names; none where everybody on this machine is served."""
    if path in OPEN_TO_ALL:
        return []
    if not path.startswith(PREFIX):
        return [{"bearer": []}] if is_guarded(settings) else []
    asked = {"notificationToken": settings.notification_token, "notificationSignature": settings.notification_secret}
    named: Json = {name: [] for name, value in asked.items() if value is not None}
    return [named] if named else []


def _statuses(path: str) -> tuple[int, ...]:
    if path in PROBES:
        return ()
    if path in OPEN_TO_ALL:
        return (429,)
    return (401, 421, 429) if path.startswith(PREFIX) else (401, 403, 421, 429)

"""What the service answers where it gives no result: a status and an OperationOutcome, never a value that was sent."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Scope

FHIR_JSON = "application/fhir+json"
_ISSUE_TYPES = {
    400: "structure", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 408: "timeout", 409: "conflict",
    413: "too-long", 415: "not-supported", 421: "security", 422: "processing", 429: "throttled", 500: "exception",
    503: "transient",
}  # fmt: skip
"""The FHIR IssueType for each status; what is not here is `processing`."""


class Refused(Exception):
    """A request that is not served: its status, what to do about it, and headers that the status asks for."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.message, self.headers = status, message, dict(headers or {})
        super().__init__(message)


def as_outcome(_: Scope, refused: Refused) -> Response:
    """What programs are told of a request that is not served."""
    body = operation_outcome(refused.status, refused.message)
    return Response(body, refused.status, media_type=FHIR_JSON, headers=refused.headers)


def operation_outcome(status: int, message: str, issue_type: str | None = None) -> bytes:
    """An OperationOutcome with one issue, the same in every release. issue_type: FHIR's, else by the status."""
    severity = "fatal" if status >= 500 else "error"
    issue: dict[str, Any] = {
        "severity": severity,
        "code": issue_type or _ISSUE_TYPES.get(status, "processing"),
        "diagnostics": message,
    }
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [issue]})

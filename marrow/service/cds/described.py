"""CDS Hooks in the OpenAPI document: what its paths take and answer, with examples."""

from typing import Any

from marrow.service.faults import FHIR_JSON

Answers = dict[int | str, dict[str, Any]]
_TEXT = {"type": "string"}
_OPEN = {"type": "object"}

_SAYS = {
    400: "not JSON, or not a request of this hook",
    401: "the token is missing or wrong",
    403: "the token does not allow this",
    404: "there is no such service",
    408: "the body did not come in time",
    412: "not all that was to be prefetched came along, and nothing is on file",
    413: "the body is too large",
    415: "not JSON in UTF-8",
    421: "without a token, asked for by another name than this machine's",
    429: "too many requests of one caller; try again after Retry-After",
    500: "nothing is concluded: the evaluators disagree, or a fault in Marrow",
    503: "too much to do; try again after Retry-After",
}


def _object(needed: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": {**needed, **more}}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_SERVICE = _object({"hook": _TEXT, "id": _TEXT, "description": _TEXT}, title=_TEXT, prefetch=_OPEN, usageRequirements=_TEXT)
_LINK = _object({"label": _TEXT, "url": _TEXT, "type": {"const": "absolute"}})
_CARD = _object(
    {
        "summary": {"type": "string", "maxLength": 139},
        "indicator": {"enum": ["info", "warning", "critical"]},
        "source": _object({"label": _TEXT}, url=_TEXT),
    },
    uuid=_TEXT,
    detail=_TEXT,
    links=_list(_LINK),
)
_CONTEXT = _object({"patientId": _TEXT}, userId=_TEXT, encounterId=_TEXT, selections=_list(_TEXT), draftOrders=_OPEN)
_REQUEST = _object({"hook": _TEXT, "hookInstance": _TEXT, "context": _CONTEXT}, prefetch=_OPEN)
_ASKED = {
    "hook": "patient-view",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"userId": "Practitioner/example", "patientId": "p1"},
    "prefetch": {"Observation": None, "MedicationAdministration": None, "Procedure": None},
}


def _answers(schema: dict[str, Any], says: str, *statuses: int) -> Answers:
    message = {"application/json": {"schema": _object({"message": _TEXT})}, FHIR_JSON: {"schema": _OPEN}}
    refused: Answers = {status: {"description": _SAYS[status], "content": message} for status in statuses}
    return {200: {"description": says, "content": {"application/json": {"schema": schema}}}, **refused}


def _takes(schema: dict[str, Any], **example: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, **example}}}}


SERVICES = _answers(_object({"services": _list(_SERVICE)}), "what is told, when, and what has to come along", 401, 403, 421, 429)
CARDS = _answers(_object({"cards": _list(_CARD)}), "cards, or none", *_SAYS)
FEEDBACK = _answers(_OPEN, "noted", *(status for status in _SAYS if status != 412))
TAKES = _takes(_REQUEST, example=_ASKED)
TAKES_FEEDBACK = _takes(_object({"feedback": _list(_OPEN)}), example={"feedback": []})

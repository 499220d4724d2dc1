"""`GET /fhir/AuditEvent`: who read and wrote what, in the order in which it happened, a page at a time."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response

from marrow.service.faults import FHIR_JSON, Refused
from marrow.service.store.rows import StoreUnavailable
from marrow.service.store.store import Store
from marrow.service.work.calls import aside

_KNOWN = ("_count", "_after")
_MOST = 500
_NUMBER = re.compile(r"[0-9]{1,15}")


def add_audit_trail(app: FastAPI, store: Callable[[], Store | None]) -> None:
    """The route. store: None while there is none."""

    @app.get(
        "/fhir/AuditEvent", summary="Who read and wrote what", response_class=Response, openapi_extra=_ASKS, responses=_FOUND
    )
    async def search(request: Request) -> Response:
        most, after = _asked(dict(request.query_params))
        known = store()
        if known is None:
            raise Refused(503, "the service has no store; ask again", {"Retry-After": "5"})
        try:
            found = await aside(known.audit, after, most + 1)
        except StoreUnavailable:
            raise Refused(503, "the database does not answer; ask again", {"Retry-After": "5"}) from None
        links = []
        if len(found) > most:
            links = [{"relation": "next", "url": str(request.url.include_query_params(_after=found[most - 1][0]))}]
        entries = [{"resource": msgspec.Raw(body), "search": {"mode": "match"}} for _, body in found[:most]]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
        bundle |= ({"link": links} if links else {}) | ({"entry": entries} if entries else {})
        return Response(msgspec.json.encode(bundle), media_type=FHIR_JSON)


def _asked(named: dict[str, str]) -> tuple[int, int]:
    """How many, and after which number."""
    unknown = set(named) - set(_KNOWN)
    if unknown:
        raise Refused(400, f"a parameter is not known; expected {', '.join(_KNOWN)}")
    if any(_NUMBER.fullmatch(value) is None for value in named.values()):
        raise Refused(400, "_count and _after: expected whole numbers")
    return max(1, min(int(named.get("_count", _MOST)), _MOST)), int(named.get("_after", 0))


_ASKS: dict[str, Any] = {
    "parameters": [
        {
            "name": "_count",
            "in": "query",
            "schema": {"type": "integer", "minimum": 0},
            "description": f"how many at once, at most {_MOST}",
        },
        {
            "name": "_after",
            "in": "query",
            "schema": {"type": "integer", "minimum": 0},
            "description": "given by the link to the next page",
        },
    ]
}
_OUTCOME = {FHIR_JSON: {"schema": {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}}}}
_FOUND: dict[int | str, dict[str, Any]] = {
    200: {"description": "a Bundle of AuditEvents", "content": {FHIR_JSON: {"schema": {"type": "object"}}}},
    400: {"description": "a parameter is not known, or no whole number", "content": _OUTCOME},
    503: {"description": "the database does not answer; ask again", "content": _OUTCOME},
}

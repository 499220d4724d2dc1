"""`GET /fhir/Condition`: what was concluded, as it stands or will stand on the EHR's server."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from fastapi import FastAPI, Request, Response

from fhir_adapter.reference import ID, relative
from marrow.service.audited import concerns
from marrow.service.faults import FHIR_JSON, Refused
from marrow.service.store.rows import Statement, StoreUnavailable
from marrow.service.work.calls import aside

_KNOWN = ("patient", "subject", "_count", "_after", "_format")
_MOST = 200
_NUMBER = re.compile(r"[0-9]{1,6}")


class Conclusions(Protocol):
    """What is concluded, by id and by patient. Raises StoreUnavailable."""

    def condition(self, identity: str, /) -> Statement | None: ...

    def conditions(self, patient: str | None, most: int, after: str = "", /) -> list[Statement]: ...


def add_conditions(app: FastAPI, store: Callable[[], Conclusions | None]) -> None:
    """The routes. store: None while there is none."""

    @app.get(
        "/fhir/Condition",
        summary="What was concluded of a patient",
        response_class=Response,
        openapi_extra=_ASKS,
        responses=_BUNDLE,
    )
    async def search(request: Request) -> Response:
        patient, most, after = _asked(request.query_params.multi_items())
        if patient is not None:
            await concerns(request, patient)
        found = await _of_store(store, lambda known: known.conditions(patient, most + 1, after))
        return Response(_bundle(request, found[:most], _more(request, found, most)), media_type=FHIR_JSON)

    @app.get("/fhir/Condition/{id}", summary="One Condition", response_class=Response, responses=_CONDITION)
    async def read(request: Request, id: str) -> Response:
        found = await _of_store(store, lambda known: known.condition(id)) if ID.fullmatch(id) else None
        if found is None:
            raise Refused(404, "no such Condition")
        await concerns(request, found.patient)
        return Response(found.body, media_type=FHIR_JSON, headers=_etag(found))


async def _of_store(store: Callable[[], Conclusions | None], ask: Callable[[Conclusions], Any]) -> Any:
    known = store()
    if known is None:
        raise Refused(503, "the service is not ready; ask again", {"Retry-After": "2"})
    try:
        return await aside(ask, known)
    except StoreUnavailable:
        raise Refused(503, "the database does not answer; ask again", {"Retry-After": "5"}) from None


def _asked(parameters: list[tuple[str, str]]) -> tuple[str | None, int, str]:
    """Patient, page size and where the page begins. A parameter that is not known is refused: ignored, it would find too much."""
    named = dict(parameters)
    if len(named) != len(parameters):
        raise Refused(400, "each parameter at most once")
    unknown = sorted(set(named) - set(_KNOWN))
    if unknown:
        raise Refused(400, f"a parameter is not known; expected {', '.join(_KNOWN)}")
    count = named.get("_count", str(_MOST))
    if _NUMBER.fullmatch(count) is None:
        raise Refused(400, "_count: expected a whole number")
    after = named.get("_after", "")
    if after and ID.fullmatch(after) is None:
        raise Refused(400, "_after: expected what stands in the link to the next page")
    return _patient(named), max(1, min(int(count), _MOST)), after


def _patient(named: dict[str, str]) -> str | None:
    text = named.get("patient") or named.get("subject")
    if text is None:
        raise Refused(400, "expected patient=ID: whose Conditions are asked for")
    key = f"Patient/{text}" if ID.fullmatch(text) else relative(text)
    if key is None or not key.startswith("Patient/"):
        raise Refused(400, "patient: expected an id, or Patient/id")
    return key


def _more(request: Request, found: list[Statement], most: int) -> str | None:
    if len(found) <= most:
        return None
    return str(request.url.include_query_params(_after=found[most - 1].id))


def _bundle(request: Request, found: list[Statement], following: str | None) -> bytes:
    """A searchset; FHIR asks for whole URLs in it, and for the one that was asked for."""
    place = str(request.url.replace(query=""))
    entries = [
        {"fullUrl": f"{place}/{each.id}", "resource": msgspec.Raw(each.body), "search": {"mode": "match"}} for each in found
    ]
    links = [{"relation": "self", "url": str(request.url)}]
    links += [{"relation": "next", "url": following}] if following else []
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if following is None:
        bundle["total"] = len(found)
    return msgspec.json.encode(bundle | {"link": links} | ({"entry": entries} if entries else {}))


def _etag(found: Statement) -> dict[str, str]:
    """The server's version of it; none while the server has another: one tag must not name two contents."""
    return {} if found.version is None or found.waits else {"ETag": f'W/"{found.version}"'}


_ASKS: dict[str, Any] = {
    "parameters": [
        {
            "name": "patient", "in": "query", "required": True, "schema": {"type": "string"}, "example": "Patient/p1",
            "description": "whose Conditions: the id, or Patient/id",
        },
        {
            "name": "_count", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0},
            "description": f"how many at once, at most {_MOST}",
        },
    ]
}  # fmt: skip
_OUTCOME = {FHIR_JSON: {"schema": {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}}}}


def _answers(kind: str, **refusals: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"const": kind}}}
    found = {"description": f"A FHIR {kind}", "content": {FHIR_JSON: {"schema": schema}}}
    refused: dict[int | str, dict[str, Any]] = {
        name.strip("_"): {"description": says, "content": _OUTCOME} for name, says in refusals.items()
    }
    return {200: found, **refused, "503": {"description": "the database does not answer; ask again", "content": _OUTCOME}}


_BUNDLE = _answers("Bundle", _400="a parameter is missing, not known or not as it should be")
_CONDITION = _answers("Condition", _404="there is no such Condition")

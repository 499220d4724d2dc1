"""The paths of the service, as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from engine import __version__
from engine.judgement import Evaluator
from engine.pack.program import Pack
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.service.body import MEDIA_TYPES, SCHEMA, body_of
from marrow.service.capability import capability_statement
from marrow.service.days import PARAMETERS, days_of
from marrow.service.docs_page import docs_page
from marrow.service.door import Door
from marrow.service.evaluate import EvaluateBundle
from marrow.service.faults import FHIR_JSON, Refused, operation_outcome
from marrow.service.settings import Settings
from marrow.service.turns import Turns

ISSUES = "X-Marrow-Issues"
_SAYS = "The criteria of a trial, run on FHIR. Not a medical device."
_FAULTS = {
    400: "not a FHIR Bundle, not JSON, or a parameter that is not known",
    401: "the token is missing or wrong",
    408: "the body did not come in time",
    413: "the body is too large",
    415: "not FHIR JSON in UTF-8",
    421: "without a token, asked for by another name than this machine's",
    422: "a Bundle in which nothing is FHIR",
    500: "nothing is concluded: the evaluators disagree, or a fault in Marrow",
    503: "too much to do; try again after Retry-After",
}


def application(settings: Settings, judge: Evaluator | None = None) -> FastAPI:
    """The service with its pack loaded. judge: instead of the two evaluators that must agree.

    Raises PackNotFound or PackError where the pack cannot be used.
    """
    pack = load_pack(settings.pack)
    evaluate = EvaluateBundle(pack, judge or evaluator(pack, "both"))
    turns = Turns(settings.max_waiting)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        turns.close()

    app = FastAPI(
        title="Marrow", version=__version__, description=_SAYS, docs_url=None, redoc_url=None, lifespan=living,
        redirect_slashes=False,
    )  # fmt: skip
    app.add_middleware(Door, token=settings.api_token)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _not_served)
    _serve_fhir(app, settings, pack, evaluate, turns)
    _serve_operation(app, pack)
    return app


def _serve_fhir(app: FastAPI, settings: Settings, pack: Pack, evaluate: EvaluateBundle, turns: Turns) -> None:
    @app.post("/fhir/$evaluate", summary="Evaluate a Bundle", response_class=Response, responses=_answers(), openapi_extra=_TAKES)
    async def evaluate_bundle(request: Request) -> Response:
        days = days_of(request.query_params.multi_items())
        with turns.place():
            data = await _in_time(body_of(request.headers, request.stream(), settings.max_body_bytes), settings.max_body_seconds)
            found = await turns.take(partial(evaluate, data, **days))
        counts = f"error={found.errors}, warning={found.warnings}"
        return Response(found.bundle, media_type=FHIR_JSON, headers={ISSUES: counts})

    stated = msgspec.json.encode(capability_statement(pack, settings.api_token is not None))

    @app.get("/fhir/metadata", summary="What the service can do", response_class=Response, responses=_fhir("CapabilityStatement"))
    async def metadata() -> Response:
        return Response(stated, media_type=FHIR_JSON)


async def _in_time(reading: Coroutine[None, None, bytes], seconds: float) -> bytes:
    try:
        return await asyncio.wait_for(reading, seconds)
    except TimeoutError:
        raise Refused(408, "the body did not come in time; send it again") from None


def _serve_operation(app: FastAPI, pack: Pack) -> None:
    @app.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether the service can work, and with which pack")
    async def readyz() -> dict[str, str]:
        return {"status": "ready", "pack": pack.name, "pack_version": pack.version}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()))


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    body = operation_outcome(error.status, error.message)
    return Response(body, error.status, media_type=FHIR_JSON, headers=error.headers)


def _not_served(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    says = "this path takes another method" if error.status_code == 405 else "there is nothing at this path; see /fhir/metadata"
    body = operation_outcome(error.status_code, says)
    return Response(body, error.status_code, media_type=FHIR_JSON, headers=error.headers)


def _fhir(name: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "object", "properties": {"resourceType": {"const": name}}}
    return {200: {"description": f"A FHIR {name}", "content": {FHIR_JSON: {"schema": schema}}}}


def _answers() -> dict[int | str, dict[str, Any]]:
    outcome = {FHIR_JSON: {"schema": {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}}}}
    said: dict[int | str, dict[str, Any]] = _fhir("Bundle")
    said[200]["description"] = "The transaction Bundle of what is concluded, with the number of issues in its header"
    said[200]["headers"] = {
        ISSUES: {"description": "Issues by severity, as in `error=0, warning=2`", "schema": {"type": "string"}}
    }
    return {**said, **{status: {"description": says, "content": outcome} for status, says in _FAULTS.items()}}


_TAKES: dict[str, Any] = {
    "parameters": PARAMETERS,
    "requestBody": {
        "required": True,
        "description": "a FHIR Bundle, as it is or packed with gzip",
        "content": {each: {"schema": SCHEMA} for each in MEDIA_TYPES},
    },
}

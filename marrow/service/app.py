"""The paths of the service, as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from engine import __version__
from engine.judgement import Evaluator
from engine.pack.program import Pack
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.service.around import put_around
from marrow.service.audit_trail import add_audit_trail
from marrow.service.audited import concerns
from marrow.service.body import MEDIA_TYPES, SCHEMA, body_of, in_time
from marrow.service.capability import capability_statement
from marrow.service.cds import routes as cds
from marrow.service.cds.advice import Advice
from marrow.service.cds.origins import let_in
from marrow.service.conditions import add_conditions
from marrow.service.days import PARAMETERS, days_of
from marrow.service.document import document
from marrow.service.door import Say
from marrow.service.entry import is_guarded
from marrow.service.evaluate import EvaluateBundle
from marrow.service.faults import FHIR_JSON, Refused
from marrow.service.guard import NotificationGuard
from marrow.service.login.routes import add_login
from marrow.service.login.session import Sessions
from marrow.service.metrics import Metrics
from marrow.service.notifications import add_notifications
from marrow.service.operation import serve_operation
from marrow.service.pages.listing import add_listing
from marrow.service.pages.patient import add_pages
from marrow.service.pages.refusals import Refusals
from marrow.service.pages.review import add_review
from marrow.service.pages.setting import Setting
from marrow.service.pages.static_files import add_static_files
from marrow.service.running import CLOCK, Running, zone_of
from marrow.service.settings import Settings
from marrow.service.store.store import Store
from marrow.service.turns import Turns
from marrow.service.work.means import day_of

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


def application(settings: Settings, judge: Evaluator | None = None, store: Store | None = None) -> FastAPI:
    """The service with its pack loaded. judge: instead of the two evaluators that must agree. store: closed when the service
    stops; without one it evaluates what it is sent, and takes no notifications.

    Raises PackNotFound or PackError where the pack cannot be used, and WrongSettings.
    """
    pack = load_pack(settings.pack)
    both = judge or evaluator(pack, "both")
    evaluate = EvaluateBundle(pack, both)
    turns = Turns(settings.max_waiting)
    metrics = Metrics()
    running = None if store is None else Running(settings, store, pack, metrics, judge)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        if running is not None:
            running.start()
        yield
        if running is not None:
            await running.stop()
        turns.close()

    app = FastAPI(
        title="Marrow", version=__version__, description=_SAYS, docs_url=None, redoc_url=None, lifespan=living,
        redirect_slashes=False,
    )  # fmt: skip
    sessions = Sessions(settings)
    add_login(app, settings, pack, sessions, CLOCK.wall)
    say = Refusals(pack)
    put_around(app, settings, metrics, None if running is None else running.audit, sessions=sessions, say=say)
    let_in(app, settings)
    _say_refusals(app, say)
    _serve_fhir(app, settings, pack, evaluate, turns)
    add_conditions(app, lambda: store)
    add_audit_trail(app, lambda: store)
    add_static_files(app)
    add_review(app, pack, settings, lambda: day_of(CLOCK.wall(), zone_of(settings)))
    add_listing(app, pack, lambda: store, lambda: day_of(CLOCK.wall(), zone_of(settings)))
    pages = Setting(pack, lambda: store, turns, evaluator(pack, "plain"), settings.fhir_base_url, settings.fhir_release)
    add_pages(app, pages)
    _add_cds(app, settings, pack, both, turns, store)
    add_notifications(app, settings, NotificationGuard(settings), running, metrics)
    serve_operation(app, pack, None if store is None else store.check)
    document(app)
    return app


def _add_cds(app: FastAPI, settings: Settings, pack: Pack, both: Evaluator, turns: Turns, store: Store | None) -> None:
    zone = zone_of(settings)
    means = cds.Means(settings, turns, lambda: day_of(CLOCK.wall(), zone), lambda: store, concerns)
    cds.add_cds(app, pack, Advice(pack, both, settings.fhir_release, settings.public_url), means)


def _serve_fhir(app: FastAPI, settings: Settings, pack: Pack, evaluate: EvaluateBundle, turns: Turns) -> None:
    @app.post("/fhir/$evaluate", summary="Evaluate a Bundle", response_class=Response, responses=_answers(), openapi_extra=_TAKES)
    async def evaluate_bundle(request: Request) -> Response:
        days = days_of(request.query_params.multi_items())
        with turns.place():
            data = await in_time(body_of(request.headers, request.stream(), settings.max_body_bytes), settings.max_body_seconds)
            found = await turns.take(partial(evaluate, data, **days))
        counts = f"error={found.errors}, warning={found.warnings}"
        return Response(found.bundle, media_type=FHIR_JSON, headers={ISSUES: counts})

    stated = msgspec.json.encode(capability_statement(pack, is_guarded(settings)))

    @app.get("/fhir/metadata", summary="What the service can do", response_class=Response, responses=_fhir("CapabilityStatement"))
    async def metadata() -> Response:
        return Response(stated, media_type=FHIR_JSON)


def _say_refusals(app: FastAPI, say: Say) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return say(request.scope, error)

    @app.exception_handler(HTTPException)
    async def not_served(request: Request, error: HTTPException) -> Response:
        status = error.status_code
        headers = {"Allow": _allowed(request)} if status == 405 else error.headers
        says = "this path takes another method" if status == 405 else "there is nothing at this path; see /fhir/metadata"
        return say(request.scope, Refused(status, says, headers))


def _allowed(request: Request) -> str:
    """The methods of every route at this path; the framework names those of the first."""
    routes = [each for each in request.app.routes if each.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for each in routes for method in each.methods}))


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

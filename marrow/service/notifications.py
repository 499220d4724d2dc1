"""`/notifications/{source}`: what servers tell, answered only after it is stored, and worked on after that."""

from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request, Response

from fhir_adapter.elements import Shape
from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.notice import Notice
from fhir_adapter.notification.read import read_notification
from fhir_adapter.notification.refused import Refused as NotRead
from marrow.service.body import in_time, read_up_to
from marrow.service.faults import FHIR_JSON, Refused, operation_outcome
from marrow.service.guard import NotificationGuard
from marrow.service.metrics import Metrics
from marrow.service.room import Room
from marrow.service.running import Running
from marrow.service.settings import Settings
from marrow.service.store.rows import InboxFull, StoreUnavailable
from marrow.service.work.means import EHR
from marrow.service.work.missed import gap_of

LOG = structlog.get_logger("marrow.service")
METHODS = ["POST", "PUT", "DELETE"]
PATH = "/notifications/{source}"
NAMED = PATH + "/{type}/{id}"
_PAUSE = {"Retry-After": "5"}
_ANSWERED = b'{"resourceType":"Bundle","type":"transaction-response"}'


class _Typed(Shape):
    resource_type: str | None = None


_TYPED = msgspec.json.Decoder(_Typed)


def add_notifications(
    app: FastAPI, settings: Settings, guard: NotificationGuard, running: Running | None, metrics: Metrics
) -> None:
    """The routes. running: None where there is no store, and so nothing is taken."""
    limits = Limits(body=settings.max_body_bytes)
    room = Room(settings.max_waiting * settings.max_body_bytes)

    async def notify(request: Request) -> Response:
        source, path = request.path_params["source"], _below(request)
        _require_known(source)
        if not guard.admits(request):
            raise Refused(401, "expected the notification's credentials", {"WWW-Authenticate": "Bearer"})
        with room.lent() as counted:
            body = await in_time(read_up_to(counted(request.stream()), limits.body), settings.max_body_seconds)
            if not guard.signed(request, body):
                raise Refused(401, "the signature of the body is missing or wrong", {"WWW-Authenticate": "Bearer"})
            call = Call(request.method, path, {name.lower(): value for name, value in request.headers.items()}, body)
            try:
                notice = read_notification(call, limits)
            except NotRead as refused:
                metrics.notification_refused(refused.code)
                text = operation_outcome(int(refused.status), refused.message, refused.issue_type)
                return Response(text, int(refused.status), media_type=FHIR_JSON)
            await _take(running, metrics, source, notice)
            return _answer(notice, body)

    for path, is_told in ((PATH, True), (NAMED, True), (f"{PATH}/", False), (f"{PATH}/{{path:path}}", False)):
        for method in METHODS:
            extra = {"parameters": _PARAMETERS[path]} if is_told else {}
            app.add_api_route(
                path, notify, methods=[method], response_class=Response, include_in_schema=is_told, responses=_ANSWERS,
                summary="What a FHIR server tells", openapi_extra=extra | ({} if method == "DELETE" else _TAKES),
            )  # fmt: skip

    @app.options(PATH, summary="Whether events may be sent here", response_class=Response, include_in_schema=False)
    async def may_send(request: Request, source: str) -> Response:
        """CloudEvents ask before they send; they are let in by the same credentials."""
        _require_known(source)
        if not guard.admits(request):
            raise Refused(401, "expected the notification's credentials", {"WWW-Authenticate": "Bearer"})
        asking = request.headers.get("webhook-request-origin", "")
        allowed = {"Allow": "POST, PUT, DELETE", "WebHook-Allowed-Rate": "*"}
        return Response(headers=allowed | ({"WebHook-Allowed-Origin": asking} if asking else {}))


def _below(request: Request) -> str:
    """What follows the address that the server was given."""
    named = request.path_params
    path = f"{named['type']}/{named['id']}" if "type" in named else named.get("path", "")
    return f"/{path}" if path else ""


async def _take(running: Running | None, metrics: Metrics, source: str, notice: Notice) -> None:
    """Stored, or refused with when to send it again."""
    if running is None:
        raise Refused(503, "the service has no store; send it again", _PAUSE)
    try:
        taken = await running.door.take(source, notice)
    except InboxFull:
        raise Refused(429, "too much waits to be worked; send it again", _PAUSE) from None
    except StoreUnavailable:
        raise Refused(503, "it could not be stored; send it again", _PAUSE) from None
    metrics.notifications_taken(taken.new, taken.repeated)
    for alarm in taken.alarms:
        metrics.alarm(alarm)
        LOG.warning("a subscription gives alarm", kind=alarm)
    running.work.told(bool(taken.alarms) or notice.sweep, gap_of(notice) if "gap" in taken.alarms else None)


def _require_known(source: str) -> None:
    if source != EHR:
        raise Refused(404, f"no such source of notifications; expected /notifications/{EHR}")


def _answer(notice: Notice, body: bytes) -> Response:
    """Event Grid wants its code back, and clients that send a Bundle parse one; others take an empty 200."""
    if notice.validation is not None:
        return Response(msgspec.json.encode({"validationResponse": notice.validation}), media_type="application/json")
    return Response(_ANSWERED, media_type=FHIR_JSON) if _is_bundle(body) else Response(b"", media_type=FHIR_JSON)


def _is_bundle(body: bytes) -> bool:
    try:
        return _TYPED.decode(body).resource_type == "Bundle"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


_PARAMETERS: dict[str, list[dict[str, Any]]] = {
    path: [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    for path, names in ((PATH, ("source",)), (NAMED, ("source", "type", "id")))
}
_TAKES: dict[str, Any] = {
    "requestBody": {
        "description": "a notification in any form that FHIR servers send: a Bundle of R4 backport, R4B or R5, a resource of R4, "
        "events of Event Grid, or nothing",
        "content": {FHIR_JSON: {"schema": {"type": "object"}}, "application/json": {"schema": {}}},
    }
}
_OUTCOME = {FHIR_JSON: {"schema": {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "it is stored"},
    400: {"description": "it is no notification; it says why", "content": _OUTCOME},
    404: {"description": "no such source", "content": _OUTCOME},
    408: {"description": "the body did not come in time", "content": _OUTCOME},
    413: {"description": "it is too large", "content": _OUTCOME},
    415: {"description": "it is not JSON in UTF-8", "content": _OUTCOME},
    429: {"description": "too much waits; send it again after Retry-After", "content": _OUTCOME},
    503: {"description": "it could not be stored; send it again after Retry-After", "content": _OUTCOME},
}

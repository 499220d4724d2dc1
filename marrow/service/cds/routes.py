"""`GET /cds-services` and `POST /cds-services/{id}`: the paths of CDS Hooks, and what they answer where there are no cards."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import msgspec
from fastapi import FastAPI, Request, Response

from engine.pack.program import Pack
from marrow.service.body import body_of, in_time
from marrow.service.cds.advice import Advice, NotEnough, OnFile
from marrow.service.cds.asked import read_request
from marrow.service.cds.described import CARDS, FEEDBACK, SERVICES, TAKES, TAKES_FEEDBACK
from marrow.service.faults import Refused
from marrow.service.settings import Settings
from marrow.service.store.rows import Record, StoreUnavailable
from marrow.service.turns import Turns
from marrow.service.work.calls import aside

PREFIX = "/cds-services"
_SERVICE, _FEEDBACK = PREFIX + "/{id}", PREFIX + "/{id}/feedback"
_JSON = "application/json"
_NO_SUCH = "there is no such service; GET /cds-services lists them"
"""Said for any id, since it is the caller's text."""


class Files(Protocol):
    """What the store has of a patient (`Patient/id`). Raises StoreUnavailable."""

    def record(self, patient: str, /) -> Record: ...

    def conclusions(self, patient: str, /) -> dict[str, bytes]: ...


Seen = Callable[[Request, str], Awaitable[None]]
"""Told whose data (`Patient/id`) a request is about, before anything is done with them: the audit."""


async def unseen(_: Request, __: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Means:
    """today: the day of evaluation, as a proleptic ordinal. store: None while there is none."""

    settings: Settings
    turns: Turns
    today: Callable[[], int]
    store: Callable[[], Files | None]
    seen: Seen = unseen


def add_cds(app: FastAPI, pack: Pack, advice: Advice, means: Means) -> None:
    """The routes; none where the pack has no hooks."""
    if not pack.hooks:
        return
    services = msgspec.json.encode(advice.services())

    @app.get(PREFIX, summary="The services of CDS Hooks", response_class=Response, responses=SERVICES)
    async def discovery() -> Response:
        return Response(services, media_type=_JSON)

    @app.post(_SERVICE, summary="What is to be told now", response_class=Response, responses=CARDS, openapi_extra=TAKES)
    async def service(request: Request, id: str) -> Response:
        return await _answered(_cards(advice, means, request, id))

    @app.post(
        _FEEDBACK, summary="What became of cards", response_class=Response, responses=FEEDBACK, openapi_extra=TAKES_FEEDBACK
    )
    async def feedback(request: Request, id: str) -> Response:
        return await _answered(_feedback(advice, means, request, id))


async def _cards(advice: Advice, means: Means, request: Request, service: str) -> Response:
    hook = advice.hook_of(service)
    if hook is None:
        raise Refused(404, _NO_SUCH)
    with means.turns.place():
        asked = read_request(await _body(means, request), hook)
        patient = f"Patient/{asked.patient}"
        await means.seen(request, patient)
        if not await means.turns.take(partial(advice.concerns, service, asked)):
            return _json({"cards": []})
        on_file = await _on_file(means.store(), patient)
        try:
            cards = await means.turns.take(partial(advice.cards, service, asked, on_file, means.today()))
        except NotEnough as lacking:
            raise Refused(412, f"not concluded, since not all of it came along and nothing is on file: {lacking}") from None
    return _json({"cards": cards})


async def _feedback(advice: Advice, means: Means, request: Request, service: str) -> Response:
    """Feedback is counted, as every request is, and not kept: it names cards, and so patients."""
    if advice.hook_of(service) is None:
        raise Refused(404, _NO_SUCH)
    try:
        msgspec.json.decode(await _body(means, request), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "expected a JSON object in UTF-8") from None
    return _json({})


async def _answered(work: Coroutine[None, None, Response]) -> Response:
    """Refusals as JSON with a message: CDS Hooks does not speak of OperationOutcomes."""
    try:
        return await work
    except Refused as refused:
        return _json({"message": refused.message}, refused.status, refused.headers)


async def _body(means: Means, request: Request) -> bytes:
    settings = means.settings
    return await in_time(body_of(request.headers, request.stream(), settings.max_body_bytes), settings.max_body_seconds)


async def _on_file(files: Files | None, patient: str) -> OnFile:
    if files is None:
        return OnFile()
    try:
        record = await aside(files.record, patient)
        return OnFile(record.resources, bool(await aside(files.conclusions, patient)))
    except StoreUnavailable:
        raise Refused(503, "the database does not answer; ask again", {"Retry-After": "5"}) from None


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, media_type=_JSON, headers=headers)

"""What is put around and beside the paths of an application: the door, the log, what is counted, and who may ask it."""

import time
from typing import Any

import msgspec
from fastapi import FastAPI, Response

from fhir_adapter.client.keys import jwks
from fhir_adapter.client.waiting import Clock
from marrow.service import log
from marrow.service.audit_writer import AuditWriter
from marrow.service.audited import Audited
from marrow.service.described import describe
from marrow.service.door import Door, Say
from marrow.service.entry import Entry
from marrow.service.faults import as_outcome
from marrow.service.fhir_access import signing_key_of
from marrow.service.login.session import Sessions
from marrow.service.metrics import MEDIA_TYPE, Metrics
from marrow.service.rates import Rates
from marrow.service.settings import Settings
from marrow.service.tokens import token_check

CLOCK = Clock(wall=time.time, steady=time.perf_counter)


def put_around(
    app: FastAPI,
    settings: Settings,
    metrics: Metrics,
    audit: AuditWriter | None = None,
    clock: Clock = CLOCK,
    sessions: Sessions | None = None,
    say: Say = as_outcome,
) -> None:
    """audit: None where nothing is kept. sessions: of people who signed in. say: how what is not served is said.

    Raises WrongSettings where nobody could be let in as it is configured.
    """
    log.prepare()
    rates = Rates(settings.rate_per_second, settings.rate_burst, clock.steady)
    entry = Entry(settings, token_check(settings, clock), sessions, clock.wall)
    if audit is not None:
        app.add_middleware(Audited, audit=audit, now=clock.wall)
    app.add_middleware(Door, entry=entry, rates=rates, metrics=metrics, steady=clock.steady, say=say)
    _serve_keys(app, settings)
    describe(app, settings)

    @app.get("/metrics", summary="What is counted, for Prometheus", response_class=Response, responses=_METRICS)
    def scrape() -> Response:  # in a thread of its own, since the store may be asked
        return Response(metrics.text(), media_type=MEDIA_TYPE)


def _serve_keys(app: FastAPI, settings: Settings) -> None:
    """The public half of the key with which we ask for tokens ourselves, for who gives them."""
    key = signing_key_of(settings)
    if key is None:
        return
    published = msgspec.json.encode(jwks([key]))

    @app.get("/.well-known/jwks.json", summary="The keys that Marrow signs with", response_class=Response, responses=_KEYS)
    async def keys() -> Response:
        return Response(published, media_type="application/json")


_KEYS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A JWK Set of public keys", "content": {"application/json": {"schema": {"type": "object"}}}}
}
_METRICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The text format of Prometheus", "content": {"text/plain": {"schema": {"type": "string"}}}}
}

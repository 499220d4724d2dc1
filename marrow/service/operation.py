"""The paths of who runs the service: whether it lives, whether it can work, and what it offers."""

import asyncio
from collections.abc import Callable

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse

from engine.pack.program import Pack
from marrow.service.docs_page import docs_page
from marrow.service.faults import FHIR_JSON, Refused
from marrow.service.store.rows import StoreUnavailable

_PATIENCE = 5.0
"""Seconds in which the store has to answer."""


class Readiness:
    """Whether the store answers: asked once at a time, however many want to know. check: blocks, and raises where it does not."""

    def __init__(self, check: Callable[[], None], patience: float = _PATIENCE) -> None:
        self._check, self._patience = check, patience
        self._asking: asyncio.Task[None] | None = None

    async def trouble(self) -> str | None:
        """What is wrong in a few words, None where nothing is."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(self._check))
        try:
            await asyncio.wait_for(asyncio.shield(self._asking), self._patience)
        except (TimeoutError, StoreUnavailable):
            return "the database does not answer"
        except Exception:  # noqa: BLE001 - whatever it is, it is told at the start and in the log
            return "the database is not as this version needs it"
        return None


def serve_operation(app: FastAPI, pack: Pack, check: Callable[[], None] | None = None) -> None:
    """The routes. check: of the store; None where there is none."""
    readiness = None if check is None else Readiness(check)

    @app.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether the service can work, and with which pack", responses={503: _NOT_READY})
    async def readyz() -> dict[str, str]:
        trouble = None if readiness is None else await readiness.trouble()
        if trouble is not None:
            raise Refused(503, trouble, {"Retry-After": "5"})
        return {"status": "ready", "pack": pack.name, "pack_version": pack.version}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(docs_page(app.openapi()))


_NOT_READY = {
    "description": "it cannot work now; it says why",
    "content": {FHIR_JSON: {"schema": {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}}}},
}

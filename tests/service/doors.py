"""Applications of the tests with the service's door around them, and callers from anywhere."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response

from fhir_adapter.client.waiting import Clock
from marrow.service.around import put_around
from marrow.service.guard import NotificationGuard
from marrow.service.metrics import Metrics
from marrow.service.settings import Settings
from tests.client.played import Hours

ELSEWHERE = ("192.0.2.7", 40000)


def behind_the_door(clock: Clock | None = None, metrics: Metrics | None = None, **settings: Any) -> FastAPI:
    """Paths as the service has them, which answer with who asked; notifications are taken where their guard says so."""
    made = Settings(**settings)
    app, guard = FastAPI(redirect_slashes=False), NotificationGuard(made)
    put_around(app, made, metrics or Metrics(), clock=clock or Hours().clock)

    @app.api_route("/notifications/{source}", methods=["POST", "PUT", "DELETE", "OPTIONS"])
    async def notify(request: Request, source: str) -> Response:
        body = await request.body()
        return Response(status_code=200 if request.method == "OPTIONS" or guard.signed(request, body) else 401)

    @app.api_route("/{path:path}", methods=["GET", "POST", "DELETE"])
    async def whoever(request: Request, path: str) -> dict[str, str]:
        return {"caller": request.state.caller.name, "request_id": request.state.request_id}

    return app


def ask_from(
    app: FastAPI, method: str, path: str, peer: tuple[str, int] | None = ELSEWHERE, content: bytes = b"", **headers: str
) -> httpx.Response:
    """One request from an address; headers with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=peer)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
            return await asking.request(method, path, content=content, headers=named)

    return asyncio.run(asked())

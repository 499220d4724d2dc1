"""The service as an exchange of its documentation needs it, and what it answers there."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from engine.judgement import Evaluator
from marrow.service.app import application
from marrow.service.exchanges import Exchange, exchanges
from marrow.service.running import open_store
from marrow.service.settings import Settings
from marrow.service.store.store import Store
from tests.client.issued import AUDIENCE, ISSUER, published, token
from tests.service.asking import Differing
from tests.service.doors import ELSEWHERE
from tests.service.work.world import PLAIN

CREDENTIAL = "a-token-of-the-tests"
HERE = ("127.0.0.1", 40000)
_ACCEPTED = {"token_issuer": ISSUER, "token_audience": AUDIENCE}


@dataclass(frozen=True)
class Given:
    """What is so when a request comes. before: exchanges of which the first `worked` are worked before the next is sent.

    stalls: none of the body ever comes; crowded: as many others wait as may. marks: what is in review.json.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    works: bool = False
    peer: tuple[str, int] = HERE
    judge: Evaluator = PLAIN
    has_store: bool = True
    stalls: bool = False
    crowded: bool = False
    scopes: str | None = None
    marks: str = ""


GIVEN = {
    "": Given(),
    "the child's record was told, as in `transaction`": Given(before=("transaction",), works=True),
    "MARROW_API_TOKEN is set": Given({"api_token": CREDENTIAL}),
    "MARROW_NOTIFICATION_TOKEN is set": Given({"notification_token": CREDENTIAL}),
    "the token has no scope for it": Given(_ACCEPTED, scopes=""),
    "no credentials are set, and another machine calls": Given(peer=ELSEWHERE),
    "MARROW_MAX_BODY_BYTES is 100": Given({"max_body_bytes": 100}),
    "MARROW_MAX_BODY_SECONDS have passed": Given({"max_body_seconds": 0.01}, stalls=True),
    "the caller has asked too often": Given({"rate_burst": 1, "rate_per_second": 0.01}, before=("services",)),
    "as many changes wait as MARROW_MAX_INBOX allows": Given({"max_inbox": 1}, before=("backport-r4-id-only",)),
    "as many requests are worked on as MARROW_MAX_WAITING allows": Given({"max_waiting": 1}, crowded=True),
    "the evaluators disagree": Given(judge=Differing()),
    "the service has no store": Given(has_store=False),
    "review.json is no file of marks": Given(marks="agreed"),
}
"""By what an exchange says to be so, in its words."""


def answers(given: str, folder: Path) -> dict[str, httpx.Response]:
    """What the service says to each exchange, when everything is as they say."""
    return asyncio.run(_answered(given, GIVEN[given], folder))


async def _answered(name: str, given: Given, folder: Path) -> dict[str, httpx.Response]:
    if given.marks:
        (folder / "review.json").write_text(given.marks, encoding="utf-8")
    database = f"sqlite:///{folder / 'marrow.db'}"
    settings = Settings(database_url=database, review_dir=str(folder), **given.settings, **_keys(given, folder))  # type: ignore[arg-type]
    store = open_store(settings) if given.has_store else None
    app = application(settings, given.judge, store)
    async with app.router.lifespan_context(app), asking(app, given.peer) as client:
        for each in given.before:
            assert (await sent(client, exchanges()[each])).status_code == 200
        if given.works and store is not None:
            await worked(store)
        return {key: await _one(client, given, each) for key, each in exchanges().items() if each.given == name}


async def _one(client: httpx.AsyncClient, given: Given, exchange: Exchange) -> httpx.Response:
    if not given.crowded:
        return await sent(client, exchange, stalled() if given.stalls else None, _credential(given))
    has_come = asyncio.Event()
    other = asyncio.create_task(sent(client, exchange, stalled(has_come)))
    await has_come.wait()
    answer = await sent(client, exchange)
    other.cancel()
    await asyncio.wait([other])
    return answer


def _keys(given: Given, folder: Path) -> dict[str, str]:
    if given.scopes is None:
        return {}
    (folder / "keys.json").write_bytes(published())
    return {"jwks": str(folder / "keys.json")}


def _credential(given: Given) -> str | None:
    now = time.time()
    return None if given.scopes is None else token(scope=given.scopes, iat=now, nbf=now - 60, exp=now + 240)


def asking(app: FastAPI, peer: tuple[str, int] = HERE) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=peer), base_url="http://localhost")


async def sent(client: httpx.AsyncClient, exchange: Exchange, body: Any = None, token: str | None = None) -> httpx.Response:
    """The request of an exchange. body: instead of its own."""
    method, _, path = exchange.operation.partition(" ")
    shown = {} if token is None else {"Authorization": f"Bearer {token}"}
    headers = {"content-type": exchange.takes, **exchange.headers, **shown}
    content = content_of(exchange) if body is None else body
    return await client.request(method, path.format(**exchange.path), params=exchange.query, headers=headers, content=content)


def content_of(exchange: Exchange) -> bytes:
    if exchange.request is None:
        return b""
    return exchange.request.encode() if isinstance(exchange.request, str) else json.dumps(exchange.request).encode()


async def worked(store: Store) -> None:
    """Until nothing is left to do but to deliver, which needs a server."""
    deadline = time.monotonic() + 60
    while (found := store.counts(time.time(), 0)).waiting or not found.undelivered:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.02)


async def stalled(has_come: asyncio.Event | None = None) -> AsyncIterator[bytes]:
    """A body that never comes; has_come: set when it is waited for."""
    if has_come is not None:
        has_come.set()
    await asyncio.Event().wait()
    yield b""

"""FHIR servers that are played in the tests' process, and a clock that goes on only when somebody waits."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from fhir_adapter.client.auth import bearer
from fhir_adapter.client.courier import Auth
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.waiting import Clock

BASE = "https://ehr.example/fhir"
MIDNIGHT = 1_700_000_000.0
"""The wall clock when a test begins."""
TOKEN = "xyzzy-secret-token"

Json = dict[str, Any]
Reply = httpx.Response | Exception
T = TypeVar("T")


@dataclass
class Hours:
    """Time that passes when somebody sleeps, or when a server says that it took some."""

    passed: float = 0.0
    slept: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(wall=lambda: MIDNIGHT + self.passed, steady=lambda: self.passed)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds
        await asyncio.sleep(0)


class Played(httpx.AsyncBaseTransport):
    """A transport whose server is a function; keeps what was asked."""

    def __init__(self, server: Callable[[httpx.Request], Reply | Awaitable[Reply]]) -> None:
        self.server = server
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reply = self.server(request)
        if not isinstance(reply, httpx.Response | Exception):
            reply = await reply
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply.stream, Cut):
            return reply
        return httpx.Response(reply.status_code, headers=reply.headers, stream=Whole(reply.content))

    @property
    def lines(self) -> list[str]:
        """Method and path of what was asked, with its query."""
        return [f"{one.method} {one.url.raw_path.decode()}" for one in self.asked]


def script(*replies: Reply) -> Played:
    """A server that gives these replies one after the other, whatever it is asked."""
    left = iter(replies)
    return Played(lambda _: next(left))


def client_of(
    transport: httpx.AsyncBaseTransport,
    hours: Hours | None = None,
    *,
    auth: Auth | None = None,
    draw: float = 0.5,
    **settings: Any,
) -> FhirClient:
    """A client of a played server, whose pauses are not by chance."""
    time = hours or Hours()
    made = Settings(**settings)
    return FhirClient(BASE, auth or bearer(TOKEN), made, transport, clock=time.clock, sleep=time.sleep, draw=lambda: draw)


def done(client: FhirClient, call: Callable[[FhirClient], Awaitable[T]]) -> T:
    """What one call comes to."""

    async def play() -> T:
        async with client:
            return await call(client)

    return asyncio.run(play())


async def listed(resources: AsyncIterator[bytes]) -> list[Json]:
    return [json.loads(one) async for one in resources]


def answered(body: Json | None = None, status: int = 200, **headers: str) -> httpx.Response:
    """A reply with a FHIR body; `etag="..."` and the like are headers, `_` is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = b"" if body is None else json.dumps(body).encode()
    return httpx.Response(status, headers={"content-type": "application/fhir+json", **named}, content=content)


def patient(identity: str = "p1", version: str = "1") -> Json:
    return {"resourceType": "Patient", "id": identity, "meta": {"versionId": version}}


def searched(resources: Iterable[Json], following: str | None = None, *further: Json) -> Json:
    """One page of a search, with a link to the next."""
    links = [] if following is None else [{"relation": "next", "url": following}]
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [*entries, *further]}


def outcome(*codes: str, said: str = "") -> Json:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": said} for code in codes],
    }


@dataclass
class Whole(httpx.AsyncByteStream):
    """A body as it comes from a network: in pieces."""

    content: bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.content), 100):
            yield self.content[start : start + 100]


class Cut(httpx.AsyncByteStream):
    """A body that ends in the middle."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"resourceType": "Pat'
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def cut(status: int = 200) -> httpx.Response:
    return httpx.Response(status, stream=Cut())

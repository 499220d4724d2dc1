"""Around every request: its id, who may come in and how often, what every answer carries, the log's line, and the last stop
of an error.
"""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.evaluate.both import Disagreement
from marrow.service.answer_headers import headers_for
from marrow.service.caller import address_key, header
from marrow.service.entry import PROBES, Entry
from marrow.service.faults import Refused, as_outcome
from marrow.service.metrics import METHODS, Metrics
from marrow.service.rates import Rates

LOG = structlog.get_logger("marrow.service")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
Say = Callable[[Scope, Refused], Response]
_LEFT = 499
"""How a request is counted whose caller did not wait for the answer."""


class Door:
    """Lets in who may, and says of a request method, route and status: no URL, no id, no text of errors.

    say: how what is not served is said. What is inside finds the request's id and its Caller in the scope's state, as
    `request_id` and `caller`.
    """

    def __init__(
        self, app: ASGIApp, entry: Entry, rates: Rates, metrics: Metrics, steady: Callable[[], float] = time.perf_counter,
        say: Say = as_outcome,
    ) -> None:  # fmt: skip
        self._app, self._entry, self._rates, self._metrics, self._steady = app, entry, rates, metrics, steady
        self._say = say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        request_id = state["request_id"] = _request_id(scope)
        answer = _Answer(
            scope, receive, send, self._say, (*headers_for(scope["path"]), (b"x-request-id", request_id.encode("ascii")))
        )
        began = self._steady()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            event = await self._answered(scope, receive, answer)
            seconds = self._steady() - began
            method, route = _named(scope)
            status = answer.status or _LEFT
            self._metrics.request(method, route, status, seconds)
            LOG.info(
                event, method=method, route=route, status=status, duration_ms=round(seconds * 1000, 3), bytes=answer.size
            )  # fmt: skip

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer") -> str:
        """The event that the log's line tells."""
        try:
            scope["state"]["caller"] = await self._admitted(scope)
            await self._app(scope, receive, answer)
        except Refused as refused:
            await answer.refuse(refused)
        except ClientDisconnect:
            return "the caller left"
        except Disagreement as error:
            self._metrics.disagreed()
            LOG.error("evaluators disagree", on=", ".join(each.partition(":")[0] for each in error.differences))
            says = "the two evaluators disagree, so nothing is concluded; the service's log says on what"
            await answer.refuse(Refused(500, says))
        except Exception as error:  # the last stop before a traceback with patient data
            LOG.error("a fault in Marrow itself; please report it, with this line", exc_info=error)
            await answer.refuse(Refused(500, "a fault in Marrow itself; the service's log says where"))
        return "request"

    async def _admitted(self, scope: Scope) -> object:
        """The Caller; raises Refused. Who is not let in is counted by address, since anybody can make up credentials."""
        if scope["path"] in PROBES:
            return await self._entry.caller(scope)
        try:
            caller = await self._entry.caller(scope)
        except Refused:
            self._count(address_key(scope))
            raise
        self._count(caller.key)
        return caller

    def _count(self, key: str) -> None:
        wait = self._rates.take(key)
        if wait is not None:
            raise Refused(429, "too many requests; try again after Retry-After", {"Retry-After": str(wait)}) from None


class _Answer:
    """Sends on what the application answers, with the headers that every answer has, where it does not say them itself."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, say: Say, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self._scope, self._receive, self._send, self._say, self._headers = scope, receive, send, say, headers
        self.status: int | None = None
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            said = {name for name, _ in message["headers"]}
            ours = [(name, value) for name, value in self._headers if name not in said]
            message = {**message, "headers": [*message["headers"], *ours]}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)

    async def refuse(self, refused: Refused) -> None:
        """Says it, where no other answer has begun."""
        if self.status is None:
            await self._say(self._scope, refused)(self._scope, self._receive, self)


def _request_id(scope: Scope) -> str:
    """The caller's own, where it is one."""
    sent = header(scope, b"x-request-id")
    return sent if sent is not None and _REQUEST_ID.fullmatch(sent) else str(uuid4())


def _named(scope: Scope) -> tuple[str, str]:
    """Method and route as the service calls them; what it does not know by name is `?`, since it is the caller's text."""
    method, route = scope["method"], scope.get("route")
    return method if method in METHODS else "?", getattr(route, "path", "?")

"""Around every request: who may come in, what every answer carries, the log's line, and the last stop of an error."""

import hmac
import logging
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.evaluate.both import Disagreement
from marrow.fault import unforeseen
from marrow.service.faults import FHIR_JSON, operation_outcome

OPEN_TO_ALL = ("/healthz", "/readyz")
LOG = logging.getLogger("marrow.service")
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


class Door:
    """Lets in who has the token, where there is one. It logs method, route and status: no URL, no id, no text of errors."""

    def __init__(self, app: ASGIApp, token: SecretStr | None) -> None:
        self._app = app
        self._token = None if token is None else token.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            if not self._may_enter(scope):
                await answer.fault(401, "expected `Authorization: Bearer` with the service's token", _ask_for_token)
            elif self._token is None and not _meant_for_this_machine(scope):
                await answer.fault(421, "without a token only this machine is served, by the name localhost or its address")
            else:
                await self._app(scope, receive, answer)
        except ClientDisconnect:
            LOG.info("%s %s: the caller left", *_named(scope))
            return
        except Disagreement as error:
            LOG.error("evaluators disagree on %s", ", ".join(each.partition(":")[0] for each in error.differences))
            await answer.fault(500, "the two evaluators disagree, so nothing is concluded; the service's log says on what")
        except Exception as error:  # noqa: BLE001 - the last stop before a traceback with patient data
            LOG.error("%s", unforeseen(error))
            await answer.fault(500, "a fault in Marrow itself; the service's log says where")
        LOG.info("%s %s %s", *_named(scope), answer.status)

    def _may_enter(self, scope: Scope) -> bool:
        if self._token is None or scope["path"] in OPEN_TO_ALL:
            return True
        sent = [value for name, value in scope["headers"] if name == b"authorization"]
        scheme, _, token = (sent[0] if len(sent) == 1 else b"").partition(b" ")
        return hmac.compare_digest(token.strip(), self._token) and scheme.lower() == b"bearer"


class _Answer:
    """Sends on what the application answers, with the headers that every answer has."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], *_HEADERS]}
        await self._send(message)

    async def fault(self, status: int, message: str, more: Callable[[], list[tuple[bytes, bytes]]] = list) -> None:
        """An OperationOutcome, where no other answer has begun."""
        if self.status is not None:
            return
        body = operation_outcome(status, message)
        headers = [(b"content-type", FHIR_JSON.encode()), (b"content-length", str(len(body)).encode()), *more()]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


def _ask_for_token() -> list[tuple[bytes, bytes]]:
    return [(b"www-authenticate", b"Bearer")]


def _meant_for_this_machine(scope: Scope) -> bool:
    """Whether the caller named loopback: a page in a browser that has another name lead here does not."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    try:
        name = urlsplit(f"//{hosts[0]}").hostname if len(hosts) == 1 else None
        return name == "localhost" or ip_address(name or "").is_loopback
    except ValueError:
        return False


def _named(scope: Scope) -> tuple[str, str]:
    """Method and route as the service calls them; what it does not know by name is `?`, since it is the caller's text."""
    method, route = scope["method"], scope.get("route")
    return method if method in _METHODS else "?", getattr(route, "path", "?")

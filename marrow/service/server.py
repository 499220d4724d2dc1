"""The process that listens: where it may, what it logs, and how it stops."""

import ipaddress
import logging
import socket
from collections.abc import Callable

import uvicorn

from marrow.service.app import application
from marrow.service.settings import Settings

GRACE = 15
"""Seconds that requests have to end in when the service is stopped."""


class NotServed(ValueError):
    """The operator's fault: an address that cannot or may not be listened on."""


class _Lines(logging.Formatter):
    """One line for each record: of an exception the kind, since its text and traceback could hold patient data."""

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        return type(ei[1]).__name__ if isinstance(ei, tuple) else ""

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        return ""


def serve(settings: Settings, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Listen until SIGTERM or Ctrl-C. announce: told the address once it is listened on.

    Raises NotServed where the address is not to be had, or is anything but loopback and no token is set.
    """
    with _listen(host, port, settings) as listening:
        app = application(settings)
        _log()
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False, ws="none", http="h11",
            lifespan="on", timeout_graceful_shutdown=GRACE,
        )  # fmt: skip
        server = uvicorn.Server(config)
        announce(_address(listening))
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:  # uvicorn hands on the signal that it has already obeyed
            return


def _listen(host: str, port: int, settings: Settings) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        if settings.api_token is None and not ipaddress.ip_address(address[0]).is_loopback:
            raise NotServed("--host is not this machine alone, so callers need a token: set MARROW_API_TOKEN, or serve 127.0.0.1")
        return socket.create_server(address, family=family)
    except (OSError, UnicodeError, OverflowError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "not an address"
        raise NotServed(f"{host}:{port} cannot be listened on ({why}); choose another --host or --port") from None


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _log() -> None:
    """To standard error; of uvicorn warnings only."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("marrow").setLevel(logging.INFO)

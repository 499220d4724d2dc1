"""The process that listens: where it may, and how it stops."""

import socket
from collections.abc import Callable

import uvicorn

from marrow.service.app import application
from marrow.service.entry import is_guarded, notifications_are_guarded
from marrow.service.here import is_loopback
from marrow.service.log import write_lines
from marrow.service.running import open_store
from marrow.service.settings import Settings

GRACE = 15
"""Seconds that requests have to end in when the service is stopped."""


class NotServed(ValueError):
    """The operator's fault: an address that cannot or may not be listened on."""


def serve(settings: Settings, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Listen until SIGTERM or Ctrl-C. announce: told the address once it is listened on.

    Raises NotServed where the address is not to be had, or is anything but loopback and credentials are not configured.
    """
    with open_socket(host, port, settings) as listening:
        app = application(settings, store=open_store(settings))
        write_lines(settings.log_format, settings.log_level)
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


def open_socket(host: str, port: int, settings: Settings) -> socket.socket:
    """A socket that listens there. Raises NotServed."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        if not is_loopback(str(address[0])):
            _require_credentials(settings)
        listening = socket.create_server(address, family=family)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms for the caller's kernel
        return listening
    except (OSError, UnicodeError, OverflowError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "not an address"
        raise NotServed(f"{host}:{port} cannot be listened on ({why}); choose another --host or --port") from None


def _require_credentials(settings: Settings) -> None:
    """Those of callers: without any of their own, notifications of other machines are refused."""
    if not is_guarded(settings):
        which = "MARROW_API_TOKEN (or MARROW_JWKS)"
        if not notifications_are_guarded(settings):
            which += " and, to be notified, MARROW_NOTIFICATION_TOKEN (or MARROW_NOTIFICATION_SECRET)"
        raise NotServed(f"--host is not this machine alone, so whoever calls needs credentials: set {which}, or serve 127.0.0.1")


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

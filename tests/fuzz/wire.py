"""Broken requests sent: over a socket as their bytes are, and to an ASGI application in this process."""

import socket
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message

from tests.fuzz.mutations import Case
from tests.fuzz.oracle import Answer

PATIENCE = 20.0


def over_socket(address: tuple[str, int], case: Case) -> Answer:
    """Raises TimeoutError where no answer comes. Where more is announced than sent, the caller leaves."""
    names = {name for name, _ in case.headers}
    more = [] if b"host" in names else [(b"host", b"127.0.0.1")]
    more += [(b"connection", b"close"), (b"content-length", str(max(len(case.body) + case.lie, 0)).encode())]
    lines = [b"%s %s HTTP/1.1" % (case.method, case.target), *(b"%s: %s" % each for each in (*case.headers, *more))]
    with socket.create_connection(address, PATIENCE) as connection:
        parts = []
        try:
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + case.body)
            if case.lie > 0:
                return Answer(0)
            while part := connection.recv(65_536):
                parts.append(part)
        except (ConnectionResetError, BrokenPipeError):
            pass  # it need not read to the end what it refuses
    return _parsed(b"".join(parts))


def _parsed(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return _parsed(body)
    first, *lines = head.split(b"\r\n")
    if not first:
        return Answer(0)
    headers = dict(line.decode("latin-1").lower().split(": ", 1) for line in lines if b": " in line)
    return Answer(int(first.split()[1]), headers, body)


async def to_application(app: ASGIApp, case: Case) -> Answer:
    """The same as an ASGI server would hand it on; an exception of the application is one here."""
    path, _, query = case.target.partition(b"#")[0].partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": case.method.decode("latin-1").upper(),
        "path": unquote_to_bytes(path).decode("utf-8", "replace"), "raw_path": path, "query_string": query, "root_path": "",
        "scheme": "http", "headers": [*_with_host(case), (b"content-length", str(max(len(case.body) + case.lie, 0)).encode())],
        "client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 8080), "state": {},
    }  # fmt: skip
    coming: list[Message] = [{"type": "http.request", "body": case.body}]
    gone: Message = {"type": "http.disconnect"}
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else gone

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        return Answer(0)
    headers = {name.decode("latin-1").lower(): each.decode("latin-1") for name, each in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))


def _with_host(case: Case) -> list[tuple[bytes, bytes]]:
    named = [(name.lower(), each) for name, each in case.headers]
    return named if any(name == b"host" for name, _ in named) else [(b"host", b"127.0.0.1"), *named]

"""HTTP/1.1 with as little as will do, on bare asyncio, so that neither who sends nor who answers is what is measured."""

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
Handler = Callable[[str, str, bytes, bytes], bytes | None]
"""Method, path, head and body to a whole answer; None: it is never answered."""


def request(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    """A whole request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def answer(status: int, body: bytes = b"", headers: str = "") -> bytes:
    """A whole answer."""
    return (
        f"HTTP/1.1 {status} .\r\nContent-Type: application/fhir+json\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


class _Connection(asyncio.Protocol):
    """Cuts what comes into messages. take: called with the head and the body of each."""

    transport: asyncio.Transport

    def __init__(self, take: Callable[[bytes, bytes], None]) -> None:
        self._take, self._came = take, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        while (end := self._came.find(_END)) >= 0:
            head = self._came[:end]
            whole = end + len(_END) + _length(head)
            if len(self._came) < whole:
                return
            body, self._came = self._came[end + len(_END) : whole], self._came[whole:]
            self._take(head, body)


class Answering(_Connection):
    """One connection to a server."""

    def __init__(self, handler: Handler) -> None:
        super().__init__(self._message)
        self._handler = handler

    def _message(self, head: bytes, body: bytes) -> None:
        method, path = head.split(b" ", 2)[:2]
        said = self._handler(method.decode(), path.decode(), head, body)
        if said is not None:
            self.transport.write(said)


class Asking(_Connection):
    """One connection of who sends: one request at a time. Raises ConnectionError where it is cut."""

    def __init__(self) -> None:
        super().__init__(self._message)
        self._waits: asyncio.Future[int] | None = None

    def ask(self, whole: bytes) -> "asyncio.Future[int]":
        """The status of the answer."""
        self._waits = asyncio.get_running_loop().create_future()
        self.transport.write(whole)
        return self._waits

    def _message(self, head: bytes, body: bytes) -> None:
        assert self._waits is not None
        self._waits.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_exception(ConnectionError("the service closed the connection"))


async def send(port: int, requests: Iterator[bytes], connections: int) -> tuple[float, list[float]]:
    """Send everything over so many connections, each its next request after its last answer: seconds in all, and of each."""
    loop = asyncio.get_running_loop()
    took: list[float] = []

    async def one(asking: Asking) -> None:
        for whole in requests:
            began = perf_counter()
            _require(await asking.ask(whole))
            took.append(perf_counter() - began)

    opened = [(await loop.create_connection(Asking, "127.0.0.1", port))[1] for _ in range(connections)]
    began = perf_counter()
    await asyncio.gather(*map(one, opened))
    seconds = perf_counter() - began
    for each in opened:
        each.transport.close()
    return seconds, took


async def send_at_rate(port: int, requests: Iterator[bytes], per_second: float, most: int = 64) -> list[float]:
    """Send each at its time, whatever becomes of those before it: seconds from the time at which it was to be sent."""
    loop = asyncio.get_running_loop()
    places = asyncio.Semaphore(most)
    free: list[Asking] = []
    took: list[float] = []

    async def one(whole: bytes, planned: float) -> None:
        async with places:
            _require(await asked(whole))
            took.append(perf_counter() - planned)

    async def asked(whole: bytes) -> int:
        """Over a connection that is free and still open, else a new one: servers close those that were idle for a while."""
        while free:
            asking = free.pop()
            if asking.transport.is_closing():
                continue
            try:
                status = await asking.ask(whole)
            except ConnectionError:
                continue
            free.append(asking)
            return status
        asking = (await loop.create_connection(Asking, "127.0.0.1", port))[1]
        status = await asking.ask(whole)
        free.append(asking)
        return status

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for place, whole in enumerate(requests):
            planned = began + place / per_second
            await asyncio.sleep(max(0.0, planned - perf_counter()))
            group.create_task(one(whole, planned))
    for each in free:
        each.transport.close()
    return took


def _require(status: int) -> None:
    if not 200 <= status < 300:
        raise RuntimeError(f"a notification was answered with {status}")


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    if at < 0:
        return 0
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0])

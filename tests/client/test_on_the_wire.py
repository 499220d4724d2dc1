"""A server on a real socket: cut connections, lengths that are wrong, bodies that never end, certificates."""

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fhir_adapter.client.auth import bearer
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.outcome import Stored
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import ExchangeFailed
from tests.client.played import TOKEN, Hours, listed, patient, searched

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Turn = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
P1 = json.dumps(patient()).encode()


class Wire:
    """A server on 127.0.0.1 that takes one turn for each request, in the order they come; the last one again and again."""

    def __init__(self, *turns: Turn) -> None:
        self.turns = [*turns]
        self.asked: list[bytes] = []
        self.bodies: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.asked.append(head)
                length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
                self.bodies.append(await reader.readexactly(length))
                turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
                await turn(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def opened(self, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=context)
        async with server:
            yield f"{'http' if context is None else 'https'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/fhir"


def says(body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None) -> Turn:
    """A whole answer, or one whose length is wrong."""

    async def turn(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return turn


async def hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def hangs_up_within(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + P1[:20])
    await writer.drain()
    writer.close()


async def hangs_up_within_chunks(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + P1[:20] + b"\r\n")
    await writer.drain()
    writer.close()


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def is_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def stops_within(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + P1[:20])
    await writer.drain()
    await reader.read()


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not reader.at_eof():
        writer.write(b" ")
        await writer.drain()
        await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.01)


async def speaks_otherwise(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n\r\n")
    await writer.drain()
    writer.close()


def played(wire: Wire, call: Callable[[FhirClient], Awaitable[Any]], hours: Hours | None = None, **settings: Any) -> Any:
    """What a call against a real socket comes to."""
    time = hours or Hours()

    async def play() -> Any:
        async with wire.opened() as url:
            made = Settings(**settings)
            client = FhirClient(url, bearer(TOKEN), made, clock=time.clock, sleep=time.sleep, draw=lambda: 0.5)
            async with client:
                return await call(client)

    return asyncio.run(play())


async def read(client: FhirClient) -> Any:
    return await client.read("Patient", "p1")


async def put(client: FhirClient) -> Any:
    return await client.put(P1, "Patient", "p1")


BROKEN: dict[str, tuple[Turn, str]] = {
    "it hangs up": (hangs_up, "cut"),
    "it resets the connection": (resets, "cut"),
    "it hangs up within the body": (hangs_up_within, "half"),
    "it hangs up within a chunk": (hangs_up_within_chunks, "half"),
    "it never answers": (is_silent, "timeout"),
    "it stops within the body": (stops_within, "half"),
    "it speaks something else": (speaks_otherwise, "cut"),
    "it announces less than it sends": (says(P1, "200 OK", "Connection: close", length=20), "not-json"),
    "its gzip is none": (says(P1, "200 OK", "Content-Encoding: gzip"), "half"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_read_survives_a_broken_connection(how: str) -> None:
    wire = Wire(BROKEN[how][0], says(P1))
    assert played(wire, read, read=0.2) == P1
    assert len(wire.asked) == 2


@pytest.mark.parametrize("how", BROKEN)
def test_a_connection_that_stays_broken_has_a_name(how: str) -> None:
    turn, code = BROKEN[how]
    with pytest.raises(ExchangeFailed) as raised:
        played(Wire(turn), read, read=0.1, tries=2)
    assert (raised.value.code, raised.value.tries) == (code, 2)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


@pytest.mark.parametrize("how", ["it hangs up within the body", "it stops within the body"])
def test_a_write_with_half_an_answer_is_not_repeated(how: str) -> None:
    wire = Wire(BROKEN[how][0])
    with pytest.raises(ExchangeFailed, match=r"^PUT Patient/\{id\}: only a part of the answer came \(status 200\)"):
        played(wire, put, read=0.1)
    assert wire.bodies == [P1]


def test_a_write_whose_answer_is_lost_is_the_same_write_again() -> None:
    wire = Wire(resets, hangs_up, says(b"", "201 Created", 'ETag: W/"1"'))
    assert played(wire, put) == Stored("1", True)
    assert wire.bodies == [P1] * 3


def test_a_body_that_drips_ends_with_the_time_for_the_call() -> None:
    with pytest.raises(ExchangeFailed) as raised:
        played(Wire(drips), read, read=5, deadline=0.3)
    assert (raised.value.code, raised.value.tries) == ("deadline", 1)


def test_nobody_at_the_address() -> None:
    async def play() -> None:
        async with Wire(is_silent).opened() as url:
            pass
        hours = Hours()
        async with FhirClient(url, bearer(TOKEN), Settings(tries=3), clock=hours.clock, sleep=hours.sleep) as client:
            await read(client)

    with pytest.raises(ExchangeFailed) as raised:
        asyncio.run(play())
    assert (raised.value.code, raised.value.whose, raised.value.tries) == ("unreachable", "the network's", 3)


def test_the_server_is_given_the_time_that_it_asks_for() -> None:
    hours = Hours()
    busy = says(b"", "503 Service Unavailable", "Retry-After: 2")
    later = says(b"", "429 Too Many Requests", "Retry-After: Tue, 14 Nov 2023 22:13:30 GMT")
    assert played(Wire(busy, later, says(P1)), read, hours) == P1
    assert hours.slept == [2.125, 10 - 2.125 + 0.25]


def test_a_small_body_that_unpacks_to_a_large_one_is_not_read() -> None:
    packed = gzip.compress(b" " * 20_000_000)
    with pytest.raises(ExchangeFailed) as raised:
        played(Wire(says(packed, "200 OK", "Content-Encoding: gzip")), read, largest_body=100_000)
    assert raised.value.code == "too-large"
    assert played(Wire(says(gzip.compress(P1), "200 OK", "Content-Encoding: gzip")), read) == P1


def test_pages_come_over_one_connection_after_another() -> None:
    first = json.dumps(searched([patient("a")], "?page=2")).encode()
    second = json.dumps(searched([patient("b")])).encode()
    wire = Wire(says(first), hangs_up, says(second))
    found = played(wire, lambda c: listed(c.search("Patient", [])))
    assert [one["id"] for one in found] == ["a", "b"]
    assert [head.split(b" ")[1] for head in wire.asked] == [b"/fhir/Patient?_count=200"] + [b"/fhir/Patient?page=2"] * 2
    assert all(f"authorization: bearer {TOKEN}".encode() in head.lower() for head in wire.asked)


def test_many_calls_share_few_connections() -> None:
    async def many(client: FhirClient) -> Any:
        return await asyncio.gather(*(read(client) for _ in range(60)))

    assert played(Wire(says(P1)), many, connections=3) == [P1] * 60


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "played")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2001, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return tmp_path / "cert.pem", tmp_path / "key.pem"


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_certificate_that_is_trusted_is_spoken_to(certificate: tuple[Path, Path], trusted: bool) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    settings = Settings(ca_file=str(certificate[0]) if trusted else None)
    wire = Wire(says(P1))
    hours = Hours()

    async def play() -> Any:
        async with (
            wire.opened(context) as url,
            FhirClient(url, bearer(TOKEN), settings, clock=hours.clock, sleep=hours.sleep) as client,
        ):
            return await read(client)

    if trusted:
        assert asyncio.run(play()) == P1
        return
    with pytest.raises(ExchangeFailed) as raised:
        asyncio.run(play())
    assert (raised.value.code, raised.value.tries, wire.asked) == ("untrusted", 1, [])

"""One request and its whole answer, or the kind of trouble that came instead; the only module that speaks HTTP."""

import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from fhir_adapter.client.address import Addresses
from fhir_adapter.client.answer import Answer, Fault, elements_of
from fhir_adapter.client.settings import Settings

_FHIR: Final = "application/fhir+json"
_KEPT: Final = ("content-location", "etag", "location", "retry-after", "x-progress", "content-type", "last-modified", "expires")
_NO_BODY: Final = (204, 304)
_REDIRECTS: Final = {"GET": (301, 302, 303, 307, 308)}
"""Statuses that lead on; for what is not GET only those that keep the method."""
_KEEPING_METHOD: Final = (307, 308)

BEFORE: tuple[tuple[type[Exception], str], ...] = (
    (httpx.PoolTimeout, "busy"),
    (httpx.ConnectTimeout, "unreachable"),
    (httpx.TimeoutException, "timeout"),
    (httpx.ConnectError, "unreachable"),
    (httpx.ProxyError, "unreachable"),
    (httpx.LocalProtocolError, "protocol"),
    (httpx.UnsupportedProtocol, "protocol"),
    (httpx.TransportError, "cut"),
    (OSError, "cut"),
)
"""What an exception means before an answer begins: the first that fits."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What to ask. body: made anew for each try where it is a function. A good answer is JSON, or empty where nothing was read.

    values: statuses beside 2xx that are an answer and no trouble. route: how it is told, without ids.
    """

    method: str
    url: str = field(repr=False)
    route: str
    body: bytes | Callable[[], bytes] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    values: frozenset[int] = frozenset()


class _TooLarge(Exception):
    """More bytes than allowed."""


def open_client(settings: Settings, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """An HTTP client that keeps no cookies, follows no redirects, obeys no environment and logs no URLs."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(
        transport=transport,
        verify=ssl.create_default_context(cafile=settings.ca_file) if transport is None else True,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=settings.connections, max_keepalive_connections=settings.connections),
        headers={"Accept": _FHIR, "Cache-Control": "no-cache", "User-Agent": "marrow"},  # some servers keep answers to searches
    )


async def exchange(
    client: httpx.AsyncClient, errand: Errand, addresses: Addresses, settings: Settings, header: str | None, left: float
) -> Answer | Fault:
    """Ask once, and follow redirects on the same host. header: the Authorization; left: seconds that it may take."""
    body = errand.body() if callable(errand.body) else errand.body
    url = errand.url
    for _ in range(settings.most_redirects + 1):
        headers = {**errand.headers, **({"Authorization": header} if header and addresses.is_own(url) else {})}
        timeout = httpx.Timeout(
            connect=min(settings.connect, left),
            read=min(settings.read, left),
            write=min(settings.read, left),
            pool=min(settings.pool, left),
        )
        try:
            request = client.build_request(errand.method, url, content=body, headers=headers, timeout=timeout)
        except (httpx.InvalidURL, ValueError):
            return Fault("protocol")
        answer = await _ask(client, request, settings.largest_body)
        if isinstance(answer, Fault) or answer.status not in _REDIRECTS.get(errand.method, _KEEPING_METHOD):
            return _judged(answer, errand)
        target = addresses.follow(url, answer.headers.get("location", ""))
        if target is None:
            return Fault("redirected", answer.status)
        url = target
    return Fault("redirected")


def _judged(answer: Answer | Fault, errand: Errand) -> Answer | Fault:
    if isinstance(answer, Fault) or answer.status // 100 != 2 or answer.status == 202:
        return answer
    may_be_empty = errand.method != "GET" or answer.status == 204
    if not (may_be_empty and not answer.body) and elements_of(answer.body) is None:
        return Fault("not-json", answer.status)
    return answer


async def _ask(client: httpx.AsyncClient, request: httpx.Request, largest: int) -> Answer | Fault:
    try:
        response = await client.send(request, stream=True)
    except (httpx.HTTPError, OSError) as error:
        return Fault(fault_of(error))
    counted = not response.is_stream_consumed  # of a body that a transport has already, nothing is downloaded
    try:
        body = await _body(response, largest)
    except _TooLarge:
        return Fault("too-large", response.status_code)
    except (httpx.HTTPError, httpx.StreamError, OSError):
        return Fault("half", response.status_code)
    finally:
        await _closed(response)
    if counted and not _is_whole(response, request.method):
        return Fault("half", response.status_code)
    return Answer(response.status_code, {name: response.headers[name] for name in _KEPT if name in response.headers}, body)


def fault_of(error: BaseException) -> str:
    """What an exception before an answer means; a refused certificate hides below a failed connection."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, ssl.SSLCertVerificationError):
            return "untrusted"
        below = below.__cause__ or below.__context__
    return next((code for kind, code in BEFORE if isinstance(error, kind)), "cut")


async def _body(response: httpx.Response, largest: int) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > largest:
        raise _TooLarge
    read = bytearray()
    async for chunk in response.aiter_bytes():
        read += chunk
        if len(read) > largest:
            raise _TooLarge
    return bytes(read)


async def _closed(response: httpx.Response) -> None:
    try:
        await response.aclose()
    except (httpx.HTTPError, OSError):
        return


def _is_whole(response: httpx.Response, method: str) -> bool:
    announced = response.headers.get("content-length", "")
    if not announced or method == "HEAD" or response.status_code in _NO_BODY:
        return True
    return bool(announced.isdecimal() and int(announced) == response.num_bytes_downloaded)

"""A large file from a server to the disk: in pieces, on from where it was cut, and under its name only when it is whole."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from fhir_adapter.client.bulk_export import NDJSON
from fhir_adapter.client.exchange import fault_of
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.partial import Of, Partial
from fhir_adapter.client.trouble import ExchangeFailed, trouble_of
from fhir_adapter.client.waiting import asked_pause, pause
from fhir_adapter.client.whole import Whole, settle

ROUTE = "GET an exported file"
EXPIRED = frozenset(("file-gone", "forbidden", "unauthorised", "refused"))
"""What a link that has expired comes to, by the server: a newer one may be asked for."""

_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = frozenset((429, 500, 502, 503, 504))
_PASSING_FAULTS = frozenset(("unreachable", "busy", "timeout", "cut", "half", "not-ndjson"))
_RANGE = re.compile(r"bytes (?P<first>\d{1,18})-\d{1,18}/(?P<total>\d{1,18}|\*)")
_UNSATISFIED = re.compile(r"bytes \*/(?P<total>\d{1,18})")
_CODINGS = ("", "identity", "gzip", "x-gzip")


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a try came to nothing. renewed: it may be tried again at once, with another token or from the start."""

    code: str
    status: int | None = None
    wait: float | None = None
    renewed: bool = False


async def fetch_file(
    server: FhirClient, url: str, to: Path, part: Path, *, with_token: bool, came: Callable[[int], None]
) -> Whole:
    """Put what is at an address under `to`, as text, whole or not at all; raises ExchangeFailed, and OSError of the disk.

    part: where it is collected, as it is sent; what an earlier call left there is gone on with if the server still has the same.
    with_token: else no credentials are shown; to another host they never are. came: is called with the bytes of each piece.
    """
    courier = server.courier
    partial = Partial(part)
    tried, most = 0, partial.size
    while True:
        found = await _once(server, url, partial, with_token, came)
        if found is None:
            whole = await asyncio.to_thread(settle, part, to)
            if whole is not None:
                partial.drop()
                return whole
            partial.drop()
            found = _Trouble("not-ndjson")
        tried = 1 if partial.size > most else tried + 1
        most = max(most, partial.size)
        passing = found.renewed or found.code in _PASSING_FAULTS or found.status in _PASSING
        if not passing or tried >= courier.settings.tries:
            raise ExchangeFailed(found.code, ROUTE, status=found.status, tries=tried, retry_after=found.wait)
        if not found.renewed:
            await courier.sleep(pause(tried, courier.settings, courier.draw()) + (found.wait or 0.0))


async def _once(server: FhirClient, url: str, partial: Partial, with_token: bool, came: Callable[[int], None]) -> _Trouble | None:
    """One try, on from what is there; None where all of it has come."""
    courier = server.courier
    target = courier.addresses.guard(url, ROUTE)
    on_from = partial.of.validator if partial.of is not None and partial.size else None
    offset = partial.size if on_from else 0
    headers = {"Accept": f"{NDJSON}, application/ndjson;q=0.9, */*;q=0.1", "Accept-Encoding": "gzip"}
    if on_from:
        headers |= {"Range": f"bytes={offset}-", "If-Range": on_from}
    for _ in range(courier.settings.most_redirects + 1):
        shown = with_token and courier.addresses.is_own(target)
        token = await server.auth.header(courier) if shown else None
        async with _opened(server, target, headers | ({"Authorization": token} if token else {})) as response:
            if isinstance(response, str):
                return _Trouble(response)
            if response.status_code in _REDIRECTS:
                target = courier.addresses.guard(urljoin(target, response.headers.get("location", "")), ROUTE)
                continue
            if response.status_code not in (200, 206):
                renewed = response.status_code == 401 and token is not None and server.auth.forget(token)
                return _refused(server, response, partial, offset, renewed)
            return await _taken(response, partial, offset, came)
    return _Trouble("redirected")


@asynccontextmanager
async def _opened(server: FhirClient, url: str, headers: dict[str, str]) -> AsyncIterator[httpx.Response | str]:
    """The answer, its body still to come; or the trouble before it."""
    courier = server.courier
    limits = courier.settings
    timeout = httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.read, pool=limits.pool)
    request = courier.client.build_request("GET", url, headers=headers, timeout=timeout)
    try:
        response = await courier.client.send(request, stream=True)
    except (httpx.HTTPError, OSError) as error:
        yield fault_of(error)
        return
    try:
        yield response
    finally:
        await response.aclose()


def _refused(server: FhirClient, response: httpx.Response, partial: Partial, offset: int, renewed: bool) -> _Trouble | None:
    courier, status = server.courier, response.status_code
    if status == 416:
        total = _UNSATISFIED.fullmatch(response.headers.get("content-range", ""))
        if total and int(total["total"]) == offset and partial.of is not None and partial.of.total in (None, offset):
            return None  # all of it was there already
        partial.drop()
        return _Trouble("half", status, renewed=offset > 0)
    wait = asked_pause(response.headers.get("retry-after"), courier.settings, courier.clock.wall())
    return _Trouble("file-gone" if status in (404, 410) else trouble_of(status), status, wait, renewed)


async def _taken(response: httpx.Response, partial: Partial, offset: int, came: Callable[[int], None]) -> _Trouble | None:
    """Write what comes to what is there; None where it is all."""
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in _CODINGS or response.headers.get("content-type", "").startswith("text/html"):
        return _Trouble("not-ndjson", response.status_code)
    total = _announced(response)
    if response.status_code == 206:
        found = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if found is None or int(found["first"]) != offset or partial.of is None or partial.of.coding != coding:
            partial.drop()
            return _Trouble("half", 206, renewed=offset > 0)
        total = partial.of.total if found["total"] == "*" else int(found["total"])
    else:
        partial.begin(Of(_validator(response), total, coding))
    with partial.opened() as file:
        pieces = response.aiter_raw()
        while True:
            try:
                piece = await anext(pieces, None)
            except (httpx.HTTPError, httpx.StreamError, OSError):
                return _Trouble("half", response.status_code)
            if piece is None:
                break
            file.write(piece)
            came(len(piece))
    return None if total is None or partial.size == total else _Trouble("half", response.status_code)


def _announced(response: httpx.Response) -> int | None:
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def _validator(response: httpx.Response) -> str | None:
    """What names these very bytes, to go on with them only: a strong ETag, else when they were last changed."""
    if response.headers.get("accept-ranges", "").strip().lower() == "none":
        return None
    etag: str = response.headers.get("etag", "").strip()
    if etag and not etag.startswith("W/"):
        return etag
    modified: str | None = response.headers.get("last-modified")
    return modified

"""All pages of a search: resources one by one, along next links that stay on the server and come to an end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import blake2b

import msgspec

from fhir_adapter.client.address import Addresses
from fhir_adapter.client.answer import Answer
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.elements import Shape

_ABSENT = (404, 410)


class _Link(Shape):
    relation: str | None = None
    url: str | None = None


class _Search(Shape):
    mode: str | None = None


class _Entry(Shape):
    resource: msgspec.Raw = msgspec.Raw()  # empty where the entry has none
    search: _Search | None = None


class _Page(Shape):
    resource_type: str
    link: tuple[_Link, ...] = ()
    entry: tuple[_Entry, ...] = ()


_PAGE = msgspec.json.Decoder(_Page)


async def walk(
    first: str, route: str, ask: Callable[[str], Awaitable[Answer]], addresses: Addresses, most: int
) -> AsyncIterator[bytes]:
    """The resources of all pages, each in its bytes; what a page says about the search itself is left out.

    Never ends early: raises ExchangeFailed where a page is missing, is on another host, was read before, or is one too many.
    """
    url: str | None = first
    seen: set[bytes] = set()
    while url is not None:
        if len(seen) == most:
            raise ExchangeFailed("too-many-pages", route)
        seen.add(_trace(url))
        answer = await ask(url)
        if answer.status in _ABSENT:
            raise ExchangeFailed("page-expired" if len(seen) > 1 else "unsupported", route, status=answer.status)
        page = _page(answer, route)
        for entry in page.entry:
            about_the_search = entry.search is not None and entry.search.mode == "outcome"
            if not about_the_search and (resource := bytes(entry.resource)):
                yield resource
        url = _next(page, url, route, addresses)
        if url is not None and _trace(url) in seen:
            raise ExchangeFailed("next-again", route)


def _page(answer: Answer, route: str) -> _Page:
    try:
        found = _PAGE.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if found is None or found.resource_type != "Bundle":
        raise ExchangeFailed("not-fhir", route, status=answer.status)
    return found


def _next(page: _Page, url: str, route: str, addresses: Addresses) -> str | None:
    links = [link.url for link in page.link if link.relation == "next" and link.url]
    if not links:
        return None
    target = addresses.follow(url, links[0])
    if target is None:
        raise ExchangeFailed("next-elsewhere", route)
    return target


def _trace(url: str) -> bytes:
    return blake2b(url.encode(), digest_size=16).digest()

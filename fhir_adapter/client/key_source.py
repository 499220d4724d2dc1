"""Where the keys of who gives tokens are published: a file or an address, read again when they are old or one is not known."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from fhir_adapter.client.accepted import NoKeys, PublicKeys, public_keys
from fhir_adapter.client.address import Addresses, origin_of
from fhir_adapter.client.courier import Courier
from fhir_adapter.client.exchange import Errand, open_client
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.client.waiting import Clock

FRESH = 600.0
"""Seconds after which keys are read again, so that one that was taken back does not open for long."""
LAST = 3600.0
"""Seconds after which keys that could not be read again open nothing any more."""
PAUSE = 60.0
"""Seconds between two readings, however many unknown keys are named."""
_LARGEST = 1024 * 1024
_ROUTE = "GET the key set"

Reading = Callable[[], Awaitable[bytes]]


class KeysUnavailable(Exception):
    """The keys cannot be had now, so nobody can tell whether a token is good."""


class KeySource:
    """Keys that are kept. read: raises OSError or ExchangeFailed. One event loop only."""

    def __init__(self, read: Reading, clock: Clock) -> None:
        self._read, self._clock = read, clock
        self._keys: PublicKeys | None = None
        self._since = self._tried = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    async def keys(self, named: tuple[str, str]) -> PublicKeys:
        """The keys, read again where the one that is named is not among them and a while has passed. Raises KeysUnavailable."""
        age = self._clock.steady() - self._since
        known = self._keys is not None and named in self._keys and age < LAST
        if (not known or age >= FRESH) and self._clock.steady() - self._tried >= PAUSE:
            self._tried = self._clock.steady()
            self._asking = asyncio.create_task(self._renew())
        if not known and self._asking is not None:
            await asyncio.shield(self._asking)
        if self._keys is None or self._clock.steady() - self._since >= LAST:
            raise KeysUnavailable
        return self._keys

    async def _renew(self) -> None:
        try:
            self._keys, self._since = public_keys(await self._read()), self._clock.steady()
        except (OSError, ExchangeFailed, NoKeys):
            return  # what is kept serves until it is too old


def of_file(path: Path) -> Reading:
    """The bytes of a file, read beside the loop."""

    def read() -> bytes:
        with path.open("rb") as opened:
            return opened.read(_LARGEST)

    async def reading() -> bytes:
        return await asyncio.to_thread(read)

    return reading


def of_url(url: str, ca_file: str | None, clock: Clock, transport: httpx.AsyncBaseTransport | None = None) -> Reading:
    """What is published at an https address; redirects are followed on its host only. Raises ValueError for another address."""
    origin = origin_of(url)
    if origin is None or origin.scheme != "https":
        raise ValueError("expected an https address, without user, query and fragment")
    addresses = Addresses(url, frozenset())
    settings = Settings(connect=5, read=5, deadline=10, tries=2, largest_body=_LARGEST, ca_file=ca_file)
    errand = Errand("GET", url, _ROUTE, headers={"Accept": "application/json"})

    async def reading() -> bytes:
        async with open_client(settings, transport) as client:
            courier = Courier(client, addresses, settings, clock, asyncio.sleep, random.random)
            return (await courier.carry(errand, "read")).body

    return reading

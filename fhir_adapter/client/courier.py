"""An errand to its answer: tries again what may be tried again, with fresh credentials where asked, until time runs out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import httpx

from fhir_adapter.client.address import Addresses
from fhir_adapter.client.answer import Answer, Fault, complaint
from fhir_adapter.client.exchange import Errand, exchange
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import ExchangeFailed, trouble_of
from fhir_adapter.client.waiting import Clock, asked_pause, pause

Effect = Literal["read", "repeatable", "once"]
"""What doing it twice would do: nothing, the same as once, or something else."""

_ON_THE_WAY = frozenset(("unreachable", "busy", "timeout", "cut"))
_FOR_A_WHILE = frozenset((429, 502, 503, 504))
AGAIN: dict[Effect, frozenset[str | int]] = {
    "read": frozenset((*_ON_THE_WAY, "half", "not-json", *_FOR_A_WHILE, 500)),
    "repeatable": frozenset((*_ON_THE_WAY, *_FOR_A_WHILE)),
    "once": frozenset(),
}
"""The troubles and statuses after which an errand is tried again."""


class Auth(Protocol):
    """How we prove who we are."""

    async def header(self, courier: "Courier") -> str | None:
        """The Authorization header; None where none is needed."""

    def forget(self, header: str) -> bool:
        """The server did not accept this header; whether another one can be had."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Carries errands. draw: a random number from 0 to 1; sleep: waits for seconds."""

    client: httpx.AsyncClient
    addresses: Addresses
    settings: Settings
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    draw: Callable[[], float]

    async def carry(self, errand: Errand, effect: Effect, auth: Auth | None = None) -> Answer:
        """The answer, of a status that the errand takes for one; raises ExchangeFailed for everything else."""
        until = self.clock.steady() + self.settings.deadline
        for tried in range(1, self.settings.tries + 1):
            found = await self._try(errand, auth, until)
            if isinstance(found, Answer) and (found.status // 100 == 2 or found.status in errand.values):
                return replace(found, tries=tried)
            asked = self._asked(found)
            wait = pause(tried, self.settings, self.draw()) + (asked or 0.0)
            if not _may_try_again(found, effect) or tried == self.settings.tries or wait >= until - self.clock.steady():
                break
            await self.sleep(wait)
        raise _failed(found, errand, tried, asked)

    async def _try(self, errand: Errand, auth: Auth | None, until: float) -> Answer | Fault:
        left = until - self.clock.steady()
        if left <= 0:
            return Fault("deadline")
        try:
            async with asyncio.timeout(left):
                header = None if auth is None else await auth.header(self)
                found = await self._exchange(errand, header, until)
                if auth is None or header is None or found.status != 401 or not auth.forget(header):
                    return found
                return await self._exchange(errand, await auth.header(self), until)
        except TimeoutError:
            return Fault("deadline")

    async def _exchange(self, errand: Errand, header: str | None, until: float) -> Answer | Fault:
        left = until - self.clock.steady()
        if left <= 0:
            return Fault("deadline")
        return await exchange(self.client, errand, self.addresses, self.settings, header, left)

    def _asked(self, found: Answer | Fault) -> float | None:
        if isinstance(found, Fault):
            return None
        return asked_pause(found.headers.get("retry-after"), self.settings, self.clock.wall())


def _may_try_again(found: Answer | Fault, effect: Effect) -> bool:
    return (found.code if isinstance(found, Fault) else found.status) in AGAIN[effect]


def _failed(found: Answer | Fault, errand: Errand, tries: int, asked: float | None) -> ExchangeFailed:
    if isinstance(found, Fault):
        return ExchangeFailed(found.code, errand.route, status=found.status, tries=tries)
    issues = complaint(found.body)
    return ExchangeFailed(
        trouble_of(found.status), errand.route, status=found.status, issues=issues, tries=tries, retry_after=asked
    )

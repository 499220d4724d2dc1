"""The tasks that work while the service listens: woken by what comes in, patient after patient, until they are told to stop."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from engine.pack.program import Pack
from fhir_adapter.client.trouble import ExchangeFailed
from marrow.fault import unforeseen
from marrow.service.store.rows import InboxFull, StoreUnavailable
from marrow.service.work.calls import aside
from marrow.service.work.changes import work_changes
from marrow.service.work.keeping import kept
from marrow.service.work.means import EHR, Means
from marrow.service.work.missed import Gap, ask_missed
from marrow.service.work.patients import work_patient
from marrow.service.work.sweeping import sweep

LOG = structlog.get_logger("marrow.service.work")
POLL = 1.0
"""Seconds after which work that another process took in, or that became due, is seen."""

_SWEEP_POLL = 5.0
_LONGEST_PAUSE = 15.0
_TIDY = 3600.0
_GAPS = 100


class Bell:
    """Rung when there may be something to do: who waits goes on."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until it is rung, or the seconds are over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


class Work:
    """The tasks over one store; several processes may share it. workers: patients worked at the same time."""

    def __init__(self, means: Means, pack: Pack, workers: int, sweep_every: float, reread_every: float) -> None:
        self._means, self._pack = means, pack
        self._sweep_every, self._reread_every = sweep_every, reread_every
        self._changes, self._patients = Bell(), [Bell() for _ in range(workers)]
        self._sweeps, self._stale = Bell(), Bell()
        self._gaps: deque[Gap] = deque(maxlen=_GAPS)
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = asyncio.Event()

    def start(self) -> None:
        """Begin; `stop` ends it."""
        self._tasks = [asyncio.create_task(self._lasting(self._changes, POLL, self._file))]
        self._tasks += [asyncio.create_task(self._lasting(bell, POLL, self._patient)) for bell in self._patients]
        self._tasks.append(asyncio.create_task(self._lasting(self._stale, _TIDY, self._tidy)))
        if self._means.client is not None:
            self._tasks.append(asyncio.create_task(self._lasting(self._sweeps, _SWEEP_POLL, self._sweep)))

    async def stop(self, seconds: float) -> None:
        """Let what is begun end, and no longer than that; what is left is done by the next process."""
        self._stopped.set()
        self._ring(self._changes, *self._patients, self._sweeps, self._stale)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def told(self, is_alarmed: bool, gap: Gap | None = None) -> None:
        """Something was taken in. is_alarmed: a sweep is wanted, and before it what a gap says was missed."""
        self._ring(self._changes)
        if is_alarmed:
            if gap is not None:
                self._gaps.append(gap)
            self._ring(self._sweeps)

    def _ring(self, *bells: Bell) -> None:
        for bell in bells:
            bell.ring()

    async def _lasting(self, bell: Bell, poll: float, work: Callable[[], Awaitable[bool]]) -> None:
        """Work while there is some, then wait; in trouble wait longer each time."""
        failed = 0
        while not self._stopped.is_set():
            try:
                did = await work()
                failed = 0
            except (StoreUnavailable, ExchangeFailed, InboxFull) as error:
                LOG.warning("work has to wait", code=type(error).__name__)
                did, failed = False, failed + 1
            except Exception as error:  # noqa: BLE001 - the service goes on, and says where it failed
                LOG.error("a fault in Marrow itself", code=unforeseen(error))
                did, failed = False, failed + 1
            if failed:
                await self._pause(min(_LONGEST_PAUSE, 0.25 * 2.0 ** min(failed, 10)))
            elif not did:
                await bell.wait(poll)

    async def _pause(self, seconds: float) -> None:
        """Less where the service stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    async def _file(self) -> bool:
        did = await work_changes(self._means) > 0
        if did:
            self._ring(*self._patients)
        return did

    async def _patient(self) -> bool:
        return await work_patient(self._means, self._pack)

    async def _tidy(self) -> bool:
        await aside(self._means.store.tidy, self._means.now())
        return False

    async def _sweep(self) -> bool:
        means = self._means
        while self._gaps:
            await ask_missed(means, self._gaps.popleft())
            self._ring(self._changes)
        kind = await aside(means.store.claim_sweep, means.who, EHR, means.now(), self._sweep_every, self._reread_every)
        if kind == "none":
            return False
        async with kept(means.who.seconds, lambda: means.store.renew_sweep(means.who, EHR, means.now())):
            await sweep(means, kind == "whole")
        await aside(means.store.finish_sweep, means.who, EHR, means.now(), kind == "whole")
        self._ring(self._changes, *self._patients)
        return True


async def until_idle(means: Means, pack: Pack) -> tuple[int, int]:
    """Work until nothing is to be done now: changes filed, patients worked."""
    filed = worked = 0
    while True:
        did = await work_changes(means)
        filed += did
        if await work_patient(means, pack):
            worked += 1
        elif not did:
            return filed, worked

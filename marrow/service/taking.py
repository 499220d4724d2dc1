"""Notifications into the store: those that wait at the same time share one commit, and each is answered only after it."""

import asyncio
from collections.abc import Callable, Sequence

from fhir_adapter.notification.notice import Notice
from marrow.service.store.rows import InboxFull, TakenIn

_AT_ONCE = 200
TakeAll = Callable[[Sequence[tuple[str, Notice]], float], list[TakenIn | InboxFull]]


class Taking:
    """Hands notices to the store in the order of their coming. take_all: blocks, and is all or nothing."""

    def __init__(self, take_all: TakeAll, now: Callable[[], float]) -> None:
        self._take_all, self._now = take_all, now
        self._waiting: list[tuple[str, Notice, asyncio.Future[TakenIn]]] = []
        self._task: asyncio.Task[None] | None = None

    async def take(self, source: str, notice: Notice) -> TakenIn:
        """After it is stored. Raises InboxFull and StoreUnavailable: then it is not."""
        done: asyncio.Future[TakenIn] = asyncio.get_running_loop().create_future()
        self._waiting.append((source, notice, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await done

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            try:
                found = await asyncio.to_thread(self._take_all, [(source, notice) for source, notice, _ in batch], self._now())
            except Exception as error:  # noqa: BLE001 - it belongs to those who wait
                for _, _, done in batch:
                    _fail(done, error)
                continue
            for (_, _, done), each in zip(batch, found, strict=True):
                if isinstance(each, InboxFull):
                    _fail(done, each)
                elif not done.done():
                    done.set_result(each)


def _fail(done: "asyncio.Future[TakenIn]", error: Exception) -> None:
    if not done.done():
        done.set_exception(error)

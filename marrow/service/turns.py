"""One evaluation at a time, beside the loop that listens; who comes while too many wait is sent away."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from marrow.service.faults import Refused

Found = TypeVar("Found")
PAUSE = 2
"""Seconds after which who was sent away may try again."""


class Turns:
    """A thread for the work, and the number of requests that hold a body or wait for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._present = 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="marrow-evaluate")

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request; raises Refused (503) where none is free."""
        if self._present >= self._most:
            raise Refused(503, "too many requests are being worked on; try again", {"Retry-After": str(PAUSE)})
        self._present += 1
        try:
            yield
        finally:
            self._present -= 1

    async def take(self, work: Callable[[], Found]) -> Found:
        """What the work comes to, when it is its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, copy_context().run, work)

    def close(self) -> None:
        """After the work that has begun, none."""
        self._worker.shutdown(cancel_futures=True)

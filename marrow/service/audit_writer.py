"""The audit on its way into the store: written in batches by a thread of its own, in order, and tried until it is there."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from uuid import uuid4

import msgspec
import structlog

from fhir_adapter.identity import Resource
from marrow.service.audit import Happening, audit_event
from marrow.service.store.rows import AuditRow

LOG = structlog.get_logger("marrow.service.audit")
_AT_ONCE = 500
_MOST = 20_000
_PAUSE = 1.0

_GATHERED = 0.06
"""Seconds in which rows come together, so that not each of them has a commit of its own that what is told has to wait for."""

Write = Callable[[Sequence[AuditRow]], None]


class AuditWriter:
    """write: blocks until rows are durable, and raises where they are not. marrow: a reference to the Device that Marrow is.

    What was told may be lost only with the process itself, or where the store does not answer until `close` gives up.
    """

    def __init__(self, write: Write, marrow: Resource, most: int = _MOST, pause: float = _PAUSE) -> None:
        self._write, self._marrow, self._most, self._pause = write, marrow, most, pause
        self._waiting: deque[AuditRow] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing more should happen that has to be told."""
        return len(self._waiting) >= self._most

    def note(self, happening: Happening) -> None:
        """Keep it to be written; does not block."""
        body = msgspec.json.encode(audit_event(happening, str(uuid4()), self._marrow))
        with self._changed:
            self._waiting.append(AuditRow(happening.at, body, happening.patient))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="marrow-audit", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self, seconds: float = 10.0) -> None:
        """Write what waits, to be called last; gives up after the seconds, and says how much is lost."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        if self._waiting:
            LOG.error("the audit could not be written", count=len(self._waiting))

    def _run(self) -> None:
        while self._has_work():
            self._closing.wait(_GATHERED)
            batch = self._next()
            try:
                self._write(batch)
            except Exception as error:  # whatever it is, who did what is not forgotten
                LOG.warning("the audit has to wait", exc_info=error, count=len(self._waiting))
                if self._closing.wait(self._pause):
                    self._last_try(batch)
                    return
                continue
            self._written(len(batch))

    def _last_try(self, batch: list[AuditRow]) -> None:
        """When the service stops and the store did not answer: everything once more."""
        try:
            while batch:
                self._write(batch)
                self._written(len(batch))
                batch = self._next()
        except Exception:  # noqa: BLE001 - close() says how much is lost
            return

    def _next(self) -> list[AuditRow]:
        with self._changed:
            return list(islice(self._waiting, _AT_ONCE))

    def _has_work(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
            return bool(self._waiting)

    def _written(self, how_many: int) -> None:
        with self._changed:
            for _ in range(how_many):
                self._waiting.popleft()

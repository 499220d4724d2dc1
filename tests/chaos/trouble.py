"""What befalls the FHIR server, its notifications and the database while the service works, by seed."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from threading import Event

from tests.fhir_server.running import Fault, FhirServer

_PATHS = ("", "^/Condition", "^/Observation", "^/Patient")
_REFUSALS: tuple[Fault, ...] = (
    {"status": 409},
    {"status": 412},
    {"status": 429, "retry_after": 1},
    {"status": 500},
    {"status": 500, "after": True},
    {"status": 503, "retry_after": 1},
    {"status": 401},
    {"cut": True},
    {"reset": True},
    {"reset": True, "after": True},
    {"seconds": 0.3},
    {"seconds": 2},
    {"seconds": 4, "reset": True, "after": True},
)
"""What can befall a request; after: it has taken effect by then."""


class Troubles:
    """pid: of the FHIR server. throw_out: ends all connections to the database, None where it is a file."""

    def __init__(self, server: FhirServer, pid: int, throw_out: Callable[[], int] | None, seed: int) -> None:
        self._server, self._pid, self._throw_out = server, pid, throw_out
        self._draw = Random(seed)
        self.met: Counter[str] = Counter()

    def work(self, until: Event) -> None:
        """One trouble after the other, with quiet between them, until told to stop; then all is well again."""
        try:
            while not until.wait(self._draw.uniform(0.2, 1.5)):
                self._draw.choice(
                    (self._requests, self._requests, self._requests, self._notices, self._notices, self._away, self._database)
                )(until)
        finally:
            self._server.heal()

    def _requests(self, until: Event) -> None:
        faults = [self._fault() for _ in range(self._draw.randint(1, 3))]
        self._server.faults(*faults)
        until.wait(self._draw.uniform(0.5, 3))
        self._server.heal()

    def _fault(self) -> Fault:
        chosen = self._draw.choice(_REFUSALS)
        self.met[", ".join(f"{name} {value}" if value is not True else name for name, value in chosen.items())] += 1
        more: Fault = {"probability": self._draw.choice((0.1, 0.3, 1.0)), "seed": self._draw.randrange(2**31)}
        return {**chosen, **more, "path": self._draw.choice(_PATHS)}

    def _notices(self, until: Event) -> None:
        odds = {name: self._draw.choice((0.0, 0.2, 0.6)) for name in ("drop", "duplicate", "reorder", "delay")}
        self._server.disturb(seed=self._draw.randrange(2**31), **odds, seconds=2)
        self.met["notifications disturbed"] += 1
        until.wait(self._draw.uniform(1, 4))
        self._server.heal()

    def _away(self, until: Event) -> None:
        """The machine of the FHIR server stands still: connections are made, and nothing comes back."""
        with stopped(self._pid):
            self.met["FHIR server away"] += 1
            until.wait(self._draw.uniform(0.5, 3))

    def _database(self, until: Event) -> None:
        if self._throw_out is not None and self._throw_out():
            self.met["database connections ended"] += 1


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process stands still for as long as this lasts."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)

"""What all work is done with: the store, the EHR's server, the clock, and how long to wait after trouble."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.waiting import Clock
from marrow.service.audit import Happening
from marrow.service.metrics import Metrics
from marrow.service.store.rows import Claimant, Concluded
from marrow.service.store.store import Store
from marrow.service.work.judging import Question

EHR = "ehr"
"""The name under which the configured FHIR server notifies."""

_FIRST, _LONGEST = 1.0, 600.0


def untold(_: Happening) -> None:
    """Nobody is told."""


def day_of(now: float, zone: tzinfo) -> int:
    """The day in a zone, as a proleptic ordinal. now: seconds since 1970."""
    return datetime.fromtimestamp(now, UTC).astimezone(zone).toordinal()


@dataclass(frozen=True, slots=True)
class Means:
    """client: None where no server is configured; then only what is told with its content is known, and nothing is written.

    judge: evaluates beside the loop, one at a time. zone: in which days begin. tell: the audit, of what is written to the server.
    """

    store: Store
    client: FhirClient | None
    judge: Callable[[Question], Awaitable[Concluded]]
    who: Claimant
    clock: Clock
    zone: tzinfo
    metrics: Metrics
    tell: Callable[[Happening], None] = untold

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.wall()

    def today(self) -> int:
        """The day on which patients are evaluated, as a proleptic ordinal: whatever the clock says, even when it was set back."""
        return day_of(self.now(), self.zone)

    def again(self, tried: int) -> float:
        """When to try again what was tried so often in vain: each time after twice as long, at most after ten minutes."""
        return self.now() + min(_LONGEST, _FIRST * 2.0 ** min(tried, 16))

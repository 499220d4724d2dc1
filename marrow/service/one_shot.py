"""One sweep from the command line, beside a running service or without one."""

from dataclasses import dataclass

from fhir_adapter.client.trouble import ExchangeFailed
from marrow.packs import load_pack
from marrow.service.metrics import Metrics
from marrow.service.running import CLOCK, judges_of, means_of, move_in, open_store
from marrow.service.settings import Settings, WrongSettings
from marrow.service.work.calls import aside
from marrow.service.work.loops import until_idle
from marrow.service.work.sweeping import sweep

__all__ = ["ExchangeFailed", "Swept", "swept"]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to: resources seen on the server, changes filed, patients worked, patients parked in the end."""

    seen: int
    filed: int
    worked: int
    parked: int


async def swept(settings: Settings, whole: bool, work: bool) -> Swept:
    """Sweep, and work until nothing is left to do now. Raises WrongSettings, ExchangeFailed and what the store raises."""
    if settings.fhir_base_url is None:
        raise WrongSettings("MARROW_FHIR_BASE_URL: not set; expected the address of the FHIR server, as https://ehr.example/fhir")
    pack = load_pack(settings.pack)
    store = await aside(open_store, settings)
    await aside(move_in, settings, store, pack)
    judges = judges_of(settings)
    means = means_of(settings, store, judges, Metrics(), CLOCK)
    try:
        seen = await sweep(means, whole)
        filed, worked = await until_idle(means, pack) if work else (0, 0)
        counts = await aside(store.counts, means.now(), means.today())
        return Swept(seen, filed, worked, counts.parked)
    finally:
        if means.client is not None:
            await means.client.aclose()
        judges.close()
        store.close()

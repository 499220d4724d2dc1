"""What the service holds while it runs: the store, the EHR's server, and the tasks that work."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, tzinfo
from hashlib import blake2b
from os import getpid
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from engine import __version__
from engine.judgement import Evaluator
from engine.pack.program import Pack
from fhir_adapter.client.address import origin_of
from fhir_adapter.client.waiting import Clock
from fhir_adapter.identity import device_reference
from marrow.packs import pack_files, pack_folder
from marrow.service.audit_writer import AuditWriter
from marrow.service.fhir_access import open_fhir_client
from marrow.service.judges import Judges
from marrow.service.metrics import Metrics
from marrow.service.settings import Settings, WrongSettings
from marrow.service.store.rows import Claimant, Concluded, WrongPack
from marrow.service.store.store import Store
from marrow.service.taking import Taking
from marrow.service.work.calls import aside
from marrow.service.work.judging import Judge, Question
from marrow.service.work.loops import Work
from marrow.service.work.means import Means

CLOCK = Clock(time.time, time.monotonic)
_GRACE = 10.0
"""Seconds in which work that has begun may end when the service stops."""

Asked = Callable[[Question], Awaitable[Concluded]]


def open_store(settings: Settings) -> Store:
    """The store that the settings name, with its schema as this version needs it."""
    names = {_name(each) for each in (settings.fhir_base_url, *settings.fhir_server_names) if each is not None}
    store = Store(
        settings.database_url.get_secret_value(),
        most_waiting=settings.max_inbox,
        threads=settings.workers + 4,
        knows_server=lambda name: _name(name) in names,
    )
    store.migrate()
    return store


def move_in(settings: Settings, store: Store, pack: Pack) -> None:
    """The store works by this pack from now on. Raises WrongSettings where it belongs to another, and what the store raises."""
    files = pack_files(pack_folder(settings.pack))
    written = [__version__, settings.fhir_release or "", *(text for each in files.items() for text in each)]
    try:
        store.move_in(pack.name, blake2b("\0".join(written).encode(), digest_size=16).hexdigest())
    except WrongPack as wrong:
        raise WrongSettings(str(wrong)) from None


def judges_of(settings: Settings) -> Judges:
    """The processes that evaluate with both evaluators; to be closed."""
    return Judges(settings.pack, settings.fhir_release, settings.judges)


def means_of(settings: Settings, store: Store, judge: Asked, metrics: Metrics, clock: Clock) -> Means:
    """What work is done with; its client belongs to this event loop and is to be closed."""
    return Means(
        store=store,
        client=None if settings.fhir_base_url is None else open_fhir_client(settings, clock),
        judge=judge,
        who=Claimant(f"{getpid()}-{uuid4().hex[:12]}", settings.lease_seconds),
        clock=clock,
        zone=zone_of(settings),
        metrics=metrics,
    )


class Running:
    """The service at work, between `start` and `stop`. judge: instead of processes with both evaluators. Raises WrongSettings."""

    def __init__(
        self, settings: Settings, store: Store, pack: Pack, metrics: Metrics, judge: Evaluator | None = None, clock: Clock = CLOCK
    ) -> None:
        move_in(settings, store, pack)
        self._judges = judges_of(settings)
        asked = self._judges if judge is None else _here(Judge(pack, judge, settings.fhir_release))
        self.audit = AuditWriter(store.write_audit, device_reference(pack))
        self.means = replace(means_of(settings, store, asked, metrics, clock), tell=self.audit.note)
        metrics.watch(lambda: store.counts(self.means.now(), self.means.today()), self.means.now)
        self.work = Work(self.means, pack, settings.workers, settings.sweep_seconds, settings.reread_seconds)
        self.door = Taking(store.take_in_all, self.means.now)

    def start(self) -> None:
        if self.means.judge is self._judges:
            self._judges.warm()
        self.work.start()

    async def stop(self) -> None:
        """Nothing that has begun is cut short before its time; the store is closed."""
        await self.work.stop(_GRACE)
        if self.means.client is not None:
            await self.means.client.aclose()
        await aside(self._judges.close)
        await aside(self.audit.close)
        await aside(self.means.store.close)


def _here(judge: Judge) -> Asked:
    """In this process, one at a time."""
    turn = asyncio.Lock()

    async def judged(question: Question) -> Concluded:
        async with turn:
            return await aside(judge, question)

    return judged


def _name(url: str) -> str:
    """A server's address in one spelling."""
    origin = origin_of(url)
    return url if origin is None else f"{origin.scheme}://{origin.host}:{origin.port}{urlsplit(url).path.rstrip('/')}"


def zone_of(settings: Settings) -> tzinfo:
    """In which days begin. Raises WrongSettings."""
    try:
        return UTC if settings.time_zone == "UTC" else ZoneInfo(settings.time_zone)
    except (ValueError, OSError):
        raise WrongSettings("MARROW_TIME_ZONE: expected an IANA name as Europe/Berlin, and tzdata on this machine") from None

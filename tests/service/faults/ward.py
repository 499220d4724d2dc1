"""The service's door and its work in the tests' process, over a database and beside a real FHIR server; nobody really waits."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from fhir_adapter.client.auth import NO_AUTH
from fhir_adapter.client.courier import Auth
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.settings import Settings as Limits
from fhir_adapter.client.waiting import Clock
from marrow.service.app import application
from marrow.service.evaluate import EvaluateBundle
from marrow.service.metrics import Metrics
from marrow.service.running import open_store
from marrow.service.settings import Settings
from marrow.service.standing import standing
from marrow.service.store.rows import Claimant, Concluded
from marrow.service.work.judging import Judge, Question
from marrow.service.work.loops import until_idle
from marrow.service.work.means import Means
from tests.fhir_server.running import FhirServer
from tests.service.work.children import laboratory
from tests.service.work.world import PACK, PLAIN, digests

NOWHERE = "http://127.0.0.1:1/fhir"
TOKEN = "the-token-of-the-ward"
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)

Json = dict[str, Any]


@dataclass
class Ward:
    """tell: through the door; work: until nothing is left to do now. base: where the FHIR server is thought to be.

    moved: seconds by which the clock was moved, at first to the next noon: whoever lets hours pass must not meet midnight, when
    everybody is due again, only because of the hour at which a test is run. slept: what the client would have waited.
    """

    server: FhirServer
    url: str
    auth: Auth = NO_AUTH
    base: str = ""
    patience: float = 60
    moved: float = field(default_factory=lambda: _until_noon(time.time()))
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = self.base or self.server.base
        settings = Settings(database_url=self.url, fhir_base_url=self.server.base, notification_token=TOKEN)  # type: ignore[arg-type]
        self.store = open_store(settings)
        self.app = application(settings, PLAIN, self.store)

    def write(self, resource: Json) -> httpx.Response:
        """A clinic's system stores a resource on the FHIR server, which tells of it."""
        return self.tell(self.server.put(resource))

    def tell(self, stored: Json) -> httpx.Response:
        """What the door answers to who says that this was stored."""
        path = f"/notifications/ehr/{stored['resourceType']}/{stored['id']}"
        headers = {"Content-Type": "application/fhir+json", "Authorization": f"Bearer {TOKEN}"}

        async def told() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as door:
                return await door.put(path, content=json.dumps(stored), headers=headers)

        return asyncio.run(told())

    def work(self) -> tuple[int, int]:
        """How many changes were filed and how many patients worked."""
        found: tuple[int, int] = self.run(lambda means: until_idle(means, PACK))
        return found

    def run(self, work: Callable[[Means], Awaitable[Any]]) -> Any:
        async def done() -> Any:
            async with self._client() as client:
                return await work(self._means(client))

        return asyncio.run(done())

    def later(self, seconds: float) -> None:
        self.moved += seconds

    def status(self) -> Json:
        """What `marrow status` would say."""
        return standing(self.store, self._now(), "UTC")

    def served(self) -> dict[str, str]:
        """What stands on the server of ours, as digests."""
        others = self.server.dump().splitlines()
        return digests(_DECODER.decode(line) for line in self.server.dump(own=True).splitlines() if line not in others)

    def batch(self) -> dict[str, str]:
        """What a batch evaluation of the server's content states."""
        entries = [{"resource": json.loads(line)} for line in self.server.dump().splitlines()]
        bundle = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
        answer = EvaluateBundle(PACK, PLAIN)(bundle, date.fromordinal(self._means(None).today()), None)
        return digests(entry["resource"] for entry in _DECODER.decode(answer.bundle)["entry"])

    def _now(self) -> float:
        return time.time() + self.moved

    def _client(self) -> FhirClient:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        limits = Limits(tries=3, read=self.patience, deadline=600, longest_asked_pause=60)
        return FhirClient(self.base, self.auth, limits, clock=self._clock(), sleep=sleep, draw=lambda: 0.0)

    def _clock(self) -> Clock:
        return Clock(self._now, time.monotonic)

    def _means(self, client: FhirClient | None) -> Means:
        judge = Judge(PACK, PLAIN)

        async def judged(question: Question) -> Concluded:
            return judge(question)

        return Means(self.store, client, judged, Claimant("ward", 60), self._clock(), UTC, Metrics())


def _until_noon(now: float) -> float:
    """Seconds from now to the next noon, UTC."""
    return (43_200 - now) % 86_400


def value(number: float = 0.15, identity: str = "told") -> Json:
    """A value of the child that changes nothing, or does."""
    return laboratory("msc-01", identity, "anc", number, "2013-11-01T08:00:00+08:00")


def all_is_well(ward: Ward) -> None:
    """What stands is what the batch states, and nothing is left to do."""
    assert ward.served() == ward.batch() != {}
    found = ward.status()
    assert {name: found[name] for name in ("waiting", "due", "parked", "undelivered", "troubled")} == dict.fromkeys(
        ("waiting", "due", "parked", "undelivered", "troubled"), 0
    )

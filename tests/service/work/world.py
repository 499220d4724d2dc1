"""A hospital in the tests' process: its FHIR server, Marrow's store and work beside it, and a clock that the test sets."""

import asyncio
import json
from collections.abc import Coroutine
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from engine.judgement import Evaluator
from engine.pack.program import Pack
from fhir_adapter.client.auth import NO_AUTH
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.waiting import Clock
from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.read import read_notification
from fhir_adapter.substance import digest_of
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.service.evaluate import EvaluateBundle
from marrow.service.metrics import Metrics
from marrow.service.store.rows import Claimant, Concluded, TakenIn
from marrow.service.store.store import Store
from marrow.service.work.judging import Judge, Question
from marrow.service.work.loops import until_idle
from marrow.service.work.means import EHR, Means
from marrow.service.work.sweeping import sweep
from tests.service.work.ehr import BASE, Ehr

TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMITS = Limits()
PACK = load_pack("lan_2021")
PLAIN = evaluator(PACK, "plain")
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)

Json = dict[str, Any]
T = TypeVar("T")


class World:
    """tell: what the server says; work: until nothing is left to do; stated: what stands on the server of ours."""

    def __init__(self, url: str, judge: Evaluator = PLAIN, pack: Pack = PACK, has_server: bool = True) -> None:
        self.ehr, self.pack, self._evaluator = Ehr(), pack, judge
        self.seconds = TODAY.timestamp()
        self.store = Store(url, knows_server=lambda name: name == BASE)
        self.store.migrate()
        self.clock = Clock(lambda: self.seconds, lambda: self.seconds)
        self._has_server = has_server

    def means(self, name: str = "tests") -> Means:
        judge = Judge(self.pack, self._evaluator)

        async def judged(question: Question) -> Concluded:
            return judge(question)

        return Means(
            self.store, self.client() if self._has_server else None, judged, Claimant(name, 60), self.clock, UTC, Metrics()
        )

    def client(self) -> FhirClient:
        async def sleep(_: float) -> None:
            return None

        return FhirClient(BASE, NO_AUTH, Settings(tries=2), self.ehr, clock=self.clock, sleep=sleep, draw=lambda: 0.0)

    def tell(self, *calls: Call) -> list[TakenIn]:
        return [self.store.take_in(EHR, read_notification(call, LIMITS), self.seconds) for call in calls]

    def work(self) -> tuple[int, int]:
        return self._run(until_idle(self.means(), self.pack))

    def sweep(self, whole: bool = False) -> int:
        return self._run(sweep(self.means(), whole))

    def later(self, days: float = 0, seconds: float = 0) -> None:
        self.seconds += days * 86_400 + seconds

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.seconds, UTC).date()

    def stated(self, kind: str = "Condition") -> dict[str, Json]:
        """What stands on the server of ours and was not withdrawn, by id."""
        return {one["id"]: one for one in self.ehr.everything(own=True) if one["resourceType"] == kind and not is_withdrawn(one)}

    def outcomes(self, patient: str) -> dict[str, str]:
        """What is concluded of a patient, by the name of the conclusion."""
        return {name: json.loads(line)["outcome"] for name, line in self.store.conclusions(f"Patient/{patient}").items()}

    def batch(self) -> dict[str, str]:
        """What a batch evaluation of the server's content states, as digests by `Type/id`."""
        entries = [{"resource": one} for one in self.ehr.everything(own=False)]
        if not entries:
            return {}
        bundle = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
        answer = EvaluateBundle(self.pack, self._evaluator)(bundle, self.today, None)
        return digests(entry["resource"] for entry in _DECODER.decode(answer.bundle)["entry"])

    def served(self) -> dict[str, str]:
        """The same of what stands on the server."""
        return digests(_DECODER.decode(json.dumps(one)) for one in self.ehr.everything(own=True))

    def writes(self) -> int:
        """How often something was put onto the server."""
        return sum(method == "PUT" for method, _ in self.ehr.asked)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)


def digests(resources: Any) -> dict[str, str]:
    """Conditions, Observations and ResearchSubjects that stand, by `Type/id`."""
    kinds = ("Condition", "Observation", "ResearchSubject")
    return {
        f"{one['resourceType']}/{one['id']}": digest_of(one)
        for one in resources
        if one["resourceType"] in kinds and not is_withdrawn(one)
    }


def is_withdrawn(resource: Json) -> bool:
    codes = {coding["code"] for coding in resource.get("verificationStatus", {}).get("coding", ())}
    return "entered-in-error" in codes or resource.get("status") in ("entered-in-error", "not-registered")


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'marrow.db'}"

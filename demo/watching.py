"""What stands on the FHIR server of Marrow's, and what is concluded: asked again and again, each change seen once."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.conclusion import NOT_APPLICABLE
from engine.pack.program import Pack
from marrow.service.store.store import Store
from marrow.service.telling import Telling, tell
from tests.chaos.checker import is_own, stands
from tests.fhir_server.running import FhirServer

Json = dict[str, Any]
PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class Sighting:
    """A Condition of ours in the version that stands now. at: when it was first seen, as `time.monotonic` counts."""

    resource: Json
    at: float

    @property
    def version(self) -> str:
        return str(self.resource["meta"]["versionId"])

    @property
    def is_standing(self) -> bool:
        return stands(self.resource)

    @property
    def text(self) -> str:
        return str(self.resource["code"]["text"])

    @property
    def course(self) -> str:
        """The clinical status."""
        return str(self.resource["clinicalStatus"]["coding"][0]["code"])


@dataclass(frozen=True, slots=True)
class Changed:
    """A Condition as it was when last shown, as it is now, and how many versions there were up to now."""

    before: Sighting | None
    now: Sighting
    number: int


class Watch:
    """One patient's Conditions on the server and conclusions in Marrow's store."""

    def __init__(self, server: FhirServer, store: Store, pack: Pack, patient: str) -> None:
        self._server, self._store, self._pack, self._patient = server, store, pack, patient
        self._seen: dict[str, Sighting] = {}
        self._shown: dict[str, Sighting] = {}
        self._told: dict[str, Telling] = {}

    def look(self) -> Mapping[str, Sighting]:
        """Ours as they are on the server now, by id."""
        for one in self._server.conditions(self._patient):
            known = self._seen.get(one["id"])
            if is_own(one) and (known is None or known.version != one["meta"]["versionId"]):
                self._seen[one["id"]] = Sighting(one, time.monotonic())
        return self._seen

    def courses(self) -> dict[str, str]:
        """The clinical status of each Condition that stands, by its text."""
        return {one.text: one.course for one in self.look().values() if one.is_standing}

    def outcomes(self) -> dict[str, str]:
        """What Marrow concludes, by conclusion."""
        lines = self._store.conclusions(f"Patient/{self._patient}")
        return {name: json.loads(line)["outcome"] for name, line in lines.items()}

    def is_idle(self) -> bool:
        """Whether Marrow has nothing to do, as far as it was told."""
        now = time.time()
        counts = self._store.counts(now, datetime.fromtimestamp(now, UTC).toordinal())
        return not (counts.waiting or counts.due or counts.parked or counts.undelivered)

    def changed(self) -> list[Changed]:
        """The Conditions that are not as they were at the last call, the first that was seen first."""
        before, self._shown = self._shown, dict(self._seen)
        return [
            Changed(before.get(name), one, len(self._server.history("Condition", name)))
            for name, one in sorted(self._seen.items(), key=lambda each: each[1].at)
            if before.get(name) != one
        ]

    def told(self) -> Iterator[Telling]:
        """The conclusions of which something is written, but no Condition, that are not as they were at the last call."""
        emission = self._pack.emission
        stated = {(spec.conclusion, outcome) for spec in emission.conditions for outcome in spec.outcomes}
        told = dict.fromkeys(emission.undetermined)
        lines = self._store.conclusions(f"Patient/{self._patient}")
        for name in self._pack.conclusions:
            telling = tell(self._pack, lines[name]) if name in lines and name in told else None
            if telling is None or telling.outcome == NOT_APPLICABLE:
                continue
            known = self._told.get(name)
            self._told[name] = telling
            changed = known is None or (known.outcome, known.missing) != (telling.outcome, telling.missing)
            if changed and (name, telling.outcome) not in stated:
                yield telling

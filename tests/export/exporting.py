"""An export by the same code as the command's, with pauses that take no time."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fhir_adapter.client.auth import NO_AUTH
from fhir_adapter.client.bulk_export import Asked
from fhir_adapter.client.courier import Auth
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.resources import SHAPES
from marrow.export.folder import Folder
from marrow.export.run import Export, Exported
from marrow.export.state import State
from tests.client.played import Hours
from tests.export.bulk_server import BulkServer


@dataclass
class Watched:
    """Keeps what a person would have seen."""

    waited: list[str | None] = field(default_factory=list)
    size: int = 0
    there: int = 0

    def waits(self, done: str | None) -> None:
        self.waited.append(done)

    def fetches(self, files: int) -> None:
        self.there = 0

    def came(self, size: int) -> None:
        self.size += size

    def has(self) -> None:
        self.there += 1


@dataclass
class Call:
    """One call of `marrow export`, and of `--resume` where something is kept in the folder."""

    server: BulkServer
    out: Path
    auth: Auth = NO_AUTH
    jobs: int = 2
    keep: bool = False
    hours: Hours = field(default_factory=Hours)
    watched: Watched = field(default_factory=Watched)
    limits: dict[str, Any] = field(default_factory=dict)

    def run(self, asked: Asked | None = None, by_default: bool = False) -> Exported:
        return asyncio.run(self._run(asked or Asked(types=tuple(SHAPES)), by_default))

    def fails(self, asked: Asked | None = None) -> ExchangeFailed:
        try:
            self.run(asked)
        except ExchangeFailed as failed:
            return failed
        raise AssertionError("it came to something")

    async def _run(self, asked: Asked, by_default: bool) -> Exported:
        folder = Folder(str(self.out))
        settings = Settings(**({"tries": 3, "deadline": 1e6} | self.limits))
        async with FhirClient(
            self.server.base, self.auth, settings, clock=self.hours.clock, sleep=self.hours.sleep, draw=lambda: 0.5
        ) as client:
            with folder.held():
                state = folder.state() or State(base=self.server.base, asked=asked, by_default=by_default)
                return await Export(client, folder, state, self.watched, self.jobs, self.keep).run()


def data(out: Path) -> dict[str, bytes]:
    """The data in a folder, as it would be read."""
    return {one.name: one.read_bytes() for one in out.glob("*") if one.is_file()}


def sent(server: BulkServer, *names: str) -> dict[str, bytes]:
    """The server's own bytes under these names, in its order."""
    return dict(zip(names, (one.content for one in server.files if one.section == "output"), strict=True))


NAMES = ("Patient.ndjson", "Observation.ndjson", "Observation.2.ndjson")


def kinds(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}

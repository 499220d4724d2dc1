"""`marrow serve` beside a FHIR server, as a process of its own."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.cli.calls import COMMAND
from tests.fhir_server.running import FhirServer
from tests.service.circle.waiting import until

TOKEN = "the-notification-token-of-the-tests"
IDLE = ("waiting", "due", "parked", "undelivered")


@dataclass(frozen=True)
class Service:
    """A running service: its address, the token of its notifications, its environment and where it logs."""

    address: str
    token: str
    environment: dict[str, str]
    log: Path

    def status(self) -> dict[str, Any]:
        """What `marrow status` says."""
        asked = subprocess.run([COMMAND, "status", "--json"], capture_output=True, text=True, env=self.environment, check=False)
        assert asked.returncode in (0, 1), asked.stderr
        found: dict[str, Any] = json.loads(asked.stdout)
        return found

    def idle(self) -> dict[str, Any]:
        """Wait until nothing is left to do."""
        return until(self.status, lambda found: not any(found[name] for name in IDLE))

    def conditions(self, patient: str) -> set[str]:
        """The ids that the service itself tells."""
        bundle = httpx.get(f"{self.address}/fhir/Condition", params={"patient": patient}, timeout=30).json()
        return {entry["resource"]["id"] for entry in bundle.get("entry", ())}


@contextmanager
def serving(server: FhirServer, folder: Path, **settings: str) -> Iterator[Service]:
    """A service on a free port over an SQLite file in `folder`, else over what the settings say."""
    environment = {
        **os.environ,
        "MARROW_DATABASE_URL": f"sqlite:///{folder / 'marrow.db'}",
        "MARROW_FHIR_BASE_URL": server.base,
        "MARROW_NOTIFICATION_TOKEN": TOKEN,
        "MARROW_LOG_FORMAT": "json",
        **settings,
    }
    log = folder / "service.log"
    command = [COMMAND, "serve", "--port", "0"]
    with (
        log.open("a") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, env=environment) as running,
    ):
        try:
            assert running.stdout is not None
            announced = re.search(r"(http://\S+:\d+); Ctrl-C stops it$", running.stdout.readline().strip())
            assert announced, log.read_text()
            yield Service(announced[1], TOKEN, environment, log)
        finally:
            running.terminate()
            running.wait(60)

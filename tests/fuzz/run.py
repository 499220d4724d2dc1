"""`python -m tests.fuzz.run --seconds 120 --seed 1`: broken requests to a real process, until the time is over."""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from marrow.service.exchanges import exchanges
from tests.fhir_server.running import FhirServer
from tests.fuzz.mutations import Case, case_of
from tests.fuzz.oracle import faults, faults_of_log, tells
from tests.fuzz.seeds import Seed, seeds
from tests.fuzz.wire import over_socket
from tests.service.circle.serving import Service, serving
from tests.service.circle.waiting import until
from tests.service.exchanged import content_of

NOBODY = FhirServer("http://127.0.0.1:1")
_READ_AT_ONCE = 30_000
"""Bytes of a body after which the service may refuse and leave before it has read the rest."""
AFTERWARDS = "after"
"""Before the ids of the child of which a right notification tells in the end."""


@dataclass
class Report:
    """statuses: how many answers of each, 0 for none. findings: what was wrong, with the case that showed it first."""

    statuses: Counter[int] = field(default_factory=Counter)
    findings: dict[str, Case | None] = field(default_factory=dict)

    def note(self, wrong: list[str], case: Case | None = None) -> None:
        for each in wrong:
            self.findings.setdefault(each, case)


@contextmanager
def fuzzed(folder: Path) -> Iterator[Service]:
    """A service that knows no FHIR server."""
    settings = {"FHIR_BASE_URL": "", "MAX_BODY_BYTES": "2000000", "MAX_BODY_SECONDS": "2", "LOG_LEVEL": "debug"}
    with serving(NOBODY, folder, **{f"MARROW_{name}": value for name, value in settings.items()}) as service:
        yield service


def cases(draw: random.Random, chosen: list[Seed], token: str) -> Iterator[Case]:
    while True:
        yield case_of(draw.choice(chosen), draw, token)


def pelt(service: Service, report: Report, coming: Iterator[Case], until_then: float, most: int) -> None:
    """Cases over sockets until a time of the steady clock, or a number of them."""
    split = urlsplit(service.address)
    address = (str(split.hostname), int(split.port or 0))
    for number, case in enumerate(coming):
        if number >= most or time.monotonic() > until_then:
            return
        try:
            answer = over_socket(address, case)
        except TimeoutError:
            report.note(["no answer in time"], case)
            continue
        report.statuses[answer.status] += 1
        report.note(faults(answer, case.target, case.method), case)
        if answer.status == 0 and case.lie <= 0 and len(case.body) < _READ_AT_ONCE:
            report.note(["no answer at all"], case)


def conclude(service: Service, report: Report) -> None:
    """Whether the service still works a right notification rightly, and what it has written of all."""
    with httpx.Client(base_url=service.address, timeout=60) as asking:
        body = afterwards()
        told = asking.post("/notifications/ehr", content=body, headers={"authorization": f"Bearer {service.token}"})
        report.note([] if told.status_code == 200 else [f"a right notification is answered {told.status_code}"])

        def stages() -> list[Any]:
            bundle = asking.get("/fhir/Condition", params={"patient": f"{AFTERWARDS}-p1"}).json()
            return [each["resource"]["stage"][0]["summary"]["coding"][0]["code"] for each in bundle.get("entry", ())]

        found = until(stages)
        report.note([] if found == ["vSAA"] else ["a right notification is worked wrongly"])
        report.note([f"the metrics tell marker {number}" for number in tells(asking.get("/metrics").text)])
    report.note(faults_of_log(service.log.read_text()))


def afterwards() -> bytes:
    """The record of the documentation's child under other ids."""
    text = content_of(exchanges()["transaction"])
    for each in exchanges()["transaction"].request["entry"]:
        kind, old = each["resource"]["resourceType"], each["resource"]["id"]
        text = text.replace(f'"{old}"'.encode(), f'"{AFTERWARDS}-{old}"'.encode())
        text = text.replace(f"{kind}/{old}".encode(), f"{kind}/{AFTERWARDS}-{old}".encode())
    return text


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder, fuzzed(Path(folder)) as service:
        coming = cases(random.Random(given.seed), seeds(everything=True), service.token)
        pelt(service, report, coming, time.monotonic() + given.seconds, sys.maxsize)
        conclude(service, report)
    sys.stdout.write(f"seed {given.seed}: {report.statuses.total()} cases; answers {dict(sorted(report.statuses.items()))}\n")
    for what, case in report.findings.items():
        sys.stdout.write(f"FOUND {what}: {case!r}"[:3000] + "\n")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())

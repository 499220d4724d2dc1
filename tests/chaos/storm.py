"""One storm: a hospital at work, troubles, and services that are killed again and again; then quiet, and the checks."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Literal

from fhir_adapter.write_subscription import TYPES
from marrow.packs import load_pack
from tests.chaos.checker import Finding, Written, check_history, compare, is_explained, name_of, written
from tests.chaos.hospital import Hospital
from tests.chaos.records import Batch, content, histories
from tests.chaos.service import TOKEN, Service, call, status
from tests.chaos.trouble import Troubles
from tests.fhir_server.running import FhirServer, fhir_server
from tests.postgres import fresh_database, throw_out

DatabaseKind = Literal["sqlite", "postgresql"]
PHASES = ("anywhere", "starting", "taking in", "delivering", "delivering")
_TOLD_ONLY = {"waiting", "due", "parked", "undelivered"}
_SETTLED = 240.0
_SAMPLE = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """What a storm is like. services: over one database, each killed by itself. minutes: at most, until it is quiet."""

    database: DatabaseKind
    kills: int
    seed: int
    minutes: float
    children: int
    per_second: float
    services: int


@dataclass(slots=True)
class Report:
    """What was seen."""

    plan: Plan
    killed: Counter[str] = field(default_factory=Counter)
    wrote: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    notices: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    resources: int = 0
    patients: int = 0
    standing: int = 0
    written: Written = field(default_factory=lambda: Written(0, 0))
    explained: tuple[int, int] = (0, 0)
    stormy: float = 0
    settled: float = 0
    findings: list[Finding] = field(default_factory=list)


def storm(plan: Plan, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Report:
    """Run one. tell: what happens now, for a person who watches. The logs of the services stay in the folder."""
    report = Report(plan)
    with ExitStack() as stack:
        server, pid = stack.enter_context(_fhir_server())
        url = stack.enter_context(fresh_database()) if plan.database == "postgresql" else f"sqlite:///{folder / 'marrow.db'}"
        environment = _environment(url, server)
        services = [Service(environment, folder / f"service-{number}.log") for number in range(plan.services)]
        for each in services:
            stack.callback(each.kill)
            each.start()
        _subscribe(server, services)
        hospital = Hospital(server, plan.seed, plan.children)
        ends = (lambda: throw_out(url)) if plan.database == "postgresql" else None
        troubles = Troubles(server, pid, ends, plan.seed + 1)
        begun = time.monotonic()
        with _working(lambda until: hospital.work(until, plan.per_second), troubles.work) as check:
            _kill(plan, server, services, report, tell, check)
        report.stormy = time.monotonic() - begun
        tell("the storm is over; waiting until nothing is left to do")
        report.wrote, report.met = hospital.wrote, troubles.met
        report.met["no database to start with"] = sum(each.restarts for each in services)
        _settle(server, services, environment, report)
        _check(server, services, environment, report, tell)
    return report


def _kill(
    plan: Plan,
    server: FhirServer,
    services: Sequence[Service],
    report: Report,
    tell: Callable[[str], None],
    check: Callable[[], None],
) -> None:
    draw = Random(plan.seed + 2)
    until = time.monotonic() + 60 * plan.minutes
    while report.killed.total() < plan.kills and time.monotonic() < until:
        check()
        chosen, phase = draw.choice(services), draw.choice(PHASES)
        if phase == "starting":
            time.sleep(draw.uniform(0, 1.2))
            phase = "at work" if chosen.is_ready() else phase
        else:
            chosen.wait_until_ready()
            if phase == "anywhere":
                time.sleep(draw.uniform(0, 3))
            else:
                _wait_for(server, "PUT" if phase == "delivering" else "sent", draw.randint(1, 12))
                time.sleep(draw.uniform(0, 0.02))
        chosen.kill()
        report.killed[phase] += 1
        chosen.start()
        tell(f"{report.killed.total()} of {plan.kills} killed")


def _wait_for(server: FhirServer, what: str, more: int, seconds: float = 4) -> None:
    """Until the service has sent, or was sent, so many more; in vain for so long."""
    until = time.monotonic() + seconds
    goal = _seen(server, what) + more
    while _seen(server, what) < goal and time.monotonic() < until:
        time.sleep(0.01)


def _seen(server: FhirServer, what: str) -> int:
    if what == "sent":
        return server.notices()["sent"]
    return sum(number for name, number in server.counts().items() if name.startswith(what))


def _settle(server: FhirServer, services: Sequence[Service], environment: Mapping[str, str], report: Report) -> None:
    """All is well again: every patient is to be read once more, and nothing may be left to do in the end."""
    begun = time.monotonic()
    server.quiet(60)
    for each in services:
        each.wait_until_ready()
    _sweep_whole(environment)
    _wait_until_done(environment, report)
    report.settled = time.monotonic() - begun


def _sweep_whole(environment: Mapping[str, str]) -> None:
    swept = call(environment, "sweep", "--whole", "--no-work")
    assert swept.returncode in (0, 1), swept.stderr.decode()


def _wait_until_done(environment: Mapping[str, str], report: Report) -> None:
    until = time.monotonic() + _SETTLED
    while True:
        found = status(environment)
        left = {name: found[name] for name in sorted(_TOLD_ONLY) if found[name]}
        if not left:
            return
        if time.monotonic() > until:
            reasons = {name: found[name] for name in ("parked_by_reason", "postponed_by_reason", "refused_statements")}
            report.findings.append(Finding("not done", "marrow status", f"{left} after {_SETTLED:.0f} s: {reasons}"))
            return
        time.sleep(0.5)


def _check(
    server: FhirServer, services: Sequence[Service], environment: Mapping[str, str], report: Report, tell: Callable[[str], None]
) -> None:
    tell("comparing what stands with a batch evaluation, and looking at every version that was written")
    batch = Batch(load_pack("lan_2021"), _today())
    facts, served = content(server)
    wanted = batch(facts)
    report.findings += compare(served, wanted)
    before, own = histories(server)
    report.findings += check_history(before, own)
    report.written = written(own)
    sample = [
        (name, each)
        for name, history in sorted(own.items())
        for each in history
        if each.resource and name.startswith("Condition/")
    ]
    sample = Random(report.plan.seed).sample(sample, min(_SAMPLE, len(sample)))
    report.explained = sum(is_explained(name, each, before, batch.digests) for name, each in sample), len(sample)
    report.resources, report.standing = len(facts), len(wanted)
    report.patients = sum(name_of(one).startswith("Patient/") for one in facts)
    report.notices, report.requests = server.notices(), sum(server.counts().values())
    report.findings += [
        Finding("said in the log", f"service {i}", line) for i, one in enumerate(services) for line in one.complaints()
    ]
    _check_that_again_changes_nothing(server, environment, report)


def _check_that_again_changes_nothing(server: FhirServer, environment: Mapping[str, str], report: Report) -> None:
    """Every patient is read and evaluated anew, and nothing is written."""
    before = _seen(server, "PUT")
    _sweep_whole(environment)
    _wait_until_done(environment, report)
    wrote = _seen(server, "PUT") - before
    if wrote:
        report.findings.append(Finding("written for nothing", "all", f"{wrote} times while nothing changed"))


def _subscribe(server: FhirServer, services: Sequence[Service]) -> None:
    """Each type to one of the services, and Observations to all."""
    for number, kind in enumerate(TYPES):
        for each in services if kind == "Observation" else [services[number % len(services)]]:
            server.subscribe(kind, each.endpoint, [f"Authorization: Bearer {TOKEN}"])


def _environment(url: str, server: FhirServer) -> dict[str, str]:
    return {
        "MARROW_DATABASE_URL": url,
        "MARROW_FHIR_BASE_URL": server.base,
        "MARROW_NOTIFICATION_TOKEN": TOKEN,
        "MARROW_LEASE_SECONDS": "3",
        "MARROW_SWEEP_SECONDS": "5",
        "MARROW_REREAD_SECONDS": "45",
        "MARROW_FHIR_DEADLINE_SECONDS": "6",
    }


@contextmanager
def _working(*tasks: Callable[[Event], None]) -> Iterator[Callable[[], None]]:
    """Threads that work until this ends; what one of them died of is raised, at once where it is asked for."""
    until, died = Event(), list[Exception]()

    def run(task: Callable[[Event], None]) -> None:
        try:
            task(until)
        except Exception as error:  # noqa: BLE001 - told to whoever asks
            died.append(error)

    def check() -> None:
        if died:
            raise died[0]

    threads = [Thread(target=run, args=[task]) for task in tasks]
    for each in threads:
        each.start()
    try:
        yield check
    finally:
        until.set()
        for each in threads:
            each.join()
    check()


@contextmanager
def _fhir_server() -> Iterator[tuple[FhirServer, int]]:
    """A FHIR server and the number of its process."""
    before = _children()
    with fhir_server() as server:
        (pid,) = _children() - before
        yield server, pid


def _children() -> set[int]:
    lists = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(number) for each in lists for number in each.read_text().split()}


def _today() -> date:
    return datetime.fromtimestamp(time.time(), UTC).date()

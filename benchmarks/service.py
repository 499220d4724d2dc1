"""The event service under load, beside the floor: the same framework and database doing only the durable INSERT, in one run.

Run it with `.venv/bin/python -m benchmarks.service`. It needs the development dependencies, and a PostgreSQL that
`tests.postgres` finds. The sender and the FHIR server are in this process, the service and the floor in processes of their own.
All figures are medians of the rounds. CPU is that of the service's or the floor's process alone, which others on the machine
disturb least.
"""

import argparse
import asyncio
import gc
import os
import platform
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import psycopg

from benchmarks.events import processes
from benchmarks.events.hospital import Hospital
from benchmarks.events.load import Value, patients, values
from benchmarks.events.processes import Running
from benchmarks.events.wire import Answering, request, send, send_at_rate
from tests.postgres import fresh_database

PATH = "/notifications/ehr"
DATABASES = ("SQLite", "PostgreSQL")
_PATIENCE = 300.0
_VERSIONS = ("fastapi", "uvicorn", "h11", "sqlalchemy", "psycopg")
Row = tuple[str, str]
"""A database, and what was done."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one round: events each second, milliseconds of CPU for each, and seconds of waiting, sorted."""

    rate: float
    cpu: float
    waits: Sequence[float]

    def quantile(self, share: float) -> float:
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))]


class Bench:
    """One run: rounds of the same load. seen: what was measured, round after round."""

    def __init__(self, asked: argparse.Namespace, scratch: Path) -> None:
        self._asked, self._scratch = asked, scratch
        self._patients = patients(asked.patients)
        self.seen: dict[Row, list[Figures]] = defaultdict(list)
        self.asked_of_server: dict[str, int] = {}

    async def round(self) -> None:
        if "ceiling" in self._asked.parts:
            with processes.floor("nothing") as nothing:
                await self._door("", "sender alone", nothing)
        for database in self._asked.databases:
            if "floor" in self._asked.parts:
                with self._fresh(database) as url, processes.floor(url) as floor:
                    await self._door(database, "floor", floor)
            if "idle" in self._asked.parts:
                with self._fresh(database) as url:
                    await self._door_alone(database, url)
            if "busy" in self._asked.parts:
                with self._fresh(database) as url:
                    await self._door_at_work(database, url)
            if "whole" in self._asked.parts:
                with self._fresh(database) as url:
                    await self._whole(database, url)

    async def _door(self, database: str, what: str, running: Running) -> None:
        """Time to 2xx: each number of connections sends values that nobody sent before."""
        first = 1
        for connections in self._asked.connections:
            sent = [_post(each) for each in values(self._patients, self._rounds, self._asked.seed, first)][: self._asked.events]
            first += self._rounds
            before = running.cpu
            seconds, took = await send(running.port, iter(sent), connections)
            self._note(database, f"{what}, {connections} connections", len(sent), seconds, running.cpu - before, took)

    @property
    def _rounds(self) -> int:
        """How many values of each patient make the events."""
        return -(-self._asked.events // len(self._patients))

    async def _door_alone(self, database: str, url: str) -> None:
        """The FHIR server takes requests and never answers: what comes in is stored, and all work stands still."""
        hospital = Hospital(self._patients)
        hospital.stuck = True
        async with Listening(hospital) as fhir, Serving(url, fhir, self._scratch) as running:
            named = request("PUT", f"{PATH}/Observation/only-named")
            await send(running.port, iter([named]), 1)
            await asyncio.sleep(2)  # until the work has asked the server for what was only named
            await self._door(database, "door, work at a standstill", running)

    async def _door_at_work(self, database: str, url: str) -> None:
        async with Listening(Hospital(self._patients)) as fhir, Serving(url, fhir, self._scratch) as running:
            await self._door(database, "door, at work", running)

    async def _whole(self, database: str, url: str) -> None:
        hospital = Hospital(self._patients)
        seed, first = self._asked.seed, 1
        async with Listening(hospital) as fhir, Serving(url, fhir, self._scratch) as running:
            await self._written(database, "patients new, all at once", hospital, running, values(self._patients, 1, seed))
            first += 1
            each = self._asked.each
            await self._written(database, "all at once", hospital, running, values(self._patients, each, seed, first))
            first += each
            hot = values(self._patients[:1], self._asked.hot, seed, first)
            await self._written(database, "one patient, all at once", hospital, running, hot)
            first += self._asked.hot
            for rate in self._asked.rates:
                each = max(1, int(rate * self._asked.seconds / len(self._patients)))
                steady = values(self._patients, each, seed, first)
                await self._written(database, f"{rate:g} each second", hospital, running, steady, rate)
                first += each
        self.asked_of_server = dict(hospital.requests)

    async def _written(
        self, database: str, what: str, hospital: Hospital, running: Running, load: Iterator[Value], rate: float | None = None
    ) -> None:
        """From the POST of each value to the PUT of the Condition that it, or a later one of the same patient, is evidence of."""
        sent = list(load)
        hospital.took.clear()
        before, began = running.cpu, perf_counter()

        def told() -> Iterator[bytes]:
            for each in sent:
                hospital.happens(each)
                yield _post(each)

        if rate is None:
            await send(running.port, told(), 32)
        else:
            await send_at_rate(running.port, told(), rate)
        while hospital.waiting:
            await asyncio.sleep(0.005)
            if perf_counter() - began > _PATIENCE:
                raise TimeoutError(f"{what}: {hospital.waiting} of {len(sent)} values are in no Condition")
        self._note(database, f"whole, {what}", len(sent), perf_counter() - began, running.cpu - before, hospital.took)

    def _note(self, database: str, what: str, events: int, seconds: float, cpu: float, took: Sequence[float]) -> None:
        figures = Figures(events / seconds, cpu / events * 1000, sorted(took))
        self.seen[database, what].append(figures)
        if self._asked.verbose:
            print(_line(database, what, [figures]), flush=True)

    @contextmanager
    def _fresh(self, database: str) -> Iterator[str]:
        if database == "SQLite":
            with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
                yield f"sqlite:///{folder}/marrow.db"
        else:
            with fresh_database() as url:
                yield url


def _post(value: Value) -> bytes:
    return request("POST", PATH, value.resource)


class Listening:
    """The hospital's FHIR server: its address."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def __aenter__(self) -> str:
        self._server = await asyncio.get_running_loop().create_server(lambda: Answering(self._hospital), "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        self._server.close()


class Serving:
    """`marrow serve`; started and ended beside the loop, since it asks the hospital meanwhile."""

    def __init__(self, url: str, fhir: str, scratch: Path) -> None:
        self._context = processes.service(url, fhir, scratch / "service.log")

    async def __aenter__(self) -> Running:
        return await asyncio.to_thread(self._context.__enter__)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._context.__exit__, None, None, None)


def _line(database: str, what: str, rounds: Sequence[Figures]) -> str:
    rate, cpu = (statistics.median(getattr(each, name) for each in rounds) for name in ("rate", "cpu"))
    waits = [statistics.median(each.quantile(share) * 1000 for each in rounds) for share in (0.5, 0.95, 0.99)]
    return f"| {database:10} | {what:45} | {rate:8,.0f} | {cpu:7.2f} | " + " | ".join(f"{each:9,.1f}" for each in waits) + " |"


def _table(seen: dict[Row, list[Figures]]) -> Iterator[str]:
    yield f"| {'database':10} | {'what':45} | {'events/s':8} | {'CPU ms':7} | {'p50 ms':9} | {'p95 ms':9} | {'p99 ms':9} |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for (database, what), rounds in seen.items():
        yield _line(database, what, rounds)


def _machine(asked: argparse.Namespace) -> Iterator[str]:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    load = f"load average {os.getloadavg()[0]:.1f}"
    yield f"{os.cpu_count()} CPUs ({model}), shared by who sends, the service and the database; {load}"
    libraries = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    yield f"Python {platform.python_version()}, {libraries}"
    with fresh_database() as url, psycopg.connect(url) as connection:
        found = [connection.execute(f"SHOW {name}").fetchone() for name in ("server_version", "fsync", "synchronous_commit")]
        server, fsync, commit = (each[0] if each else "?" for each in found)
    yield f"PostgreSQL {server} (fsync {fsync}, synchronous_commit {commit}); SQLite WAL with synchronous=FULL"
    yield f"{asked.patients} patients, seed {asked.seed}, medians of {asked.rounds} rounds"


def main() -> None:
    call = argparse.ArgumentParser(prog="python -m benchmarks.service", description="Measure the event service under load.")
    call.add_argument("--rounds", type=int, default=3, help="of everything (default: 3)")
    call.add_argument("--patients", type=int, default=200, help="(default: 200)")
    call.add_argument("--each", type=int, default=25, help="values of each patient for the whole way (default: 25)")
    call.add_argument("--events", type=int, default=1500, help="for each figure of the door (default: 1500)")
    call.add_argument("--hot", type=int, default=1000, help="values of one patient (default: 1000)")
    call.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32], help="of who sends (default: 1 8 32)")
    call.add_argument(
        "--rates", type=float, nargs="*", default=[5, 20], help="events each second to be sustained (default: 5 20)"
    )
    call.add_argument("--seconds", type=float, default=40, help="for which they are (default: 40)")
    call.add_argument("--seed", type=int, default=1, help="of the values (default: 1)")
    parts = ("ceiling", "floor", "idle", "busy", "whole")
    call.add_argument("--parts", nargs="+", choices=parts, default=parts, help="what is measured (default: everything)")
    call.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES, help="(default: both)")
    call.add_argument("--verbose", action="store_true", help="also show each figure when it is there")
    asked = call.parse_args()
    print("\n".join(_machine(asked)), flush=True)
    with tempfile.TemporaryDirectory(prefix="marrow-bench-") as scratch:
        bench = Bench(asked, Path(scratch))
        gc.freeze()
        for _ in range(asked.rounds):
            asyncio.run(bench.round())
    print(f"load average at the end {os.getloadavg()[0]:.1f}\n\n" + "\n".join(_table(bench.seen)))
    if bench.asked_of_server:
        print(
            "\nasked of the FHIR server in the last round: "
            + ", ".join(f"{n} {m}" for m, n in sorted(bench.asked_of_server.items()))
        )


if __name__ == "__main__":
    main()

"""How long the list of patients takes to answer with many patients in the store, on SQLite and on PostgreSQL.

Run it with `.venv/bin/python -m benchmarks.pages --patients 10000`. The patients are those of the demonstration over and over,
each with days of its own; what is timed is all between request and answer, in CPU time of this process and by the clock.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

import httpx
import msgspec
from fastapi import FastAPI
from sqlalchemy import Connection

from marrow.demo.cohort import bundles
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.service.pages.listing import add_listing
from marrow.service.store import listed
from marrow.service.store.database import insert
from marrow.service.store.rows import Concluded, Kept, Record
from marrow.service.store.store import Store
from marrow.service.store.tables import issues, lines
from marrow.service.work.judging import Judge, Question
from tests.postgres import fresh_database

PATHS = {
    "the first page": "/",
    "a page in the middle": "/?page=100",
    "by two outcomes": "/?c-severity=SAA&c-arm=control",
    "due first": "/?due=90&order=due",
    "what is missing": "/?missing=yes&page=3",
    "by how ids begin": "/?find=msc-01-00",
}
_AT_ONCE = 500


def judged() -> Iterator[tuple[str, Concluded]]:
    """The demonstration's children as they stood on different days."""
    pack = load_pack("lan_2021")
    judge = Judge(pack, evaluator(pack, "plain"))
    encoder = msgspec.json.Encoder(decimal_format="number")
    days = (date(2013, 12, 1), date(2014, 3, 1), date(2018, 4, 13))
    for stem, bundle in bundles("R4"):
        kept = [_kept(encoder.encode(entry["resource"]), place) for place, entry in enumerate(bundle["entry"])]
        for day in days:
            record = Record(tuple(kept), (), 1)
            yield stem, judge(Question(f"Patient/{stem}", record, day.toordinal(), ()))


def _kept(raw: bytes, place: int) -> Kept:
    found = msgspec.json.decode(raw)
    return Kept(found["resourceType"], found["id"], raw, place + 1, True)


def fill(store: Store, patients: int) -> None:
    """Rows for so many patients, as the work of the service writes them."""
    children = list(judged())
    for first in range(0, patients, _AT_ONCE):
        some = [(number, *children[number % len(children)]) for number in range(first, min(first + _AT_ONCE, patients))]
        store._database.write(partial(_write_all, some))


def _write_all(some: Sequence[tuple[int, str, Concluded]], connection: Connection) -> None:
    for one in some:
        _write(connection, *one)


def _write(connection: Connection, number: int, stem: str, concluded: Concluded) -> None:
    patient = f"Patient/{stem}-{number:05d}"
    assert concluded.summary is not None
    moved = None if concluded.summary.start is None else concluded.summary.start - number % 1000
    days = tuple(replace(one, days=one.days + number % 500) for one in concluded.summary.ended)
    listed.write(connection, patient, replace(concluded.summary, start=moved, ended=days), float(number))
    told = [{"patient": patient, "name": name, "line": line} for name, line in concluded.lines.items()]
    connection.execute(insert(connection, lines), told)
    codes = {"unit-unknown": number % 5, "time-invalid": number % 7, "code-contradiction": number % 11}
    rows = [{"patient": patient, "code": code, "count": many} for code, many in codes.items() if many]
    if rows:
        connection.execute(insert(connection, issues), rows)


async def measured(store: Store, runs: int) -> list[tuple[str, float, float, int]]:
    """What was asked, CPU and wall time in milliseconds (medians), and the size of the answer."""
    app, found = FastAPI(), []
    add_listing(app, load_pack("lan_2021"), lambda: store, date(2018, 4, 13).toordinal)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        deadline = time.monotonic() + 120
        while "being drawn" in (await client.get("/")).text:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
        for name, path in PATHS.items():
            times = []
            for _ in range(runs):
                cpu, wall = time.process_time(), time.perf_counter()
                answer = await client.get(path)
                times.append((time.process_time() - cpu, time.perf_counter() - wall))
            found.append((name, 1000 * median(t[0] for t in times), 1000 * median(t[1] for t in times), len(answer.content)))
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'marrow.db'}", "PostgreSQL": stack.enter_context(fresh_database())}
        for name, url in urls.items():
            store = Store(url)
            store.migrate()
            fill(store, asked.patients)
            print(f"{name}, {asked.patients} patients")
            for what, cpu, wall, size in asyncio.run(measured(store, asked.runs)):
                print(f"  {what:22} {cpu:7.1f} ms CPU {wall:7.1f} ms by the clock {size / 1024:6.0f} KiB")
            store.close()


if __name__ == "__main__":
    main()

"""How soon a doctor has the cards: each child of the demonstration cohort, over HTTP, from a service that runs.

Run it with `.venv/bin/python benchmarks/cds.py`; it needs nothing but the installed project. Each request carries all that the
service asks for, as a client of CDS Hooks would send it; the time is that of the client, from the first byte sent to the last one
read, over one connection that stays open. Rounds are in the same process, after one that is not counted. The floor is what the
same framework takes for a path that does nothing, in the same run.
"""

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from engine.pack.program import Pack
from marrow.demo.cohort import bundles
from marrow.packs import load_pack

COMMAND = Path(sys.executable).with_name("marrow")
GOAL_MS = 500
HEADERS = {"Content-Type": "application/json"}
_ENCODER = msgspec.json.Encoder(decimal_format="number")

Json = dict[str, Any]


@contextmanager
def service(scratch: str) -> Iterator[httpx.Client]:
    """A client of a service of its own, with an empty database."""
    environment = {**os.environ, "MARROW_DATABASE_URL": f"sqlite:///{scratch}/marrow.db"}
    command = [COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) as running:
        try:
            assert running.stdout is not None
            announced = re.search(r"http://\S+:\d+", running.stdout.readline())
            if announced is None:
                raise SystemExit("the service did not start: try `marrow serve`")
            with httpx.Client(base_url=announced[0], timeout=60) as client:
                yield client
        finally:
            running.terminate()


def requests(services: Sequence[Json], pack: Pack) -> Iterator[tuple[str, bytes]]:
    """The path and body of a request for each child and service."""
    for _, bundle in bundles("R4"):
        by_type: dict[str, list[Json]] = {}
        for entry in bundle["entry"]:
            by_type.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
        (patient,) = by_type["Patient"]
        for one in services:
            context: Json = {"userId": "Practitioner/p", "patientId": patient["id"]}
            if one["hook"] == "order-select":
                context |= {"selections": ["MedicationRequest/m"], "draftOrders": drafts(pack, one["id"])}
            prefetch = {
                kind: patient if kind == "Patient" else page(by_type[kind]) if kind in by_type else None
                for kind in one["prefetch"]
            }
            body = {"hook": one["hook"], "hookInstance": patient["id"], "context": context, "prefetch": prefetch}
            yield f"/cds-services/{one['id']}", _ENCODER.encode(body)


def page(resources: Sequence[Json]) -> Json:
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def drafts(pack: Pack, service_id: str) -> Json:
    """An order of the first drug that a service is asked about."""
    codes = pack.concepts[pack.hooks[service_id].orders[0]].codes[0]
    drug = {"coding": [{"system": pack.systems[codes.system][0], "code": codes.codes[0]}]}
    order = {
        "resourceType": "MedicationRequest",
        "id": "m",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": drug,
    }
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}


def milliseconds(client: httpx.Client, method: str, path: str, body: bytes = b"") -> float:
    start = time.perf_counter()
    answer = client.request(method, path, content=body, headers=HEADERS)
    took = (time.perf_counter() - start) * 1000
    if answer.status_code != 200 or (body and not answer.json()["cards"]):
        raise SystemExit(f"{path} answered {answer.status_code} without cards")
    return took


def show(label: str, found: Sequence[float]) -> float:
    """A row of the table; the 95th percentile."""
    p95 = statistics.quantiles(found, n=100, method="inclusive")[94]
    print(f"{label:28} {len(found):6} {statistics.median(found):10.1f} {p95:10.1f} {max(found):10.1f}")
    return p95


def main() -> None:
    call = argparse.ArgumentParser(description="Measure how soon a doctor has the cards.")
    call.add_argument("--rounds", type=int, default=5, metavar="N", help="times that each child is asked about (default: 5)")
    asked = call.parse_args()
    pack = load_pack("lan_2021")
    with tempfile.TemporaryDirectory() as scratch, service(scratch) as client:
        services = client.get("/cds-services").json()["services"]
        calls = list(requests(services, pack))
        first = milliseconds(client, "POST", *calls[0])
        for path, body in calls:
            milliseconds(client, "POST", path, body)
        found: dict[str, list[float]] = {}
        for _ in range(asked.rounds):
            for path, body in calls:
                found.setdefault(path, []).append(milliseconds(client, "POST", path, body))
        floor = [milliseconds(client, "GET", "/healthz") for _ in range(asked.rounds * len(calls))]
    sizes = [len(body) / 1024 for _, body in calls]
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}"
    print(f"Python {platform.python_version()}, {machine}, pack lan_2021, both evaluators, strict validation")
    print(f"requests of {min(sizes):.0f} to {max(sizes):.0f} KiB; the very first took {first:.0f} ms\n")
    print(f"{'milliseconds':28} {'calls':>6} {'median':>10} {'p95':>10} {'longest':>10}")
    show("GET /healthz (the floor)", floor)
    p95 = [show(path.removeprefix("/cds-services/"), times) for path, times in found.items()]
    print(f"\nthe goal of {GOAL_MS} ms at the 95th percentile is {'met' if max(p95) <= GOAL_MS else 'missed'}")


if __name__ == "__main__":
    main()

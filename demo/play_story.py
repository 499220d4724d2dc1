"""Marrow beside an EHR, played: a child's record grows on a FHIR server, and Marrow's Conditions appear on it.

Run it with `make demo-service`. The FHIR server is that of the tests (Node.js); Marrow is `marrow serve` and `marrow subscribe`
as anybody would call them. The story is marrow/demo/story.yaml.
"""

import argparse
import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from demo.lines import BOLD, DIM, GREEN, RED, YELLOW, behind, condition, happened, lesser, put, show
from demo.marrow_process import MarrowProcess, NotServed
from demo.watching import PAUSE, Watch
from marrow.demo.story import Scene, Written, load_story, patient_id, scenes
from marrow.packs import load_pack
from marrow.service.store.store import Store
from tests.chaos.checker import Finding, compare, is_own
from tests.fhir_server.running import FhirServer, Refusal, fhir_server

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "demo-service"
PACK = "lan_2021"
PATIENCE = 60.0
_NEEDED = ("@medplum/core", "@medplum/fhir-router", "express")


class Failed(Exception):
    """Something did not come as it should."""


def main(arguments: list[str] | None = None) -> int:
    """Play the story: 0 where everything came and is right, 1 where not, 130 where somebody stopped it."""
    parser = argparse.ArgumentParser(prog="make demo-service", description="Play a child's story on a FHIR server beside Marrow.")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for log, database and results (default: build/demo-service)")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, metavar="SECONDS", help="how long a step may take (default: 60)"
    )
    asked = parser.parse_args(arguments)
    lacking = _lacking()
    if lacking:
        sys.stderr.write(f"make demo-service: {lacking}\n")
        return 1
    for stopped in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopped, signal.default_int_handler)
    try:
        shutil.rmtree(asked.folder, ignore_errors=True)
        asked.folder.mkdir(parents=True)
        return _play(asked.folder, asked.patience)
    except (Failed, NotServed, Refusal, OSError) as failed:
        show(f"FAILED: {failed}", RED)
        show(f"the log is {_short(asked.folder / 'marrow.log')}")
        return 1
    except KeyboardInterrupt:
        show("stopped; everything that was started is stopped too", YELLOW)
        return 130


def _lacking() -> str | None:
    """What has to be installed first."""
    if shutil.which("node") is None:
        return "node is not on this machine (apt-get install nodejs npm); the FHIR server of the demonstration runs on it"
    if not all((ROOT / "node_modules" / name).is_dir() for name in _NEEDED):
        return "the Node.js packages are not installed: `make node` does it"
    return None


def _play(folder: Path, patience: float) -> int:
    began = time.monotonic()
    show("Marrow beside an EHR: the record of one invented child grows, and what the protocol concludes appears in it.", BOLD)
    with fhir_server() as server, _serving(server, folder) as marrow:
        show(f"FHIR server  {server.base}   (R4; Medplum's router, in memory)")
        show(f"Marrow       {marrow.address}   (marrow serve; SQLite)")
        show(f"log          {_short(marrow.log)}")
        _subscribe(marrow)
        show("")
        pack, story = load_pack(PACK), load_story()
        with closing(Store(marrow.database)) as store:
            watch = Watch(server, store, pack, patient_id(story))
            events = 0
            for number, scene in enumerate(scenes(story, _today()), 1):
                _act(number, scene, server, marrow, watch, patience)
                events += len(scene.written)
            stated = [len(server.history("Condition", name)) for name in watch.look()]
            findings = _checked(server, marrow, folder)
            status = marrow.call("status")
        show("")
        show("$ marrow status", BOLD)
        for line in status.stdout.splitlines():
            show(line, indent=2)
    took = f"{time.monotonic() - began:.0f} s"
    said = f"{events} events, {len(stated)} Conditions in {sum(stated)} versions"
    show("")
    for finding in findings:
        show(str(finding), RED)
    if findings or status.returncode:
        show(f"{said}: NOT equal to the batch evaluation of the server's content, or not without trouble ({took})", RED)
        return 1
    show(f"{said}: all equal to the batch evaluation of the server's content ({took})", GREEN)
    return 0


@contextmanager
def _serving(server: FhirServer, folder: Path) -> Iterator[MarrowProcess]:
    marrow = MarrowProcess(server.base, folder)
    try:
        marrow.start()
        yield marrow
    finally:
        marrow.stop()


def _subscribe(marrow: MarrowProcess) -> None:
    """Have the server notify Marrow, as its operator would."""
    endpoint = f"{marrow.address}/notifications/ehr"
    show(f"$ marrow subscribe --endpoint {endpoint}", BOLD)
    answer = marrow.call("subscribe", "--endpoint", endpoint)
    if answer.returncode:
        raise Failed(f"marrow subscribe: {answer.stderr.strip() or answer.stdout.strip()}")
    show(f"{len(answer.stdout.splitlines())} Subscriptions are active, one for each type that Marrow reads", DIM, indent=2)


def _act(number: int, scene: Scene, server: FhirServer, marrow: MarrowProcess, watch: Watch, patience: float) -> None:
    """Write what a scene has, wait until what is to follow has followed, and show it."""
    show(happened(number, scene), BOLD)
    written, killed_after = scene.written, scene.step.killed_after
    if killed_after is not None:
        _write(written[:killed_after], server)
        marrow.kill()
        show("Marrow is killed (kill -9); what follows is written while it is dead", YELLOW, indent=4)
        written = written[killed_after:]
    since = _write(written, server)
    if killed_after is not None:
        server.quiet()
        marrow.start()
        show(
            f"Marrow is started again, {time.monotonic() - since:.1f} s later; it looks for what it was not told",
            YELLOW,
            indent=4,
        )
    _wait(scene, server, watch, since + patience)
    for change in watch.changed():
        seen, before = change.now, change.before
        show(condition(seen, change.number, seen.at - since), GREEN if seen.is_standing else YELLOW, indent=4)
        for told in behind(before, seen) if seen.is_standing else ():
            show(told, DIM, indent=6)
    for line in lesser(watch.told()):
        show(line, DIM, indent=4)


def _write(written: Sequence[Written], server: FhirServer) -> float:
    """When the last one was about to be written."""
    show(put(written), indent=4)
    since = time.monotonic()
    for each in written:
        since = time.monotonic()
        server.put(_plain(each.resource))
    return since


def _wait(scene: Scene, server: FhirServer, watch: Watch, until: float) -> None:
    """Until all that the step says has come, and Marrow has nothing left to do."""
    step = scene.step
    while True:
        if watch.courses() == step.stands and step.concludes.items() <= watch.outcomes().items() and watch.is_idle():
            server.quiet()
            if watch.is_idle() and watch.courses() == step.stands:
                return
        if time.monotonic() > until:
            outcomes = watch.outcomes()
            lacking = {name: outcomes.get(name) for name, wanted in step.concludes.items() if outcomes.get(name) != wanted}
            raise Failed(f"in time there came no more than {watch.courses()}, expected {step.stands}; concluded {lacking}")
        time.sleep(PAUSE)


def _checked(server: FhirServer, marrow: MarrowProcess, folder: Path) -> list[Finding]:
    """Where what stands on the server is not what `marrow evaluate` states of all that the server holds."""
    content, results = folder / "content.json", folder / "results"
    entries = b", ".join(b'{"resource": %s}' % line for line in server.dump().splitlines() if line)
    content.write_bytes(b'{"resourceType": "Bundle", "type": "collection", "entry": [%s]}' % entries)
    day = _today().isoformat()
    answer = marrow.call("evaluate", str(content), "--out", str(results), "--as-of", day, "--evaluator", "both", "--quiet")
    if answer.returncode:
        raise Failed(f"marrow evaluate: {answer.stderr.strip()}")
    bundle = json.loads((results / "bundle.json").read_text(), parse_float=Decimal)
    served = [json.loads(line, parse_float=Decimal) for line in server.dump(own=True).splitlines() if line]
    return compare([one for one in served if is_own(one)], [entry["resource"] for entry in bundle["entry"]])


def _plain(resource: Any) -> Any:
    """The same with its decimals as Python's json writes them."""
    match resource:
        case dict():
            return {name: _plain(each) for name, each in resource.items()}
        case list():
            return [_plain(each) for each in resource]
        case Decimal():
            return float(resource)
        case _:
            return resource


def _today() -> date:
    """The day that the service evaluates on."""
    return datetime.fromtimestamp(time.time(), UTC).date()


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())

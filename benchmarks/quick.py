"""How quick one use of Marrow is: help, one Bundle in a fresh process, and evaluations per second and core of each evaluator.

Run it with `.venv/bin/python benchmarks/quick.py`; it needs nothing but the installed project. An evaluation is one of the whole
pack with evidence (every criterion judged, every conclusion drawn with the measures that it rests on), from a ready snapshot of
the demonstration cohort; "references listed" also writes out the resources of each conclusion.
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from engine.conclude import Conclude
from engine.evaluation import Evaluation
from engine.judgement import Evaluator
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.demo.cohort import write_cohort
from marrow.evaluation import EVALUATORS, evaluator
from marrow.packs import load_pack

COMMAND = Path(sys.executable).with_name("marrow")
AS_OF = date(2018, 4, 13).toordinal()


def fresh(*arguments: str | Path) -> tuple[float, float]:
    """CPU and wall seconds of `marrow` in a process of its own."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


def show_fresh(label: str, times: int, *arguments: str | Path) -> None:
    fresh(*arguments)  # once, so that files are read and compiled
    measured = [fresh(*arguments) for _ in range(times)]
    cpu, wall = (statistics.median(each) for each in zip(*measured, strict=True))
    print(f"{label:42} {cpu:7.3f} s CPU {wall:7.3f} s wall   (median of {times})")


def snapshots(pack: Pack, bundles: Sequence[Path]) -> list[Snapshot]:
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), validation="fast")
    for path in bundles:
        reader.read(path.read_bytes(), path.name)
    evaluate = Evaluation(pack, evaluator(pack, "plain"))
    return [evaluate(record, AS_OF).snapshot for record in reader.finish().records]


def per_second(work: Callable[[], None], evaluations: int, times: int) -> float:
    """Evaluations per second of CPU time: the median of several runs."""
    work()
    rates = []
    for _ in range(times):
        start = time.process_time()
        work()
        rates.append(evaluations / (time.process_time() - start))
    return statistics.median(rates)


def evaluating(pack: Pack, judge: Evaluator, ready: Sequence[Snapshot], rounds: int, listed: bool = False) -> Callable[[], None]:
    """Judge and conclude each snapshot, so many times; `listed`: and list the resources of each conclusion."""
    conclude = Conclude(pack)

    def is_due(_: ConclusionRule) -> bool:
        return True

    def work() -> None:
        for _ in range(rounds):
            for snapshot in ready:
                concluded = conclude("Patient/p", snapshot, judge.judge(snapshot), is_due, AS_OF)
                if listed:
                    for conclusion in concluded:
                        _ = conclusion.evidence

    return work


def main() -> None:
    call = argparse.ArgumentParser(description="Measure how quick one use of Marrow is.")
    call.add_argument("--processes", type=int, default=7, metavar="N", help="fresh processes for each figure (default: 7)")
    call.add_argument("--runs", type=int, default=5, metavar="N", help="runs for each rate (default: 5)")
    asked = call.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs, pack lan_2021\n")
    with tempfile.TemporaryDirectory() as scratch:
        bundles = write_cohort(Path(scratch) / "in", "R4")
        out = Path(scratch) / "out"
        show_fresh("marrow --help", asked.processes, "--help")
        show_fresh("marrow evaluate, one Bundle", asked.processes, "evaluate", bundles[0], "--out", out)
        show_fresh(
            "marrow evaluate, one Bundle, both", asked.processes, "evaluate", bundles[0], "--out", out, "--evaluator", "both"
        )
        show_fresh("marrow evaluate, 18 Bundles", asked.processes, "evaluate", Path(scratch) / "in", "--out", out)
        pack = load_pack("lan_2021")
        ready = snapshots(pack, bundles)
    print()
    for name in EVALUATORS:
        rounds = 100 if name == "plain" else 3
        rate = per_second(evaluating(pack, evaluator(pack, name), ready, rounds), rounds * len(ready), asked.runs)
        show_rate(f"{name}, with evidence", rate, asked.runs)
    rate = per_second(evaluating(pack, evaluator(pack, "plain"), ready, 100, listed=True), 100 * len(ready), asked.runs)
    show_rate("plain, references listed", rate, asked.runs)


def show_rate(label: str, rate: float, times: int) -> None:
    print(f"{label:42} {rate:9,.0f} evaluations per second and core   (median of {times})")


if __name__ == "__main__":
    main()

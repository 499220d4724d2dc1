"""How long the results of a cohort take: observing, the statistics, and writing every file, for cohorts of growing size.

Run it with `.venv/bin/python benchmarks/cohort.py`. The patients are those of the demonstration over and over, their numbers and
days scattered by a seeded generator, so that there are as many different times and values as in a real cohort.
"""

import argparse
import os
import platform
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from math import isnan
from pathlib import Path
from typing import TypeVar

from engine.cohort.columns import NO_DAY, Columns, Observer
from engine.cohort.study import study
from engine.evaluation import Evaluated, Evaluation
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.demo.cohort import write_cohort
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.report.files import Told, write_results

Made = TypeVar("Made")
AS_OF = date(2018, 4, 13).toordinal()


def demonstration(pack: Pack) -> list[Evaluated]:
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), validation="fast")
    with tempfile.TemporaryDirectory() as scratch:
        for path in write_cohort(Path(scratch), "R4"):
            reader.read(path.read_bytes(), path.name)
    evaluate = Evaluation(pack, evaluator(pack, "plain"))
    return [evaluate(record, AS_OF) for record in reader.finish().records]


def observed(pack: Pack, children: list[Evaluated], patients: int) -> Columns:
    observe = Observer(pack)
    for place in range(patients):
        observe(children[place % len(children)])
    return observe.columns


def scatter(columns: Columns) -> None:
    """Spread measured values and days; what counts events or grades stays as it is."""
    chance = random.Random(1)
    for column in columns.numbers.values():
        if any(value > 5 for value in column if not isnan(value)):
            for place, value in enumerate(column):
                column[place] = round(value * (0.5 + chance.random()), 2)
    for days in columns.effective.values():
        for place, day in enumerate(days):
            days[place] = day if day <= NO_DAY else day + chance.randrange(700)


def timed(work: Callable[..., Made], *given: object) -> tuple[float, Made]:
    """Seconds of CPU, and what came of the work."""
    start = time.process_time()
    made = work(*given)
    return time.process_time() - start, made


def once(pack: Pack, children: list[Evaluated], patients: int) -> tuple[float, float, float]:
    """Observing, the statistics, and writing all files."""
    observing, columns = timed(observed, pack, children, patients)
    scatter(columns)
    studying, results = timed(study, pack, columns, AS_OF)
    with tempfile.TemporaryDirectory() as out:
        writing, _ = timed(write_results, pack, results, Told(), Path(out))
    return observing, studying, writing


def show(patients: int, runs: int, pack: Pack, children: list[Evaluated]) -> None:
    measured = zip(*(once(pack, children, patients) for _ in range(runs)), strict=True)
    figures = "".join(f"{statistics.median(each):10.2f}" for each in measured)
    print(f"{patients:10,}{figures}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:10.0f}")


def main() -> None:
    call = argparse.ArgumentParser(description="Measure how long the results of a cohort take.")
    call.add_argument("--patients", type=int, nargs="+", default=[18, 1_000, 10_000, 100_000], metavar="N")
    call.add_argument("--runs", type=int, default=3, metavar="N", help="runs for each figure (default: 3)")
    asked = call.parse_args()
    pack = load_pack("lan_2021")
    children = demonstration(pack)
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs, pack lan_2021")
    print(f"Seconds of CPU, median of {asked.runs}; the first row also loads the libraries\n")
    print(f"{'patients':>10}{'observe':>10}{'study':>10}{'write':>10}{'peak MB':>10}")
    for patients in asked.patients:
        show(patients, asked.runs, pack, children)


if __name__ == "__main__":
    main()

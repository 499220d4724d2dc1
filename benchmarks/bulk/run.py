"""Marrow beside its peers on one bulk export: the same two questions, the same bytes, one run.

    .venv/bin/python -m benchmarks.bulk.run --patients 1000 --runs 3 --markdown build/bulk/table.md

The questions are severity at baseline and the response at day 90 of `lan_2021` under its default parameters; answers are compared
patient by patient with Marrow's. Each contestant runs in a process of its own, pinned to one core or given all. Rounds go through
all contestants before the next begins, so that a busy minute of the machine falls on everybody. Times are those of whole
processes, from start to exit, written results included; the memory is that of the largest process.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bulk.contestants import CORES, Answers, Contestant, contestants, has_node, prepare, read_answers, versions

HEAD = ("", "cores", "runs", "seconds", "CPU s", "patients/s", "peak MB", "answers that differ")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run cost."""

    wall: float
    cpu: float
    megabytes: float


@dataclass(slots=True)
class Row:
    """The runs of one contestant, and how many of its answers differ from Marrow's; None where nothing was compared."""

    contestant: Contestant
    spent: list[Spent] = field(default_factory=list)
    differing: int | None = None
    failed: str = ""


def export_of(patients: int, seed: int) -> Path:
    """The export, generated once and kept under build/."""
    folder = Path(f"build/bulk/export-{patients}-{seed}")
    if not folder.is_dir():
        print(f"Generating {folder}", flush=True)
        half = folder.with_name(f".{folder.name}-{os.getpid()}")
        named = ("--patients", str(patients), "--seed", str(seed), "--out", half, "--jobs", str(len(CORES)))
        subprocess.run([sys.executable, "-m", "benchmarks.bulk.generate", *named], check=True)
        half.rename(folder)
    return folder


def run(contestant: Contestant, printed: Path) -> Spent:
    """One run in a process of its own; raises CalledProcessError where it fails."""
    cores = ",".join(str(core) for core in CORES[-contestant.cores :])
    with printed.open("wb") as out, printed.with_suffix(".err").open("wb") as err:
        begun = time.perf_counter()
        process = subprocess.Popen(["taskset", "-c", cores, *map(str, contestant.command)], stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, contestant.name)
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def differing(answers: Answers, reference: Answers) -> int:
    """Patients whose answers are not the same, or whom only one of the two has."""
    return sum(answers.get(patient) != reference.get(patient) for patient in answers.keys() | reference.keys())


def measure(rows: Sequence[Row], asked: argparse.Namespace, scratch: Path) -> None:
    """Every round through every contestant; what fails is told and not tried again."""
    reference: Answers | None = None
    for number in range(asked.runs):
        for row in rows:
            one = row.contestant
            if row.failed or (one.is_slow and number >= asked.slow_runs):
                continue
            printed = scratch / f"{one.name}.out"
            try:
                row.spent.append(run(one, printed))
            except subprocess.CalledProcessError as error:
                last = printed.with_suffix(".err").read_text(errors="replace").strip().splitlines()[-1:]
                row.failed = f"exit status {error.returncode}: {' '.join(last)}"
                print(f"  {one.name}: {row.failed}", flush=True)
                continue
            print(f"  round {number + 1}: {one.name} {row.spent[-1].wall:.2f} s", flush=True)
            if one.has_answers and row.differing is None:
                answers = read_answers(one, printed)
                reference = answers if reference is None and one.name.startswith("marrow") else reference
                row.differing = None if reference is None else differing(answers, reference)


def table(rows: Sequence[Row], patients: int) -> list[tuple[str, ...]]:
    """The cells of each row, medians of its runs."""
    found: list[tuple[str, ...]] = []
    for row in rows:
        one, cores = row.contestant, str(row.contestant.cores)
        if not row.spent:
            found.append((one.label, cores, "0", "", "", "", "", f"did not run ({row.failed})"))
            continue
        wall, cpu = (statistics.median(getattr(each, name) for each in row.spent) for name in ("wall", "cpu"))
        memory = max(each.megabytes for each in row.spent)
        differ = str(row.differing) if row.differing is not None else "not compared" if one.has_answers else ""
        pace = f"{patients / wall:,.0f}" if one.reads else ""
        figures = (f"{wall:.2f}", f"{cpu:.2f}", pace, f"{memory:,.0f}", differ)
        found.append((one.label, cores, str(len(row.spent)), *figures))
    return found


def gain(rows: Sequence[Row]) -> str:
    """How much faster Marrow and a plain loop were with all cores, round by round; `""` where they did not all run."""
    walls = {row.contestant.name: [spent.wall for spent in row.spent] for row in rows}
    names = ("marrow", "marrow-all", "loop", "loop-all")
    rounds = list(zip(*(walls.get(name, []) for name in names), strict=False))
    if not rounds:
        return ""
    ours, loops, shares = zip(*((a / b, c / d, (a / b) / (c / d)) for a, b, c, d in rounds), strict=True)
    said = [statistics.median(each) for each in (ours, loops, shares)]
    return (
        f"With {len(CORES)} cores Marrow was {said[0]:.2f} times as fast as with one, "
        f"a plain loop {said[1]:.2f} times: {said[2]:.2f} of it"
    )


def as_text(cells: Sequence[tuple[str, ...]]) -> str:
    lines = [HEAD, *cells]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def as_markdown(cells: Sequence[tuple[str, ...]]) -> str:
    rule = ("---", *("---:" for _ in HEAD[1:]))
    return "\n".join(f"| {' | '.join(line)} |" for line in (HEAD, rule, *cells))


def count(path: Path) -> int:
    """Lines of a file, in pieces: a child's peak of memory begins with what this process holds."""
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b""))


def machine(folder: Path, patients: int, seed: int, with_node: bool) -> str:
    """What was measured, on what, with what."""
    size, files = sum(path.stat().st_size for path in folder.iterdir()), list(folder.iterdir())
    lines = sum(count(path) for path in files)
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next(
        (line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), platform.machine()
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{patients:,} patients (seed {seed}), {lines:,} resources in {len(files)} files, {size / 1e6:,.0f} MB; "
        f"{model}, {len(CORES)} cores, {memory:.0f} GB, load before {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, {', '.join(versions(with_node))}"
    )


def main() -> None:
    call = argparse.ArgumentParser(description="Measure Marrow beside its peers on one bulk export.")
    call.add_argument("--patients", type=int, default=1_000, metavar="N")
    call.add_argument("--seed", type=int, default=1, metavar="S")
    call.add_argument("--runs", type=int, default=3, metavar="N", help="rounds (default: 3)")
    call.add_argument("--slow-runs", type=int, default=1, metavar="N", help="rounds of what takes minutes (default: 1)")
    call.add_argument("--only", nargs="+", metavar="NAME", help="these rows only, as in: marrow duckdb cql")
    call.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there as well")
    asked = call.parse_args()
    with_node = has_node()
    if not with_node:
        print("Left out, the CQL engines: node and npm are not on this machine (apt-get install nodejs npm)")
    prepare(with_node)
    folder = export_of(asked.patients, asked.seed)
    told = machine(folder, asked.patients, asked.seed, with_node)
    with tempfile.TemporaryDirectory(dir="build/bulk") as scratch:
        known = contestants(folder, Path(scratch), with_node)
        wrong = set(asked.only or ()) - {each.name for each in known}
        if wrong:
            raise SystemExit(f"no row is called {', '.join(sorted(wrong))}; there are {', '.join(each.name for each in known)}")
        rows = [Row(each) for each in known if not asked.only or each.name in asked.only]
        measure(rows, asked, Path(scratch))
    cells = table(rows, asked.patients)
    print(f"\n{told}\n\n{as_text(cells)}\n\n{gain(rows)}")
    if asked.markdown:
        asked.markdown.write_text(f"{told}\n\n{as_markdown(cells)}\n\n{gain(rows)}\n", encoding="utf-8")
    if any(row.failed or row.differing for row in rows):
        raise SystemExit("a contestant failed, or its answers differ")


if __name__ == "__main__":
    main()

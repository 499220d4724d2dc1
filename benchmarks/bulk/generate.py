"""A seeded export of a hospital network: FHIR R4 in the `$export` layout, the lines of a patient anywhere in any file.

    .venv/bin/python -m benchmarks.bulk.generate --patients 1000 --seed 1 --out build/bulk/1000

The same seed and number of patients give the same bytes, whatever `--jobs`. Memory stays flat: lines are dealt out to the
numbered files of their type, then each file is shuffled by itself. A thousand patients are about 266,000 resources in 183 MB.
"""

import argparse
import gzip
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import BinaryIO

from benchmarks.bulk.course import MEDICATIONS, chart

PATIENTS_PER_FILE = {"Observation": 300, "Encounter": 12_000, "MedicationAdministration": 6_000, "Procedure": 12_000,
                     "DiagnosticReport": 12_000, "Condition": 30_000, "Patient": 100_000, "ResearchSubject": 100_000}  # fmt: skip
"""So many patients' lines make a file of about 50 MB."""
BLOCK = 50


def files_of(kind: str, patients: int) -> int:
    """How many numbered files a type has."""
    return max(1, -(-patients // PATIENTS_PER_FILE[kind]))


def block(seed: int, patients: int, first: int) -> dict[tuple[str, int], bytes]:
    """The lines of some patients by type and number of file."""
    found: dict[tuple[str, int], list[str]] = {}
    for number in range(first, min(first + BLOCK, patients)):
        one = chart(seed, number)
        for kind, line in one.lines:
            found.setdefault((kind, int(one.rng.random() * files_of(kind, patients))), []).append(line)
    return {place: "".join(f"{line}\n" for line in kept).encode() for place, kept in found.items()}


def deal(seed: int, patients: int, out: Path, jobs: int) -> list[Path]:
    """Every line into a random file of its type, patients in order."""
    places = [(kind, place) for kind in PATIENTS_PER_FILE for place in range(files_of(kind, patients))]
    names = {(kind, place): out / f"{kind}.{place:03d}.ndjson" for kind, place in places}
    opened: dict[tuple[str, int], BinaryIO] = {place: path.open("wb") for place, path in names.items()}
    for made in _blocks(seed, patients, jobs):
        for place, text in made.items():
            opened[place].write(text)
    for file in opened.values():
        file.close()
    medications = out / "Medication.000.ndjson"
    medications.write_text("".join(f"{line}\n" for line in MEDICATIONS), encoding="utf-8")
    return [*names.values(), medications]


def _blocks(seed: int, patients: int, jobs: int) -> Iterator[dict[tuple[str, int], bytes]]:
    work, starts = partial(block, seed, patients), range(0, patients, BLOCK)
    if jobs == 1:
        yield from map(work, starts)
        return
    with Pool(jobs) as pool:
        yield from pool.imap(work, starts)


def shuffle(seed: int, packed: bool, path: Path) -> int:
    """Bring the lines of a file into random order; some files end their lines as Windows does. How many lines there are."""
    kept = path.read_bytes().splitlines()
    chance = Random(f"{seed}/{path.name}")
    chance.shuffle(kept)
    end = b"\r\n" if path.name.endswith("2.ndjson") or path.name.startswith("Procedure.000") else b"\n"
    whole = end.join([*kept, b""])
    if packed:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(whole, 6, mtime=0))
        path.unlink()
    else:
        path.write_bytes(whole)
    return len(kept)


def generate(patients: int, seed: int, out: Path, packed: bool = False, jobs: int = 1) -> Counter[str]:
    """Write the export into an empty folder; how many lines there are of each type."""
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise SystemExit(f"{out} is not empty; name a new folder")
    counts: Counter[str] = Counter()
    paths = deal(seed, patients, out, jobs)
    work = partial(shuffle, seed, packed)
    with Pool(jobs) as pool:
        for path, number in zip(paths, pool.imap(work, paths), strict=True):
            counts[path.name.partition(".")[0]] += number
    return counts


def main() -> None:
    call = argparse.ArgumentParser(description="Write a seeded bulk export.")
    call.add_argument("--patients", type=int, default=1_000, metavar="N")
    call.add_argument("--seed", type=int, default=1, metavar="S")
    call.add_argument("--out", type=Path, required=True, metavar="DIR")
    call.add_argument("--gzip", action="store_true", help="pack each file")
    call.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: 1); the bytes are the same")
    asked = call.parse_args()
    begun = time.perf_counter()
    counts = generate(asked.patients, asked.seed, asked.out, asked.gzip, asked.jobs)
    size = sum(path.stat().st_size for path in asked.out.iterdir())
    took = time.perf_counter() - begun
    print(f"{asked.patients:,} patients, {sum(counts.values()):,} lines, {size / 1e6:,.1f} MB, {took:.1f} s")
    print(", ".join(f"{kind} {number:,}" for kind, number in sorted(counts.items())))


if __name__ == "__main__":
    main()

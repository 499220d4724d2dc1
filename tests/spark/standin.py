"""Two small steps in place of the real ones: lines name a patient and a number, which are listed and summed by patient."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from marrow.spark.cluster import Cluster
from marrow.spark.steps import Arrived, Chunk, Sent

Mishap = Callable[[int], None]


def number_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


@dataclass(frozen=True)
class Sorting:
    """Sends each line to the bucket of its patient; the note counts lines and tells those that are no JSON."""

    buckets: int
    mishap: Mishap | None = None

    def __call__(self) -> "Sorting":
        return self

    def sort(self, chunk: Chunk) -> Iterable[Sent]:
        sent: dict[int, list[list[Any]]] = {}
        bad, pairs = [], b""
        lines = chunk.data.split(b"\n")[:-1] if chunk.is_lines else [chunk.data]
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                one = json.loads(line)
            except ValueError:
                bad.append((number, len(line)))
                continue
            if self.mishap is not None:
                self.mishap(one["n"])
            home = number_of(one["patient"])
            sent.setdefault(home % self.buckets, []).append([one["patient"], one["n"], number])
            pairs += number_of(str(one["n"])).to_bytes(8, "little", signed=True) + home.to_bytes(8, "little", signed=True)
        is_marked = chunk.data.startswith(b"\xef\xbb\xbf")
        note = json.dumps({"lines": len(lines), "bad": bad, "is_marked": is_marked}).encode()
        yield Sent(chunk.place, note, {bucket: json.dumps(rows).encode() for bucket, rows in sent.items()}, pairs)


@dataclass(frozen=True)
class First:
    sorting: Sorting

    def __call__(self) -> Callable[[Chunk], Iterable[Sent]]:
        return self.sorting.sort


@dataclass(frozen=True)
class Second:
    """Lists the numbers of each patient, with the line that each was found in."""

    bases: dict[tuple[int, int], int]
    mishap: Mishap | None = None

    def __call__(self) -> "Second":
        return self

    def evaluate(self, part: int, arrived: Iterable[Arrived]) -> Iterator[tuple[str, bytes]]:
        patients: dict[str, list[tuple[int, int, int]]] = {}
        for each in arrived:
            for patient, n, line in json.loads(each.data):
                patients.setdefault(patient, []).append((each.file, self.bases[each.file, each.place] + line, n))
        if self.mishap is not None:
            self.mishap(part)
        lines = [json.dumps([patient, sum(n for *_, n in found), sorted(found)]) for patient, found in sorted(patients.items())]
        yield "lines", "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True)
class Once:
    """Kills the process that does it, the first time that the number comes."""

    folder: Path
    at: int

    def __call__(self, number: int) -> None:
        if number != self.at:
            return
        try:
            os.close(os.open(self.folder / "killed", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os._exit(9)


@dataclass(frozen=True)
class Fail:
    """Fails each time, with a word that nobody is to read."""

    word: str

    def __call__(self, number: int) -> None:
        raise KeyError(self.word, number)


def outcome(cluster: Cluster, buckets: int, sorting: Mishap | None = None, evaluating: Mishap | None = None) -> dict[str, Any]:
    """A run of both steps: every line of every patient, what was no JSON by file and line, and shared keys."""
    notes = cluster.sort(First(Sorting(buckets, sorting)))
    bases, bad, marked, before, last = {}, [], [], 0, -1
    for note in notes:
        told = json.loads(note.data)
        before = before if note.file == last else 0
        bases[note.file, note.place] = before
        bad += [(note.file, before + line, size) for line, size in told["bad"]]
        marked += [(note.file, note.place)] * told["is_marked"]
        before, last = before + told["lines"], note.file
    shared = cluster.homes_of_shared_keys()
    done = cluster.evaluate(Second(bases, evaluating), {bucket: [bucket] for bucket in range(buckets)})
    text = b"".join(each.data for each in done)
    return {"patients": sorted(text.splitlines()), "bad": bad, "marked": marked, "shared": shared}

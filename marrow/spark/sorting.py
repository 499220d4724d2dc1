"""The first step of a run on a cluster: a chunk to pieces by where they belong, by the very code of a local run."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from fhir_adapter.payload import OTHER_MARKS
from fhir_adapter.sorting import Sorter
from marrow.batch.job import Job
from marrow.batch.layout import Section, Stretch
from marrow.batch.slices import Digest, Slice, Source
from marrow.batch.sort_step import SortStep
from marrow.inputs import Input
from marrow.spark.steps import Chunk, Sent

_BYTES_OF_A_PAIR = 16


@dataclass(frozen=True, slots=True)
class SortThere:
    """What a worker needs to begin."""

    job: Job

    def __call__(self) -> "Sorting":
        return Sorting(self.job)


class Sorting:
    """Sorts chunks; made once in each worker."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._sorter = Sorter(job.vocabulary)

    def __call__(self, chunk: Chunk) -> Iterator[Sent]:
        with tempfile.TemporaryDirectory() as scratch:
            job = replace(self._job, work=Path(scratch))
            job.slice_path(0, 0).parent.mkdir()
            digests = [self._lines(chunk, job)] if chunk.is_lines else self._whole(chunk, job)
            for block, digest in enumerate(digests):
                yield _sent(job.slice_path(0, block), digest)

    def _lines(self, chunk: Chunk, job: Job) -> Digest:
        how, data = job.how(is_lines=True), chunk.data
        is_nothing = chunk.place == 0 and (data.startswith(OTHER_MARKS) or not data or data.isspace())
        found = self._sorter.document(data, how) if is_nothing else self._sorter.lines([data], how)
        held = Slice(job.parts)
        held.add(Source(chunk.file, chunk.place, found.lines), found)
        return held.write(job.slice_path(0, 0))

    def _whole(self, chunk: Chunk, job: Job) -> list[Digest]:
        """A file as a local run reads it, from a copy. What cannot be read becomes an issue; others see whether it is a fault."""
        original = self._job.inputs[chunk.file]
        path = job.work / Path(original.name).name
        path.write_bytes(chunk.data)
        copy = Input(original.name, path, named=False)
        _, is_lines, is_packed = copy.looks()
        step = SortStep(replace(job, inputs=(copy,)))
        stretch = Stretch(0, (Section(0, 0, None, is_lines, is_packed),), len(chunk.data))
        digests = step.sorted(stretch)
        for digest in digests:
            for source in digest.sources:
                source.file = chunk.file
        return digests


def _sent(path: Path, digest: Digest) -> Sent:
    """A slice as it travels: its parts by number, its keys, and the digest itself as a note."""
    data = path.read_bytes()
    buckets = {part: data[at : at + length] for part, (at, length) in enumerate(digest.extents) if length}
    at, number = digest.keys
    digest.extents, digest.keys = [], (0, 0)
    place = min(source.place for source in digest.sources)
    return Sent(place, msgspec.msgpack.encode(digest), buckets, data[at : at + number * _BYTES_OF_A_PAIR])

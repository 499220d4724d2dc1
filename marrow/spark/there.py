"""Apache Spark as the place where a run is done."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from fhir_adapter.issue import issue
from fhir_adapter.pieces import Told
from fhir_adapter.read import Intake
from marrow.batch.here import Progress
from marrow.batch.job import Job
from marrow.batch.part_step import Assumed
from marrow.batch.slices import Digest, Source, mixed
from marrow.batch.together import Whole, settled
from marrow.inputs import Input
from marrow.output import write_bytes
from marrow.spark.cluster import Cluster, Done
from marrow.spark.evaluating import EvaluateThere, Evaluating
from marrow.spark.inputs import LINES, Listed, listed
from marrow.spark.session import session
from marrow.spark.sorting import SortThere

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PACKED = 8
_SIGN = 2**63
_DIGEST = msgspec.msgpack.Decoder(Digest)


@contextmanager
def on_spark(names: tuple[str, ...], jobs: int) -> Iterator["Begin"]:
    """Spark, and the inputs as it finds them; stopped at the end. Raises NoSpark, UnreadableInput."""
    with session(jobs) as spark:
        yield Begin(spark, listed(spark, names))


@dataclass(frozen=True, slots=True)
class Begin:
    """Makes the engine when the job is known."""

    spark: "SparkSession"
    files: list[Listed]

    def __call__(self, job: Job) -> "OnSpark":
        return OnSpark(Cluster(self.spark, self.files), job, self.size)

    @property
    def inputs(self) -> list[Input]:
        """The files as a job knows them: by name; the path is for messages only."""
        return [Input(each.name, Path(each.whole_name), each.named) for each in self.files]

    @property
    def size(self) -> int:
        return sum(each.size * (_PACKED if each.name.endswith(".gz") else 1) for each in self.files)

    @property
    def print_of_run(self) -> str:
        """Never that of another run: what was done on a cluster is not gone on with."""
        return uuid4().hex


class OnSpark:
    """An Engine (see marrow.batch.here) on a cluster. Part files come to the work folder of who began the run."""

    def __init__(self, cluster: Cluster, job: Job, size: int) -> None:
        self._cluster, self._job, self.size = cluster, job, size
        self._lost: dict[int, str] = {}

    def sort(self, step: Progress) -> Sequence[Sequence[Digest]]:
        notes = self._cluster.sort(SortThere(self._job))
        step(self.size)
        found = [(note.file, note.place, _DIGEST.decode(note.data)) for note in notes]
        told = {file for file, _, _ in found}
        unreadable = self._cluster.unreadable
        silent = (file for file in range(len(self._cluster.inputs)) if file not in told)
        self._lost = {file: "unreadable" if file in unreadable else "empty" for file in silent}  # of nothing Spark makes no row
        found += [(file, 0, _nothing(file, code)) for file, code in self._lost.items()]
        return [[digest] for _, _, digest in sorted(found, key=lambda each: each[:2])]

    def settle(self, digests: Sequence[Sequence[Digest]]) -> tuple[Whole, Intake]:
        whole, shared = settled(self._job, digests, _KeysThere(self._cluster))
        lost = tuple(issue(self._job.inputs[file].name, "", code) for file, code in self._lost.items())
        counts = Counter(shared.counts)
        if lost:
            counts["", "rejected"] += len(lost)
        return whole, replace(shared, issues=(*shared.issues, *lost), counts=dict(counts))

    def has_documents(self, digests: Sequence[Sequence[Digest]]) -> bool:
        of_lines = {source.file for (digest,) in digests for source in digest.sources if source.lines}
        return any(
            not each.name.endswith(LINES) and (each.name.endswith((".json", ".json.gz")) or file not in of_lines)
            for file, each in enumerate(self._cluster.inputs)
        )

    def evaluate(self, whole: Whole, assumed: Assumed, *, with_documents: bool, keep: bool, step: Progress) -> None:
        parts, told = whole.parts(self._job), replace(whole, slices=())
        routes: dict[int, list[int]] = {part: [part] for part in range(self._job.parts)}
        if whole.tied:
            routes[self._job.parts] = sorted({home % self._job.parts for home in whole.tied})
        done = self._cluster.evaluate(EvaluateThere(self._job, told, assumed, with_documents, keep), routes)
        seen = set()
        for part, name, data in _joined(done):
            write_bytes(self._job.part_path(part).with_suffix(name), data)
            if not name:
                seen.add(part)
                step(1)
        here = Evaluating(self._job, told, with_documents, keep, assumed)
        for part in parts:
            if part not in seen:  # nothing was sorted into it
                here((part, assumed))
                step(1)


@dataclass(frozen=True, slots=True)
class _KeysThere:
    """Keys (see marrow.batch.together) that stay on the cluster, where 64 bits have a sign."""

    cluster: Cluster

    def homes_of_shared(self) -> frozenset[int]:
        return frozenset(home % (2 * _SIGN) for _, home in self.cluster.homes_of_shared_keys())

    def homes_of(self, keys: list[str]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {key: set() for key in keys}
        by_number = dict(zip((_signed(number) for number in mixed(keys).tolist()), keys, strict=True))
        for key, home in self.cluster.homes_of(sorted(by_number)):
            found[by_number[key]].add(home % (2 * _SIGN))
        return found


def _signed(number: int) -> int:
    return number - 2 * _SIGN if number >= _SIGN else number


def _joined(done: Iterator[Done]) -> Iterator[tuple[int, str, bytes]]:
    """Whole files out of the pieces that travelled."""
    for (part, name), pieces in groupby(done, key=lambda each: (each.part, each.name)):
        yield part, name, b"".join(piece.data for piece in pieces)


def _nothing(file: int, code: str) -> Digest:
    """What is known of a file of which nothing came."""
    told = issue("", "", code)
    piece = Told(0, "", told.path, told.code, told.severity, told.message)
    return Digest(sources=[Source(file, 0, 0)], whole=[(0, piece)])

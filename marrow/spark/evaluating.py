"""The second step of a run on a cluster: the pieces of a part to the files of that part, by the very code of a local run."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from fhir_adapter.pieces import AnyPiece
from marrow.batch.job import Job
from marrow.batch.part_step import ISSUES, LINES, RESOURCES, Assumed, PartStep
from marrow.batch.slices import Source
from marrow.batch.together import Whole
from marrow.spark.steps import Arrived

FILES = (LINES, RESOURCES, ISSUES, "")
"""The ends of the names of what a part comes to; the last is written last, and says that all is there."""
_PIECES = msgspec.msgpack.Decoder(list[tuple[int, list[AnyPiece]]])


@dataclass(frozen=True, slots=True)
class EvaluateThere:
    """What a worker needs to begin."""

    job: Job
    whole: Whole
    assumed: Assumed
    with_documents: bool
    keep: bool

    def __call__(self) -> "Evaluating":
        return Evaluating(self.job, self.whole, self.with_documents, self.keep, self.assumed)


class Evaluating(PartStep):
    """Evaluates parts from what arrived for them; made once in each worker."""

    def __init__(self, job: Job, whole: Whole, with_documents: bool, keep: bool, assumed: Assumed) -> None:
        super().__init__(job, whole, with_documents, keep)
        self._assumed = assumed
        self._arrived: dict[int, list[Arrived]] = {}

    def evaluate(self, part: int, arrived: Iterable[Arrived]) -> Iterator[tuple[str, bytes]]:
        """The files of a part, by the end of their names."""
        self._arrived = {}
        for each in arrived:
            self._arrived.setdefault(each.bucket, []).append(each)
        with tempfile.TemporaryDirectory() as scratch:
            job = self._job = replace(self._job, work=Path(scratch))
            job.part_path(part).parent.mkdir()
            self((part, self._assumed))
            for end in FILES:
                yield end, job.part_path(part).with_suffix(end).read_bytes()

    def _pieces(self, number: int) -> Iterable[tuple[Source, list[AnyPiece]]]:
        for each in sorted(self._arrived.get(number, ()), key=lambda one: (one.file, one.place)):
            for _, pieces in _PIECES.decode(each.data):
                yield Source(each.file, each.place, 0), pieces

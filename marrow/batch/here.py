"""Where a run is done, and this machine as such a place."""

from collections.abc import Callable, Sequence
from typing import Protocol

from fhir_adapter.read import Intake
from marrow.batch.job import Job
from marrow.batch.layout import Stretch
from marrow.batch.part_step import Assumed, PartStep
from marrow.batch.pool import each_done
from marrow.batch.slices import Digest
from marrow.batch.sort_step import SortStep
from marrow.batch.together import Whole, settled

Progress = Callable[[int], None]


class Engine(Protocol):
    """Does the steps of a run. What parts come to is left in the work folder, wherever they were evaluated."""

    @property
    def size(self) -> int:
        """Bytes of input."""

    def sort(self, step: Progress) -> Sequence[Sequence[Digest]]:
        """What is known of what was sorted; step: told how many bytes were done. Raises UnreadableInput."""

    def settle(self, digests: Sequence[Sequence[Digest]]) -> tuple[Whole, Intake]:
        """What the parts need to know, and what belongs to no part."""

    def has_documents(self, digests: Sequence[Sequence[Digest]]) -> bool:
        """Whether a Bundle or single resource was among the inputs."""

    def evaluate(self, whole: Whole, assumed: Assumed, *, with_documents: bool, keep: bool, step: Progress) -> None:
        """Evaluate every part; step: told how many were done."""


class Here:
    """This machine, in one process or several."""

    def __init__(self, job: Job, layout: Sequence[Stretch], jobs: int) -> None:
        self._job, self._layout, self._jobs = job, layout, jobs

    @property
    def size(self) -> int:
        return sum(stretch.size for stretch in self._layout)

    def sort(self, step: Progress) -> Sequence[Sequence[Digest]]:
        found: dict[int, list[Digest]] = {}
        for stretch, digests in each_done(SortStep, (self._job,), self._layout, self._jobs):
            found[stretch.number] = digests
            step(stretch.size)
        return [found[stretch.number] for stretch in self._layout]

    def settle(self, digests: Sequence[Sequence[Digest]]) -> tuple[Whole, Intake]:
        return settled(self._job, digests)

    def has_documents(self, digests: Sequence[Sequence[Digest]]) -> bool:
        return any(not section.is_lines for stretch in self._layout for section in stretch.sections)

    def evaluate(self, whole: Whole, assumed: Assumed, *, with_documents: bool, keep: bool, step: Progress) -> None:
        known = (self._job, whole, with_documents, keep)
        for _ in each_done(PartStep, known, [(part, assumed) for part in whole.parts(self._job)], self._jobs):
            step(1)

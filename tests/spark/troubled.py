"""`marrow evaluate` on Spark, where in each step one task's first attempt never ends and another's dies: FOLDER ARGUMENTS...

Or, where FOLDER holds a pipe `told`, whoever began the run is told there when the step that FOLDER's `step` names is going on.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marrow.batch import layout
from marrow.cli import main
from marrow.spark import there
from marrow.spark.steps import Arrived, Chunk, Sent

NEVER = "never"
"""A pipe into which nobody writes: who reads from it waits until it is killed."""


@dataclass(frozen=True)
class Trouble:
    """What happens to the tasks of a step, each time that one of them is given something to do."""

    folder: Path
    step: str

    def __call__(self) -> None:
        if (self.folder / "told").exists():
            if (self.folder / "step").read_text() == self.step:
                (self.folder / "told").write_text(self.step)
        elif self._is_first("waits"):
            os.open(self.folder / NEVER, os.O_RDONLY)
        elif self._is_first("dies"):
            os._exit(9)

    def _is_first(self, name: str) -> bool:
        try:
            os.close(os.open(self.folder / f"{self.step}-{name}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True


@dataclass(frozen=True)
class TroubledSorting:
    """The first step, with trouble before each chunk."""

    make: Callable[[], Callable[[Chunk], Iterable[Sent]]]
    trouble: Trouble

    def __call__(self) -> Callable[[Chunk], Iterable[Sent]]:
        step = self.make()

        def sort(chunk: Chunk) -> Iterable[Sent]:
            self.trouble()
            return step(chunk)

        return sort


@dataclass(frozen=True)
class TroubledEvaluating:
    """The second step, with trouble before each part."""

    make: Callable[[], Any]
    trouble: Trouble

    def __call__(self) -> "TroubledPart":
        return TroubledPart(self.make(), self.trouble)


@dataclass(frozen=True)
class TroubledPart:
    step: Any
    trouble: Trouble

    def evaluate(self, part: int, arrived: Iterable[Arrived]) -> Iterator[tuple[str, bytes]]:
        self.trouble()
        yield from self.step.evaluate(part, arrived)


def trouble(folder: Path) -> None:
    """Let the steps of a run meet it."""
    sorting, evaluating = there.SortThere, there.EvaluateThere
    there.SortThere = lambda *told: TroubledSorting(sorting(*told), Trouble(folder, "sort"))  # type: ignore[assignment,misc]
    there.EvaluateThere = lambda *told: TroubledEvaluating(evaluating(*told), Trouble(folder, "evaluate"))  # type: ignore[assignment,misc]


if __name__ == "__main__":
    from tests.spark import troubled  # by its name, which workers know

    layout.PART = 300_000
    troubled.trouble(Path(sys.argv[1]))
    main(["evaluate", *sys.argv[2:]], prog_name="marrow")

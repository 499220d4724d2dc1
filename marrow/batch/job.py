"""What every process of a run has to know."""

from dataclasses import dataclass
from pathlib import Path

from engine.pack.program import Pack
from fhir_adapter.arrival import Validation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.releases import Release
from marrow.evaluation import EvaluatorName
from marrow.inputs import Input


@dataclass(frozen=True, slots=True)
class Job:
    """One run. validation: the caller's, else strict for documents and fast for lines. work: the folder for what lies between."""

    pack: Pack
    inputs: tuple[Input, ...]
    work: Path
    parts: int
    evaluator: EvaluatorName
    validation: Validation | None
    release: Release | None

    @property
    def vocabulary(self) -> Vocabulary:
        """The pack's codes, as tables."""
        return Vocabulary.of(self.pack.concepts, self.pack.systems)

    def how(self, is_lines: bool) -> Validation:
        """How the resources of a file are checked."""
        return self.validation or ("fast" if is_lines else "strict")

    def slice_path(self, stretch: int, block: int) -> Path:
        return self.work / "sorted" / f"{stretch:06}.{block:06}"

    def digest_path(self, stretch: int) -> Path:
        return self.work / "sorted" / f"{stretch:06}.digest"

    def part_path(self, part: int) -> Path:
        return self.work / "parts" / f"{part:06}"

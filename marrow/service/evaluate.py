"""A Bundle in, the resulting Bundle out: what `marrow evaluate --evaluator both` writes to bundle.json."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.evaluation import Evaluation
from engine.judgement import Evaluator
from engine.pack.program import Pack
from fhir_adapter.bundle import text_of
from fhir_adapter.codes import Vocabulary
from fhir_adapter.issue import Issue
from fhir_adapter.payload import Document, documents
from fhir_adapter.read import Intake, Reader
from marrow.service.faults import Refused
from marrow.written import bundle, day_of_evaluation, resources_of, withdrawn

BODY = "body"
"""What issues call what was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The resulting Bundle, and how many issues of each severity the Bundle that was sent had."""

    bundle: bytes
    errors: int
    warnings: int


class EvaluateBundle:
    """Evaluates Bundles against one pack, one at a time."""

    def __init__(self, pack: Pack, evaluator: Evaluator) -> None:
        self._pack = pack
        self._evaluate = Evaluation(pack, evaluator)
        self._vocabulary = Vocabulary.of(pack.concepts, pack.systems)

    def __call__(self, data: bytes, as_of: date | None, cutoff: date | None) -> Answer:
        """Raises Refused for what is no Bundle or holds no FHIR, and Disagreement where the evaluators differ."""
        _require_bundle(data)
        reader = Reader(self._vocabulary)
        reader.read(data, BODY, validation="strict")
        intake = reader.finish()
        _require_fhir(intake)
        day = day_of_evaluation(self._pack, intake, as_of, cutoff)
        written = [one for record in intake.records for one in resources_of(self._pack, self._evaluate(record, day), intake)]
        everything = [*written, *withdrawn(self._pack, written, intake)]
        severities = Counter(issue.severity for issue in intake.issues)
        return Answer(bundle(self._pack, everything, intake) + b"\n", severities["error"], severities["warning"])


def _require_bundle(data: bytes) -> None:
    found: Sequence[Document | Issue] = list(documents(data, BODY))
    for each in found:
        if isinstance(each, Document):
            if text_of(each.elements.get("resourceType")) != "Bundle":
                raise Refused(400, "expected a FHIR Bundle; put single resources into one")
            return
    raise Refused(400, "; ".join(each.message for each in found if isinstance(each, Issue)))


def _require_fhir(intake: Intake) -> None:
    """A Bundle without entries is sound; one whose entries are all none of FHIR's resources is not."""
    faults = Counter((issue.code, issue.message) for issue in intake.issues if issue.severity == "error")
    if faults and not any(kind for kind, _ in intake.counts):
        (_, message), _ = faults.most_common(1)[0]
        raise Refused(422, f"nothing in this Bundle is a FHIR resource: {message}")

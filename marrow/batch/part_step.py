"""Evaluating one part of the patients: pieces to the lines, resources, issues and columns that the run is put together from."""

import pickle
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.cohort.columns import Columns, Observer
from engine.evaluation import Evaluated, Evaluation
from engine.newest import counts_by_newest
from fhir_adapter.emission import Emission
from fhir_adapter.identity import Resource, url_of
from fhir_adapter.issue import Issue
from fhir_adapter.pieces import AnyPiece
from fhir_adapter.proof import Sample
from fhir_adapter.read import Intake, Reader
from fhir_adapter.releases import PLAIN, Release
from fhir_adapter.write import to_json
from marrow.batch.job import Job
from marrow.batch.layout import digest_of
from marrow.batch.slices import Source, pieces_of
from marrow.batch.together import Whole
from marrow.evaluation import evaluator
from marrow.lines import Lines
from marrow.output import write_bytes
from marrow.written import withdrawn

LINES, RESOURCES, ISSUES = ".lines", ".resources", ".issues"
"""The files of a part."""
CONDITION = b'{"resourceType":"Condition"'
"""How the line of a Condition begins."""
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a part is evaluated with before all parts are read.

    as_of: the day. release: of what is written of patients in whom nothing shows one.
    """

    as_of: int
    release: Release = PLAIN


Place = tuple[str, int, int]
"""A patient, or `Type/id`, and where in a file what belongs to it lies: offset and length in bytes."""


@dataclass(slots=True)
class PartResult:
    """What one part came to. lines, resources, withdrawn: where they lie in the part's files, in order.

    shown: how many patients showed each release. unshown: whether something was written of one in whom nothing showed any.
    """

    assumed: Assumed
    lines: list[Place] = field(default_factory=list)
    resources: list[Place] = field(default_factory=list)
    withdrawn: list[Place] = field(default_factory=list)
    conditions: int = 0
    issues: int = 0
    kinds_of_issue: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    conclusions: dict[str, Counter[str]] = field(default_factory=dict)
    columns: Columns = field(default_factory=Columns)
    shown: Counter[Release] = field(default_factory=Counter)
    unshown: bool = False
    newest_day: int | None = None
    sample: Sample = field(default_factory=Sample)
    evaluated: list[Evaluated] = field(default_factory=list)


class _Blob:
    """A file of a part while it is filled: lines, each with its end."""

    def __init__(self) -> None:
        self.data = bytearray()

    def add(self, name: str, lines: Iterable[bytes]) -> Place:
        start = len(self.data)
        for line in lines:
            self.data += line
            self.data += b"\n"
        return name, start, len(self.data) - start


class PartStep:
    """Evaluates parts for one job; made once in each process."""

    def __init__(self, job: Job, whole: Whole, with_documents: bool, keep: bool) -> None:
        self._job, self._whole = job, whole
        self._with_documents, self._keep = with_documents, keep
        self._evaluate = Evaluation(job.pack, evaluator(job.pack, job.evaluator))
        self._lines, self._emit = Lines(job.pack), Emission(job.pack)
        self._reader = Reader(job.vocabulary, release=job.release)
        names = [concept.name for concept in job.vocabulary.only("any.date")]
        self._by_newest = counts_by_newest(job.pack, names)

    def __call__(self, task: tuple[int, Assumed]) -> int:
        """Evaluate one part, unless it was done with the same assumptions; the number of its patients."""
        part, assumed = task
        done = result_of(self._job, part)
        if done is None or done.assumed != assumed:
            done = self._result(part, self._intake(part, assumed), assumed)
            write_bytes(self._job.part_path(part), pickle.dumps(done, protocol=pickle.HIGHEST_PROTOCOL))
        return len(done.lines)

    def _intake(self, part: int, assumed: Assumed) -> Intake:
        job, whole = self._job, self._whole
        reader = self._reader.fresh()
        reader.know(whole.medications)
        tied = whole.tied
        is_last = part == job.parts
        for number in sorted({home % job.parts for home in tied}) if is_last else [part]:
            for source, pieces in self._pieces(number):
                each = _apart(pieces, tied, is_last=is_last) if tied else pieces
                reader.take(each, job.inputs[source.file].name, whole.bases[source.file, source.place])
        for source, gone in whole.gone.get(part, ()):
            reader.take([gone], job.inputs[source.file].name, whole.bases[source.file, source.place])
        return reader.finish(assumed.as_of if self._by_newest else None)

    def _pieces(self, number: int) -> Iterable[tuple[Source, list[AnyPiece]]]:
        """The pieces that were sorted under a number, section by section."""
        for path, digest in self._whole.slices:
            yield from pieces_of(path, digest, number)

    def _result(self, part: int, intake: Intake, assumed: Assumed) -> PartResult:
        pack, found = self._job.pack, PartResult(assumed)
        intake = replace(intake, release=self._job.release or assumed.release)
        observe, stated = Observer(pack), list[Resource]()
        found.sample.everything = self._job.validation == "strict"
        lines, resources = _Blob(), _Blob()
        for record in intake.records:
            evaluated = self._evaluate(record, assumed.as_of)
            found.lines.append(lines.add(evaluated.patient, self._lines(evaluated)))
            release = intake.release_of(evaluated.patient)
            written = [one for one in self._emit(evaluated, release) if self._with_documents or one.kind == "Condition"]
            if written:
                found.sample.take(written, release)
                stated += [{"resourceType": one.kind, "id": one.id} for one in written]
                found.resources.append(resources.add(evaluated.patient, [one.line for one in written]))
                found.unshown = found.unshown or evaluated.patient not in intake.releases
            observe(evaluated)
            for conclusion in evaluated.conclusions:
                found.conclusions.setdefault(conclusion.name, Counter())[conclusion.outcome] += 1
            if self._keep:
                found.evaluated.append(evaluated)
        for one in withdrawn(pack, stated, intake):
            if self._with_documents or one["resourceType"] == "Condition":
                found.withdrawn.append(resources.add(url_of(one), [to_json(one).encode()]))
        found.conditions = resources.data.count(CONDITION)
        found.issues = len(intake.issues)
        found.kinds_of_issue = Counter((issue.code, issue.message) for issue in intake.issues)
        found.counts = Counter(intake.counts)
        found.columns = observe.columns
        found.shown = Counter(intake.releases.values())
        found.newest_day = intake.newest_day
        issues = b"".join(issue.line().encode() + b"\n" for issue in sorted(intake.issues, key=order))
        for name, data in ((LINES, bytes(lines.data)), (RESOURCES, bytes(resources.data)), (ISSUES, issues)):
            write_bytes(self._job.part_path(part).with_suffix(name), data)
        return found


def result_of(job: Job, part: int) -> PartResult | None:
    """What a part came to; None where it was not evaluated yet."""
    path = job.part_path(part)
    if not path.exists():
        return None
    found: PartResult = pickle.loads(path.read_bytes())  # noqa: S301 - written by this run into a folder of its own
    return found


def order(issue: Issue) -> tuple[object, ...]:
    """Issues by place: numbers in a name count as numbers."""
    place = [(int(text), "") if text.isdigit() else (0, text) for text in _NUMBERS.split(issue.source)]
    return (place, issue.path, issue.code, issue.message)


def _apart(pieces: Iterable[AnyPiece], tied: frozenset[int], *, is_last: bool) -> Iterable[AnyPiece]:
    """The pieces of homes that hang together, or those of all others."""
    each = list(pieces)
    taken = {home for home in {piece.home for piece in each} if (digest_of(home) in tied) is is_last}
    return [piece for piece in each if piece.home in taken]

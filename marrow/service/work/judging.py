"""A patient's record to what is to be kept and stated: read, evaluated by both evaluators, set beside what was stated before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.evaluation import Evaluation
from engine.judgement import Evaluator
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.identity import Resource
from fhir_adapter.read import Intake, Reader
from fhir_adapter.releases import Release
from fhir_adapter.substance import digest_of
from fhir_adapter.write import device, from_json, to_json, withdrawals
from marrow.lines import Lines
from marrow.service.store.rows import Concluded, Kept, Record, Statement, Summary
from marrow.service.work.summing import Summing
from marrow.written import resources_of


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """A patient as filed, the day to evaluate on, and what was stated of the patient before."""

    patient: str
    record: Record
    day: int
    stated: Sequence[Statement]


class JudgeDied(Exception):
    """The process that evaluated ended: the record is tried again later, and the others go on."""


class Judge:
    """Evaluates one record at a time. release: to write in, instead of that of the patient's resources.

    Raises Disagreement where the evaluators differ.
    """

    def __init__(self, pack: Pack, evaluator: Evaluator, release: Release | None = None) -> None:
        self._pack = pack
        self._evaluate = Evaluation(pack, evaluator)
        self._lines = Lines(pack)
        self._vocabulary = Vocabulary.of(pack.concepts, pack.systems)
        self._release = release
        self._sum = Summing(pack)

    def __call__(self, question: Question) -> Concluded:
        intake = self._read(question.record)
        record = next((each for each in intake.records if each.patient == question.patient), None)
        lines: dict[str, bytes] = {}
        resources: list[Resource] = []
        summary: Summary | None = None
        if record is not None:
            evaluated = self._evaluate(record, question.day)
            names = [conclusion.name for conclusion in evaluated.conclusions]
            lines = dict(zip(names, self._lines(evaluated), strict=True))
            resources = resources_of(self._pack, evaluated, intake)
            summary = self._sum(record, evaluated, question.day)
        if resources:  # all of them refer to it
            resources.append(device(self._pack, intake.release_of(question.patient)))
        earlier = [from_json(each.body) for each in question.stated]
        resources += withdrawals(earlier, resources, pack=self._pack)
        return Concluded(
            question.day,
            lines,
            tuple(statement(question.patient, each) for each in resources),
            Counter(issue.code for issue in intake.issues),
            _soundness(question.record.resources, intake),
            summary,
        )

    def _read(self, record: Record) -> Intake:
        reader = Reader(self._vocabulary, release=self._release)
        for kept in record.resources:
            reader.read(kept.raw, kept.ref, validation="passed" if kept.is_sound else "strict")
        return reader.finish()


def statement(patient: str, resource: Resource) -> Statement:
    """A resource of ours as it should stand on the server."""
    body = to_json(resource).encode()
    return Statement(resource["resourceType"], resource["id"], patient, body, digest_of(resource))


def _soundness(resources: Sequence[Kept], intake: Intake) -> tuple[tuple[str, int, bool], ...]:
    """What strict validation found of those that it was asked of for the first time; what is sound need not be asked again."""
    faulty = {issue.source for issue in intake.issues if issue.severity == "error"}
    return tuple((kept.ref, kept.mark, kept.ref not in faulty) for kept in resources if kept.is_sound is None)

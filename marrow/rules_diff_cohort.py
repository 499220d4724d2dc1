"""Which patients of a cohort are concluded otherwise under another version of a pack, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluated, Evaluation
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Intake, Reader
from marrow.inputs import Input, find_inputs
from marrow.lines import conclusion_line
from marrow.progress import progress
from marrow.written import day_of_evaluation

_NOT_THERE = "not drawn"
_NO_DATE = "no date"


@dataclass(frozen=True, slots=True)
class Changed:
    """One conclusion of one patient that is not the same. why: the criteria whose status changed, or what else did."""

    patient: str
    conclusion: str
    before: str
    after: str
    why: tuple[str, ...]

    @property
    def has_other_outcome(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class CohortDifference:
    """What became of a cohort. patients: how many there are; as_of: day of evaluation, a proleptic ordinal."""

    patients: int
    as_of: int
    changed: tuple[Changed, ...]

    def counts(self) -> Mapping[tuple[str, str, str], int]:
        """How many patients went from which outcome to which, by conclusion."""
        return Counter((one.conclusion, one.before, one.after) for one in self.changed if one.has_other_outcome)


def cohort_difference(
    old: Pack, new: Pack, names: Iterable[str], as_of: date | None = None, cutoff: date | None = None, *, quiet: bool = False
) -> CohortDifference:
    """Evaluate everything that the names stand for under both versions, on one day: that of the new one.

    Raises UnreadableInput.
    """
    same_words = (old.concepts, old.systems) == (new.concepts, new.systems)
    with TemporaryDirectory() as folder:
        inputs = [each.spooled(Path(folder)) for each in find_inputs(names)]
        with progress("reading", len(inputs) * (1 if same_words else 2), quiet) as step:
            after = _read(new, inputs, step)
            before = after if same_words else _read(old, inputs, step)
    day = day_of_evaluation(new, after, as_of, cutoff)
    records = ({record.patient: record for record in before.records}, {record.patient: record for record in after.records})
    patients = sorted({**records[0], **records[1]})
    evaluations = (Evaluation(old, Plain(old)), Evaluation(new, Plain(new)))
    changed: list[Changed] = []
    with progress("comparing", len(patients), quiet) as step:
        for patient in patients:
            told = [_told(evaluate, of.get(patient), day) for evaluate, of in zip(evaluations, records, strict=True)]
            changed += _compared(patient, told[0], told[1])
            step()
    return CohortDifference(len(patients), day, tuple(changed))


def _read(pack: Pack, inputs: list[Input], step: Any) -> Intake:
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems))
    for each in inputs:
        _, ndjson, is_packed = each.looks()
        with each.telling(), each.opened(is_packed) as text:
            reader.read(text.read(), each.name, ndjson=ndjson, validation="fast" if ndjson else "strict")
        step()
    return reader.finish()


def _told(evaluate: Evaluation, record: Any, day: int) -> dict[str, dict[str, Any]]:
    """The lines of a patient's conclusions by name; none where the patient is not in this reading."""
    if record is None:
        return {}
    evaluated: Evaluated = evaluate(record, day)
    return {one.name: conclusion_line(evaluate.pack, evaluated, one) for one in evaluated.conclusions}


def _compared(patient: str, old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> Iterator[Changed]:
    for name in (*old, *(name for name in new if name not in old)):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            yield Changed(patient, name, _outcome(before), _outcome(after), ())
            continue
        why = (*_criteria(before, after), *_else(before, after))
        if why or before["outcome"] != after["outcome"]:
            yield Changed(patient, name, before["outcome"], after["outcome"], why)


def _outcome(line: dict[str, Any] | None) -> str:
    return _NOT_THERE if line is None else str(line["outcome"])


def _criteria(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Each criterion with another status, and on what each status rests."""
    old = {one["id"]: one for one in before["criteria"]}
    new = {one["id"]: one for one in after["criteria"]}
    for name in (*old, *(name for name in new if name not in old)):
        one, other = old.get(name), new.get(name)
        if one is None or other is None:
            shown = one or other
            assert shown is not None
            word = "is new" if one is None else "is not looked at any more"
            yield f"{name} {word}: {_status(shown)} ({shown['because']})"
        elif one["status"] != other["status"]:
            yield f"{name} was {_status(one)} ({one['because']}), is now {_status(other)} ({other['because']})"


def _status(criterion: dict[str, Any]) -> str:
    return str(criterion["status"]).replace("_", " ")


def _else(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """What else is not the same: its date, what is still possible, what is remarked."""
    if before["effective"] != after["effective"]:
        yield f"dated {before['effective'] or _NO_DATE}, now {after['effective'] or _NO_DATE}"
    for key, words in (("possible", "it may still be"), ("missing", "missing is"), ("flags", "remarked is")):
        if before[key] != after[key]:
            yield f"{words} {_listed(before[key])}, now {_listed(after[key])}"


def _listed(items: list[str]) -> str:
    return ", ".join(items) or "nothing"

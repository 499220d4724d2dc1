"""What a hook is answered: the patient's record, sent along and on file, evaluated by both evaluators and told as cards."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.evaluation import Evaluation
from engine.judgement import Evaluator
from engine.pack.hooked import elements_of
from engine.pack.hooks import HookSpec
from engine.pack.program import Pack
from engine.record import PatientRecord
from fhir_adapter.codes import Vocabulary
from fhir_adapter.draft_orders import drugs_chosen
from fhir_adapter.prefetched import Lack, lacks, templates
from fhir_adapter.read import Intake, Reader
from fhir_adapter.releases import Release
from marrow.lines import Lines
from marrow.service.cds.asked import Asked
from marrow.service.cds.cards import Card, Occasion, card_of, nothing_known
from marrow.service.store.rows import Kept
from marrow.service.telling import tell

_UNRESOLVED, _REPLACED = "medication-unresolved", "patient-replaced"


class NotEnough(Exception):
    """The client did not send all that was asked for, and nothing is concluded of the patient: it would be a guess."""

    def __init__(self, lacking: Mapping[str, Lack]) -> None:
        self.lacking = dict(lacking)
        super().__init__("; ".join(f"{kind}: {lack}" for kind, lack in sorted(self.lacking.items())))


@dataclass(frozen=True, slots=True, repr=False)
class OnFile:
    """What is filed of a patient. is_whole: whether it was evaluated by itself, and so need not be sent along."""

    resources: tuple[Kept, ...] = ()
    is_whole: bool = False


class Advice:
    """Answers the hooks of one pack, one request at a time. Raises NotEnough, and Disagreement where the evaluators differ."""

    def __init__(self, pack: Pack, evaluator: Evaluator, release: Release | None = None, public_url: str | None = None) -> None:
        self._pack, self._release, self._public_url = pack, release, public_url
        self._evaluate = Evaluation(pack, evaluator)
        self._lines = Lines(pack)
        self._vocabulary = Vocabulary.of(pack.concepts, pack.systems)
        self._templates = {name: templates(_elements(pack, spec)) for name, spec in pack.hooks.items()}

    def services(self) -> dict[str, list[dict[str, Any]]]:
        """What the discovery endpoint answers."""
        return {
            "services": [
                {
                    "hook": spec.hook,
                    "id": name,
                    "title": spec.title,
                    "description": spec.description,
                    "prefetch": self._templates[name],
                    "usageRequirements": "All that is asked for comes along: the FHIR server of a request is never called.",
                }
                for name, spec in self._pack.hooks.items()
            ]
        }

    def hook_of(self, service: str) -> str | None:
        """The hook of a service; None where there is no such service."""
        spec = self._pack.hooks.get(service)
        return None if spec is None else spec.hook

    def concerns(self, service: str, asked: Asked) -> bool:
        """Whether there is anything to say: of orders, only of those of the drugs that the pack names."""
        spec = self._pack.hooks[service]
        chosen = drugs_chosen(asked.drafts, asked.selections, self._vocabulary) if spec.orders else frozenset()
        return not spec.orders or not chosen.isdisjoint(spec.orders)

    def cards(self, service: str, asked: Asked, on_file: OnFile, day: int) -> list[Card]:
        """The cards of a request that concerns us, as of a day (proleptic ordinal)."""
        spec = self._pack.hooks[service]
        lacking = lacks(self._templates[service], asked.prefetch, asked.patient)
        if lacking and not on_file.is_whole:
            raise NotEnough(lacking)
        intake = self._read(service, asked, on_file)
        unresolved = any(issue.code == _UNRESOLVED for issue in intake.issues)
        if unresolved and not on_file.is_whole:
            raise NotEnough({"Medication": "not sent"})
        notes = tuple(_notes(lacking, intake))
        occasion = Occasion(self._pack, service, asked.instance, asked.patient, self._public_url, notes)
        record = next((each for each in intake.records if each.patient == f"Patient/{asked.patient}"), None)
        if record is None:
            return [nothing_known(occasion, spec.title)]
        return list(self._told(spec, occasion, record, day))

    def _read(self, service: str, asked: Asked, on_file: OnFile) -> Intake:
        reader = Reader(self._vocabulary, release=self._release)
        for kept in on_file.resources:
            reader.read(kept.raw, "file", validation="fast" if kept.is_sound else "strict")
        for kind in self._templates[service]:
            sent = asked.prefetch.get(kind)
            if sent is not None:
                reader.read(sent, f"prefetch.{kind}", validation="strict")
        return reader.finish()

    def _told(self, spec: HookSpec, occasion: Occasion, record: PatientRecord, day: int) -> Iterator[Card]:
        evaluated = self._evaluate(record, day)
        lines = zip(evaluated.conclusions, self._lines(evaluated), strict=True)
        found = {conclusion.name: (conclusion, line) for conclusion, line in lines}
        for card in spec.cards:
            if card.conclusion not in found:
                continue
            conclusion, line = found[card.conclusion]
            indicator = card.indicators.get(conclusion.outcome)
            if indicator is None:
                continue
            telling = tell(self._pack, line)
            if telling is not None:
                yield card_of(occasion, telling, indicator)


def _elements(pack: Pack, spec: HookSpec) -> frozenset[str]:
    return frozenset().union(*(elements_of(pack, card.conclusion) for card in spec.cards))


def _notes(lacking: Mapping[str, Lack], intake: Intake) -> Iterator[str]:
    """What was not sent and what could not be used, without anything of its content."""
    for kind, lack in lacking.items():
        yield f"{kind}: {lack}; what is on file was used"
    yield from sorted({issue.message for issue in intake.issues if issue.code == _REPLACED})
    unused = Counter(issue.message for issue in intake.issues if issue.severity == "error")
    for message, number in unused.most_common():
        yield f"not used ({number}): {message}"

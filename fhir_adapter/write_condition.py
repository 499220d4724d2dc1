"""The Condition that states a positive conclusion: code, course, stage, the sentence, and the resources that it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.conclusion import Conclusion
from engine.moment import day_text
from engine.pack.emission import ConditionSpec, EmittedOutcome
from engine.pack.expression import Named, walk
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from fhir_adapter.identity import Resource, concept, device_reference, hl7, identity, notes, reference
from fhir_adapter.releases import Release
from fhir_adapter.sentence import positive, remarks


def condition(
    pack: Pack, spec: ConditionSpec, concluded: Mapping[str, Conclusion], snapshot: Snapshot, release: Release
) -> Resource | None:
    """None where the conclusion's outcome is none that the pack says is emitted.

    concluded: every conclusion of the patient by name, since the clinical status follows others than the Condition's own.
    """
    conclusion = concluded[spec.conclusion]
    emitted = spec.outcomes.get(conclusion.outcome)
    if emitted is None:
        return None
    rule = pack.conclusions[conclusion.name]
    said = positive(pack, emitted.text, spec.sentence, conclusion, snapshot)
    filling = Filling(
        conclusion.patient,
        [said, *remarks(pack, rule, conclusion)],
        course(spec, concluded),
        day_text(conclusion.as_of if conclusion.effective is None else conclusion.effective),
        conclusion.effective is not None,
        evidence(conclusion, snapshot, release, tested(pack, rule)),
    )
    return condition_of(pack, spec, emitted, release, filling)


class Filling(NamedTuple):
    """What of a Condition differs from patient to patient. is_onset: whether the day is that on which it began."""

    patient: str
    paragraphs: Sequence[str]
    status: str
    day: str
    is_onset: bool
    evidence: Any


def condition_of(pack: Pack, spec: ConditionSpec, emitted: EmittedOutcome, release: Release, filling: Filling) -> Resource:
    """The Condition of one outcome."""
    patient, paragraphs, status, day, is_onset, rests_on = filling
    found = identity(pack, "Condition", spec.conclusion, patient, paragraphs)
    found["clinicalStatus"] = hl7("condition-clinical", status)
    found["verificationStatus"] = hl7("condition-ver-status", spec.verification)
    if emitted.severity:
        found["severity"] = concept(pack, emitted.severity)
    found["code"] = concept(pack, emitted.code, emitted.text)
    found["subject"] = reference(patient)
    if is_onset:
        found["onsetDateTime"] = day
    found["recordedDate"] = day
    if release == "R5":
        found["participant"] = [{"function": hl7("provenance-participant-type", "assembler"), "actor": device_reference(pack)}]
    if emitted.stage:
        stage = {"summary": concept(pack, emitted.stage, emitted.stage[0].display)}
        found["stage"] = [stage | ({"type": concept(pack, spec.stage_type)} if spec.stage_type else {})]
    if rests_on:
        found["evidence"] = rests_on
    found["note"] = notes(paragraphs)
    return found


def course(spec: ConditionSpec, concluded: Mapping[str, Conclusion]) -> str:
    """The clinical status by the first rule that holds."""
    for rule in spec.clinical_status:
        if concluded[rule.conclusion].outcome in rule.outcomes:
            return rule.status
    return "active"


class Tested(NamedTuple):
    """A criterion that itself tests values: its place in the rule and its label, and the places of the measures that it reads."""

    place: int
    label: str
    indices: tuple[int, ...]


def tested(pack: Pack, rule: ConclusionRule) -> list[Tested]:
    """Those of a rule's criteria that do not only name others."""
    named = [(place, pack.criteria[name]) for place, name in enumerate(rule.criteria)]
    return [
        Tested(place, criterion.label, tuple([pack.measures[measure].index for measure in criterion.measures]))
        for place, criterion in named
        if not any(isinstance(node, Named) for node in walk(criterion.expression))
    ]


def evidence(conclusion: Conclusion, snapshot: Snapshot, release: Release, criteria: Iterable[Tested]) -> list[Resource]:
    """What it rests on; in R4 an entry for each met criterion with where its values came from, and one for what else was used."""
    refs = conclusion.evidence
    if release == "R5":
        return [{"reference": reference(ref)} for ref in refs]
    rest = dict.fromkeys(refs)
    entries: list[Resource] = []
    for place, label, indices in criteria:
        if conclusion.truths[place] is not True:
            continue
        read = {ref for index in indices for ref in snapshot[index].evidence}
        used = [ref for ref in refs if ref in read]
        entries.append({"code": [{"text": label}]} | _detail(used))
        for ref in used:
            rest.pop(ref, None)
    return [*entries, _detail(rest)] if rest else entries


def _detail(refs: Iterable[str]) -> Resource:
    found = [reference(ref) for ref in refs]
    return {"detail": found} if found else {}

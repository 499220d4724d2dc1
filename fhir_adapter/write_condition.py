"""The Condition that states a positive conclusion: code, course, stage, the sentence, and the resources that it rests on."""

from collections.abc import Iterable, Mapping

from engine.conclusion import Conclusion
from engine.moment import day_text
from engine.pack.emission import ConditionSpec
from engine.pack.expression import Named, walk
from engine.pack.program import Pack
from engine.snapshot import Snapshot
from fhir_adapter.identity import Resource, concept, device_reference, hl7, identity, notes, reference
from fhir_adapter.releases import Release
from fhir_adapter.sentence import met_criteria, positive, remarks


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
    paragraphs = [said, *remarks(pack, rule, conclusion)]
    day = day_text(conclusion.as_of if conclusion.effective is None else conclusion.effective)
    found = identity(pack, "Condition", conclusion.name, conclusion.patient, paragraphs)
    found["clinicalStatus"] = hl7("condition-clinical", _course(spec, concluded))
    found["verificationStatus"] = hl7("condition-ver-status", spec.verification)
    if emitted.severity:
        found["severity"] = concept(pack, emitted.severity)
    found["code"] = concept(pack, emitted.code, emitted.text)
    found["subject"] = reference(conclusion.patient)
    if conclusion.effective is not None:
        found["onsetDateTime"] = day
    found["recordedDate"] = day
    if release == "R5":
        found["participant"] = [{"function": hl7("provenance-participant-type", "assembler"), "actor": device_reference(pack)}]
    if emitted.stage:
        stage = {"summary": concept(pack, emitted.stage, emitted.stage[0].display)}
        found["stage"] = [stage | ({"type": concept(pack, spec.stage_type)} if spec.stage_type else {})]
    evidence = _evidence_r5(conclusion) if release == "R5" else _evidence_r4(pack, conclusion, snapshot)
    if evidence:
        found["evidence"] = evidence
    found["note"] = notes(paragraphs)
    return found


def _course(spec: ConditionSpec, concluded: Mapping[str, Conclusion]) -> str:
    """The clinical status by the first rule that holds."""
    holding = (rule.status for rule in spec.clinical_status if concluded[rule.conclusion].outcome in rule.outcomes)
    return next(holding, "active")


def _evidence_r5(conclusion: Conclusion) -> list[Resource]:
    return [{"reference": reference(ref)} for ref in conclusion.evidence]


def _evidence_r4(pack: Pack, conclusion: Conclusion, snapshot: Snapshot) -> list[Resource]:
    """One entry for each met criterion that itself tests values, with where they came from, and one for what else was used."""
    rest = dict.fromkeys(conclusion.evidence)
    entries: list[Resource] = []
    for name in met_criteria(pack.conclusions[conclusion.name], conclusion):
        criterion = pack.criteria[name]
        if any(isinstance(node, Named) for node in walk(criterion.expression)):
            continue
        read = {ref for measure in criterion.measures for ref in snapshot[pack.measures[measure].index].evidence}
        used = [ref for ref in conclusion.evidence if ref in read]
        entries.append({"code": [{"text": criterion.label}]} | _detail(used))
        for ref in used:
            rest.pop(ref, None)
    return [*entries, _detail(rest)] if rest else entries


def _detail(refs: Iterable[str]) -> Resource:
    found = [reference(ref) for ref in refs]
    return {"detail": found} if found else {}

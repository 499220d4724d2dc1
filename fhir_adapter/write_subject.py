"""The ResearchSubject that states eligibility: in R4 its status, in R5 the state of its progress."""

from collections.abc import Mapping, Sequence

from engine.conclusion import UNDETERMINED, Conclusion
from engine.moment import day_text
from engine.pack.emission import SubjectSpec
from engine.pack.program import ConclusionRule, Pack
from fhir_adapter.identity import Resource, hl7, identity, reference
from fhir_adapter.releases import Release
from fhir_adapter.sentence import remarks, undetermined, verdict


def research_subject(pack: Pack, spec: SubjectSpec, concluded: Mapping[str, Conclusion], release: Release) -> Resource | None:
    """None where the pack gives the outcome no status. No arm is stated: who is assigned where is the trial's to say.

    In R5 the state has a start only where the conclusion has a day of effect: the day of evaluation is not when it began.
    """
    conclusion = concluded[spec.conclusion]
    state = spec.statuses.get(conclusion.outcome)
    if state is None:
        return None
    rule = pack.conclusions[conclusion.name]
    since = None if conclusion.effective is None else day_text(conclusion.effective)
    return subject_of(pack, spec, state, release, conclusion.patient, subject_paragraphs(pack, rule, conclusion), since)


def subject_paragraphs(pack: Pack, rule: ConclusionRule, conclusion: Conclusion) -> list[str]:
    """What it says; nothing in it is of the patient alone."""
    told = undetermined(pack, rule, conclusion) if conclusion.outcome == UNDETERMINED else verdict(rule, pack, conclusion)
    return [told, *remarks(pack, rule, conclusion)]


def subject_of(
    pack: Pack, spec: SubjectSpec, state: str, release: Release, patient: str, paragraphs: Sequence[str], since: str | None
) -> Resource:
    """The ResearchSubject with what differs from patient to patient."""
    found = identity(pack, "ResearchSubject", spec.conclusion, patient, paragraphs)
    study = {
        "type": "ResearchStudy",
        "identifier": {"system": spec.study_system, "value": spec.study},
        "display": pack.manifest.title,
    }
    if release == "R5":
        began = {} if since is None else {"startDate": since}
        progress = {"subjectState": hl7("research-subject-state", state), **began}
        return found | {"status": "active", "progress": [progress], "study": study, "subject": reference(patient)}
    return found | {"status": state, "study": study, "individual": reference(patient)}

"""ResearchSubjects and Consents to facts: the arm, the time in the study, the agreement."""

from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.desk import Desk
from fhir_adapter.resources import Consent, Provision, ResearchSubject


def read_subject(subject: ResearchSubject, desk: Desk) -> list[Fact]:
    """The arm as the study recorded it, entry and last contact."""
    start, end = entry_and_end(subject, desk)
    facts = _arm(subject, desk)
    for element, when in (("ResearchSubject.period.start", start), ("ResearchSubject.period.end", end)):
        if when is not None:
            facts += [Fact(concept=concept.name, ref=desk.ref, when=when) for concept in desk.vocabulary.only(element)]
    return facts


def entry_and_end(subject: ResearchSubject, desk: Desk) -> tuple[Moment | None, Moment | None]:
    """The period in the study; in R5, where it has no period, from the first to the last date of its progress."""
    start, end = (None, None) if subject.period is None else desk.ends(subject.period, "period")
    moments = []
    for index, step in enumerate(subject.progress):
        for name, text in (("startDate", step.start_date), ("endDate", step.end_date)):
            if text is not None:
                moments.append(desk.moment(text, f"progress[{index}].{name}"))
    if start is None and moments:
        start = min(moments, key=lambda moment: (moment.first, moment.last, moment.instant or 0))
    if end is None and moments:
        end = max(moments, key=lambda moment: (moment.last, moment.first, moment.instant or 0))
    return start, end


def _arm(subject: ResearchSubject, desk: Desk) -> list[Fact]:
    element, text = "assignedArm", subject.assigned_arm
    if text is None:
        element, text = "assignedComparisonGroup", subject.assigned_comparison_group
    if text is None:
        return []
    facts = []
    for concept in desk.vocabulary.only("ResearchSubject.arm"):
        word = concept.wordings.get(text.strip().casefold())
        if word is None:
            desk.note("arm-unknown", f"ResearchSubject.{element}", concept=concept.label)
            facts.append(Fact(concept=concept.name, ref=desk.ref, value=concept.words or None, fallback=True))
        else:
            facts.append(Fact(concept=concept.name, ref=desk.ref, value=frozenset({word})))
    return facts


def read_consent(consent: Consent, desk: Desk) -> list[Fact]:
    """An agreement in force; a refusal is none."""
    if desk.standing(consent.status) == "absent" or _refuses(consent):
        return []
    when = None
    for element, text in (("dateTime", consent.date_time), ("date", consent.date)):
        if text is not None:
            when = desk.moment(text, element)
    if when is None and consent.period is not None:
        when = desk.start(consent.period, "period")
    return [Fact(concept=concept.name, ref=desk.ref, when=when) for concept in desk.vocabulary.only("Consent")]


def _refuses(consent: Consent) -> bool:
    provision = consent.provision
    return consent.decision == "deny" or (isinstance(provision, Provision) and provision.type == "deny")

"""What became of a child: diagnosis, adverse events, graft-versus-host disease, death or the last visit, in the shape of R4."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from marrow.demo.child import Child
from marrow.demo.pieces import Resource, coding, concept, instant, observation, start
from marrow.demo.plan import Coded, Plan


def course(child: Child, plan: Plan) -> Iterator[Resource]:
    yield condition(child, plan, "diagnosis", plan.diagnosis, child.diagnosed)
    yield from _adverse_events(child, plan)
    yield from _graft_versus_host(child, plan)
    if child.died:
        yield from _cause_of_death(child, plan)
    else:
        yield _last_visit(child, plan)


def condition(child: Child, plan: Plan, name: str, what: Coded, onset: date, active: bool = True) -> Resource:
    found = start(plan, "Condition", child, name)
    found["clinicalStatus"] = concept(plan, plan.labels.active if active else plan.labels.resolved)
    found["verificationStatus"] = concept(plan, plan.labels.confirmed)
    found["code"] = concept(plan, what)
    found["subject"] = child.reference
    found["onsetDateTime"] = found["recordedDate"] = onset.isoformat()
    return found


def _adverse_events(child: Child, plan: Plan) -> Iterator[Resource]:
    for name, event in plan.adverse_events.events.items():
        grade = child.row[event.column]
        if grade == "0":
            continue
        day = child.day(event.day)
        if child.died and event.days_before_death is not None:
            day = child.last_contact - timedelta(days=event.days_before_death)
        found = start(plan, "AdverseEvent", child, name)
        found["extension"] = [{"url": plan.adverse_events.grade_extension, **_grade(child, plan, grade)}]
        found["actuality"] = "actual"
        found["event"] = concept(plan, event.by_grade[grade])
        found["subject"] = child.reference
        found["date"] = found["recordedDate"] = instant(plan, day, event.time)
        found["study"] = [{"reference": f"ResearchStudy/{plan.enrolment.study.id}"}]
        yield found


def _grade(child: Child, plan: Plan, grade: str) -> dict[str, Any]:
    """Both forms in which a grade is written."""
    forms: tuple[dict[str, Any], ...] = (
        {"valueCodeableConcept": {"coding": [coding(plan, plan.adverse_events.grades[grade])]}},
        {"valueInteger": int(grade)},
    )
    return child.takes(forms)


def _graft_versus_host(child: Child, plan: Plan) -> Iterator[Resource]:
    if child.transplanted is None:
        return
    acute, chronic = plan.transplant.graft_versus_host.acute, plan.transplant.graft_versus_host.chronic
    onset = child.transplanted + timedelta(days=acute.days_after)
    for organ, column in acute.grades.items():
        if child.row[column] != "0":
            found = condition(child, plan, f"acute-gvhd-{organ}", acute.coding, onset, active=False)
            yield found | {"bodySite": [{"text": organ}], "stage": [{"summary": {"text": f"grade {child.row[column]}"}}]}
            graded = observation(plan, child, f"acute-gvhd-{organ}", acute.category, onset.isoformat(), acute.graded[organ])
            yield graded | {"valueInteger": int(child.row[column])}
    onset = child.transplanted + timedelta(days=chronic.days_after)
    for part in filter(None, child.row[chronic.column].split(";")):
        organ = part.partition("(")[0].strip()
        found = condition(child, plan, f"chronic-gvhd-{organ}", chronic.coding, onset, active=chronic.ongoing in part)
        yield found | {"bodySite": [{"text": organ}]}


def _cause_of_death(child: Child, plan: Plan) -> Iterator[Resource]:
    """The illness that a child died of, and the certificate that says so."""
    cause, certificate = child.row[child.columns.death_cause], plan.death_certificate
    death = plan.deaths[cause]
    found = condition(child, plan, "cause-of-death", death.coding, child.last_contact - timedelta(days=death.days_before))
    yield found | {"note": [{"text": f"Cause of death: {cause}"}]}
    day = child.last_contact.isoformat()
    found = observation(plan, child, "cause-of-death", certificate.category, day, certificate.coding)
    yield found | {"valueCodeableConcept": concept(plan, death.coding)}


def _last_visit(child: Child, plan: Plan) -> Resource:
    visit = plan.last_visit
    seen = start(plan, "Encounter", child, "last-visit")
    seen["status"] = "finished"
    seen["class"] = coding(plan, visit.coding)
    seen["subject"] = child.reference
    seen["period"] = {
        "start": instant(plan, child.last_contact, visit.begin),
        "end": instant(plan, child.last_contact, visit.until),
    }
    return seen

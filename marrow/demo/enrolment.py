"""Who a child is and how it came into the study: patient, guardian, consent, study and arm, in the shape of R4."""

from collections.abc import Iterator
from datetime import date, timedelta

from marrow.demo.child import Child
from marrow.demo.pieces import Resource, concept, start
from marrow.demo.plan import Plan


def enrolment(child: Child, plan: Plan) -> Iterator[Resource]:
    yield _patient(child, plan)
    yield _guardian(child, plan)
    yield _consent(child, plan)
    yield _study(child, plan)
    yield _subject(child, plan)


def _patient(child: Child, plan: Plan) -> Resource:
    found = start(plan, "Patient", child, "")
    found["identifier"] = [{"system": plan.enrolment.identifier, "value": child.row[child.columns.child]}]
    found["gender"] = child.row[child.columns.sex]
    found["birthDate"] = birth(child, plan).isoformat()
    if child.died:
        found["deceasedDateTime"] = child.last_contact.isoformat()
    return found


def birth(child: Child, plan: Plan) -> date:
    """The birth date of a child whose last birthday lay so many days before the diagnosis."""
    birthday = child.diagnosed - timedelta(days=child.takes(plan.enrolment.birthdays))
    return birthday.replace(year=birthday.year - child.age)


def _guardian(child: Child, plan: Plan) -> Resource:
    found = start(plan, "RelatedPerson", child, "guardian")
    found["patient"] = child.reference
    found["relationship"] = [concept(plan, plan.enrolment.guardian)]
    return found


def _consent(child: Child, plan: Plan) -> Resource:
    entry = plan.enrolment
    found = start(plan, "Consent", child, "consent")
    found["status"] = "active"
    found["scope"] = concept(plan, entry.consent_scope)
    found["category"] = [concept(plan, entry.consent_category)]
    found["patient"] = child.reference
    found["dateTime"] = child.day(entry.consent_day).isoformat()
    found["performer"] = [{"reference": f"RelatedPerson/{child.id}-guardian"}]
    found["policyRule"] = {"text": entry.consent_text}
    return found


def _study(child: Child, plan: Plan) -> Resource:
    study = plan.enrolment.study
    found = start(plan, "ResearchStudy", child, "study") | {"id": study.id}
    found["identifier"] = [{"system": study.system, "value": study.value}]
    found["title"] = study.title
    found["status"] = "completed"
    return found


def _subject(child: Child, plan: Plan) -> Resource:
    entry = plan.enrolment
    found = start(plan, "ResearchSubject", child, "subject")
    found["status"] = "off-study"
    found["period"] = {"start": child.day(entry.consent_day).isoformat(), "end": child.last_contact.isoformat()}
    found["study"] = {"reference": f"ResearchStudy/{entry.study.id}"}
    found["individual"] = child.reference
    found["assignedArm"] = entry.arms[child.row[child.columns.arm]]
    found["consent"] = {"reference": f"Consent/{child.id}-consent"}
    return found

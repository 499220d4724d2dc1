"""AdverseEvents to facts: which row of the events' table, when, and of which grade."""

import re
from decimal import Decimal

from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.codes import Concept
from fhir_adapter.desk import Desk
from fhir_adapter.issue import Refusal
from fhir_adapter.quantity import Amount, read_number
from fhir_adapter.resources import AdverseEvent

GRADE = "http://hl7.org/fhir/us/ctcae/StructureDefinition/ctcae-grade"
_DIGIT = re.compile(r"(?:grade[ _-]?)?(\d)", re.IGNORECASE)


def read_adverse_event(event: AdverseEvent, desk: Desk) -> list[Fact]:
    """What happened; a grade that cannot be read leaves the event, without a value. What merely might have happened is none."""
    if desk.standing(event.status) == "absent" or event.actuality == "potential":
        return []
    code, element = (event.event, "event") if event.event is not None else (event.code, "code")
    matches = desk.vocabulary.match(desk.kind, code, f"AdverseEvent.{element}")
    if not matches:
        return []
    when = happened(event, desk)
    facts = []
    for concept, marks in matches:
        grade = None if concept.yardstick is None else _grade(event, concept, desk)
        value = None if grade is None else grade.value
        facts.append(Fact(concept=concept.name, ref=desk.ref, value=value, when=when, marks=marks))
    return facts


def happened(event: AdverseEvent, desk: Desk) -> Moment | None:
    """When it happened; of a period, its start."""
    spelt = (
        ("date", event.date),
        ("occurrenceDateTime", event.occurrence_date_time),
        ("occurenceDateTime", event.occurence_date_time),
    )
    for element, text in spelt:
        if text is not None:
            return desk.moment(text, element)
    for element, period in (("occurrencePeriod", event.occurrence_period), ("occurencePeriod", event.occurence_period)):
        if period is not None:
            return desk.start(period, element)
    if event.occurrence_timing is not None:
        desk.note("time-form", "AdverseEvent.occurrenceTiming")
    return None


def _grade(event: AdverseEvent, concept: Concept, desk: Desk) -> Amount | None:
    path = "AdverseEvent.extension"
    grades = [extension for extension in event.extension if extension.url == GRADE]
    if not grades:
        desk.note("grade-missing", path)
        return None
    try:
        if len(grades) > 1:
            raise Refusal("grade-unreadable", path)
        if grades[0].value_integer is not None:
            return read_number(grades[0].value_integer, concept, path)
        coded = grades[0].value_codeable_concept
        texts = [] if coded is None else [*(coding.code for coding in coded.coding), coded.text]
        found = {match[1] for text in texts if text and (match := _DIGIT.fullmatch(text.strip()))}
        if len(found) != 1:
            raise Refusal("grade-unreadable", path)
        return read_number(Decimal(found.pop()), concept, path)
    except Refusal as refusal:
        desk.refuse(refusal)
        return None

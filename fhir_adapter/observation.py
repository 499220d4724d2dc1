"""Observations to facts: one for each code that the pack knows, in the Observation itself and in its components."""

from typing import NamedTuple

from engine.interval import Interval
from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.codes import Concept, meanings
from fhir_adapter.desk import Desk
from fhir_adapter.elements import CodeableConcept, Reference
from fhir_adapter.issue import Refusal
from fhir_adapter.quantity import Amount, read_limits
from fhir_adapter.reference import relative, urn
from fhir_adapter.resources import Finding, Observation
from fhir_adapter.values import read_value


class _Circumstances(NamedTuple):
    """What an Observation and its components share."""

    when: Moment | None
    sample: str | None
    method: CodeableConcept | None
    preliminary: bool


def read_observation(observation: Observation, desk: Desk) -> list[Fact]:
    """The facts of an Observation and of its components; members of a panel are resources of their own."""
    standing = desk.standing(observation.status)
    if standing == "absent":
        return []
    around = _Circumstances(
        observed(observation, desk), _sample(observation.specimen, desk), observation.method, standing == "preliminary"
    )
    facts = _facts(observation, "Observation", around, desk)
    for index, component in enumerate(observation.component):
        try:
            facts += _facts(component, f"Observation.component[{index}]", around, desk)
        except Refusal as refusal:
            desk.refuse(refusal)
    return facts


def observed(observation: Observation, desk: Desk) -> Moment | None:
    """When it was true of the patient; a period is one vague moment from its start to its end."""
    if observation.effective_date_time is not None:
        return desk.moment(observation.effective_date_time, "effectiveDateTime")
    if observation.effective_instant is not None:
        return desk.moment(observation.effective_instant, "effectiveInstant")
    if observation.effective_period is not None:
        return desk.through(observation.effective_period, "effectivePeriod")
    if observation.effective_timing is not None:
        desk.note("time-form", "Observation.effectiveTiming")
    return None


def _facts(finding: Finding, path: str, around: _Circumstances, desk: Desk) -> list[Fact]:
    facts = []
    for concept, marks in desk.vocabulary.match("Observation", finding.code, f"{path}.code"):
        fact = _fact(finding, concept, marks, path, around, desk)
        if fact is not None:
            facts.append(fact)
    return facts


def _fact(
    finding: Finding, concept: Concept, marks: frozenset[str], path: str, around: _Circumstances, desk: Desk
) -> Fact | None:
    try:
        amount = read_value(finding, concept, path, desk)
    except Refusal as refusal:
        desk.refuse(refusal)
        return None
    if amount is None:
        return None
    lower, upper = _limits(finding, concept, amount, path, desk) if finding.reference_range else (None, None)
    if concept.methods and around.method is not None:
        marks |= meanings(around.method, concept.methods)
    return Fact(
        concept=concept.name,
        ref=desk.ref,
        value=amount.value,
        when=around.when,
        preliminary=around.preliminary,
        marks=marks,
        unit=amount.unit if concept.yardstick is not None and concept.yardstick.also else None,
        lower_limit=lower,
        upper_limit=upper,
        sample=around.sample,
    )


def _limits(finding: Finding, concept: Concept, amount: Amount, path: str, desk: Desk) -> tuple[Interval | None, Interval | None]:
    if concept.yardstick is None or not isinstance(amount.value, Interval):
        return None, None
    try:
        return read_limits(finding.reference_range, amount.unit, concept.yardstick, f"{path}.referenceRange")
    except Refusal:
        desk.note("limit-unreadable", f"{path}.referenceRange", unit=concept.yardstick.unit)
        return None, None


def _sample(specimen: Reference | None, desk: Desk) -> str | None:
    """What names the specimen that a value comes from, so that values of one sample can be put together."""
    if specimen is None:
        return None
    text = specimen.reference
    if text is not None:
        return f"{desk.key}{text}" if text.startswith("#") else relative(text) or urn(text)
    identifier = specimen.identifier
    return None if identifier is None or identifier.value is None else f"{identifier.system or ''}|{identifier.value}"

"""The value of a finding, in whichever of FHIR's forms it stands, to what it says of one concept."""

from collections.abc import Callable

from engine.interval import Interval
from fhir_adapter.codes import Concept, meanings
from fhir_adapter.desk import Desk
from fhir_adapter.elements import CodeableConcept, fhir_name
from fhir_adapter.issue import Refusal
from fhir_adapter.quantity import Amount, read_number, read_quantity, read_range
from fhir_adapter.resources import Finding

Reading = Callable[[Finding, Concept, str, Desk], Amount | None]


def read_value(finding: Finding, concept: Concept, path: str, desk: Desk) -> Amount | None:
    """What a finding says of a concept; None where it has no value. Raises Refusal for a value that is not to be used."""
    if finding.value_quantity is not None and concept.yardstick is not None and _is_only_quantity(finding):
        found = read_quantity(finding.value_quantity, concept, f"{path}.valueQuantity")
        if found is not None and finding.data_absent_reason is not None:
            raise Refusal("value-and-absent", path)
        return found
    forms = [name for name in _READINGS if getattr(finding, name) is not None]
    if len(forms) > 1:
        raise Refusal("value-several", path)
    if concept.yardstick is None and not concept.has_answers:
        return Amount(None)
    interpreted = _interpreted(finding, concept)
    if not forms:
        return _from_interpretation(finding, interpreted, concept, path, desk)
    form = forms[0]
    amount = _READINGS[form](finding, concept, f"{path}.{fhir_name(form)}", desk)
    if amount is not None and finding.data_absent_reason is not None:
        raise Refusal("value-and-absent", path)
    if amount is None or not interpreted or not isinstance(amount.value, frozenset) or amount.value == interpreted:
        return amount
    desk.note("answer-contradiction", f"{path}.interpretation", concept=concept.label)
    return Amount(amount.value | interpreted)


def _is_only_quantity(finding: Finding) -> bool:
    """Whether there is no other form of value; written out, since most findings are such."""
    return (
        finding.value_range is None
        and finding.value_integer is None
        and finding.value_boolean is None
        and finding.value_codeable_concept is None
        and finding.value_string is None
        and finding.value_ratio is None
        and finding.value_sampled_data is None
        and finding.value_time is None
        and finding.value_date_time is None
        and finding.value_period is None
        and finding.value_attachment is None
        and finding.value_reference is None
    )


def _interpreted(finding: Finding, concept: Concept) -> frozenset[str]:
    return frozenset[str]().union(*(meanings(code, concept.answers) for code in finding.interpretation))


def _from_interpretation(finding: Finding, interpreted: frozenset[str], concept: Concept, path: str, desk: Desk) -> Amount | None:
    if interpreted:
        return _answer(interpreted, concept, f"{path}.interpretation", desk)
    if finding.interpretation and concept.has_answers and concept.yardstick is None:
        raise Refusal("answer-unknown", f"{path}.interpretation", concept=concept.label)
    return None


def _answer(said: frozenset[str], concept: Concept, path: str, desk: Desk) -> Amount:
    """An answer by its meaning, or the number that it stands for; what contradicts itself may be any of what it says."""
    if len(said) > 1:
        desk.note("answer-contradiction", path, concept=concept.label)
    if not concept.numbers or not said <= concept.numbers.keys():
        return Amount(said)
    first, *others = (Interval.exactly(concept.numbers[name]) for name in sorted(said))
    for other in others:
        first = first.hull(other)
    return Amount(first, None if concept.yardstick is None else concept.yardstick.unit)


def _coded(code: CodeableConcept, concept: Concept, path: str, desk: Desk) -> Amount:
    if not concept.has_answers:
        raise Refusal("value-form", path, concept=concept.label, expected=concept.expected)
    said = meanings(code, concept.answers)
    if not said:
        raise Refusal("answer-unknown", path, concept=concept.label)
    return _answer(said, concept, path, desk)


def _yes_or_no(answer: bool, concept: Concept, path: str, desk: Desk) -> Amount:
    word = "true" if answer else "false"
    if word not in concept.words:
        raise Refusal("value-form", path, concept=concept.label, expected=concept.expected)
    return _answer(frozenset({word}), concept, path, desk)


def _in_words(finding: Finding, concept: Concept, path: str, desk: Desk) -> Amount | None:
    raise Refusal("value-text", path, expected=concept.expected)


def _unread(finding: Finding, concept: Concept, path: str, desk: Desk) -> Amount | None:
    raise Refusal("value-form", path, concept=concept.label, expected=concept.expected)


_READINGS: dict[str, Reading] = {
    "value_quantity": lambda f, concept, path, desk: read_quantity(f.value_quantity, concept, path) if f.value_quantity else None,
    "value_range": lambda f, concept, path, desk: read_range(f.value_range, concept, path) if f.value_range else None,
    "value_integer": lambda f, concept, path, desk: read_number(f.value_integer, concept, path),
    "value_boolean": lambda f, concept, path, desk: _yes_or_no(bool(f.value_boolean), concept, path, desk),
    "value_codeable_concept": lambda f, concept, path, desk: (
        _coded(f.value_codeable_concept, concept, path, desk) if f.value_codeable_concept else None
    ),
    "value_string": _in_words,
    "value_ratio": _unread,
    "value_sampled_data": _unread,
    "value_time": _unread,
    "value_date_time": _unread,
    "value_period": _unread,
    "value_attachment": _unread,
    "value_reference": _unread,
}
"""Every form of value[x]."""

"""Contained resources, checked only when something refers to them."""

from collections.abc import Iterable

import msgspec

from fhir_adapter.elements import CodeableConcept
from fhir_adapter.issue import Refusal
from fhir_adapter.resources import Contained, Patient


def inside(contained: Iterable[Contained], kind: str, name: str) -> Contained | None:
    """The one contained resource of this type and id."""
    found = [one for one in contained if one.resource_type == kind and one.id == name]
    return found[0] if len(found) == 1 else None


def as_patient(inner: Contained, path: str) -> Patient:
    """A contained Patient; raises Refusal where an element has another type than FHIR gives it."""
    said = {
        "birthDate": inner.birth_date,
        "gender": inner.gender,
        "deceasedBoolean": inner.deceased_boolean,
        "deceasedDateTime": inner.deceased_date_time,
    }
    try:
        return msgspec.convert(said, Patient)
    except msgspec.ValidationError:
        raise Refusal("structure", path) from None


def code_of(inner: Contained, path: str) -> CodeableConcept | None:
    """The code of a contained Medication; raises Refusal as above."""
    try:
        return msgspec.convert(inner.code, CodeableConcept | None)
    except msgspec.ValidationError:
        raise Refusal("structure", path) from None

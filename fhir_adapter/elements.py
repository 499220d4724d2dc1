"""The FHIR data types, as far as they are read; numbers stay what was written (float_hook), so their fields are Any."""

from typing import Any

from msgspec import Struct


class Shape(Struct, rename="camel", gc=False):
    """JSON with the camelCase names of FHIR; what is not named here is skipped, not decoded."""


def fhir_name(path: str) -> str:
    """`valueQuantity` for the attribute value_quantity."""
    first, *others = path.split("_")
    return first + "".join(word.capitalize() for word in others)


class Coding(Shape):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Shape):
    coding: tuple[Coding, ...] = ()
    text: str | None = None


class Quantity(Shape):
    value: Any = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Range(Shape):
    low: Quantity | None = None
    high: Quantity | None = None


class Period(Shape):
    start: str | None = None
    end: str | None = None


class Identifier(Shape):
    system: str | None = None
    value: str | None = None


class Reference(Shape):
    reference: str | None = None
    type: str | None = None
    identifier: Identifier | None = None


class CodeableReference(Shape):
    """R5: a concept, a reference, or both."""

    concept: CodeableConcept | None = None
    reference: Reference | None = None


class Meta(Shape):
    version_id: str | None = None
    last_updated: str | None = None
    profile: tuple[str | None, ...] = ()


class Extension(Shape):
    url: str | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_integer: Any = None

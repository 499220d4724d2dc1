"""What a FHIR server says of itself: its release, its software, and how it can be subscribed to."""

from dataclasses import dataclass

import msgspec

from fhir_adapter.elements import Shape
from fhir_adapter.releases import Release

TOPIC = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical"
_RELEASES: dict[str, Release] = {"4.0": "R4", "4.3": "R4B", "5.0": "R5"}


@dataclass(frozen=True, slots=True)
class Offer:
    """software: its name in lower case. subscribes: whether Subscriptions are among its resources. topics: canonical URLs."""

    release: Release | None
    software: str
    subscribes: bool
    topics: tuple[str, ...]


class _Extension(Shape):
    url: str | None = None
    value_canonical: str | None = None
    value_uri: str | None = None


class _Resource(Shape):
    type: str | None = None
    extension: tuple[_Extension, ...] = ()


class _Rest(Shape):
    resource: tuple[_Resource, ...] = ()


class _Software(Shape):
    name: str = ""


class _Statement(Shape):
    resource_type: str
    fhir_version: str = ""
    software: _Software | None = None
    rest: tuple[_Rest, ...] = ()


_STATEMENT = msgspec.json.Decoder(_Statement)


def types_of(statement: bytes) -> frozenset[str]:
    """The resource types that a capability statement names; none where it is none."""
    try:
        found = _STATEMENT.decode(statement)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return frozenset()
    return frozenset(one.type for rest in found.rest for one in rest.resource if one.type)


def read_capability(statement: bytes) -> Offer | None:
    """What a capability statement offers; None where it is none."""
    try:
        found = _STATEMENT.decode(statement)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if found.resource_type != "CapabilityStatement":
        return None
    subscriptions = [one for rest in found.rest for one in rest.resource if one.type == "Subscription"]
    named = (each.value_canonical or each.value_uri for one in subscriptions for each in one.extension if each.url == TOPIC)
    return Offer(
        release=_RELEASES.get(found.fhir_version[:3]),
        software=found.software.name.lower() if found.software is not None else "",
        subscribes=bool(subscriptions),
        topics=tuple(dict.fromkeys(topic for topic in named if topic)),
    )

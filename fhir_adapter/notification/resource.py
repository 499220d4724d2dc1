"""One resource as it was sent to a Change: which one it is, in which version, and whether Marrow wrote it."""

import msgspec

from fhir_adapter.arrival import is_own
from fhir_adapter.bundle import Found, text_of
from fhir_adapter.elements import Coding, Shape
from fhir_adapter.identity import PACK
from fhir_adapter.notification.notice import Change, Interaction
from fhir_adapter.notification.refused import Refused
from fhir_adapter.notification.target import Target, version_of
from fhir_adapter.payload import Elements
from fhir_adapter.reference import ID
from fhir_adapter.resource_types import RESOURCE_TYPES
from fhir_adapter.resources import SHAPES


class _Meta(Shape):
    version_id: str | None = None


class _Labels(Shape):
    tag: tuple[Coding, ...] = ()


_META = msgspec.json.Decoder(_Meta)
_LABELS = msgspec.json.Decoder(_Labels)


def type_of(elements: Elements) -> str:
    """The resource type; raises Refused where FHIR has none of that name."""
    kind = text_of(elements.get("resourceType"))
    if kind is None:
        raise Refused("not-a-notification")
    if kind not in RESOURCE_TYPES:
        raise Refused("unknown-resource-type")
    return kind


def change_of(
    raw: bytes, elements: Elements, interaction: Interaction, named: Target | None = None, etag: str | None = None
) -> Change:
    """A resource that was sent with its content. named, etag: what is said around it, for what it does not say itself.

    Raises Refused where it has no type or no id.
    """
    kind = type_of(elements)
    around = named if named is not None and named.type == kind else None
    identity = _identity(elements, around)
    version = _version(elements) or version_of(etag) or (around.version if around else None)
    is_gone = interaction == "delete"
    return Change(
        type=kind,
        id=identity,
        version=version,
        interaction=interaction,
        resource=None if is_gone else raw,
        own=not is_gone and _is_own(kind, raw, elements),
        server=around.server if around else None,
    )


def named_change(named: Target, interaction: Interaction, etag: str | None = None) -> Change:
    """A resource of which only the name was sent."""
    return Change(named.type, named.id, named.version or version_of(etag), interaction, server=named.server)


def _identity(elements: Elements, around: Target | None) -> str:
    if "id" not in elements:
        if around is None:
            raise Refused("id-missing")
        return around.id
    identity = text_of(elements["id"])
    if identity is None or ID.fullmatch(identity) is None:
        raise Refused("id-invalid")
    return identity


def _version(elements: Elements) -> str | None:
    try:
        return version_of(_META.decode(elements.get("meta", b"{}")).version_id)
    except msgspec.DecodeError:
        return None


def _is_own(kind: str, raw: bytes, elements: Elements) -> bool:
    """By its identifier, as the reader does; by its tag where FHIR has no identifier and the reader reads no facts from it."""
    if is_own(Found(kind, raw, elements, "", "")):
        return True
    if kind in SHAPES:
        return False
    try:
        return any(tag.system == PACK for tag in _LABELS.decode(elements.get("meta", b"{}")).tag)
    except msgspec.DecodeError:
        return False

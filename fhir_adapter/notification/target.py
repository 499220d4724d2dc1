"""Which resource a path, a reference or a URL names, in the spellings of servers."""

import re
from dataclasses import dataclass

from fhir_adapter.reference import relative, server
from fhir_adapter.resource_types import RESOURCE_TYPES

_TWICE = re.compile(r"(^|/)([A-Z][A-Za-z]{1,63})/(?=\2/)")
_VERSION = re.compile(r"/_history/([A-Za-z0-9\-.]{1,64})/?\Z")
_ETAG = re.compile(r'(?:W/)?"?([A-Za-z0-9\-.]{1,64})"?')


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """A resource by name. server: the base URL of an absolute reference."""

    type: str
    id: str
    version: str | None
    server: str | None

    @property
    def ref(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"

    def __repr__(self) -> str:
        return f"Target({self.type})"  # the id is a patient's


def target(text: str) -> Target | None:
    """What a relative, absolute or versioned reference names; None for a urn, a search and what is no FHIR resource.

    A type that stands twice (`Encounter/Encounter/1`, HAPI of 2023) is read once.
    """
    once = _TWICE.sub(r"\1", text.strip().lstrip("/"))
    ref = relative(once)
    if ref is None:
        return None
    kind, _, identity = ref.partition("/")
    if kind not in RESOURCE_TYPES:
        return None
    version = _VERSION.search(once)
    return Target(kind, identity, version[1] if version else None, server(once))


def version_of(etag: str | None) -> str | None:
    """The version that an ETag or a versionId gives."""
    found = _ETAG.fullmatch(etag or "")
    return found[1] if found else None

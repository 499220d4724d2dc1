"""References between resources: relative, absolute, versioned, urn, contained; and who the patient of a resource is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from fhir_adapter.elements import Reference
from fhir_adapter.issue import Refusal
from fhir_adapter.resources import Contained

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_RESTFUL = re.compile(
    r"(?P<server>(?:https?://.*/)?)(?P<key>[A-Z][A-Za-z]{1,63}/[A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?/?"
)
_URN = re.compile(r"urn:[a-z0-9][a-z0-9\-]{1,31}:[\x21-\x7e]{1,200}", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_id(text: str) -> bool:
    """Whether a text may be an id; remembered, since versions are few."""
    return ID.fullmatch(text) is not None


def relative(text: str) -> str | None:
    """`Type/id` of a relative, absolute or versioned reference; None for any other."""
    found = _RESTFUL.fullmatch(text)
    return None if found is None else found["key"]


def server(text: str) -> str | None:
    """The server part of an absolute reference."""
    found = _RESTFUL.fullmatch(text)
    return None if found is None else found["server"] or None


def urn(text: str) -> str | None:
    """A urn in one spelling: those of UUIDs are the same in upper and lower case."""
    if _URN.fullmatch(text) is None:
        return None
    return text.lower() if text[:9].lower() == "urn:uuid:" else text


@dataclass(slots=True)
class Directory:
    """Which resource each fullUrl names: in its own document first, elsewhere where only one is named so."""

    local: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    anywhere: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def enter(self, document: str, full_url: str, kind: str, key: str) -> None:
        named = (kind, key)
        self.local.setdefault((document, full_url), named)
        if relative(full_url) is not None:
            return
        if self.anywhere.setdefault(full_url, named) != named:
            self.anywhere[full_url] = None

    def find(self, document: str, text: str) -> tuple[str, str] | None:
        """Type and key of what a reference names, without asking whether it was sent; None for what cannot be read."""
        name = urn(text) or text
        found = self.local.get((document, name)) or self.anywhere.get(name)
        if found is not None:
            return found
        key = relative(text)
        if key is not None:
            return key.partition("/")[0], key
        return ("", name) if name.startswith("urn:") else None


def patient_of(
    reference: Reference | None, path: str, directory: Directory, document: str, key: str, contained: Iterable[Contained]
) -> str | None:
    """The key of the patient that `reference` names, None where it names something else; raises Refusal where it is unclear.

    A contained patient is known by the resource that contains it: `Observation/o1#p`.
    """
    if reference is None:
        raise Refusal("subject-missing", path)
    text = reference.reference
    if text is None:
        raise Refusal("subject-logical", path)
    if text.startswith("#"):
        kinds = [inner.resource_type for inner in contained if inner.id == text[1:]]
        if len(kinds) != 1 or ID.fullmatch(text[1:]) is None:
            raise Refusal("subject-unreadable", path)
        return f"{key}{text}" if kinds == ["Patient"] else None
    found = directory.find(document, text)
    if found is None:
        raise Refusal("subject-unreadable", path)
    kind, name = found
    return name if (kind or reference.type or "Patient") == "Patient" else None

"""The entries of a Bundle to changes, each with what its request and response say; one that cannot be read costs only itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from fhir_adapter.bundle import text_of
from fhir_adapter.elements import Shape
from fhir_adapter.notification.notice import Change, Interaction
from fhir_adapter.notification.refused import Refused
from fhir_adapter.notification.resource import change_of, named_change
from fhir_adapter.notification.target import Target, target
from fhir_adapter.payload import open_object
from fhir_adapter.reference import urn


class _Request(Shape):
    method: str | None = None
    url: str | None = None


class _Response(Shape):
    status: str | None = None
    etag: str | None = None
    location: str | None = None


class Entry(Shape):
    """An entry of any Bundle; `resource` is empty where it has none."""

    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw()
    request: _Request | None = None
    response: _Response | None = None


_ENTRY = msgspec.json.Decoder(Entry)
_INTERACTIONS: dict[str, Interaction] = {"POST": "upsert", "PUT": "upsert", "PATCH": "upsert", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Told:
    """What entries told. by_url: the changes by fullUrl, for references that are urns. skipped: entries not read."""

    changes: list[Change] = field(default_factory=list)
    by_url: dict[str, Change] = field(default_factory=dict, repr=False)
    skipped: int = 0


def told_by(entries: Iterable[msgspec.Raw | bytes]) -> Told:
    """What entries say; the outcome of a failed request is passed over, since what it was about is not told by it."""
    changes: list[Change] = []
    by_url: dict[str, Change] = {}
    skipped = 0
    for raw in entries:
        try:
            entry = _ENTRY.decode(raw)
            change = None if _failed(entry) else _change(entry)
        except (msgspec.DecodeError, RecursionError, Refused):
            skipped += 1
            continue
        if change is not None:
            changes.append(change)
            if entry.full_url:
                by_url.setdefault(urn(entry.full_url) or entry.full_url, change)
    return Told(changes, by_url, skipped)


def resource_in(raw: msgspec.Raw | bytes) -> bytes:
    """The bytes of the resource of an entry, empty where there is none; raises msgspec errors."""
    found = bytes(_ENTRY.decode(raw).resource)
    return b"" if found == b"null" else found


def _change(entry: Entry) -> Change | None:
    """None for an outcome, which is about the call and not about a patient."""
    request, response = entry.request or _Request(), entry.response or _Response()
    method = (request.method or "").upper()
    named = _named(request.url, entry.full_url, response.location)
    raw = bytes(entry.resource)
    if raw in (b"", b"null") or method == "PATCH":
        if named is None:
            raise Refused("nothing-named")
        return named_change(named, _INTERACTIONS.get(method, "unknown"), response.etag)
    elements = open_object(raw)
    if text_of(elements.get("resourceType")) == "OperationOutcome":
        return None
    interaction = _INTERACTIONS.get(method, "unknown") if method else "upsert"
    return change_of(raw, elements, interaction, named, response.etag)


def _named(*texts: str | None) -> Target | None:
    """The first that names a resource, with the server of the first that names one."""
    found = [each for text in texts if text is not None and (each := target(text)) is not None]
    if not found:
        return None
    home = next((each.server for each in found if each.server is not None), None)
    version = next((each.version for each in found if each.version is not None and each.ref == found[0].ref), None)
    return Target(found[0].type, found[0].id, version, home)


def _failed(entry: Entry) -> bool:
    status = "" if entry.response is None else entry.response.status or ""
    return status[:1] in ("4", "5")

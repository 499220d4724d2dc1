"""Bundles of every type to single resources, with what the entry around each says about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from fhir_adapter.elements import Shape
from fhir_adapter.issue import Issue, issue
from fhir_adapter.payload import DEEPEST, Document, Elements, is_unreadable, open_object
from fhir_adapter.reference import relative
from fhir_adapter.releases import Release
from fhir_adapter.resource_types import RESOURCE_TYPES

_DEEPEST_BUNDLE = 4


class _Request(Shape):
    method: str | None = None
    url: str | None = None


class _Response(Shape):
    status: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class _Entry(Shape):
    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw()  # empty where the entry has none
    request: _Request | None = None
    response: _Response | None = None


class _Typed(Shape):
    resource_type: str | None = None


_ENTRIES = msgspec.json.Decoder(list[msgspec.Raw])
_ENTRY = msgspec.json.Decoder(_Entry)
_TYPE = msgspec.json.Decoder(_Typed)
_TEXT = msgspec.json.Decoder(str)


@dataclass(frozen=True, slots=True)
class Found:
    """A resource where it was found. document: what it came in, in which fullUrls are unique."""

    kind: str
    raw: bytes
    elements: Elements
    source: str
    document: str
    full_url: str | None = None
    version: str | None = None
    modified: str | None = None
    hint: Release | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """An entry that says that a resource is no more."""

    key: str
    source: str
    version: str | None
    modified: str | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry without anything to read: the answer to a failed request, or a notification that only names what changed."""

    source: str


def resources(document: Document) -> Iterator[Found | Deleted | Skipped | Issue]:
    """The resources of one JSON object, however deep the Bundles in it; an issue for what is none."""
    yield from _open(document.raw, document.elements, document.source, document.source, _Entry(), None, 0)


def _open(
    raw: bytes, elements: Elements, source: str, document: str, entry: _Entry, hint: Release | None, depth: int
) -> Iterator[Found | Deleted | Skipped | Issue]:
    kind = text_of(elements.get("resourceType"))
    if kind is None:
        yield issue(source, "resourceType", "no-resource-type")
    elif kind == "Bundle" and depth < _DEEPEST_BUNDLE:
        yield from _entries(elements, source, document, depth)
    elif is_unreadable(raw):
        yield issue(source, _named(kind), "unreadable-value", depth=str(DEEPEST))
    else:
        response = entry.response or _Response()
        yield Found(kind, raw, elements, source, document, entry.full_url, response.etag, response.last_modified, hint)


def _entries(elements: Elements, source: str, document: str, depth: int) -> Iterator[Found | Deleted | Skipped | Issue]:
    try:
        entries = _ENTRIES.decode(elements.get("entry", b"[]"))
    except msgspec.ValidationError:
        yield issue(source, "Bundle.entry", "structure")
        return
    hint = _hint(text_of(elements.get("type")), entries)
    for index, raw in enumerate(entries):
        here = f"{source}:Bundle.entry[{index}]"
        try:
            entry = _ENTRY.decode(raw)
            inner = bytes(entry.resource)
            if inner in (b"", b"null") or _failed(entry):
                yield _without_resource(entry, here)
                continue
            yield from _open(inner, open_object(inner), here, document, entry, hint, depth + 1)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield issue(here, f"Bundle.entry[{index}]", "structure")


def _failed(entry: _Entry) -> bool:
    status = "" if entry.response is None else entry.response.status or ""
    return status[:1] in ("4", "5")


def _without_resource(entry: _Entry, source: str) -> Deleted | Skipped:
    request, response = entry.request, entry.response or _Response()
    if request is None or request.method != "DELETE" or _failed(entry):
        return Skipped(source)
    key = relative(request.url or "") or relative(entry.full_url or "")
    return Skipped(source) if key is None else Deleted(key, source, response.etag, response.last_modified)


def _hint(bundle_type: str | None, entries: list[msgspec.Raw]) -> Release | None:
    """R4B and R5 announce themselves in notification Bundles; every other type of Bundle is alike in all releases."""
    if bundle_type == "subscription-notification":
        return "R5"
    if bundle_type != "history" or not entries:
        return None
    try:
        first = _ENTRY.decode(entries[0])
        kind = _TYPE.decode(first.resource).resource_type if bytes(first.resource) else None
        return "R4B" if kind == "SubscriptionStatus" else None
    except (msgspec.DecodeError, RecursionError):
        return None


def text_of(raw: Any) -> str | None:
    """The text that a JSON string holds; None for anything else."""
    try:
        return None if raw is None else _TEXT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _named(kind: str) -> str:
    return kind if kind in RESOURCE_TYPES else "resourceType"

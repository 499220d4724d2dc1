"""One HTTP call of a FHIR server to what it says, in every shape that servers send; without any I/O."""

from collections.abc import Iterable

import msgspec

from fhir_adapter.bundle import text_of
from fhir_adapter.elements import Shape
from fhir_adapter.notification.body import body_of
from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.entries import resource_in, told_by
from fhir_adapter.notification.event_grid import grid_notice
from fhir_adapter.notification.medplum import deletion_of, interaction_of, is_medplum, subscription_of
from fhir_adapter.notification.notice import Change, Notice
from fhir_adapter.notification.refused import Refused
from fhir_adapter.notification.resource import change_of, named_change, type_of
from fhir_adapter.notification.status import read_status
from fhir_adapter.notification.target import Target, target
from fhir_adapter.notification.topic import STATUSES, notice_of, ordered
from fhir_adapter.payload import Elements, open_object

_METHODS = ("POST", "PUT", "DELETE")
_WITH_PARAMETERS = ("history", "subscription-notification", "searchset")
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_EARLY = ("backport-notification-type", "backport-subscription-event-count", "backport-bundle-event-count")
"""Extensions of Bundle.meta in the backport's draft 0.1.0; later the status has a resource of its own."""


class _Extension(Shape):
    url: str | None = None


class _Meta(Shape):
    extension: tuple[_Extension, ...] = ()


class _Typed(Shape):
    resource_type: str | None = None


_META = msgspec.json.Decoder(_Meta)
_TYPED = msgspec.json.Decoder(_Typed)


def read_notification(call: Call, limits: Limits) -> Notice:
    """What a call says; the same for the same call, and alike in whatever order its parts were written.

    Raises Refused, and nothing else, for what is no notification or exceeds the limits. Whether the sender may send is not
    asked here: see `signature`.
    """
    try:
        return _read(call, limits)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("structure") from None


def _read(call: Call, limits: Limits) -> Notice:
    if call.method not in _METHODS:
        raise Refused("method")
    named = _named(call.path)
    body = body_of(call, limits)
    if call.method == "DELETE":
        if named is None:
            raise Refused("nothing-named")
        return _notice(call, named_change(named, "delete"))
    deleted = deletion_of(call.headers)
    if deleted is not None:
        return _notice(call, deleted)
    if not body:
        return _without_body(call, named)
    return _with_body(call, body, named, limits)


def _named(path: str) -> Target | None:
    if path in ("", "/"):
        return None
    found = target(path)
    if found is None or path.strip("/") != found.ref:
        raise Refused("path")
    return found


def _without_body(call: Call, named: Target | None) -> Notice:
    """R4 without payload says only that something changed; AWS names the resource in the path."""
    if named is not None:
        return _notice(call, named_change(named, "upsert"))
    if call.method == "PUT":
        raise Refused("nothing-named")
    return Notice("event", subscription=subscription_of(call.headers), sweep=True)


def _with_body(call: Call, body: bytes, named: Target | None, limits: Limits) -> Notice:
    try:
        if body.startswith(b"["):
            return grid_notice(_LIST.decode(body), limits)
        elements = open_object(body)
    except msgspec.ValidationError:
        raise Refused("not-a-notification") from None
    except msgspec.DecodeError:
        raise Refused("not-json") from None
    if "resourceType" not in elements:
        return _without_type(call, body, elements, limits)
    kind = type_of(elements)
    if named is not None:
        change = change_of(body, elements, interaction_of(call.headers), named)
        if change.ref != named.ref:
            raise Refused("path-differs")
        return _notice(call, change)
    if kind == "Bundle":
        return _bundle(call, elements, limits)
    if kind in STATUSES:
        return notice_of(read_status(kind, elements, limits), told_by(()), limits)
    return _notice(call, change_of(body, elements, interaction_of(call.headers)))


def _without_type(call: Call, body: bytes, elements: Elements, limits: Limits) -> Notice:
    """One CloudEvent outside a list, or Medplum's `{}` of which a proxy has taken the header that names the resource."""
    if "type" in elements or "eventType" in elements:
        return grid_notice((body,), limits)
    if elements or not is_medplum(call.headers):
        raise Refused("not-a-notification")
    return Notice("event", subscription=subscription_of(call.headers), sweep=True)


def _bundle(call: Call, elements: Elements, limits: Limits, depth: int = 0) -> Notice:
    entries = _LIST.decode(elements.get("entry", b"[]"))
    if len(entries) > limits.entries:
        raise Refused("too-many-entries", limit=str(limits.entries))
    if _is_early(elements):
        raise Refused("early-backport")
    if text_of(elements.get("type")) == "message" and depth == 0:
        return _bundle(call, _inner(entries), limits, depth + 1)
    place = _status_among(entries, text_of(elements.get("type")))
    if place is None:
        return _plain_bundle(call, entries)
    raw = open_object(resource_in(entries[place]))
    return notice_of(read_status(type_of(raw), raw, limits), told_by(entries[:place] + entries[place + 1 :]), limits)


def _status_among(entries: Iterable[msgspec.Raw], bundle_type: str | None) -> int | None:
    """Where the status stands, which ought to be first; Parameters are one only in the Bundles that notify or answer $status."""
    kinds = [_kind(entry) for entry in entries]
    for kind in STATUSES:
        if kind not in kinds or (kind == "Parameters" and bundle_type not in _WITH_PARAMETERS):
            continue
        if kinds.count(kind) > 1:
            raise Refused("status-several")
        return kinds.index(kind)
    return None


def _plain_bundle(call: Call, entries: Iterable[msgspec.Raw]) -> Notice:
    """A transaction of HAPI with `payloadSearchCriteria`, or any other Bundle of resources."""
    told = told_by(entries)
    if not told.changes and not told.skipped:
        raise Refused("bundle-empty")
    return Notice(
        "event", subscription_of(call.headers), changes=ordered(told.changes), sweep=told.skipped > 0, skipped=told.skipped
    )


def _inner(entries: Iterable[msgspec.Raw]) -> Elements:
    """The notification in a message; raises Refused where there is none."""
    for entry in entries:
        if _kind(entry) == "Bundle":
            return open_object(resource_in(entry))
    raise Refused("bundle-empty")


def _kind(entry: msgspec.Raw) -> str | None:
    try:
        resource = resource_in(entry)
        return _TYPED.decode(resource).resource_type if resource else None
    except msgspec.DecodeError:
        return None


def _is_early(elements: Elements) -> bool:
    try:
        extensions = _META.decode(elements.get("meta", b"{}")).extension
    except msgspec.DecodeError:
        return False
    return any((each.url or "").rpartition("/")[2] in _EARLY for each in extensions)


def _notice(call: Call, change: Change) -> Notice:
    return Notice("event", subscription_of(call.headers), changes=(change,))

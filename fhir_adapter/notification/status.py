"""The status of a subscription with its events, whether written as Parameters (R4) or as a SubscriptionStatus (R4B, R5)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from fhir_adapter.bundle import text_of
from fhir_adapter.elements import Reference
from fhir_adapter.notification.call import Limits
from fhir_adapter.notification.notice import Kind
from fhir_adapter.notification.refused import Refused
from fhir_adapter.notification.target import target
from fhir_adapter.payload import Elements, open_object

_KINDS: dict[str | None, Kind] = {
    "handshake": "handshake",
    "heartbeat": "heartbeat",
    "event-notification": "event",
    "query-status": "query-status",
    "query-event": "query-event",
}
_NAMES = {
    "events-since-subscription-start": "eventsSinceSubscriptionStart",
    "notification-event": "notificationEvent",
    "event-number": "eventNumber",
    "additional-context": "additionalContext",
}
"""What SubscriptionStatus calls the parameters that it does not call the same."""

_WHOLE = re.compile(rb'"?([0-9]{1,18})"?')
_URI = re.compile(r"[\x21-\x7e]{1,400}")
_CODE = re.compile(r"[a-z\-]{1,30}")
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_REFERENCE = msgspec.json.Decoder(Reference)

_Fields = Mapping[str, list[bytes]]
"""The values of each element, each in its bytes: one way to read both forms."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. focus: a reference as it was written; None where it is an identifier, a display or missing."""

    number: int | None
    focus: str | None
    context: tuple[str | None, ...]

    def __repr__(self) -> str:
        return f"Event({len(self.context)} of context)"  # references are a patient's


@dataclass(frozen=True, slots=True)
class Status:
    """What is said of the subscription, and its events."""

    kind: Kind
    subscription: str | None
    topic: str | None
    count: int | None
    state: str | None
    events: tuple[Event, ...]


def read_status(kind: str, elements: Elements, limits: Limits) -> Status:
    """The status in a Parameters or SubscriptionStatus; by name, never by position; times are not read, they decide nothing.

    Raises Refused for a type that FHIR does not have and for contradictions, and msgspec errors for other structures.
    """
    is_parameters = kind == "Parameters"
    fields = _by_parameter(_items(elements.get("parameter"))) if is_parameters else _by_element(elements)
    found = _KINDS.get(text_of(_one(fields, "type")))
    if found is None:
        raise Refused("status-type")
    happened = fields.get("notificationEvent", [])
    if len(happened) > limits.events:
        raise Refused("too-many-events", limit=str(limits.events))
    opened = map(open_object, happened)
    events = (_event(_by_parameter(_items(each.get("part"))) if is_parameters else _by_element(each)) for each in opened)
    subscription = target(_reference(_one(fields, "subscription")) or "")
    return Status(
        kind=found,
        subscription=subscription.ref if subscription is not None and subscription.type == "Subscription" else None,
        topic=_matching(_URI, _one(fields, "topic")),
        count=_whole(fields, "eventsSinceSubscriptionStart"),
        state=_matching(_CODE, _one(fields, "status")),
        events=tuple(events),
    )


def _event(fields: _Fields) -> Event:
    return Event(
        number=_whole(fields, "eventNumber"),
        focus=_reference(_one(fields, "focus")),
        context=tuple(_reference(each) for each in fields.get("additionalContext", [])),
    )


def _by_element(elements: Elements) -> _Fields:
    return {name: [bytes(each) for each in _items(raw)] for name, raw in elements.items()}


def _by_parameter(parameters: Iterable[msgspec.Raw | bytes]) -> _Fields:
    """A parameter's value, whatever type it is given as; one with parts stands for itself."""
    found: dict[str, list[bytes]] = {}
    for raw in parameters:
        parameter = open_object(raw)
        name = text_of(parameter.get("name")) or ""
        values = [bytes(value) for element, value in parameter.items() if element.startswith("value")]
        found.setdefault(_NAMES.get(name, name), []).extend(values or [bytes(raw)])
    return found


def _items(raw: msgspec.Raw | bytes | None) -> list[msgspec.Raw] | list[bytes]:
    """The items of a list, and what is no list as the only one."""
    if raw is None or bytes(raw) == b"null":
        return []
    return _LIST.decode(raw) if bytes(raw)[:1] == b"[" else [bytes(raw)]


def _one(fields: _Fields, name: str) -> bytes | None:
    values = fields.get(name, [])
    if len(set(values)) > 1:
        raise Refused("status-contradiction", name=name)
    return values[0] if values else None


def _whole(fields: _Fields, name: str) -> int | None:
    """A count, as text or as a number; None for what is none, and for several: it decides nothing."""
    values = fields.get(name, [])
    found = _WHOLE.fullmatch(values[0]) if len(values) == 1 else None
    return int(found[1]) if found else None


def _matching(form: re.Pattern[str], raw: bytes | None) -> str | None:
    text = text_of(raw)
    return text if text is not None and form.fullmatch(text) else None


def _reference(raw: bytes | None) -> str | None:
    if raw is None or raw[:1] != b"{":
        return text_of(raw)
    return _REFERENCE.decode(raw).reference

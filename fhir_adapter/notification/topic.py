"""A Bundle of a topic-based subscription: what its status and its entries say together."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fhir_adapter.notification.call import Limits
from fhir_adapter.notification.entries import Told
from fhir_adapter.notification.notice import Change, Notice
from fhir_adapter.notification.refused import Refused
from fhir_adapter.notification.resource import named_change
from fhir_adapter.notification.status import Event, Status
from fhir_adapter.notification.target import Target, target
from fhir_adapter.reference import urn

STATUSES = ("SubscriptionStatus", "Parameters")


def notice_of(status: Status, told: Told, limits: Limits) -> Notice:
    """What is told by the entries, and what the events name beyond that; an event that names nothing asks for a sweep.

    Published examples name one resource by http in the event and by https in the entry: they are the same where type and
    id are. Whether an event is one of those that a handshake or a heartbeat may repeat makes no difference.
    """
    names = [
        _resolved(text, told.by_url) for event in status.events for text in (event.focus, *event.context) if text is not None
    ]
    named = [name for name in names if name is not None]
    changes = ordered((*_completed(told.changes, named), *_named_only(told.changes, named)))
    if len(changes) > limits.entries:
        raise Refused("too-many-entries", limit=str(limits.entries))
    unnamed = sum(_is_unnamed(event, told.by_url) for event in status.events)
    return Notice(
        kind=status.kind,
        subscription=status.subscription,
        topic=status.topic,
        events_since_start=status.count,
        event_numbers=tuple(sorted(event.number for event in status.events if event.number is not None)),
        changes=changes,
        sweep=bool(unnamed or told.skipped or (status.kind == "event" and not (status.events and changes))),
        skipped=told.skipped,
        state=status.state,
    )


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Each change once, in the same order whatever the order in which they were sent."""

    def place(change: Change) -> tuple[str, ...]:
        return (change.type, change.id, change.version or "", change.interaction, change.server or "")

    return tuple(sorted(dict.fromkeys(changes), key=lambda change: (*place(change), change.resource or b"")))


def _resolved(text: str, by_url: Mapping[str, Change]) -> Target | None:
    found = by_url.get(urn(text) or text)
    return target(text) if found is None else Target(found.type, found.id, found.version, found.server)


def _is_unnamed(event: Event, by_url: Mapping[str, Change]) -> bool:
    return event.focus is None or _resolved(event.focus, by_url) is None


def _completed(changes: Iterable[Change], named: Iterable[Target]) -> list[Change]:
    """The changes with the server that an event names them by, where it names one: that is what was said to have changed."""
    homes = {name.ref: name.server for name in sorted(named, key=lambda name: name.server or "", reverse=True)}
    return [replace(change, server=homes.get(change.ref) or change.server) for change in changes]


def _named_only(changes: Iterable[Change], named: Iterable[Target]) -> list[Change]:
    there = {(change.ref, version) for change in changes for version in (change.version, None)}
    whole = {change.ref for change in changes if change.version is None}
    return [named_change(name, "unknown") for name in named if name.ref not in whole and (name.ref, name.version) not in there]

"""The events that Azure Health Data Services sends through Event Grid, in its own schema and as CloudEvents: ids only."""

import re
from collections.abc import Iterable

import msgspec

from fhir_adapter.elements import Shape
from fhir_adapter.notification.call import Limits
from fhir_adapter.notification.notice import Change, Interaction, Notice
from fhir_adapter.notification.refused import Refused
from fhir_adapter.notification.target import target, version_of
from fhir_adapter.notification.topic import ordered

_INTERACTIONS: dict[str | None, Interaction] = {
    "Microsoft.HealthcareApis.FhirResourceCreated": "upsert",
    "Microsoft.HealthcareApis.FhirResourceUpdated": "upsert",
    "Microsoft.HealthcareApis.FhirResourceDeleted": "delete",
}
_VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}")
_CODE = re.compile(r"[\x21-\x7e]{1,200}")


class _Data(Shape):
    resource_type: str | None = None
    resource_fhir_id: str | None = None
    resource_fhir_account: str | None = None
    resource_version_id: int | str | None = None
    validation_code: str | None = None


class _Event(Shape):
    """`eventType` in the schema of Event Grid, `type` in a CloudEvent."""

    event_type: str | None = None
    type: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


_EVENT = msgspec.json.Decoder(_Event)
_DATA = msgspec.json.Decoder(_Data)


def grid_notice(events: Iterable[msgspec.Raw | bytes], limits: Limits) -> Notice:
    """What a batch of events says. Events of other services are skipped; one of FHIR that names nothing asks for a sweep.

    A validation is a handshake: whoever answers has to say its code, so that Event Grid begins to send. Raises Refused where
    none of the events is known.
    """
    batch = list(events)
    if len(batch) > limits.events:
        raise Refused("too-many-events", limit=str(limits.events))
    changes: list[Change] = []
    validation: str | None = None
    unread, other = 0, 0
    for raw in batch:
        kind, data = _opened(raw)
        if kind == _VALIDATION and _CODE.fullmatch(data.validation_code or ""):
            validation = data.validation_code
        elif kind not in _INTERACTIONS:
            other += 1
        elif (change := _change(data, _INTERACTIONS[kind])) is not None:
            changes.append(change)
        else:
            unread += 1
    if len(batch) == other:
        raise Refused("not-a-notification")
    is_handshake = validation is not None and not changes and not unread
    return Notice(
        kind="handshake" if is_handshake else "event",
        changes=ordered(changes),
        sweep=unread > 0,
        skipped=unread + other,
        validation=validation,
    )


def _opened(raw: msgspec.Raw | bytes) -> tuple[str | None, _Data]:
    """Type and data of an event; data of another structure say nothing."""
    try:
        event = _EVENT.decode(raw)
    except msgspec.DecodeError:
        return None, _Data()
    kind = event.event_type or event.type
    try:
        return kind, _DATA.decode(event.data)
    except msgspec.DecodeError:
        return kind, _Data()


def _change(data: _Data, interaction: Interaction) -> Change | None:
    named = target(f"{data.resource_type}/{data.resource_fhir_id}")
    if named is None or named.id != data.resource_fhir_id:
        return None
    version = None if data.resource_version_id is None else version_of(str(data.resource_version_id))
    account = data.resource_fhir_account or ""
    server = f"https://{account}/" if _HOST.fullmatch(account) else None
    return Change(named.type, named.id, version, interaction, server=server)

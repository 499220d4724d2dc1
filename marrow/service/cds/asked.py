"""The request of a hook: who is looked at, what is being ordered, and what came along. The rest of it is not even read.

Its `fhirServer` could name any host, and `fhirAuthorization` is a key to it: neither is used, kept or told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from fhir_adapter.reference import ID
from marrow.service.faults import Refused

_NOTHING = (b"", b"null")


class _Context(msgspec.Struct, rename="camel"):
    patient_id: str
    selections: tuple[str, ...] | None = None
    draft_orders: msgspec.Raw = msgspec.Raw()


class _Request(msgspec.Struct, rename="camel"):
    hook: str
    hook_instance: str
    context: _Context
    prefetch: dict[str, msgspec.Raw] | None = None


_DECODER = msgspec.json.Decoder(_Request)


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """patient: the id. drafts: the Bundle of orders, of which `selections` (`Type/id`) are being chosen. prefetch: what was sent
    under each key, None for the client's word that there is nothing.
    """

    hook: str
    instance: str
    patient: str
    drafts: bytes = b""
    selections: frozenset[str] = frozenset()
    prefetch: Mapping[str, bytes | None] = field(default_factory=dict)


def read_request(data: bytes, hook: str) -> Asked:
    """Raises Refused (400) for what is no request of this hook."""
    try:
        found = _DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise Refused(400, f"not a request of CDS Hooks: {error}") from None  # it names fields and types, no values
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "expected JSON in UTF-8") from None
    context = found.context
    if found.hook != hook:
        raise Refused(400, f"hook: this service is for {hook}")
    if not found.hook_instance:
        raise Refused(400, "hookInstance: expected a UUID")
    if ID.fullmatch(context.patient_id) is None:
        raise Refused(400, "context.patientId: expected the id of a Patient, without its type")
    if hook == "order-select" and (context.selections is None or bytes(context.draft_orders) in _NOTHING):
        raise Refused(400, "context: expected selections, a list of Type/id, and draftOrders, a Bundle")
    prefetch = {name: None if bytes(raw) in _NOTHING else bytes(raw) for name, raw in (found.prefetch or {}).items()}
    selections = frozenset(context.selections or ())
    return Asked(hook, found.hook_instance, context.patient_id, bytes(context.draft_orders), selections, prefetch)

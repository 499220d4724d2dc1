"""What a call of a FHIR server says: which resources changed, or only that something did; and under which key it is known."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

Kind = Literal["handshake", "heartbeat", "event", "query-status", "query-event"]
Interaction = Literal["upsert", "delete", "unknown"]


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One thing that happened to one resource.

    version: None where the server did not tell it. interaction: "unknown" where the resource is only named, as context or
    without saying what was done to it. resource: its own bytes, undecoded; None where the receiver has to fetch it.
    own: Marrow wrote it. server: the base URL that the sender named it by, None where it named none: never to be called
    unless it is on a list of allowed hosts.
    """

    type: str
    id: str
    version: str | None
    interaction: Interaction
    resource: bytes | None = None
    own: bool = False
    server: str | None = None

    @property
    def ref(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"

    @property
    def patient(self) -> str | None:
        """`Patient/id` where a Patient changed: whose another resource is, only its content says."""
        return self.ref if self.type == "Patient" else None

    def __repr__(self) -> str:
        return f"Change({self.type}, {self.interaction})"  # id and content are a patient's


@dataclass(frozen=True, slots=True, repr=False)
class Notice:
    """What one call says; changes are in an order of their own, not in that of their happening.

    subscription: `Subscription/id`; None where the server does not say it. events_since_start, event_numbers: as the server
    counts them, which may begin anew at any time: they raise alarms and decide nothing. sweep: something changed that is not
    among the changes, so the server has to be asked. skipped: entries and events that could not be read, which is a reason
    to sweep. state: the Subscription's status, as `active` or `error`. validation: what Event Grid wants to be answered.
    """

    kind: Kind
    subscription: str | None = None
    topic: str | None = None
    events_since_start: int | None = None
    event_numbers: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()
    sweep: bool = False
    skipped: int = 0
    state: str | None = None
    validation: str | None = None

    def __repr__(self) -> str:
        return f"Notice({self.kind}, {len(self.changes)} changes{', sweep' if self.sweep else ''})"


def key(source: str, change: Change) -> str:
    """The deduplication key of a change: a digest of source, type, id, version (else the content) and interaction.

    Equal keys with a version are one thing told twice. Without a version the same key comes again when a resource goes back to
    an earlier content, is deleted again, or is only named again: then it stands for another change as soon as the
    earlier one has been worked, and may be dropped only while that still waits.
    """
    if change.version is not None:
        which = f"version {change.version}"
    elif change.resource is not None:
        which = f"content {blake2b(change.resource, digest_size=16).hexdigest()}"
    else:
        which = "unversioned"
    parts = (source, change.type, change.id, which, change.interaction)
    return blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

"""One HTTP call of a FHIR server, and how much of a call is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from fhir_adapter.payload import DEEPEST


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """What was sent. path: what follows the address given to the server, empty or `/{type}/{id}`; headers: by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Call({len(self.body)} bytes)"  # the rest may be a patient's


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one call may hold; raises ValueError where nothing could come in.

    body: bytes. depth: levels of JSON. entries: those of its Bundle, and resources named by it. events: of a topic, or of
    Event Grid.
    """

    body: int = 8 * 1024 * 1024
    depth: int = DEEPEST
    entries: int = 10_000
    events: int = 10_000

    def __post_init__(self) -> None:
        if any(getattr(self, each.name) < 1 for each in fields(self)):
            raise ValueError("limits of a notification: expected at least 1 for each")

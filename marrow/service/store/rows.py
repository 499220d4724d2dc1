"""What is handed into the store and out of it; times are seconds since 1970, days proleptic ordinals."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fhir_adapter.filing import Filed


class StoreUnavailable(Exception):
    """The database cannot be reached or written to now; later it may be. It says which kind of trouble, and no data."""


class StoreFault(Exception):
    """The database refused what was asked, and will again: a fault of ours, or a schema that was changed by hand."""


class WrongAddress(ValueError):
    """The operator's fault: an address that names no database that can be used."""


class WrongSchema(ValueError):
    """The tables are not those that this version of Marrow works with."""


class NewerSchema(WrongSchema):
    """A newer version of Marrow has been at this database: an older one must not touch it."""


class WrongPack(ValueError):
    """The operator's fault: the database belongs to another pack."""


class InboxFull(Exception):
    """As much waits to be worked as may: who sends has to try again later."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who takes work, and for how long it is kept from others: seconds after which a claim that was not renewed is void."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a notification. alarms: `gap`, `counter-reset`, `error`, `off`: reasons to sweep, never to conclude."""

    new: int
    repeated: int
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """A change that waits. foreign: named by another server's address. tried: how often it was worked on in vain.

    mark: that of the resource as it was filed when this was claimed, 0 where it was not.
    """

    number: int
    source: str
    type: str
    id: str
    version: str | None
    interaction: str
    resource: bytes | None
    foreign: bool
    tried: int
    mark: int

    def __repr__(self) -> str:
        return f"Told({self.type}, {self.interaction})"


@dataclass(frozen=True, slots=True, repr=False)
class Settled:
    """What a change came to: the resource as it is now, None where nothing is to be filed.

    mark: where it was asked of the server, that of the Told, so that an answer older than what was filed since does
    not count; None for what came with the notification.
    """

    number: int
    filed: Filed | None
    mark: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Claimed:
    """A patient whose turn it is. generation: grows with each change of what is filed. is_read: whether all that the server has
    of the patient was read since that was last asked for. day: of the last evaluation. known: whether the server ever had it.
    since: when something of it was filed that is not concluded yet, None where only the day is another.
    """

    patient: str
    token: int
    generation: int
    is_read: bool
    known: bool
    day: int | None
    tried: int
    since: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """A filed resource. mark: grows with each filing of it. is_sound: whether strict validation passed it, None: not tried."""

    type: str
    id: str
    raw: bytes
    mark: int
    is_sound: bool | None = None

    @property
    def ref(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """All that is filed of a patient, and of those whose place the patient took. lacks: `Medication/id` that is referred to and
    was never filed. generation: to which this belongs.
    """

    resources: tuple[Kept, ...]
    lacks: tuple[str, ...]
    generation: int


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """A resource of ours. body: as it should be; digest: of its substance; sent: the digest that the server has, None: none.

    version: the server's, None where it has none or is not known. tried: how often it was sent since it last changed; what
    was sent in vain may have arrived.
    """

    type: str
    id: str
    patient: str
    body: bytes
    digest: str
    sent: str | None = None
    version: str | None = None
    tried: int = 0
    trouble: str | None = None

    @property
    def ref(self) -> str:
        return f"{self.type}/{self.id}"

    @property
    def waits(self) -> bool:
        """Whether the server does not have it yet as it should be."""
        return self.sent != self.digest


@dataclass(frozen=True, slots=True)
class Ended:
    """How one endpoint ended: after so many days, with which kind of event (0: none yet); or why it cannot be told."""

    endpoint: str
    days: int = 0
    kind: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """A patient in the list. start: the day from which days are counted; due: of the conclusion `awaits` that is due next.

    missing: measures by their labels. shown: for each column its name, the conclusion that it tells, and the outcome.
    group: of the analysis, None with the reason `why`.
    """

    start: int | None
    due: int | None
    awaits: str
    missing: tuple[str, ...]
    shown: tuple[tuple[str, str, str], ...]
    group: str | None
    why: str
    ended: tuple[Ended, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Concluded:
    """An evaluation to be kept. lines: by the name of the conclusion, as in conclusions.ndjson. issues: by code."""

    day: int
    lines: Mapping[str, bytes]
    statements: tuple[Statement, ...]
    issues: Mapping[str, int] = field(default_factory=dict)
    sound: tuple[tuple[str, int, bool], ...] = ()
    """Type/id, mark, and whether strict validation passed it: so that it is asked once."""
    summary: Summary | None = None
    """None where there is no patient to be listed."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A patient whose work does not succeed. code: why, in words of ours. again: when it is tried next."""

    patient: str = field(repr=False)
    code: str
    tried: int
    again: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A Subscription and what was heard of it. last: the highest number of an event since its counter began."""

    source: str
    subscription: str
    state: str | None
    last: int | None
    heard: float
    alarms: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of each: for status, metrics and readiness; nothing of a patient."""

    waiting: int
    postponed: int
    patients: int
    due: int
    parked: int
    undelivered: int
    troubled: int
    resources: int
    oldest: float | None
    """Since when the change waits that waits longest."""


@dataclass(frozen=True, slots=True, repr=False)
class AuditRow:
    """One AuditEvent: body is its JSON, patient `Patient/id` where it is about one."""

    at: float
    body: bytes
    patient: str | None = None

"""What a call comes to where that is no resource: values, for the caller to decide on."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Gone:
    """It was there and is deleted. version: of the deletion, where the server tells."""

    version: str | None = None


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A 404 without a word of FHIR: the server does not have it, or it was not the server that answered."""


@dataclass(frozen=True, slots=True)
class Stored:
    """It is on the server. version: for the next If-Match; None where the server has no versions."""

    version: str | None
    created: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """It is deleted now. version: of the deletion, where the server tells."""

    version: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The server cannot do it beside something else that it does or has (409)."""

    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreconditionFailed:
    """The server has another version than the one named (412).

    repeated: an earlier try of this call was sent without an answer coming back, so the other version may be our own.
    """

    issues: tuple[str, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """The answer to one entry of a transaction or batch, in its order."""

    status: int
    version: str | None
    issues: tuple[str, ...]
    location: str | None = field(default=None, repr=False)
    resource: bytes | None = field(default=None, repr=False)

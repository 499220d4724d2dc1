"""What the first step of a run hands to the second: each resource with whom it belongs to, small enough to be kept on disk.

A piece says where it was found by a line (0: the whole file) and, in a Bundle, by what is added to that (`entry`); which file,
and how many lines of it lie before those that are counted, is known to whoever reads the pieces.
"""

from typing import Literal

from msgspec import Struct

from fhir_adapter.issue import Issue, Severity
from fhir_adapter.releases import Release


class Piece(Struct, array_like=True, gc=False, frozen=True):
    """What all have alike: the line and the entry that it was found in.

    Each has a home, and a key where it is a resource (else `""`).
    """

    line: int
    entry: str

    def __repr__(self) -> str:
        return type(self).__name__  # the rest is a patient's

    def source(self, name: str, base: int) -> str:
        """What issues call the place; base: the lines of the file before those that were counted here."""
        return self.document(name, base) + self.entry

    def document(self, name: str, base: int) -> str:
        """The file or line, in which what fullUrls name is unique."""
        return f"{name}:{base + self.line}" if self.line else name


class Kept(Piece, tag=0, array_like=True, gc=False, frozen=True):
    """A resource that is still to be read. names: by the text of a reference in it, type and key of what its Bundle names so."""

    kind: str
    home: str
    key: str
    raw: bytes
    validation: Literal["strict", "fast", "passed"]
    full_url: str | None = None
    version: str | None = None
    modified: str | None = None
    hint: Release | None = None
    names: tuple[tuple[str, str, str], ...] = ()


class Passed(Piece, tag=1, array_like=True, gc=False, frozen=True):
    """A resource that the rules do not ask for.

    All that is kept: which version it is (`meta` as written, a digest of its content) and when who was seen (pairs of first
    and last day).
    """

    kind: str
    key: str
    meta: bytes
    digest: bytes
    patient: str | None
    days: tuple[int, ...]
    version: str | None = None
    modified: str | None = None

    @property
    def home(self) -> str:
        return self.patient or self.key


class Gone(Piece, tag=2, array_like=True, gc=False, frozen=True):
    """A deletion."""

    key: str
    version: str | None
    modified: str | None

    @property
    def home(self) -> str:
        return self.key


class Named(Piece, tag=3, array_like=True, gc=False, frozen=True):
    """A resource of a type that is never read, by its fullUrl."""

    kind: str
    home: str
    full_url: str
    key: Literal[""] = ""


class Told(Piece, tag=4, array_like=True, gc=False, frozen=True):
    """Something that is no resource."""

    path: str
    code: str
    severity: Severity
    message: str
    home: Literal[""] = ""
    key: Literal[""] = ""

    def issue(self, name: str, base: int) -> Issue:
        """It as an issue."""
        return Issue(self.source(name, base), self.path, self.code, self.severity, self.message)


class Brief(Piece, tag=5, array_like=True, gc=False, frozen=True):
    """A resource of a patient cut down to what is read of it.

    version, updated: as its meta has them. digest: of all of it. day, instant: when it was, as in `Moment`. said: the same
    resource as JSON, with nothing left of what is told by the other fields.
    """

    kind: str
    key: str
    version: str | None
    updated: str | None
    release: Release | None
    digest: bytes
    patient: str
    day: int
    instant: int | None
    said: bytes

    @property
    def home(self) -> str:
        return self.patient


AnyPiece = Kept | Passed | Gone | Named | Told | Brief

"""Which of several versions of one resource counts, whatever the order in which they came."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

from engine.moment import Moment, read_moment
from engine.record import Fact
from fhir_adapter.contact import Trace, subject_of
from fhir_adapter.elements import Reference
from fhir_adapter.issue import Issue
from fhir_adapter.reference import relative
from fhir_adapter.releases import Release
from fhir_adapter.resources import Body

_NUMBER = re.compile(r'(?:W/)?"?(\d{1,18})"?')


class Reading(Struct, frozen=True, gc=False):
    """What a resource came to, where it was read at once. moments: when the patient was seen. remarks: what was wrong with it."""

    subject: Reference | None
    facts: tuple[Fact, ...]
    moments: tuple[Moment, ...]
    remarks: tuple[Issue, ...] = ()


class Arrival(Struct, frozen=True, gc=False):
    """One version of one resource as it came.

    key: `Type/id`, else its urn. ref: the key with the version. document: the file or line it came in, in which urns are unique.
    changed: the texts that say when it was changed; the first that is a time counts, and only where several versions came.
    body: what was read of it; None for a deletion, for what was refused (`refused`: why; exceptions would keep what they came
    through in memory), and for what Marrow itself wrote (`own`: its JSON).
    """

    kind: str
    key: str
    ref: str
    source: str
    document: str
    number: int | None
    changed: tuple[str | None, str | None]
    digest: bytes
    release: Release | None = None
    body: Body | Trace | Reading | None = None
    refused: tuple[Issue, ...] = ()
    is_deletion: bool = False
    own: bytes | None = None

    def __repr__(self) -> str:
        return f"Arrival({self.kind})"  # the rest is a patient's

    @property
    def updated(self) -> int | None:
        """When it was changed, in microseconds since year 1."""
        first, second = self.changed
        return instant(first) or instant(second)


def digest_of(raw: bytes) -> bytes:
    """What tells the content of one version from that of another."""
    return blake2b(raw, digest_size=16).digest()


@lru_cache(maxsize=1024)
def version_number(text: str | None) -> int | None:
    """The number in `3` or in the ETag `W/"3"`; None where the server does not count."""
    found = _NUMBER.fullmatch(text or "")
    return None if found is None else int(found[1])


def instant(text: str | None) -> int | None:
    """A FHIR instant as microseconds since year 1; None for what is none: it only orders versions."""
    try:
        return None if text is None else read_moment(text).instant
    except ValueError:
        return None


def newest(versions: Sequence[Arrival]) -> tuple[Arrival, list[Arrival]]:
    """The version that counts, and those among which it had to be picked since nothing orders them.

    By version number where all have one, else by time of change where all have one. What is left is picked alike in every
    order of arrival: a deletion first, else by a digest of the content.
    """
    if len(versions) == 1:
        return versions[0], []
    if all(version.number is not None for version in versions):
        ranks = [(version.number or 0, version.updated or 0) for version in versions]
    elif all(version.updated is not None for version in versions):
        ranks = [(version.updated or 0, 0) for version in versions]
    else:
        ranks = [(0, 0)] * len(versions)
    highest = max(ranks)
    pool = [version for version, rank in zip(versions, ranks, strict=True) if rank == highest]
    chosen = max(pool, key=lambda version: (version.is_deletion, version.digest))
    return chosen, [version for version in pool if version is not chosen]


def by_owner(versions: Sequence[Arrival]) -> list[list[Arrival]]:
    """The versions of each resource: one id under two patients is two resources, unless version or time orders them."""
    if len(versions) == 1:
        return [list(versions)]
    owners = {owner for version in versions if (owner := _owner(version)) is not None}
    ranks = {(version.number, version.updated) for version in versions}
    if len(owners) < 2 or len(ranks) == len(versions):
        return [list(versions)]
    return [[version for version in versions if _owner(version) in (owner, None)] for owner in sorted(owners)]


def _owner(version: Arrival) -> str | None:
    """The reference to the patient, whatever server it names; None where nothing of it was read."""
    if version.body is None:
        return None
    subject = version.body.subject if isinstance(version.body, Trace | Reading) else subject_of(version.body)[0]
    text = None if subject is None else subject.reference
    return None if text is None else relative(text) or text

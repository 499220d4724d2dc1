"""Which of two versions of a resource counts, whatever the order in which they came; sometimes only the server can tell."""

from dataclasses import dataclass
from enum import Enum

from fhir_adapter.filing import Filed


class Verdict(Enum):
    """What is to be done with a version: file it, nothing, or ask the server."""

    NEWER = "newer"
    NOTHING = "nothing"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, repr=False)
class Version:
    """What is filed of a resource. raw: None where it is deleted. mark: grows with each filing."""

    version: str | None
    number: int | None
    updated: int | None
    patient: str | None
    leads_to: str | None
    raw: bytes | None
    mark: int


def verdict(kept: Version | None, told: Filed, mark: int | None) -> Verdict:
    """Whether what was told is to replace what is filed. mark: what was filed when the server was asked; None: it was not.

    An older number never replaces a newer one, unless its change is the later one, or may be, since of a deletion no time is
    told: a server that was put back to an earlier state counts anew, and so does one that forgot what was deleted. Else the
    server's answer counts, where nothing else was filed since it was asked, and what was only told counts by the time of its
    change.
    """
    if kept is None:
        return Verdict.UNTOLD if mark else Verdict.NEWER
    if kept.raw == told.raw and kept.version == told.version and kept.number == told.number:
        return Verdict.NOTHING
    if kept.number is not None and told.number is not None and kept.number != told.number:
        if told.number > kept.number:
            return Verdict.NEWER
        if not _may_be_later(kept, told):
            return Verdict.NOTHING
        return Verdict.NEWER if mark == kept.mark else Verdict.UNTOLD
    if kept.raw == told.raw and kept.number is not None and kept.number == told.number:
        return Verdict.NOTHING
    if mark is not None and mark == kept.mark:
        return Verdict.NEWER
    if kept.number is None or told.number is None:
        return _by_time(kept, told)
    return Verdict.UNTOLD


def _may_be_later(kept: Version, told: Filed) -> bool:
    if told.updated is None:
        return False
    return kept.raw is None if kept.updated is None else told.updated > kept.updated


def _by_time(kept: Version, told: Filed) -> Verdict:
    if kept.updated is None or told.updated is None or kept.updated == told.updated:
        same = kept.raw == told.raw and kept.updated is not None and kept.updated == told.updated
        return Verdict.NOTHING if same else Verdict.UNTOLD
    return Verdict.NEWER if told.updated > kept.updated else Verdict.NOTHING


def filed(kept: Version | None, told: Filed) -> Version:
    """What is filed after a version replaced another."""
    mark = 1 if kept is None else kept.mark + 1
    return Version(told.version, told.number, told.updated, told.patient, told.leads_to, told.raw, mark)

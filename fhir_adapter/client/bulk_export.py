"""FHIR Bulk Data Access as states: what is asked for, and what each answer of the server means. Nothing is sent from here."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Literal
from urllib.parse import urlencode, urljoin

import msgspec

from fhir_adapter.client.address import checked_id, checked_type
from fhir_adapter.client.answer import Answer, complaint
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import trouble_of
from fhir_adapter.client.waiting import asked_pause
from fhir_adapter.elements import Shape
from fhir_adapter.resource_types import RESOURCE_TYPES

NDJSON = "application/fhir+ndjson"
Section = Literal["output", "error", "deleted"]

_PASSING = frozenset((429, 502, 503, 504))
_PASSING_CODES = frozenset(("transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled"))
_AMOUNT = re.compile(r"\d{1,3}(?:\.\d{1,2})?\s?%|\d{1,9}\s?(?:/|of)\s?\d{1,9}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported: all that the server has, all of its patients, or those of one Group by its id.

    since: an instant; what changed after it. lenient: the server may overlook what it does not know instead of refusing.
    Raises ValueError for a `since` without a zone, ExchangeFailed for a type or an id that is none.
    """

    group: str | None = field(default=None, repr=False)
    patients: bool = False
    types: tuple[str, ...] = ()
    since: str | None = None
    type_filters: tuple[str, ...] = field(default=(), repr=False)
    elements: tuple[str, ...] = ()
    lenient: bool = False

    def __post_init__(self) -> None:
        for kind in self.types:
            checked_type(kind)
        if self.group is not None:
            checked_id("Group", self.group)
        if self.since is not None and not is_instant(self.since):
            raise ValueError("since: expected an instant with its zone, as 2026-01-31T00:00:00Z")

    @property
    def path(self) -> str:
        if self.group is not None:
            return f"Group/{self.group}/$export"
        return "Patient/$export" if self.patients else "$export"

    @property
    def prefer(self) -> str:
        return "respond-async, handling=lenient" if self.lenient else "respond-async"

    @property
    def query(self) -> str:
        return urlencode([(name, value) for name, _, value in self._params])

    @property
    def parameters(self) -> bytes:
        """The same as the body of a POST, for servers that take no GET, or no URL of that length."""
        listed = [{"name": name, f"value{kind}": value} for name, kind, value in self._params]
        return json.dumps({"resourceType": "Parameters", "parameter": listed}, separators=(",", ":")).encode()

    @property
    def _params(self) -> list[tuple[str, str, str]]:
        """Name, type of FHIR and value of each."""
        params = [("_outputFormat", "String", NDJSON)]
        if self.types:
            params.append(("_type", "String", ",".join(self.types)))
        if self.since is not None:
            params.append(("_since", "Instant", self.since))
        if self.elements:
            params.append(("_elements", "String", ",".join(self.elements)))
        return [*params, *(("_typeFilter", "String", one) for one in self.type_filters)]


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One file of an export. count: the resources in it, where the server says."""

    section: Section
    kind: str
    url: str = field(repr=False)
    count: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the server made. with_token: whether the files are given to who shows a token only. following: the next page of it."""

    transaction_time: str
    with_token: bool
    files: tuple[ManifestFile, ...]
    following: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KickedOff:
    """The server has begun. job: where it tells how far it is."""

    job: str = field(repr=False)
    wait: float | None


@dataclass(frozen=True, slots=True)
class InProgress:
    """Not there yet. wait: the seconds that the server asks for; done: how far it is, as numbers, where it says so in numbers."""

    wait: float | None
    done: str | None


@dataclass(frozen=True, slots=True)
class Complete:
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Troubled:
    """An answer that is none and may be one when it is asked for again."""

    code: str
    status: int
    issues: tuple[str, ...]
    wait: float | None


@dataclass(frozen=True, slots=True)
class Failed:
    """It came to nothing. code: of TROUBLES."""

    code: str
    status: int
    issues: tuple[str, ...]


def kick_off_answered(answer: Answer, asked_at: str, settings: Settings, now: float) -> KickedOff | Troubled | Failed:
    """What the answer to a kick-off means. asked_at: the URL that it was sent to; now: of the wall clock."""
    wait = asked_pause(answer.headers.get("retry-after"), settings, now)
    if answer.status == 202:
        job = answer.headers.get("content-location", "").strip()
        return KickedOff(urljoin(asked_at, job), wait) if job else Failed("no-job", 202, ())
    if answer.status in _PASSING:
        return Troubled(trouble_of(answer.status), answer.status, complaint(answer.body), wait)
    code = "unsupported" if answer.status in (404, 410) else "no-job" if answer.status // 100 == 2 else trouble_of(answer.status)
    return Failed(code, answer.status, complaint(answer.body))


def status_answered(answer: Answer, asked_at: str, settings: Settings, now: float) -> InProgress | Complete | Troubled | Failed:
    """What the answer of a job means. asked_at: its URL; now: of the wall clock."""
    wait = asked_pause(answer.headers.get("retry-after"), settings, now)
    issues = complaint(answer.body)
    match answer.status:
        case 202:
            found = _AMOUNT.search(answer.headers.get("x-progress", ""))  # other words may name a patient
            return InProgress(wait, found[0] if found else None)
        case 200:
            manifest = read_manifest(answer.body, asked_at)
            return Failed("export-failed" if issues else "not-manifest", 200, issues) if manifest is None else Complete(manifest)
        case 404 | 410:
            return Failed("job-gone", answer.status, issues)
        case status if status in _PASSING or (status == 500 and (not issues or _PASSING_CODES.issuperset(issues))):
            return Troubled(trouble_of(status), status, issues, wait)
        case status:
            return Failed("export-failed" if status >= 500 else trouble_of(status), status, issues)


class _File(Shape):
    type: str | None = None
    url: str | None = None
    count: int | None = None


class _Link(Shape):
    relation: str | None = None
    url: str | None = None


class _Manifest(Shape):
    transaction_time: str
    requires_access_token: bool = True
    output: tuple[_File, ...] = ()
    error: tuple[_File, ...] = ()
    deleted: tuple[_File, ...] = ()
    link: tuple[_Link, ...] = ()


_MANIFEST = msgspec.json.Decoder(_Manifest)
_UNTYPED: dict[Section, str] = {"output": "Resource", "error": "OperationOutcome", "deleted": "Bundle"}


def read_manifest(body: bytes, asked_at: str) -> Manifest | None:
    """The manifest with its addresses as absolute ones; None where it is none, names an unknown type or lacks an address."""
    try:
        found = _MANIFEST.decode(body)
        files = tuple(chain(_files("output", found.output, asked_at), _files("error", found.error, asked_at),
                            _files("deleted", found.deleted, asked_at)))  # fmt: skip
        following = next((urljoin(asked_at, one.url) for one in found.link if one.relation == "next" and one.url), None)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    if not is_instant(found.transaction_time):
        return None
    return Manifest(found.transaction_time, found.requires_access_token, files, following)


def _files(section: Section, listed: tuple[_File, ...], asked_at: str) -> list[ManifestFile]:
    """Raises ValueError for a type that is none, since it names a file on our side, and for a file without an address."""
    found = []
    for one in listed:
        kind = one.type or _UNTYPED[section]
        if (kind not in RESOURCE_TYPES and kind != "Resource") or not one.url:
            raise ValueError("a file without a type of FHIR or without an address")
        found.append(ManifestFile(section, kind, urljoin(asked_at, one.url), one.count))
    return found


def is_instant(text: str) -> bool:
    """Whether it is an instant with its zone, which may be told and asked with."""
    try:
        return len(text) <= 35 and "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False

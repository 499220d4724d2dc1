"""What a server answered: whether it is whole, which version it speaks of, and the codes of its complaint."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from fhir_adapter.elements import Shape
from fhir_adapter.payload import Elements, open_object
from fhir_adapter.reference import ID

_ISSUE_TYPES = """
invalid structure required value invariant security login unknown expired forbidden suppressed processing not-supported
duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict
limited-filter transient lock-error no-store exception timeout incomplete throttled informational success
invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope
"""
CODES = frozenset(_ISSUE_TYPES.split())
"""FHIR's issue types and the errors of OAuth 2.0: any other code may be anything, and is not told."""

_ETAG = re.compile(r'(?:W/)?"?(?P<version>[^"]*)"?')
_MOST = 8
_HARMLESS = ("warning", "information", "success")


class _Issue(Shape):
    code: str | None = None
    severity: str | None = None


class _Complaint(Shape):
    issue: tuple[_Issue, ...] = ()
    error: str | None = None


class _Meta(Shape):
    version_id: str | None = None


class _Versioned(Shape):
    meta: _Meta | None = None


_COMPLAINT = msgspec.json.Decoder(_Complaint)
_VERSIONED = msgspec.json.Decoder(_Versioned)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. headers: with names in lower case. tries: how often it was asked, from 1."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """No answer, and the kind of trouble that it is."""

    code: str
    status: int | None = None


def elements_of(body: bytes) -> Elements | None:
    """The elements of a body that is one JSON object; None where it is none."""
    try:
        return open_object(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def complaint(body: bytes) -> tuple[str, ...]:
    """The codes of an OperationOutcome or of an OAuth error: codes only, since its words may be of a patient."""
    try:
        found = _COMPLAINT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    codes = [*(issue.code for issue in found.issue), found.error]
    return tuple(dict.fromkeys(code for code in codes if code in CODES))[:_MOST]


def faults_told(body: bytes) -> tuple[str, ...]:
    """The codes of the errors in an OperationOutcome, `unknown` for a code that is none; nothing for one that only informs."""
    try:
        found = _COMPLAINT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ("unknown",)
    errors = [issue.code or "" for issue in found.issue if issue.severity not in _HARMLESS]
    return tuple(code if code in CODES else "unknown" for code in errors)


def version_of(answer: Answer) -> str | None:
    """The version that the ETag names, else the resource in the body; None where neither does."""
    found = version_in(answer.headers.get("etag"))
    if found is not None:
        return found
    try:
        meta = _VERSIONED.decode(answer.body).meta
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    version = None if meta is None else meta.version_id
    return version if version and ID.fullmatch(version) else None


def version_in(etag: str | None) -> str | None:
    """`3` for W/"3"; None for what cannot be a version."""
    found = _ETAG.fullmatch((etag or "").strip())
    return found["version"] if found and ID.fullmatch(found["version"]) else None

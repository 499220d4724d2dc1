"""The answers of a transaction or batch, one for each of its entries, in their order."""

import re

import msgspec

from fhir_adapter.client.answer import complaint, elements_of, version_in
from fhir_adapter.client.outcome import EntryAnswer
from fhir_adapter.elements import Shape

_STATUS = re.compile(r"(?P<code>[1-5][0-9][0-9])\b.*", re.DOTALL)
_TYPES = ("transaction-response", "batch-response")


class _Response(Shape):
    status: str = ""
    location: str | None = None
    etag: str | None = None
    outcome: msgspec.Raw = msgspec.Raw()


class _Entry(Shape):
    response: _Response
    resource: msgspec.Raw = msgspec.Raw()


class _Answers(Shape):
    type: str
    entry: tuple[_Entry, ...] = ()


_ANSWERS = msgspec.json.Decoder(_Answers)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def entries_of(bundle: bytes) -> int | None:
    """How many entries a Bundle has; None for what is no Bundle."""
    elements = elements_of(bundle)
    if elements is None or bytes(elements.get("resourceType", b"")) != b'"Bundle"':
        return None
    try:
        return len(_LIST.decode(elements.get("entry", b"[]")))
    except (msgspec.DecodeError, RecursionError):
        return None


def answers_of(body: bytes, expected: int) -> tuple[EntryAnswer, ...] | None:
    """The answer to each entry; None where the body is no response Bundle with as many as `expected`."""
    try:
        found = _ANSWERS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    answers = [_answer(entry) for entry in found.entry]
    whole = [answer for answer in answers if answer is not None]
    return tuple(whole) if found.type in _TYPES and len(whole) == expected == len(answers) else None


def _answer(entry: _Entry) -> EntryAnswer | None:
    response = entry.response
    status = _STATUS.fullmatch(response.status)
    if status is None:
        return None
    resource = bytes(entry.resource)
    return EntryAnswer(
        status=int(status["code"]),
        version=version_in(response.etag),
        issues=complaint(bytes(response.outcome)),
        location=response.location,
        resource=None if resource in (b"", b"null") else resource,
    )

"""Bytes to JSON objects, each still in its bytes: one of a file or of each line, whatever is wrong with the others."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from fhir_adapter.issue import Issue, Refusal, issue

DEEPEST = 100
"""Levels of nesting kept when a text that did not parse is looked at again."""

_UNREADABLE = b'"\\uffffunreadable"'
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|-?\b(?:NaN|Infinity)\b|[\[\]{}]', re.DOTALL)
"""What mending looks at; a string that never ends is one token, or each quote in it would be tried to the end of the text."""
OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
"""How a text begins that is not UTF-8 but says so."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""That of UTF-8, which needs none."""

Elements = Mapping[str, msgspec.Raw]
_TEXT = msgspec.json.Decoder(str)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON object: its bytes, and the bytes of each element."""

    raw: bytes
    elements: Elements
    source: str


def documents(data: bytes, source: str, *, ndjson: bool = False) -> Iterator[Document | Issue]:
    """The JSON objects in the bytes of a file, with an issue for each that is none. Never raises."""
    if data.startswith(OTHER_MARKS):
        yield issue(source, "", "encoding")
        return
    if data.startswith(BYTE_ORDER_MARK):
        yield issue(source, "", "byte-order-mark")
        data = data[len(BYTE_ORDER_MARK) :]
    if not data.strip():
        yield issue(source, "", "empty")
        return
    if not ndjson:
        yield _document(data, source)
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            yield _document(line, f"{source}:{number}")


def _document(raw: bytes, source: str) -> Document | Issue:
    if not raw.isascii() and not is_utf8(raw):
        return issue(source, "", "encoding")
    try:
        return Document(raw, open_object(raw), source)
    except msgspec.ValidationError:
        return issue(source, "", "not-an-object")
    except (msgspec.DecodeError, RecursionError):
        pass
    mended = _mend(raw)
    try:
        return Document(mended, open_object(mended), source)
    except msgspec.ValidationError:
        return issue(source, "", "not-an-object")
    except (msgspec.DecodeError, RecursionError):
        return issue(source, "", "not-json")


def open_object(raw: bytes | msgspec.Raw) -> Elements:
    """The elements of a JSON object, each in its bytes; raises msgspec errors where it is none."""
    return _OBJECT.decode(raw)


def is_unreadable(raw: bytes) -> bool:
    """Whether something that is not JSON, or is nested too deep, stood here and was replaced."""
    return _UNREADABLE in raw


def is_utf8(raw: bytes) -> bool:
    """Whether the bytes are text."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mend(raw: bytes) -> bytes:
    """The text with NaN, Infinity, broken escapes and what lies too deep replaced: they cost only the resource they stand in."""
    kept: list[bytes] = []
    depth, since = 0, 0
    for token in _TOKEN.finditer(raw):
        first = token[0][:1]
        if first in b"{[":
            depth += 1
            if depth == DEEPEST + 1:
                kept += [raw[since : token.start()], _UNREADABLE]
        elif first in b"}]":
            depth -= 1
            if depth == DEEPEST:
                since = token.end()
        elif depth <= DEEPEST and not (first == b'"' and _is_text(token[0])):
            kept += [raw[since : token.start()], _UNREADABLE]
            since = token.end()
    if depth > DEEPEST:
        return b""
    return b"".join([*kept, raw[since:]])


def _is_text(raw: bytes) -> bool:
    try:
        _TEXT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def exact(text: str) -> Decimal:
    """The decimal of a JSON number; one beyond all decimals is not a number, and refused where it is read."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal("NaN")


class _RepeatedKeyError(ValueError):
    """A key that stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < 30 else exact(digits)


_PLAIN = json.JSONDecoder(object_pairs_hook=_once, parse_float=exact, parse_int=_whole)


def plain(raw: bytes, kind: str) -> dict[str, Any]:
    """A resource as plain data with exact decimals; raises Refusal where a key stands twice or a number is none."""
    try:
        found = _PLAIN.decode(raw.decode("utf-8"))
    except _RepeatedKeyError:
        raise Refusal("duplicate-key", kind) from None
    except (ValueError, ArithmeticError, RecursionError):
        raise Refusal("structure", kind) from None
    assert isinstance(found, dict)
    return found

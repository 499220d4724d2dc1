"""Whether a key stands twice in an object, which decoders pass over in silence: told from texts that are built alike.

The resources of one server have few builds: the same keys in the same places, with other ids, days and numbers. What is left of a
text without most of its letters is its build. Where no two keys of an object are alike in what is left of them, no other text of
that build has a key twice either: quotes, brackets, colons and commas are never left out, nor what may follow a backslash. So a
key stays in its place, and keys that differ in a part of their letters differ.
"""

import json
from functools import lru_cache

from fhir_adapter.payload import is_utf8, plain

_MOST_REMEMBERED = 1 << 16
_KEPT = b'"{}[]:,Dgimnorstuvxy'
"""With these letters, of which ids have none, the elements of each type and data type that is read can be told apart."""
_LEFT_OUT = bytes(set(range(256)) - set(_KEPT))
_LEFT_OUT_ESCAPED = bytes(set(_LEFT_OUT) - set(b"\\/bfnrtu"))

_builds: set[int] = set()
"""Hashes, since texts are patients'."""


class _AlikeError(ValueError):
    """Two keys of an object that can hardly be told apart, if at all."""


@lru_cache(maxsize=4096)
def _rest(key: str) -> bytes:
    return key.encode("utf-8", "replace").translate(None, _LEFT_OUT)


def _apart(pairs: list[tuple[str, object]]) -> None:
    if len({*map(_rest, dict(pairs))}) != len(pairs):
        raise _AlikeError


_KEYS = json.JSONDecoder(object_pairs_hook=_apart, parse_float=str, parse_int=str)


def refuse_repeated(raw: bytes, kind: str) -> None:
    """Raise Refusal where a key stands twice, as `plain` does.

    raw: JSON that was decoded before, be it in parts, so that it is known to be sound.
    """
    if b"\\" not in raw:
        build = raw.translate(None, _LEFT_OUT)
    elif b"\\u" not in raw:  # which may stand for anything
        build = raw.translate(None, _LEFT_OUT_ESCAPED)
    else:
        plain(raw, kind)
        return
    known = hash(build)
    if known in _builds and (raw.isascii() or is_utf8(raw)):
        return
    try:
        _KEYS.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        plain(raw, kind)  # says what is wrong, if anything is
        return
    if len(_builds) >= _MOST_REMEMBERED:
        _builds.clear()
    _builds.add(known)

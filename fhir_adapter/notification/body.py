"""The body of a call within its limits: how long, in what encoding and how deep, before anything of it is decoded."""

import re
from itertools import accumulate

from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.refused import Refused

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""Also a string that never ends: it takes what is left, so that the scan stays linear whatever is sent."""

_STEPS = [0] * 256
for _opening, _closing in (b"{}", b"[]"):
    _STEPS[_opening], _STEPS[_closing] = 1, -1
_NOT_BRACKETS = bytes(sorted(set(range(256)) - set(b"{}[]")))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PLAIN = ("", "identity")


def body_of(call: Call, limits: Limits) -> bytes:
    """The JSON text that was sent, empty where nothing was; raises Refused for what would not be decoded."""
    if len(call.body) > limits.body:
        raise Refused("too-large", limit=str(limits.body))
    if not call.body or call.body.isspace():
        return b""
    if call.headers.get("content-encoding", "").strip().lower() not in _PLAIN:
        raise Refused("compressed")
    text = call.body.removeprefix(_BYTE_ORDER_MARK).strip()
    if "xml" in call.headers.get("content-type", "").lower() or text.startswith(b"<"):
        raise Refused("xml")
    if not text.isascii():
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("encoding") from None
    if _depth(text) > limits.depth:
        raise Refused("too-deep", limit=str(limits.depth))
    return text


def _depth(text: bytes) -> int:
    brackets = _STRING.sub(b"", text).translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)

"""Requests that are nearly right: bytes, JSON, headers and paths changed, with markers where a patient's data would stand."""

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.fuzz.seeds import Seed

MARKERS = ("wanda-plantagenet", "Wanda Plantagenet", "918273.6455", "Plantagenët")
_NUMBERS = (-1, 0, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, 5e-324, 0.1, float("nan"), float("inf"))
_TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "A" * 70_000,
    "../../etc",
    "%00",
    "\r\nX: 1",
    "\u202e",
    "9999-99-99",
)
_VALUES = (None, True, False, [], {}, [[]], {"": None}, *_NUMBERS, *_TEXTS, *MARKERS)
_METHODS = (b"GET", b"HEAD", b"OPTIONS", b"PATCH", b"TRACE", b"CONNECT", b"PURGE", b"post", b"DELETE", b"PUT", b"POST")
_PATHS = (
    "/..", "/../fhir/metadata", "/%2e%2e/%2e%2e/etc/passwd", "//", "/Observation/%00", "/Observation/a%2Fb",
    "/Observation/%ff%fe",
    "/Observation/a/_history/1", "/Observation", "/Patient/" + "a" * 70, "?path=/Observation/x", "?" + "a=b&" * 500, "/%",
    "/;x=1", "/*",
    "/Observation/wanda-plantagenet%20", "/wanda-plantagenet/wanda-plantagenet", "?wanda-plantagenet=918273.6455", "#x",
    "/\xe9",
)  # fmt: skip
_HEADERS = (
    ("content-type", "application/fhir+xml"), ("content-type", "text/plain; charset=utf-16"), ("content-type", "a" * 3000),
    ("content-type", "application/json; charset=wanda-plantagenet"), ("content-type", ";;;"), ("content-encoding", "gzip"),
    ("content-encoding", "br"), ("content-encoding", "wanda-plantagenet"), ("host", "wanda-plantagenet"), ("host", "[::1"),
    ("host", ""),
    ("authorization", "Bearer wanda-plantagenet"), ("authorization", "Basic \xe9\xff"), ("authorization", ""),
    ("if-match", 'W/"1"'),
    ("x-medplum-deleted-resource", "Observation/wanda-plantagenet"), ("x-medplum-deleted-resource", "../.."),
    ("x-medplum-interaction", "delete"), ("x-medplum-interaction", "wanda-plantagenet"), ("x-medplum-subscription",
    "\xff" * 300),
    ("aeg-event-type", "SubscriptionValidation"), ("aeg-event-type", "wanda-plantagenet"), ("x-signature", "\xe9"),
    ("x-request-id", "a" * 65), ("x-request-id", "\xe9 wanda-plantagenet"), ("origin", "https://wanda-plantagenet"),
    ("x-forwarded-for", "\xff"),
    ("forwarded", "for=wanda-plantagenet"), ("expect", "100-continue"), ("transfer-encoding", "chunked"),
    ("transfer-encoding", "gzip"),
    ("cookie", "a=" + "b" * 5000), ("range", "bytes=0-"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A request as its bytes are. lie: what content-length says beyond the truth. changes: how it was made."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    lie: int = 0
    changes: tuple[str, ...] = ()


def case_of(seed: Seed, draw: random.Random, token: str) -> Case:
    """A request with a few changes. token: what is shown, most often."""
    headers = {**seed.headers, "authorization": f"Bearer {token}"}
    shown = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())
    case = Case(seed.method.encode(), seed.path.encode(), shown, seed.body)
    for _ in range(draw.choice((1, 1, 2, 3))):
        change = draw.choice(CHANGES)
        case = replace(change(case, draw), changes=(*case.changes, change.__name__))
    return case


def _json(case: Case, change: Callable[[Any], Any]) -> Case:
    try:
        return replace(case, body=json.dumps(change(json.loads(case.body))).encode())
    except (ValueError, RecursionError):  # an earlier change has made it something else
        return case


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every part of some JSON, as what holds it and its key."""
    own = [*enumerate(node)] if isinstance(node, list) else [*node.items()] if isinstance(node, dict) else []
    return [(node, key) for key, _ in own] + [place for _, each in own for place in _places(each)]


def value(case: Case, draw: random.Random) -> Case:
    """Something else stands somewhere."""

    def change(found: Any) -> Any:
        places = _places(found)
        if not places:
            return draw.choice(_VALUES)
        for holder, key in draw.sample(places, min(len(places), draw.choice((1, 1, 2, 5)))):
            holder[key] = draw.choice(_VALUES)
        return found

    return _json(case, change)


def marked(case: Case, draw: random.Random) -> Case:
    """Markers as ids, names and values."""

    def change(found: Any) -> Any:
        for holder, key in _places(found):
            if isinstance(holder[key], str) and draw.random() < 0.3:
                holder[key] = draw.choice(MARKERS)
        return found

    return _json(case, change)


def moved(case: Case, draw: random.Random) -> Case:
    """Something is gone, comes twice, or has another name."""

    def change(found: Any) -> Any:
        places = _places(found)
        if places:
            holder, key = draw.choice(places)
            part = holder[key]
            what = draw.choice(("drop", "twice", "wrap", "rename"))
            if what == "drop":
                del holder[key]
            elif what == "twice" and isinstance(holder, list):
                holder.extend([part] * draw.choice((1, 1, 20, 300)))
            elif what == "rename" and isinstance(holder, dict):
                holder[draw.choice(("resourceType", "id", "entry", "", *MARKERS))] = holder.pop(key)
            else:
                holder[key] = [part]
        return found

    return _json(case, change)


def deep(case: Case, draw: random.Random) -> Case:
    depth = draw.choice((50, 200, 1000, 20_000))
    inner = draw.choice((b"1", case.body or b"{}"))
    opening, closing = draw.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"resourceType":"Bundle","entry":[{"resource":', b"}]}")))
    return replace(case, body=opening * depth + inner + closing * draw.choice((depth, depth, 0)))


def twice(case: Case, draw: random.Random) -> Case:
    """A key that stands twice in one object."""
    name = draw.choice((b"resourceType", b"id", b"entry", b"meta", b"hook", b"parameter"))
    text = draw.choice((b'"wanda-plantagenet"', b"[]", b"{}", b"null", b"1e999", b"-0"))
    return replace(case, body=case.body.replace(b"{", b'{"' + name + b'":' + text + b",", draw.choice((1, 1, 3))))


def bytes_(case: Case, draw: random.Random) -> Case:
    """Bytes of the body changed, cut, doubled or put in."""
    data = bytearray(case.body)
    for _ in range(draw.choice((1, 1, 3, 10))):
        at = draw.randrange(len(data) + 1)
        what = draw.randrange(4)
        if what == 0:
            data[at:at] = draw.choice(
                (b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b'"', b"}", b"\\", b"\xf4\x90\x80\x80", b"NaN")
            )
        elif what == 1:
            del data[at:]
        elif what == 2 and data:
            data[at % len(data)] = draw.randrange(256)
        else:
            data += data[: draw.choice((1, 100, 5000))]
    return replace(case, body=bytes(data))


def whole(case: Case, draw: random.Random) -> Case:
    """Another encoding, packing or beginning of all of it."""
    text = case.body.decode("utf-8", "replace")
    made = (
        b"\xef\xbb\xbf" + case.body,
        text.encode("utf-16"),
        text.encode("utf-32-le"),
        gzip.compress(case.body, mtime=0),
        b"",
        b" " * 9000,
        b"<a/>",
    )
    return replace(case, body=draw.choice(made))


def header(case: Case, draw: random.Random) -> Case:
    """A header more, instead of one, or twice."""
    name, text = draw.choice(_HEADERS)
    one = (name.encode(), text.encode("latin-1"))
    kept = case.headers if draw.random() < 0.4 else tuple(each for each in case.headers if each[0] != one[0])
    return replace(case, headers=(*kept, one) if draw.random() < 0.5 else (one, *kept))


def packed(case: Case, _: random.Random) -> Case:
    return replace(case, body=gzip.compress(case.body, mtime=0), headers=(*case.headers, (b"content-encoding", b"gzip")))


def target(case: Case, draw: random.Random) -> Case:
    return replace(case, target=case.target + draw.choice(_PATHS).encode("latin-1"))


def method(case: Case, draw: random.Random) -> Case:
    return replace(case, method=draw.choice(_METHODS))


def length(case: Case, draw: random.Random) -> Case:
    return replace(case, lie=draw.choice((-len(case.body), -1, 1, 10_000, 10**12, 10**30)))


CHANGES: tuple[Callable[[Case, random.Random], Case], ...] = (
    value, value, value, marked, marked, moved, moved, deep, twice, bytes_, bytes_, whole, header, header, packed, target,
    method, length,
)  # fmt: skip

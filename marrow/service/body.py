"""The body of a request: its media type, its packing and its size, each looked at before anything else is read."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qsl

from marrow.service.faults import Refused

MEDIA_TYPES = ("application/fhir+json", "application/json")
_FORM_SECONDS, _MOST_FIELDS = 15.0, 2000
_GZIP = 31  # what zlib calls a gzip header and trailer around 32 KiB of window


async def body_of(headers: Mapping[str, str], stream: AsyncIterator[bytes], most: int) -> bytes:
    """The text, unpacked. most: bytes as sent, and again unpacked; reading stops at the first beyond.

    Raises Refused: 413, 415, or 400 for gzip that is broken.
    """
    _require_json(headers.get("content-type", ""))
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise Refused(415, "this Content-Encoding is not read; send gzip, or the text as it is", {"Accept-Encoding": "gzip"})
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > len(str(most)) or int(announced) > most):
        raise too_large(most)
    sent = await read_up_to(stream, most)
    return sent if packing == "identity" else unpacked(sent, most)


async def in_time(reading: Coroutine[None, None, bytes], seconds: float) -> bytes:
    """What was read; raises Refused (408) where it takes longer."""
    try:
        return await asyncio.wait_for(reading, seconds)
    except TimeoutError:
        raise Refused(408, "the body did not come in time; send it again") from None


async def form_of(stream: AsyncIterator[bytes], most: int) -> list[tuple[str, str]]:
    """The fields of a page's form, empty ones too. Raises Refused: 408, 413, or 400 for more fields than any form has."""
    try:
        sent = await in_time(read_up_to(stream, most), _FORM_SECONDS)
        return parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(400, "the form has more fields than any of this service; fill in the page again") from None
    except Refused as refused:
        says = {413: "the form is larger than any of this service", 408: "the form did not come in time; send it again"}
        raise Refused(refused.status, says[refused.status]) from None


async def read_up_to(stream: AsyncIterator[bytes], most: int) -> bytes:
    """All of it; raises Refused (413) at the first byte beyond `most`, and reads no further."""
    parts: list[bytes] = []
    size = 0
    async for part in stream:
        size += len(part)
        if size > most:
            raise too_large(most)
        parts.append(part)
    return b"".join(parts)


def unpacked(data: bytes, most: int) -> bytes:
    """What gzip holds, all of its members; unpacking stops at the first byte beyond `most`."""
    found: list[bytes] = []
    size = 0
    while data:
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(data, most - size + 1)
        except zlib.error:
            raise _broken() from None
        size += len(part)
        if size > most:
            raise too_large(most)
        if not member.eof:
            raise _broken()
        found.append(part)
        data = member.unused_data
    return b"".join(found)


def too_large(most: int) -> Refused:
    return Refused(413, f"the body is larger than {most} bytes; send fewer resources, or raise MARROW_MAX_BODY_BYTES")


def _broken() -> Refused:
    return Refused(400, "this is not complete gzip; send it again")


def _require_json(content_type: str) -> None:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [value.strip('" ') for name, _, value in (each.partition("=") for each in parameters) if name.strip() == "charset"]
    if kind not in MEDIA_TYPES or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise Refused(415, f"expected Content-Type {' or '.join(MEDIA_TYPES)}, in UTF-8", {"Accept": ", ".join(MEDIA_TYPES)})


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A FHIR Bundle of R4, R4B or R5.",
    "required": ["resourceType"],
    "properties": {"resourceType": {"const": "Bundle"}},
}
"""How OpenAPI is told of a body that is FHIR."""

"""The deletions of a bulk export, with the time that orders them among the versions of what they delete."""

from typing import Any

import msgspec

from fhir_adapter.elements import Shape
from fhir_adapter.reference import relative


class _Request(Shape):
    method: str | None = None
    url: str | None = None


class _Entry(Shape):
    request: _Request | None = None


class _Bundle(Shape):
    resource_type: str
    entry: tuple[_Entry, ...] = ()


_BUNDLE = msgspec.json.Decoder(_Bundle)


def dated_deletions(line: bytes, at: str) -> bytes | None:
    """The deletions that a transaction Bundle of an export names, as a history that says `at` of each; None for what is none.

    The server does not say when it deleted: at the transaction time of its export at the latest, and what it still has or has
    again it does not name. So a version before that time gives way, and one that a later export brings counts.
    """
    try:
        found = _BUNDLE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if found.resource_type != "Bundle":
        return None
    keys = [relative(one.request.url or "") for one in found.entry if one.request and one.request.method == "DELETE"]
    if None in keys or len(keys) < len(found.entry):
        return None
    return msgspec.json.encode({"resourceType": "Bundle", "type": "history", "entry": [_entry(key, at) for key in keys if key]})


def _entry(key: str, at: str) -> dict[str, Any]:
    return {"request": {"method": "DELETE", "url": key}, "response": {"status": "204", "lastModified": at}}

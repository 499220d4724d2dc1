"""What a resource of ours says, whatever the day of evaluation and whatever a server added: what is alike is not sent again."""

import re
from collections.abc import Iterator
from decimal import Decimal
from hashlib import blake2b
from html import unescape
from typing import Any

import msgspec

from fhir_adapter.arrival import CONCLUSION
from fhir_adapter.identity import ASSERTED_BY_AI, PACK, Resource
from fhir_adapter.sentence import NOT_CONCLUDED

_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="number")
_NOT_SAID = ("meta", "text", "language", "implicitRules")
"""The narrative says what the notes say, and servers write it anew."""
_ONLY_IN_NARRATIVE = "ResearchSubject"
"""The one type that has no notes and says something in words that no other element says: what stands against the patient."""
_DAYS_OF_EVALUATION = {"Observation": ("effectiveDateTime",), "Provenance": ("occurredDateTime", "recorded")}
"""A Condition has one where nothing dates its onset: recordedDate."""
_DAY = re.compile(rf"({re.escape(NOT_CONCLUDED)}) \d{{4}}-\d\d-\d\d\b")
_MARKUP = re.compile(r"<[^>]*>")


def substance(resource: Resource) -> bytes:
    """Canonical JSON of what is said, the id and our labels among it: equal for two that say the same.

    resource: from a writer of this package, or decoded from JSON with `float_hook=Decimal`. The order of keys does not count, nor
    how many digits a number was written with, since not every server keeps them; the order of a list does.
    """
    kind = str(resource.get("resourceType"))
    left_out = {*_NOT_SAID, *_DAYS_OF_EVALUATION.get(kind, ())}
    if kind == "Condition" and "onsetDateTime" not in resource:
        left_out.add("recordedDate")
    said = {name: _plain(value) for name, value in resource.items() if name not in left_out}
    if "note" in said:
        said["note"] = [_undated(note) for note in _objects(said["note"])]
    if "identifier" in said:
        said["identifier"] = [one for one in _objects(said["identifier"]) if one.get("system") == CONCLUSION]
    if kind == _ONLY_IN_NARRATIVE:
        said["text"] = _words(resource.get("text"))
    return _ENCODER.encode([_labels(resource.get("meta")), said])


def digest_of(resource: Resource) -> str:
    """32 hex digits of the substance."""
    return blake2b(substance(resource), digest_size=16).hexdigest()


def _labels(meta: Any) -> list[list[Any]]:
    """Our labels by system and code, the tag with the version of the pack.

    Where a server keeps no version of a tag, its display ends with it.
    """
    tags = [one for one in _objects(_part(meta, "tag")) if one.get("system") == PACK]
    named = [[PACK, one.get("code"), one.get("version") or str(one.get("display")).rpartition(" ")[2]] for one in tags]
    security = [[one.get("system"), one.get("code")] for one in _objects(_part(meta, "security"))]
    return named + [one for one in security if one == [ASSERTED_BY_AI["system"], ASSERTED_BY_AI["code"]]]


def _undated(note: dict[str, Any]) -> dict[str, Any]:
    text = note.get("text")
    return {**note, "text": _DAY.sub(r"\1", text)} if isinstance(text, str) else note


def _words(narrative: Any) -> str:
    """The words of a narrative without markup and white space, which servers change."""
    div = _part(narrative, "div")
    return _DAY.sub(r"\1", " ".join(unescape(_MARKUP.sub(" ", div)).split())) if isinstance(div, str) else ""


def _plain(value: Any) -> Any:
    """The same with each number in one spelling."""
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case bool():
            return value
        case int() | float() | Decimal():
            return _number(Decimal(str(value)))
        case _:
            return value


def _number(value: Decimal) -> Decimal:
    """The number without zeros at its end; `Decimal.normalize` would round it."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return value
    if not value:
        return Decimal(0)
    kept = len(digits)
    while digits[kept - 1] == 0:
        kept -= 1
    return Decimal((sign, digits[:kept], exponent + len(digits) - kept))


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a list; a server's JSON may hold anything."""
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())

"""JSON as it may legally be written: the same value in many texts, with members that mean nothing between those that do.

What is chosen comes from `chance`, so that hypothesis can make a failing text small.
"""

import copy
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

Json = dict[str, Any]
_JSON = msgspec.json.Encoder(decimal_format="number")
_GAPS = ("", "", "", "", " ", "\t", "\r", " \r ")
_DEEP = 90

NOISE: tuple[tuple[str, str], ...] = (
    ("text", r'{"status":"generated","div":"<div>\"resourceType\":\"Patient\" \\\"code\\\": {} \u00b5 \ud83e\udda0</div>"}'),
    ("extension", '[{"url":"urn:x","resourceType":"Encounter","id":"inner","code":{"coding":[{"code":"none"}]},"status":"x"}]'),
    ("contained", '[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"urn:x","code":"none"}]}}]'),
    ("contained", '[{"resourceType" : "Observation","id":"o","status":"entered-in-error"}]'),
    ("modifierExtension", "[]"),
    ("note", '[{"text":"' + "x" * 100_000 + '"}]'),
    ("note", "[" * _DEEP + "]" * _DEEP),
    ("_status", '{"extension":[{"url":"urn:x","valueCode":"entered-in-error"}]}'),
    ("identifier", '[{"system":"urn:x","value":"urn:y"}]'),
    ("identifier", '[{"system":"urn:x","value":"urn:marrow:conclusion"}]'),
    ("note", '[{"text":"\ufeff\u2028\u0085\u007f"}]'),
    ("code ", '{"coding":[{"system":"urn:x","code":"none"}]}'),
    ("Code", '{"coding":[{"system":"urn:x","code":"none"}]}'),
    ("resourcetype", '"Encounter"'),
    ('"resourceType":"Encounter', "null"),
    ("", "[{}, [], 0e0, -0.5E+3, true, null]"),
)
"""Members that say nothing to anybody, though some look as if they did."""


def plain(value: Any) -> str:
    """The text that everybody would write."""
    return _JSON.encode(value).decode()


def _escaped(letter: str) -> str:
    units = letter.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))


def _each(text: str, change: Callable[[str], str]) -> str:
    return '"' + "".join(change(letter) for letter in text) + '"'


def _needed(letter: str) -> str:
    return plain(letter)[1:-1]


def spelt_text(text: str, chance: Random) -> str:
    """A JSON string that means the text: nothing, one letter, every letter or every slash is escaped."""
    match chance.choice(["plain", "plain", "plain", "ascii", "slashes", "all", "one"]):
        case "ascii":
            return _each(text, lambda letter: _needed(letter) if letter.isascii() else _escaped(letter))
        case "slashes":
            return _each(text, lambda letter: "\\/" if letter == "/" else _needed(letter))
        case "all":
            return _each(text, _escaped)
        case "one" if text:
            at = chance.randrange(len(text))
            return plain(text[:at])[:-1] + _escaped(text[at]) + plain(text[at + 1 :])[1:]
        case _:
            return plain(text)


def _noise(value: Json, chance: Random, most: int) -> list[tuple[str, str]]:
    """Members of other names, each once."""
    drawn = dict(chance.choice(NOISE) for _ in range(most))
    return [(name, text) for name, text in drawn.items() if name not in value]


def spelt(value: Any, chance: Random, noise: int = 0) -> str:
    """A text that means the value; noise: so many members that mean nothing are put into the outermost object."""
    gap = chance.choice(_GAPS)
    match value:
        case dict():
            members = [f"{spelt_text(name, chance)}{gap}:{gap}{spelt(part, chance)}" for name, part in value.items()]
            for name, text in _noise(value, chance, noise):
                members.insert(chance.randrange(len(members) + 1), f"{plain(name)}:{text}")
            if chance.choice((False, False, True)):
                chance.shuffle(members)
            return "{" + gap + f"{gap},{gap}".join(members) + gap + "}"
        case list():
            return "[" + gap + f"{gap},".join(spelt(part, chance) for part in value) + gap + "]"
        case str():
            return spelt_text(value, chance)
        case Decimal() | int() | bool() | None:
            return plain(value)
        case _:
            raise AssertionError(type(value))


# --- the same resource, dirtier ---

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, Decimal("0.50"), Decimal("1e3"), "", " ", "final", "entered-in-error", "preliminary", "<", ">=",
    "~", "g/dL", "10*9/L", "mg", "%", "2014-03-08", "2014-03", "2014-03-08T08:10:00+08:00", "0000-0", "718-7", "http://loinc.org",
    "http://unitsofmeasure.org", "Patient/p1", "Patient/p2", "Group/g", "#p", "urn:uuid:1", "H", "POS", "NEG", "unknown",
    [], {}, [None], [{}], {"value": 1}, {"coding": []}, {"coding": [{"code": "718-7"}]}, {"text": "x"},
    {"reference": "Patient/p2"}, {"start": "2014-03-08", "end": "2014-03-01"}, {"start": "2014-03-08"}, "\U0001f9a0",
)  # fmt: skip
NAMES = (
    "value", "comparator", "unit", "system", "code", "display", "text", "coding", "status", "subject", "id", "meta",
    "valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger", "valueRange", "valueRatio",
    "valueTime", "valueDateTime", "valuePeriod", "valueSampledData", "valueAttachment", "valueReference", "_valueQuantity",
    "_status", "_effectiveDateTime", "_value", "modifierExtension", "extension", "contained", "component", "specimen", "method",
    "interpretation", "referenceRange", "dataAbsentReason", "effectiveDateTime", "effectiveInstant", "effectivePeriod",
    "effectiveTiming", "low", "high", "type", "reference", "identifier", "bodyStructure", "triggeredBy", "instantiatesCanonical",
    "instantiatesReference", "performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod", "recordedDate",
    "verificationStatus", "clinicalStatus", "medication", "medicationReference", "medicationCodeableConcept", "period",
    "actualPeriod", "patient", "versionId", "lastUpdated", "profile", "hasMember", "derivedFrom", "bodySite", "note", "issued",
)  # fmt: skip


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every part, as what holds it and its key."""
    own: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(value, key) for key, _ in own] + [place for _, part in own for place in _places(part)]


def edited(resource: Json, chance: Random) -> Json:
    """The resource, changed in place: a part gone, another, in a list, twice, or one more. Its type stays."""
    holder, key = chance.choice([(None, None), *((h, k) for h, k in _places(resource) if k != "resourceType")])
    way = chance.choice(("gone", "another", "another", "in a list", "elsewhere", "one more", "one more"))
    if holder is None or way == "one more":
        objects = [resource, *(h[k] for h, k in _places(resource) if isinstance(h[k], dict))]
        chance.choice((resource, chance.choice(objects)))[chance.choice(NAMES)] = copy.deepcopy(chance.choice(VALUES))
    elif way == "gone":
        del holder[key]
    elif way == "another":
        holder[key] = copy.deepcopy(chance.choice(VALUES))
    elif way == "in a list":
        holder[key] = [holder[key]] * chance.choice((1, 2))
    elif isinstance(holder, dict):
        resource[chance.choice(NAMES)] = holder.pop(key)
    return resource

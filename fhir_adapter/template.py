"""The text of a resource with gaps for what differs from patient to patient, made of what its writer makes of marks."""

from collections.abc import Iterable

import msgspec

from fhir_adapter.identity import Resource, escaped

PATIENT, TOLD, DAY, RESTS_ON, ABOUT = (f"\ue000{name}\ue001" for name in ("patient", "told", "day", "rests_on", "about"))
"""Marks: a patient, the paragraphs, a day, and two lists. They begin with a character of private use, which no pack has."""
_GAPS = {
    "%": "%%",
    f"<p>{TOLD}</p>": "<p>%(narrative)s</p>",
    TOLD: "%(note)s",
    PATIENT: "%(patient)s",
    DAY: "%(day)s",
    f'"{RESTS_ON}"': "%(rests_on)s",
    f'"{ABOUT}"': "%(about)s",
}
_encode = msgspec.json.Encoder(decimal_format="number").encode


def template(resource: Resource) -> str:
    """A resource that was written of marks, as a text for `%` and a mapping: each gap takes JSON, as these functions give it."""
    text = as_json(resource)
    for mark, gap in _GAPS.items():
        text = text.replace(mark, gap)
    return text.replace(resource["id"], "%(id)s")


def as_json(value: object) -> str:
    return _encode(value).decode()


def inside(text: str) -> str:
    """A text as it stands between the quotes of JSON."""
    return as_json(text)[1:-1]


def told(paragraphs: Iterable[str]) -> tuple[str, str]:
    """Paragraphs for the gap of the narrative and for that of the notes."""
    each = list(paragraphs)
    return "</p><p>".join([inside(escaped(one)) for one in each]), '"},{"text":"'.join([inside(one) for one in each])

"""Whether fhir.resources allows a resource; what it says against it, put into our words, since its own may quote values."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from fhir_adapter.issue import Refusal
from fhir_adapter.releases import MARKERS, Release

_MOST = 5
"""Faults of one resource that are told; with more, the rest follow from them."""

_PACKAGES: dict[Release, str] = {"R4": "fhir.resources.R4B", "R4B": "fhir.resources.R4B", "R5": "fhir.resources"}
"""R4 is read with the models of R4B: the types that are read do not differ, and all official examples of R4 pass."""

_CODES = {
    "extra_forbidden": "extra-element",
    "missing": "required",
    "model_field_validation.missing": "required",
}


_OF_MEDPLUM = frozenset(("account", "accounts", "author", "compartment", "deleted", "project"))
"""Elements that Medplum adds to `meta` in each notification of a Subscription; nothing in them is read."""


def faults(kind: str, release: Release | None, document: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """What the release does not allow in a resource; nothing where it is valid.

    kind: a type that is read. Where nothing shows the release (None) it is enough to be valid in R4B or in R5.
    """
    document = _without_additions(document)
    first = _faults(kind, release or "R4", document)
    if first and release is None and not _faults(kind, "R5", document):
        return ()
    return first


def _faults(kind: str, release: Release, document: Mapping[str, Any]) -> tuple[Refusal, ...]:
    try:
        _model(kind, release).model_validate(document)
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False, include_context=False)[:_MOST]
        return tuple(dict.fromkeys(_refusal(kind, release, one["type"], one["loc"]) for one in told))
    except Exception:  # noqa: BLE001 - its validators raise KeyError, TypeError and more on odd content
        return (Refusal("invalid", kind, release=release),)
    return ()


def _without_additions(document: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = document.get("meta")
    if not isinstance(meta, Mapping) or _OF_MEDPLUM.isdisjoint(meta):
        return document
    return {**document, "meta": {name: value for name, value in meta.items() if name not in _OF_MEDPLUM}}


@cache
def _model(kind: str, release: Release) -> Any:
    return getattr(import_module(f"{_PACKAGES[release]}.{kind.lower()}"), kind)


def _refusal(kind: str, release: Release, error: str, place: tuple[int | str, ...]) -> Refusal:
    if error == "extra_forbidden" and not (len(place) == 1 and place[0] in MARKERS.get(kind, ())):
        place = place[:-1]  # the last is a name that the sender made up
    path = kind + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return Refusal(_CODES.get(error, "invalid"), path, release=release)

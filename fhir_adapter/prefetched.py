"""What a client of CDS Hooks is asked to send along of a patient, and whether what it sent is all of it."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

import msgspec

from fhir_adapter.bundle import text_of
from fhir_adapter.client.compartment import COMPARTMENT
from fhir_adapter.elements import Shape
from fhir_adapter.payload import Document, documents

PATIENT = "{{context.patientId}}"
MOST = 5000
"""Asked for on one page, since a second page would have to be fetched by us."""

Lack = Literal["not sent", "an error instead", "only a part of it", "not what was asked for"]


class _Link(Shape):
    relation: str | None = None


class _Search(Shape):
    mode: str | None = None


class _Issue(Shape):
    severity: str | None = None


class _Resource(Shape):
    resource_type: str | None = None
    issue: Any = None


class _Entry(Shape):
    search: _Search | None = None
    resource: _Resource | None = None


class _Bundle(Shape):
    total: Any = None
    link: tuple[_Link, ...] = ()
    entry: tuple[_Entry, ...] = ()


_BUNDLE = msgspec.json.Decoder(_Bundle)
_OUTCOME = "OperationOutcome"


def templates(elements: Collection[str]) -> dict[str, str]:
    """What to ask for by type, so that elements (`Observation`, `Patient.birthDate`, `any.date`) can be read."""
    wanted = {element.partition(".")[0] for element in elements}
    found = {"Patient": f"Patient/{PATIENT}"} if wanted & {"Patient", "any"} else {}
    for kind, further, name in COMPARTMENT:
        if wanted & {kind, "any"}:
            of_whom = f"Patient/{PATIENT}" if name == "subject" else PATIENT
            more = "".join(f"&{key}={value}" for key, value in (*further, ("_count", str(MOST))))
            found[kind] = f"{kind}?{name}={of_whom}{more}"
    return found


def lacks(asked: Collection[str], sent: Mapping[str, bytes | None], patient: str) -> dict[str, Lack]:
    """By type, why what was sent is not all of it; None stands for the client's word that there is nothing. patient: the id."""
    found: dict[str, Lack] = {}
    for kind in asked:
        lack: Lack | None = "not sent" if kind not in sent else _lack(kind, sent[kind], patient)
        if lack is not None:
            found[kind] = lack
    return found


def _lack(kind: str, raw: bytes | None, patient: str) -> Lack | None:
    if raw is None:
        return None
    document = next(iter(documents(raw, "")), None)
    elements = document.elements if isinstance(document, Document) else {}
    shown = text_of(elements.get("resourceType"))
    if shown == _OUTCOME:
        return "an error instead"
    if kind == "Patient":
        return None if (shown, text_of(elements.get("id"))) == ("Patient", patient) else "not what was asked for"
    if shown != "Bundle":
        return "not what was asked for"
    try:
        return _lack_of_page(_BUNDLE.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "not what was asked for"


def _lack_of_page(bundle: _Bundle) -> Lack | None:
    """A searchset with another page, with fewer matches than it counts, or with an error in it, is a part."""
    kinds = [(entry.resource or _Resource()).resource_type for entry in bundle.entry]
    matches = [
        kind
        for kind, entry in zip(kinds, bundle.entry, strict=True)
        if kind != _OUTCOME and (entry.search or _Search()).mode != "include"
    ]
    counted = bundle.total if isinstance(bundle.total, int) else 0
    errors = [entry for kind, entry in zip(kinds, bundle.entry, strict=True) if kind == _OUTCOME and _is_error(entry)]
    has_next = any(link.relation == "next" for link in bundle.link)
    return "only a part of it" if has_next or errors or counted > len(matches) else None


def _is_error(entry: _Entry) -> bool:
    issues = msgspec.convert(entry.resource.issue if entry.resource else (), tuple[_Issue, ...])
    return any(issue.severity in ("error", "fatal") for issue in issues)

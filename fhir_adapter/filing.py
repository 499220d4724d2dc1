"""How one resource is filed: which version of what it is, whose it is and what it leads to; its content is read later."""

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from fhir_adapter.arrival import is_own
from fhir_adapter.bundle import Found, text_of
from fhir_adapter.elements import CodeableReference, Meta, Reference
from fhir_adapter.payload import Document, Elements, documents
from fhir_adapter.reference import ID, relative
from fhir_adapter.resource_types import RESOURCE_TYPES
from fhir_adapter.resources import SHAPES, PatientLink
from fhir_adapter.versions import instant, version_number


@dataclass(frozen=True, slots=True, repr=False)
class Filed:
    """One version of one resource. raw: None where it is deleted.

    number, updated: what orders versions, where the server tells them; updated in microseconds since year 1. patient:
    `Patient/id` that it belongs to, a Patient to itself; None where it names none by id. leads_to: `Type/id` of the Medication
    that was given, or of the Patient that took this one's place. own: Marrow wrote it.
    """

    type: str
    id: str
    version: str | None = None
    number: int | None = None
    updated: int | None = None
    patient: str | None = None
    leads_to: str | None = None
    raw: bytes | None = None
    own: bool = False

    @property
    def ref(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"

    def __repr__(self) -> str:
        return f"Filed({self.type})"  # the rest is a patient's


_REFERENCE = msgspec.json.Decoder(Reference)
_CODEABLE_REFERENCE = msgspec.json.Decoder(CodeableReference)
_LINKS = msgspec.json.Decoder(tuple[PatientLink, ...])
_META = msgspec.json.Decoder(Meta)
_SUBJECTS = ("subject", "patient", "individual")
"""The elements that name the patient, by type and release."""

Read = TypeVar("Read")


def is_read(kind: str) -> bool:
    """Whether resources of a type can matter to a patient's conclusions."""
    return kind in SHAPES


def file_of(raw: bytes) -> Filed | None:
    """How a resource is filed; None for what is no resource with an id. Never raises for what is in it."""
    document = next((one for one in documents(raw, "") if isinstance(one, Document)), None)  # a remark may come before it
    if document is None:
        return None
    elements = document.elements
    kind, identity = text_of(elements.get("resourceType")), text_of(elements.get("id"))
    if kind not in RESOURCE_TYPES or identity is None or ID.fullmatch(identity) is None:
        return None
    meta = _element(elements, "meta", _META) or Meta()
    version = meta.version_id if meta.version_id and ID.fullmatch(meta.version_id) else None
    return Filed(
        kind,
        identity,
        version,
        number=version_number(meta.version_id),
        updated=instant(meta.last_updated),
        patient=f"Patient/{identity}" if kind == "Patient" else _patient(elements),
        leads_to=_leads_to(kind, elements),
        raw=bytes(document.raw),
        own=is_own(Found(kind, bytes(document.raw), elements, "", "")),
    )


def _patient(elements: Elements) -> str | None:
    """The first that is named by an id: a group, a contained patient or a logical reference has none."""
    for name in _SUBJECTS:
        key = _key(_element(elements, name, _REFERENCE))
        if key is not None and key.startswith("Patient/"):
            return key
    return None


def _leads_to(kind: str, elements: Elements) -> str | None:
    if kind == "Patient":
        links = _element(elements, "link", _LINKS) or ()
        return next((_key(link.other) for link in links if link.type == "replaced-by"), None)
    if kind != "MedicationAdministration":
        return None
    either = _element(elements, "medication", _CODEABLE_REFERENCE)
    return _key(_element(elements, "medicationReference", _REFERENCE) or (either.reference if either else None))


def _key(reference: Reference | None) -> str | None:
    return None if reference is None or reference.reference is None else relative(reference.reference)


def _element(elements: Elements, name: str, decoder: "msgspec.json.Decoder[Read]") -> Read | None:
    """One element; None where it is missing or of another form than FHIR gives it."""
    try:
        return decoder.decode(elements[name]) if name in elements else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None

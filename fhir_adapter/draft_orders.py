"""Orders that are being written: which drugs of the pack the chosen ones among them name."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

import msgspec

from fhir_adapter.bundle import Found, resources
from fhir_adapter.codes import Vocabulary
from fhir_adapter.contained import code_of, inside
from fhir_adapter.elements import CodeableConcept, CodeableReference, Reference
from fhir_adapter.issue import Refusal
from fhir_adapter.payload import Document, documents
from fhir_adapter.reference import relative
from fhir_adapter.resources import Medication, Resource

_GIVEN = "MedicationAdministration"
"""The element of the concepts: what is ordered is what will be given."""


class MedicationRequest(Resource):
    """R5 has code and reference in one element."""

    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    medication: CodeableReference | None = None


_REQUEST = msgspec.json.Decoder(MedicationRequest)
_MEDICATION = msgspec.json.Decoder(Medication)


def drugs_chosen(drafts: bytes, chosen: Collection[str], vocabulary: Vocabulary) -> frozenset[str]:
    """The concepts that chosen MedicationRequests of a Bundle name. chosen: `Type/id`. What cannot be read names none."""
    codes: list[CodeableConcept] = []
    requests: list[MedicationRequest] = []
    medications: dict[str, CodeableConcept | None] = {}
    for found in _found(drafts):
        try:
            if found.kind == "Medication":
                medication = _MEDICATION.decode(found.raw)
                names = (f"Medication/{medication.id}", found.full_url or "")
                medications |= dict.fromkeys((name for name in names if name), medication.code)
            elif found.kind == "MedicationRequest":
                request = _REQUEST.decode(found.raw)
                requests += [request] if f"MedicationRequest/{request.id}" in chosen else []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    for request in requests:
        codes += _codes(request, medications)
    return frozenset(name for code in codes for name in _concepts(code, vocabulary))


def _found(drafts: bytes) -> Iterable[Found]:
    for document in documents(drafts, ""):
        if isinstance(document, Document):
            yield from (found for found in resources(document) if isinstance(found, Found))


def _codes(request: MedicationRequest, medications: Mapping[str, CodeableConcept | None]) -> Iterable[CodeableConcept]:
    either = request.medication or CodeableReference()
    reference = request.medication_reference or either.reference or Reference()
    named = reference.reference or ""
    found = [request.medication_codeable_concept, either.concept, medications.get(named), medications.get(relative(named) or "")]
    contained = inside(request.contained, "Medication", named[1:]) if named.startswith("#") else None
    with suppress(Refusal):
        found.append(None if contained is None else code_of(contained, ""))
    return (code for code in found if code is not None)


def _concepts(code: CodeableConcept, vocabulary: Vocabulary) -> Iterable[str]:
    """Each coding by itself, and the words: an order whose codings say different things is about all of them."""
    for part in (*(CodeableConcept((coding,)) for coding in code.coding), CodeableConcept((), code.text)):
        try:
            yield from (concept.name for concept, _ in vocabulary.match(_GIVEN, part, ""))
        except Refusal:
            continue

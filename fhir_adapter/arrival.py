"""A resource as it was found to an Arrival: which one it is, in which version and release, checked and decoded."""

import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

import msgspec
from msgspec.structs import replace

from engine.moment import Moment
from fhir_adapter.bundle import Found, text_of
from fhir_adapter.codes import Vocabulary
from fhir_adapter.contact import Trace, trace
from fhir_adapter.desk import Desk
from fhir_adapter.elements import Identifier, Meta, Reference
from fhir_adapter.issue import Refusal
from fhir_adapter.payload import exact, open_object, plain
from fhir_adapter.pieces import Brief, Gone, Passed
from fhir_adapter.reference import ID, is_id, relative, urn
from fhir_adapter.releases import Release, recognise
from fhir_adapter.repeated import refuse_repeated
from fhir_adapter.resources import (
    SHAPES,
    AdverseEvent,
    Body,
    Condition,
    Consent,
    Head,
    Medication,
    MedicationAdministration,
    Observation,
    Patient,
    Procedure,
    ResearchSubject,
)
from fhir_adapter.treatment import medication_of
from fhir_adapter.versions import Arrival, Reading, digest_of, version_number

Validation = Literal["strict", "fast", "passed"]
"""passed: nothing is checked again, since strict validation passed the same bytes before."""

CONCLUSION = "urn:marrow:conclusion"
"""The identifier system of what Marrow itself wrote."""

_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_PLACE = re.compile(r"`\$(?P<path>[A-Za-z0-9_.\[\]]*)`")
_META = msgspec.json.Decoder(Meta)
_HEAD = msgspec.json.Decoder(Head)


_DECODERS = {kind: msgspec.json.Decoder(shape, float_hook=exact) for kind, shape in SHAPES.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """How resources are read. release: the one to take them for, instead of what they show."""

    vocabulary: Vocabulary
    validation: Validation
    release: Release | None
    zone: tzinfo | None


def identify(found: Found, rules: Rules) -> Arrival:
    """Which version of which resource this is; nothing of its content is read yet.

    Without an id it is known by its fullUrl, without that by a digest of its content. Raises Refusal for an id that is none.
    """
    digest = digest_of(found.raw)
    identity = text_of(found.elements.get("id"))
    if identity is not None and ID.fullmatch(identity) is None:
        raise Refusal("id-invalid", f"{found.kind}.id")
    full_url = found.full_url or ""
    by_url = relative(full_url) or urn(full_url) or f"urn:marrow:content:{digest.hex()}"
    key = f"{found.kind}/{identity}" if identity else by_url
    meta = _meta(found)
    shown = recognise(found.kind, found.elements, meta.profile, found.hint)
    return Arrival(
        kind=found.kind,
        key=key,
        ref=ref_of(key, meta),
        source=found.source,
        document=found.document,
        number=version_number(meta.version_id) if meta.version_id else version_number(found.version),
        changed=(meta.last_updated, found.modified),
        digest=digest,
        release=rules.release or shown,
    )


def receive(found: Found, arrival: Arrival, rules: Rules) -> Arrival:
    """The same arrival with what was read of the content, or why it was refused."""
    if is_own(found):
        return replace(arrival, own=bytes(found.raw))
    try:
        if rules.validation == "strict":
            from fhir_adapter.strict import faults

            refusals = faults(found.kind, arrival.release, plain(found.raw, found.kind))
            if refusals:
                return replace(arrival, refused=tuple([refusal.issue(arrival.source) for refusal in refusals]))
        body = decoded(found.kind, found.raw)
        if _is_asked_for(body, rules.vocabulary):
            if rules.validation == "fast":
                refuse_repeated(found.raw, found.kind)
            return replace(arrival, body=body)
        desk = Desk(rules.vocabulary, rules.zone, arrival.kind, arrival.source, arrival.ref, arrival.key)
        return replace(arrival, body=trace(body, desk))
    except Refusal as refusal:
        return replace(arrival, refused=(refusal.issue(arrival.source),))


def passed_over(piece: Passed, name: str, base: int) -> Arrival:
    """What was passed over as an arrival, where other versions of it came."""
    meta = meta_of(piece.meta)
    moments = tuple(Moment(first, last) for first, last in zip(piece.days[::2], piece.days[1::2], strict=True))
    subject = None if piece.patient is None else Reference(piece.patient)
    return Arrival(
        kind=piece.kind,
        key=piece.key,
        ref=ref_of(piece.key, meta),
        source=piece.source(name, base),
        document=piece.document(name, base),
        number=version_number(meta.version_id or piece.version),
        changed=(meta.last_updated, piece.modified),
        digest=piece.digest,
        body=Trace(subject, "subject", moments),
    )


def cut_down(piece: Brief, reading: Reading, release: Release | None, name: str, base: int) -> Arrival:
    """What was cut down as an arrival, where other versions of it came; reading: what it came to."""
    return Arrival(
        kind=piece.kind,
        key=piece.key,
        ref=ref_to(piece.key, piece.version),
        source=piece.source(name, base),
        document=piece.document(name, base),
        number=version_number(piece.version),
        changed=(piece.updated, None),
        digest=piece.digest,
        release=release,
        body=reading,
    )


def deleted(gone: Gone, source: str) -> Arrival:
    """A deletion as an arrival."""
    return Arrival(
        kind=gone.key.partition("/")[0],
        key=gone.key,
        ref=gone.key,
        source=source,
        document=source,
        number=version_number(gone.version),
        changed=(gone.modified, None),
        digest=b"",
        is_deletion=True,
    )


def meta_of(raw: bytes) -> Meta:
    """What a meta says; nothing where it cannot be read."""
    try:
        return _META.decode(raw) if raw else Meta()
    except _ERRORS:
        return Meta()


def ref_of(key: str, meta: Meta) -> str:
    """The key with the version, where it has a usable one."""
    return ref_to(key, meta.version_id)


def ref_to(key: str, version: str | None) -> str:
    """The same of the version itself."""
    return f"{key}/_history/{version}" if version and is_id(version) and not key.startswith("urn:") else key


def is_own(found: Found) -> bool:
    """Whether Marrow wrote it: such resources are handed back, and never read as facts."""
    if CONCLUSION.encode() not in found.raw:
        return False
    try:
        identifiers = _HEAD.decode(found.raw).identifier
    except (msgspec.DecodeError, RecursionError):
        return False
    each = [identifiers] if isinstance(identifiers, Identifier) else identifiers or []
    return any(identifier.system == CONCLUSION for identifier in each)


def _meta(found: Found) -> Meta:
    raw = found.elements.get("meta")
    try:
        return Meta() if raw is None else _META.decode(raw)
    except _ERRORS:
        raise Refusal("structure", f"{found.kind}.meta") from None


def decoded(kind: str, raw: bytes) -> Body:
    """The elements of a resource that are read; raises Refusal where one is not what it has to be.

    raw: an object. Of several faults the first is named, in an order that is not that of the text.
    """
    try:
        return _DECODERS[kind].decode(raw)
    except _ERRORS:
        elements = open_object(raw)
        names = [name for name in SHAPES[kind].__struct_encode_fields__ if name in elements]
        try:
            _DECODERS[kind].decode(msgspec.json.encode({name: elements[name] for name in names}))
        except _ERRORS as error:
            place = _PLACE.search(str(error))
            raise Refusal("structure", kind + (place["path"] if place else "")) from None
        raise Refusal("structure", kind) from None


def _is_asked_for(body: Body, vocabulary: Vocabulary) -> bool:
    """Whether the pack knows any code in it, or any concept that needs none."""
    match body:
        case Patient() | Medication():
            return True
        case Observation():
            found = (body, *body.component)
            return any(vocabulary.mentions("Observation", finding.code) for finding in found)
        case MedicationAdministration():
            code, reference = medication_of(body)
            return vocabulary.mentions("MedicationAdministration", code) or (code is None and reference is not None)
        case Procedure():
            return vocabulary.mentions("Procedure", body.code)
        case Condition():
            return vocabulary.mentions("Condition", body.code)
        case AdverseEvent():
            return vocabulary.mentions("AdverseEvent", body.event or body.code)
        case Consent():
            return vocabulary.mentions("Consent", None)
        case ResearchSubject():
            return True
        case _:
            return False

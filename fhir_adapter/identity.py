"""Under which id, identifier and labels a resource of ours is written: the same for each evaluation of the same patient."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from engine.pack.emission import CodingSpec
from engine.pack.program import Pack
from fhir_adapter.arrival import CONCLUSION

Resource = dict[str, Any]
"""A FHIR resource as JSON has it: strings, bools, ints, Decimals, lists and dicts, keys in FHIR's order."""

PACK = "urn:marrow:pack"
DEVICE = "device"
ASSERTED_BY_AI = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}


def id_of(pack: Pack, role: str, patient: str = "") -> str:
    """40 hex digits of pack, role and patient, and of nothing else: neither version nor time.

    role: the name of the conclusion, or what else the resource is for.
    """
    return blake2b("\n".join((pack.name, role, patient)).encode(), digest_size=20).hexdigest()


def identity(pack: Pack, kind: str, role: str, patient: str, paragraphs: Iterable[str]) -> Resource:
    """How every resource of ours begins: type, id, labels, narrative, identifier."""
    key = id_of(pack, role, patient)
    return {
        "resourceType": kind,
        "id": key,
        "meta": labels(pack),
        "text": narrative(paragraphs),
        "identifier": [{"system": CONCLUSION, "value": f"{pack.name}/{role}/{key}"}],
    }


def labels(pack: Pack) -> Resource:
    """The meta of what a pack wrote.

    The tag's code is the pack and its version the pack's, so that one search (`_tag=urn:marrow:pack|NAME`) finds what any version
    wrote; the display says both for servers that keep no version of a tag.
    """
    tag = {"system": PACK, "version": pack.version, "code": pack.name, "display": f"{pack.name} {pack.version}"}
    return {"security": [ASSERTED_BY_AI], "tag": [tag]}


def narrative(paragraphs: Iterable[str]) -> Resource:
    """Paragraphs as FHIR's XHTML."""
    body = "".join(f"<p>{escaped(paragraph)}</p>" for paragraph in paragraphs)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div>'}


def notes(paragraphs: Iterable[str]) -> list[Resource]:
    """Paragraphs as annotations, for systems that do not show narratives."""
    return [{"text": paragraph} for paragraph in paragraphs]


def concept(pack: Pack, codings: Iterable[CodingSpec], text: str | None = None) -> Resource:
    """A CodeableConcept in the pack's codes."""
    found: Resource = {"coding": [{"system": pack.systems[c.system][0], "code": c.code, "display": c.display} for c in codings]}
    return found if text is None else {**found, "text": text}


def hl7(system: str, code: str) -> Resource:
    """A CodeableConcept of one code of HL7's own terminology."""
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def reference(target: str) -> Resource:
    return {"reference": target}


def device_reference(pack: Pack) -> Resource:
    return reference(f"Device/{id_of(pack, DEVICE)}")


def url_of(resource: Resource) -> str:
    """`Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def urn_of(resource: Resource) -> str:
    """A fullUrl where no server is known: always the same for the same resource."""
    return urn_of_url(url_of(resource))


def urn_of_url(url: str) -> str:
    """The same by `Type/id`."""
    return uuid5(NAMESPACE_URL, f"{CONCLUSION}/{url}").urn


def escaped(text: str) -> str:
    """Text as XHTML has it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

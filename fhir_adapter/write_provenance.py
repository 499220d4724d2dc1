"""Who and what concluded: a Device for the rules in their version, a Provenance for one patient's evaluation."""

from collections.abc import Collection, Iterable
from typing import Any

from engine import __version__
from engine.evaluation import Evaluated
from engine.moment import day_text
from engine.pack.program import Pack
from fhir_adapter.identity import DEVICE, Resource, device_reference, hl7, id_of, identity, labels, narrative, reference, url_of
from fhir_adapter.releases import Release

PROVENANCE = "provenance"
_SOFTWARE = "Marrow"
_WORK = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": "EXECUTE", "display": "execute"}]
}


def device(pack: Pack, release: Release) -> Resource:
    """The software with the pack as one Device: a new version of either updates it, so that references stay."""
    name = f"{_SOFTWARE} with the rules {pack.name}"
    found = identity(pack, "Device", DEVICE, "", [f"{name} {pack.version}: {pack.manifest.title} ({pack.manifest.source})."])
    kind = {"text": "clinical decision support software"}
    versions = [
        {"type": {"text": f"rules {pack.name}"}, "value": pack.version},
        {"type": {"text": _SOFTWARE}, "value": __version__},
    ]
    found["status"] = "active"
    if release == "R5":
        return found | {"name": [{"value": name, "type": "user-friendly-name"}], "type": [kind], "version": versions}
    return found | {"deviceName": [{"name": name, "type": "user-friendly-name"}], "type": kind, "version": versions}


def provenance(pack: Pack, evaluated: Evaluated, resources: Iterable[Resource], release: Release) -> Resource:
    """What was concluded of one patient (`resources`, at least one), from which versions of which resources.

    recorded is midnight (UTC) of the day of evaluation and not the wall clock, so that the same input gives the same bytes.
    Nothing differs between the releases: both know `occurredDateTime`, and ask for `recorded` or allow it.
    """
    stated = list(resources)
    if not stated:
        raise ValueError("a Provenance needs resources that it is about")
    ids = {resource["id"] for resource in stated}
    names = behind(pack, [c.name for c in evaluated.conclusions if id_of(pack, c.name, evaluated.patient) in ids])
    day = day_text(max(conclusion.as_of for conclusion in evaluated.conclusions))
    target = [reference(url_of(resource)) for resource in stated]
    return provenance_of(pack, evaluated.patient, day, target=target, entity=sources(evaluated, names))


def provenance_of(pack: Pack, patient: str, day: str, *, target: Any, entity: Any) -> Resource:
    """The Provenance with what differs from patient to patient."""
    found: Resource = {
        "resourceType": "Provenance",
        "id": id_of(pack, PROVENANCE, patient),
        "meta": labels(pack),
        "text": narrative([f"Concluded by the rules {pack.name} {pack.version} as of {day}."]),
        "target": target,
        "occurredDateTime": day,
        "recorded": f"{day}T00:00:00Z",
        "policy": [pack.manifest.url, f"{pack.manifest.system}|{pack.version}"],
        "activity": _WORK,
        "agent": [{"type": hl7("provenance-participant-type", "assembler"), "who": device_reference(pack)}],
    }
    return found | ({"entity": entity} if entity else {})


def behind(pack: Pack, stated: Collection[str]) -> frozenset[str]:
    """The conclusions that are stated, and those that the course of a Condition among them follows."""
    courses = (spec.clinical_status for spec in pack.emission.conditions if spec.conclusion in stated)
    return frozenset(stated).union(rule.conclusion for course in courses for rule in course)


def sources(evaluated: Evaluated, names: Collection[str]) -> list[Resource]:
    """The resources that these conclusions rest on, each once."""
    refs = {ref for conclusion in evaluated.conclusions if conclusion.name in names for ref in conclusion.evidence}
    return [{"role": "source", "what": {"reference": ref}} for ref in sorted(refs)]

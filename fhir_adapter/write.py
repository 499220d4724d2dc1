"""FHIR out: the conclusions of one patient as resources of a release, and the transaction that puts them onto a server."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from engine.evaluation import Evaluated
from engine.pack.program import Pack
from fhir_adapter.identity import Resource, url_of, urn_of
from fhir_adapter.releases import Release
from fhir_adapter.withdraw import withdraw, withdrawals
from fhir_adapter.write_condition import condition
from fhir_adapter.write_provenance import device, provenance
from fhir_adapter.write_subject import research_subject
from fhir_adapter.write_undetermined import observation

__all__ = ["device", "from_json", "problems", "provenance", "to_json", "transaction", "withdraw", "withdrawals", "write"]

_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def write(pack: Pack, evaluated: Evaluated, release: Release) -> list[Resource]:
    """What the pack says is written: Conditions, the ResearchSubject, an Observation for each undetermined conclusion.

    In the order of the pack's emission section. Ids depend on pack, conclusion and patient only.
    """
    concluded = {conclusion.name: conclusion for conclusion in evaluated.conclusions}
    emission = pack.emission
    found = [condition(pack, spec, concluded, evaluated.snapshot, release) for spec in emission.conditions]
    if emission.research_subject is not None:
        found.append(research_subject(pack, emission.research_subject, concluded, release))
    found += [observation(pack, concluded[name]) for name in emission.undetermined]
    return [resource for resource in found if resource is not None]


def transaction(resources: Iterable[Resource], server: str | None = None) -> Resource:
    """A Bundle that puts each resource to its own id, each once.

    server: the base URL of the server that it is for, so that each fullUrl is the resource's own; else fullUrls are fixed urns.
    """
    each = {url_of(resource): resource for resource in resources}
    entries = [
        {
            "fullUrl": urn_of(resource) if server is None else f"{server.rstrip('/')}/{url}",
            "resource": resource,
            "request": {"method": "PUT", "url": url},
        }
        for url, resource in each.items()
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def to_json(resource: Resource) -> str:
    """The JSON of one resource on one line; numbers keep the digits that they were written with."""
    return _ENCODER.encode(resource).decode()


def from_json(text: bytes) -> Resource:
    """A resource of ours as the writers have it; raises msgspec.DecodeError for what is no JSON object."""
    return _DECODER.decode(text)


def problems(resource: Resource, release: Release) -> list[str]:
    """What fhir.resources has against a resource in a release: path and message, never a value."""
    from fhir_adapter.strict import faults  # here, since it costs pydantic and the models

    return [
        f"{told.path}: {told.message}"
        for told in (each.issue("") for each in faults(resource["resourceType"], release, resource))
    ]

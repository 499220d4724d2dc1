"""What the FHIR server of the tests remembers, as the checker reads it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from engine.pack.program import Pack
from fhir_adapter.resources import SHAPES
from fhir_adapter.substance import digest_of
from marrow.evaluation import evaluator
from marrow.service.evaluate import EvaluateBundle
from tests.chaos.checker import History, Json, Version, is_own, name_of, stands
from tests.fhir_server.running import FhirServer

_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_WRITTEN = ("Condition", "Observation", "ResearchSubject", "Provenance", "Device")


def histories(server: FhirServer) -> tuple[dict[str, History], dict[str, History]]:
    """By `Type/id`, what the hospital wrote and what Marrow wrote; the types that nobody reads are left out."""
    facts: dict[str, History] = {}
    own: dict[str, History] = {}
    for kind in {*SHAPES, *_WRITTEN}:
        for identity, entries in server.histories(kind).items():
            history = [_version(each) for each in reversed(entries)]
            is_ours = any(each.resource is not None and is_own(each.resource) for each in history)
            (own if is_ours else facts)[f"{kind}/{identity}"] = history
    return facts, own


def content(server: FhirServer) -> tuple[list[Json], list[Json]]:
    """What stands on the server now: what the hospital wrote, and what Marrow wrote."""
    resources = [_DECODER.decode(line) for line in server.dump(own=True).splitlines()]
    return [one for one in resources if not is_own(one)], [one for one in resources if is_own(one)]


class Batch:
    """Evaluates what a server holds as one Bundle."""

    def __init__(self, pack: Pack, as_of: date) -> None:
        self._evaluate, self._as_of = EvaluateBundle(pack, evaluator(pack, "plain")), as_of

    def __call__(self, resources: Sequence[Json]) -> list[Json]:
        """What is stated."""
        if not resources:
            return []
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
        answer = self._evaluate(msgspec.json.Encoder(decimal_format="number").encode(bundle), self._as_of, None)
        return [entry["resource"] for entry in _DECODER.decode(answer.bundle)["entry"]]

    def digests(self, resources: Sequence[Json]) -> Mapping[str, str]:
        """The substance of what is stated, by `Type/id`."""
        return {name_of(one): digest_of(one) for one in self(resources) if stands(one)}


def _version(entry: Json) -> Version:
    response, resource = entry["response"], entry.get("resource")
    at = datetime.fromisoformat(response["lastModified"]).timestamp()
    exact = None if resource is None else _DECODER.decode(json.dumps(resource))
    return Version(response["etag"].removeprefix('W/"').removesuffix('"'), at, exact)

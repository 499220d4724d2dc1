"""The demonstration's children as a client of CDS Hooks would send them, and a service that answers."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI

from marrow.demo.cohort import bundles
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.service.cds.advice import Advice
from marrow.service.cds.routes import Means, add_cds, unseen
from marrow.service.settings import Settings
from marrow.service.store.rows import Kept, Record
from marrow.service.turns import Turns

AS_OF = date(2018, 4, 13)
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
SEVERITY, ORDER = "severity", "antithymocyte-globulin"
JSON_TYPE = {"Content-Type": "application/json"}
RABBIT = {"coding": [{"system": "http://www.whocc.no/atc", "code": "L04AA04"}]}
ASPIRIN = {"coding": [{"system": "http://www.whocc.no/atc", "code": "B01AC06"}]}

Json = dict[str, Any]
_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass
class Files:
    """A store in memory. trouble: raised instead of an answer."""

    resources: dict[str, list[Json]] = field(default_factory=dict)
    concluded: dict[str, dict[str, bytes]] = field(default_factory=dict)
    trouble: Exception | None = None

    def record(self, patient: str) -> Record:
        if self.trouble is not None:
            raise self.trouble
        kept = [Kept(one["resourceType"], one["id"], _ENCODER.encode(one), 1) for one in self.resources.get(patient, ())]
        return Record(tuple(kept), (), 1)

    def conclusions(self, patient: str) -> dict[str, bytes]:
        if self.trouble is not None:
            raise self.trouble
        return self.concluded.get(patient, {})


@cache
def advice(public_url: str | None = "https://marrow.example/") -> Advice:
    pack = load_pack("lan_2021")
    return Advice(pack, evaluator(pack, "both"), public_url=public_url)


def hooks(files: Files | None = None, seen: Any = unseen, told: Advice | None = None, **settings: Any) -> FastAPI:
    """The routes of CDS Hooks alone, as of the end of the trial."""
    app = FastAPI()
    means = Means(Settings(**settings), Turns(4), AS_OF.toordinal, lambda: files, seen)
    add_cds(app, load_pack("lan_2021"), told or advice(), means)
    return app


@cache
def children() -> Mapping[str, Mapping[str, list[Json]]]:
    """The resources of each child by type."""
    found: dict[str, dict[str, list[Json]]] = {}
    for _, bundle in bundles("R4"):
        by_type: dict[str, list[Json]] = {}
        for entry in bundle["entry"]:
            by_type.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
        found[by_type["Patient"][0]["id"]] = by_type
    return found


def page(resources: list[Json], **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources], **more}


def prefetched(child: str, types: Any) -> Json:
    """What a client sends for these keys."""
    known = children()[child]
    return {
        kind: None if kind not in known else known[kind][0] if kind == "Patient" else page(known[kind], total=len(known[kind]))
        for kind in types
    }


def viewing(child: str, **more: Any) -> Json:
    """A request of `patient-view`, with all that the service asks for."""
    types = ("Observation", "MedicationAdministration", "Procedure")
    prefetch = prefetched(child, types) if child in children() else dict.fromkeys(types)
    context = {"userId": "Practitioner/example", "patientId": child}
    return {"hook": "patient-view", "hookInstance": INSTANCE, "context": context, "prefetch": prefetch, **more}


def ordering(child: str, drug: Json = RABBIT, **more: Any) -> Json:
    """A request of `order-select` for one drug."""
    order = {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": drug,
    }
    context = {
        "userId": "Practitioner/example", "patientId": child, "selections": ["MedicationRequest/m1"],
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]},
    }  # fmt: skip
    types = ("Patient", "Observation", "MedicationAdministration", "Procedure", "Condition", "Consent")
    prefetch = prefetched(child, types) if child in children() else dict.fromkeys(types)
    return {"hook": "order-select", "hookInstance": INSTANCE, "context": context, "prefetch": prefetch, **more}


def post(app: FastAPI, service: str, content: Any, **headers: str) -> httpx.Response:
    """One request; content: bytes, or what is to become JSON."""
    body = content if isinstance(content, bytes) else _ENCODER.encode(content)
    return send(app, "POST", f"/cds-services/{service}", body, {**JSON_TYPE, **headers})


def send(app: FastAPI, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> httpx.Response:
    async def sent() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.request(method, path, content=body, headers=headers)

    return asyncio.run(sent())


def cards(app: FastAPI, service: str, content: Any) -> list[Json]:
    answer = post(app, service, content)
    assert answer.status_code == 200, answer.text
    found: list[Json] = json.loads(answer.content)["cards"]
    return found


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and message of a refusal as CDS Hooks has it."""
    assert answer.headers["content-type"] == "application/json"
    said = json.loads(answer.content)
    assert list(said) == ["message"]
    return answer.status_code, said["message"]

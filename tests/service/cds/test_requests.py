"""Requests of hooks: what is none is refused in the form of CDS Hooks, and nothing in them is called, kept or logged."""

import gzip
import json
import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from engine.evaluate.both import Disagreement
from marrow.packs import load_pack
from marrow.service.cds.advice import Advice
from marrow.service.cds.origins import let_in
from marrow.service.settings import Settings, WrongSettings
from tests.service.asking import Differing
from tests.service.cds.hooking import (
    ASPIRIN,
    INSTANCE,
    ORDER,
    RABBIT,
    SEVERITY,
    Json,
    cards,
    hooks,
    ordering,
    post,
    refused,
    send,
    viewing,
)

CHILD = "msc-01"
SECRET = "Wanda-Plantagenet-73197"


def context(**more: Any) -> Json:
    return viewing(CHILD, context=viewing(CHILD)["context"] | more)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected JSON in UTF-8"),
        (b"{", "expected JSON in UTF-8"),
        (b'{"hook": "\xff"}', "expected JSON in UTF-8"),
        (b'{"more": ' + b"[" * 100_000, "expected JSON in UTF-8"),
        (b"[]", "not a request of CDS Hooks: Expected `object`, got `array`"),
        (viewing(CHILD, hook="order-select"), "hook: this service is for patient-view"),
        (viewing(CHILD, hookInstance=""), "hookInstance: expected a UUID"),
        (context(patientId="Patient/msc-01"), "context.patientId: expected the id of a Patient, without its type"),
        (context(patientId="../msc-01"), "context.patientId: expected the id of a Patient, without its type"),
        (context(patientId=None), "not a request of CDS Hooks: Expected `str`, got `null` - at `$.context.patientId`"),
        (
            {key: value for key, value in viewing(CHILD).items() if key != "hookInstance"},
            "not a request of CDS Hooks: Object missing required field `hookInstance`",
        ),
        (
            viewing(CHILD, prefetch=[SECRET]),
            "not a request of CDS Hooks: Expected `object | null`, got `array` - at `$.prefetch`",
        ),
    ],
)
def test_what_is_no_request_is_refused(content: Any, said: str) -> None:
    assert refused(post(hooks(), SEVERITY, content)) == (400, said)


@pytest.mark.parametrize("lacking", ["selections", "draftOrders"])
def test_an_order_has_to_be_there_to_be_chosen(lacking: str) -> None:
    request = ordering(CHILD)
    del request["context"][lacking]
    said = "context: expected selections, a list of Type/id, and draftOrders, a Bundle"
    assert refused(post(hooks(), ORDER, request)) == (400, said)


def test_an_unknown_service_is_not_there() -> None:
    said = "there is no such service; GET /cds-services lists them"
    assert refused(post(hooks(), "severe", viewing(CHILD))) == (404, said)
    assert refused(post(hooks(), "severe/feedback", {})) == (404, said)


def test_bodies_are_bounded_as_everywhere() -> None:
    app = hooks(max_body_bytes=100)
    assert refused(post(app, SEVERITY, viewing(CHILD)))[0] == 413
    assert refused(post(app, SEVERITY, gzip.compress(b" " * 200), **{"Content-Encoding": "gzip"}))[0] == 413
    assert refused(post(hooks(), SEVERITY, viewing(CHILD), **{"Content-Type": "text/plain"}))[0] == 415


def test_feedback_is_taken() -> None:
    feedback = {"feedback": [{"card": INSTANCE, "outcome": "accepted", "outcomeTimestamp": "2020-12-16T00:00:00Z"}]}
    answer = post(hooks(), f"{SEVERITY}/feedback", feedback)
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert refused(post(hooks(), f"{SEVERITY}/feedback", b"[]"))[0] == 400


def test_evaluators_that_disagree_tell_nobody_anything() -> None:
    told = Advice(load_pack("lan_2021"), Differing())
    with pytest.raises(Disagreement):  # which the door answers
        post(hooks(told=told), SEVERITY, viewing(CHILD))


def test_the_server_of_a_request_is_not_called_and_its_key_not_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def called(*_: Any, **__: Any) -> None:
        raise AssertionError("a server was called")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", called)
    monkeypatch.setattr("socket.create_connection", called)
    caplog.set_level(logging.DEBUG)
    access = {"access_token": SECRET, "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": SECRET}
    more = {"fhirServer": f"https://{SECRET}.example/fhir", "fhirAuthorization": access, "extension": {SECRET: SECRET}}
    request = viewing(CHILD, **more) | {"prefetch": viewing(CHILD)["prefetch"] | {SECRET: {SECRET: SECRET}}}
    app = hooks()
    plain = post(app, SEVERITY, viewing(CHILD))
    assert post(app, SEVERITY, request).content == plain.content
    bad = [
        post(app, SEVERITY, request | {"hook": SECRET}),
        post(app, SECRET, request),
        post(app, ORDER, request | {"context": SECRET}),
    ]
    lacking = post(app, SEVERITY, request | {"prefetch": {SECRET: None}})
    assert [one.status_code for one in (*bad, lacking)] == [400, 404, 400, 412]
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert [said for said in (*(one.text for one in (*bad, lacking)), *ours) if SECRET in said or CHILD in said] == []


def test_whose_data_a_request_is_about_is_told_before_it_is_answered() -> None:
    told: list[str] = []

    async def seen(request: Request, patient: str) -> None:
        told.append(f"{request.url.path} {patient}")

    app = hooks(seen=seen)
    post(app, SEVERITY, {**viewing(CHILD), "prefetch": None})
    assert told == ["/cds-services/severity Patient/msc-01"]
    post(app, SEVERITY, b"{}")
    assert len(told) == 1


# --- orders ---

MEDICATION = {"resourceType": "Medication", "id": "drug", "code": RABBIT}


def ordered(*, drug: Json | None = None, selected: str = "MedicationRequest/m1", also: Json | None = None, **order: Any) -> Json:
    """An order with its drug said in one way or another."""
    request = ordering(CHILD, drug or ASPIRIN)
    one = request["context"]["draftOrders"]["entry"][0]["resource"]
    if order:
        del one["medicationCodeableConcept"]
    one.update(order)
    request["context"]["selections"] = [selected]
    request["context"]["draftOrders"]["entry"] += [also] if also else []
    return request


@pytest.mark.parametrize(
    ("request_", "number"),
    [
        (ordered(drug=RABBIT), 2),
        (ordered(drug={"coding": [*ASPIRIN["coding"], *RABBIT["coding"]]}), 2),
        (ordered(medication={"concept": RABBIT}), 2),
        (ordered(medication={"reference": {"reference": "Medication/drug"}}, also={"resource": MEDICATION}), 2),
        (ordered(medicationReference={"reference": "#drug"}, contained=[MEDICATION]), 2),
        (
            ordered(
                medicationReference={"reference": "urn:uuid:c4a1b6a8-2f3c-4d57-9cf5-4f0d0b6a3b11"},
                also={"fullUrl": "urn:uuid:c4a1b6a8-2f3c-4d57-9cf5-4f0d0b6a3b11", "resource": MEDICATION},
            ),
            2,
        ),
        (ordered(drug=ASPIRIN), 0),
        (ordered(drug=RABBIT, selected="MedicationRequest/other"), 0),
        (ordered(drug=RABBIT, selected="m1"), 0),
        (ordered(drug={"text": "antithymocyte globulin"}), 0),
        (ordered(medicationReference={"reference": "Medication/not-sent"}), 0),
        (ordered(medicationCodeableConcept=7), 0),
        (ordered(drug=ASPIRIN) | {"prefetch": None}, 0),
    ],
)
def test_only_an_order_of_the_drug_is_answered(request_: Json, number: int) -> None:
    assert len(cards(hooks(), ORDER, request_)) == number


def test_what_is_no_bundle_of_orders_names_no_drug() -> None:
    request = ordering(CHILD)
    request["context"]["draftOrders"] = [1, "two"]
    assert cards(hooks(), ORDER, request) == []


# --- pages in a browser ---

EHR, OTHER = "https://ehr.example", "https://other.example"
ASKING = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def opened(*origins: str) -> FastAPI:
    app = hooks()
    let_in(app, Settings(cds_origins=origins))
    return app


def test_a_browser_may_ask_from_where_it_was_let_in() -> None:
    app = opened(EHR)
    before = send(app, "OPTIONS", f"/cds-services/{SEVERITY}", headers={"Origin": EHR, **ASKING})
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == EHR
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "authorization" in before.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in before.headers
    answer = post(app, SEVERITY, viewing(CHILD), Origin=EHR)
    assert answer.headers["access-control-allow-origin"] == EHR
    assert json.loads(answer.content)["cards"]


@pytest.mark.parametrize(
    ("app", "path", "origin"),
    [(opened(EHR), "/cds-services", OTHER), (opened(), "/cds-services", EHR), (opened(EHR), "/openapi.json", EHR)],
    ids=["another", "by default", "other paths"],
)
def test_nobody_else_may(app: FastAPI, path: str, origin: str) -> None:
    assert "access-control-allow-origin" not in send(app, "GET", path, headers={"Origin": origin}).headers
    assert send(app, "OPTIONS", path, headers={"Origin": origin, **ASKING}).status_code in (400, 405)


@pytest.mark.parametrize(
    "origin", ["*", "null", "ehr.example", "https://ehr.example/", "https://EHR.example", "https://a.example?b"]
)
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(WrongSettings, match="MARROW_CDS_ORIGINS"):
        opened(origin)


def test_origins_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_CDS_ORIGINS", f"{EHR}, {OTHER}")
    assert Settings().cds_origins == (EHR, OTHER)

"""CDS Hooks and the patient page as part of the whole service: who is let in, and what the door adds."""

import json

from fastapi import FastAPI

from tests.service.asking import TOKEN, ask, service

JSON_TYPE = {"Content-Type": "application/json"}
NOBODY = {
    "hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": {"patientId": "nobody"},
    "prefetch": {"Observation": None, "MedicationAdministration": None, "Procedure": None},
}  # fmt: skip
EHR = "https://ehr.example"


def test_cards_come_from_the_service(app: FastAPI) -> None:
    answer = ask(app, "POST", "/cds-services/severity", json.dumps(NOBODY), JSON_TYPE)
    assert answer.status_code == 200
    assert [card["summary"] for card in answer.json()["cards"]] == ["Severity of aplastic anaemia: nothing is on record"]
    assert answer.headers["cache-control"] == "no-store"


def test_hooks_and_pages_need_the_token() -> None:
    app = service(api_token=TOKEN)
    for method, path in (("GET", "/cds-services"), ("POST", "/cds-services/severity"), ("GET", "/patients/p1")):
        assert ask(app, method, path, b"{}", JSON_TYPE).status_code == 401
    assert ask(app, "GET", "/cds-services", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_browser_asks_first_and_without_the_token() -> None:
    app = service(api_token=TOKEN, cds_origins=[EHR])
    asking = {"Origin": EHR, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    assert ask(app, "OPTIONS", "/cds-services/severity", headers=asking).headers["access-control-allow-origin"] == EHR
    refused = ask(app, "POST", "/cds-services/severity", json.dumps(NOBODY), {**JSON_TYPE, "Origin": EHR})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, EHR)


def test_a_page_may_load_its_own_style_alone(app: FastAPI) -> None:
    answer = ask(app, "GET", "/patients/nobody")
    assert answer.status_code == 404
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert ask(app, "GET", "/static/page.css").status_code == 200

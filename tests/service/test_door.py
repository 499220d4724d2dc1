"""Who may come in, what every answer carries, and what the log says of a request."""

import logging

import pytest
from fastapi import FastAPI

from marrow.service.settings import WrongSettings, settings_of_environment
from tests.cli.calls import child, text
from tests.service.asking import EVALUATE, MARK, TOKEN, ask, evaluate, fault, logged, service

PATHS = (("GET", "/fhir/metadata"), ("GET", "/docs"), ("GET", "/openapi.json"), ("POST", EVALUATE), ("GET", f"/{MARK}"))


@pytest.fixture(scope="module")
def guarded() -> FastAPI:
    return service(api_token=TOKEN)


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "sent",
    [None, "", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer wr\xf6ng"],
    ids=["none", "empty", "bare", "basic", "scheme", "space", "longer", "shorter", "latin"],
)  # fmt: skip
def test_without_the_token_nothing_is_said(guarded: FastAPI, method: str, path: str, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent.encode("latin-1")}
    answer = ask(guarded, method, path, headers=headers)
    assert fault(answer)[:2] == (401, "login")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.text


def test_two_tokens_are_none(guarded: FastAPI) -> None:
    both = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")]
    assert ask(guarded, "GET", "/fhir/metadata", headers=both).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_with_the_token_everything_is_served(guarded: FastAPI, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert all(ask(guarded, "GET", path, headers=headers).status_code == 200 for method, path in PATHS[:3])
    assert evaluate(guarded, text(child("msc-01")), **headers).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_health_is_for_everybody(guarded: FastAPI, app: FastAPI, path: str, status: str) -> None:
    for each in (guarded, app):
        answer = ask(each, "GET", path)
        assert (answer.status_code, answer.json()["status"]) == (200, status)


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_without_a_token_this_machine_is_served(app: FastAPI, host: str) -> None:
    assert ask(app, "GET", "/fhir/metadata", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["marrow.example", "192.0.2.1:8080", "localhost.example", "", "[", "localhost@marrow.example"])
def test_a_name_that_was_made_to_lead_here_is_not_served_without_a_token(app: FastAPI, guarded: FastAPI, host: str) -> None:
    assert fault(ask(app, "GET", "/fhir/metadata", headers={"Host": host}))[:2] == (421, "security")
    headers = {"Host": host, "Authorization": f"Bearer {TOKEN}"}
    assert ask(guarded, "GET", "/fhir/metadata", headers=headers).status_code == 200


@pytest.mark.parametrize(("method", "path"), [*PATHS, ("GET", "/healthz")])
def test_every_answer_is_kept_by_nobody_and_framed_nowhere(app: FastAPI, guarded: FastAPI, method: str, path: str) -> None:
    for each in (app, guarded):
        headers = ask(each, method, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_log_has_method_route_and_status(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "marrow"):
        evaluate(app, text(child("msc-01")), "?cutoff=2018-04-13")
        ask(app, "GET", f"/Patient/{MARK}?name={MARK}", headers={"X-Request-Id": f"{MARK} 7", "User-Agent": MARK, "Cookie": MARK})
        ask(app, MARK.upper(), "/healthz")
    said = logged(caplog)
    assert [(one["event"], one["method"], one["route"], one["status"]) for one in said] == [
        ("request", "POST", "/fhir/$evaluate", 200), ("request", "GET", "?", 404), ("request", "?", "/healthz", 405),
    ]  # fmt: skip
    assert all(set(one) == {"event", "method", "route", "status", "duration_ms", "bytes", "request_id"} for one in said)
    assert MARK.lower() not in str(said).lower()


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(service(api_token=TOKEN).user_middleware)


@pytest.mark.parametrize(
    ("name", "value"), [("MARROW_MAX_BODY_BYTES", MARK), ("MARROW_MAX_BODY_BYTES", "0"), ("MARROW_MAX_WAITING", "-1")]
)
def test_a_wrong_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as told:
        settings_of_environment()
    assert str(told.value).startswith(f"{name}: ")
    assert MARK not in str(told.value)


def test_an_empty_token_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_API_TOKEN", "")
    assert settings_of_environment().api_token is None

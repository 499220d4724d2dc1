"""What is not served: a browser reads it on a page, a program as an OperationOutcome, and FHIR's paths answer everybody alike."""

import pytest
from fastapi import FastAPI

from tests.service.asking import EVALUATE, FHIR, MARK, TOKEN, ask, fault, service
from tests.service.exchanged import stalled
from tests.service.pages.reading import read

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORM = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def guarded() -> FastAPI:
    return service(api_token=TOKEN)


def title(page: str) -> str:
    return page.partition("<title>")[2].partition("</title>")[0]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("GET", "/patient", None, 404, "There is no page here"),
        ("GET", f"/patients/{MARK}/x", None, 404, "There is no page here"),
        ("GET", "/patients/p1/try", None, 405, "This cannot be done here"),
        ("POST", "/patients/p1/try", b"x" * 100_001, 413, "This is too much"),
        ("POST", "/patients/p1/try", b"a=1&" * 2001, 400, "This was not understood"),
        ("GET", "/", None, 503, "Not now"),
    ],
)
def test_a_browser_reads_it_on_a_page(app: FastAPI, method: str, path: str, body: bytes | None, status: int, says: str) -> None:
    answer = ask(app, method, path, body, FORM)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert title(answer.text).startswith(says)
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert MARK not in answer.text
    assert "MARROW_MAX_BODY_BYTES" not in read(answer.text).text
    root = "../" * (path.count("/") - 1)
    assert f"{root}static/page.css" in read(answer.text).addresses


def test_a_form_that_does_not_come_is_told_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marrow.service.body._FORM_SECONDS", 0.01)
    answer = ask(service(), "POST", "/patients/p1/try", stalled(), FORM)
    assert (answer.status_code, title(answer.text)) == (408, "It took too long – Marrow")
    assert "The form did not come in time; send it again." in answer.text


@pytest.mark.parametrize("path", ["/patients/p1/try", "/login"])
def test_a_form_that_is_too_large_is_told_to_programs_in_their_words(guarded: FastAPI, path: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert fault(ask(guarded, "POST", path, b"x" * 100_001, headers))[:2] == (413, "too-long")
    assert ask(guarded, "POST", path, b"x" * 100_001, {**headers, **FORM}).headers["content-type"].startswith("text/html")


def test_who_is_signed_in_no_more_is_led_back(guarded: FastAPI) -> None:
    answer = ask(guarded, "POST", "/patients/p1/try", b"", FORM)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert title(answer.text) == "Sign in first – Marrow"
    assert "../login?to=%2Fpatients%2Fp1" in read(answer.text).addresses[-2]


def test_a_page_that_is_asked_for_elsewhere_is_told_so(app: FastAPI) -> None:
    answer = ask(app, "GET", "/", headers={**BROWSER, "Host": "marrow.example"})
    assert (answer.status_code, title(answer.text)) == (421, "Not from here – Marrow")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/fhir/nothing", 404),
        ("GET", "/fhir/AuditEvent?x=1", 400),
        ("DELETE", "/fhir/metadata", 405),
        ("POST", EVALUATE, 415),
        ("GET", "/notifications/ehr", 405),
        ("GET", "/notifications", 404),
        ("POST", "/review/marks", 415),
        ("GET", "/static/nothing.css", 404),
    ],
)
def test_paths_of_programs_answer_in_their_words(app: FastAPI, method: str, path: str, status: int) -> None:
    assert fault(ask(app, method, path, b"" if method == "POST" else None, FORM))[0] == status


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/fhir+json", ""])
def test_who_reads_no_pages_is_told_as_a_program(app: FastAPI, accept: str) -> None:
    assert fault(ask(app, "GET", "/patient", headers={"Accept": accept}))[0] == 404


def test_a_fault_of_ours_is_told_on_a_page_without_a_word_of_it() -> None:
    app = service()

    @app.get("/patients/x/y")
    async def failing() -> None:
        raise KeyError(MARK)

    answer = ask(app, "GET", "/patients/x/y", headers=BROWSER)
    assert (answer.status_code, title(answer.text)) == (500, "Something went wrong – Marrow")
    assert MARK not in answer.text
    assert FHIR["Content-Type"] not in answer.headers["content-type"]

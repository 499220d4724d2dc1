"""Who read and wrote what is told to the audit, as valid AuditEvents, and none is lost on the way into the store."""

import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fhir.resources.R4B import get_fhir_model_class

from marrow.packs import load_pack
from marrow.service.around import put_around
from marrow.service.audit import Happening, audit_event
from marrow.service.audit_writer import AuditWriter
from marrow.service.audited import concerns
from marrow.service.faults import Refused
from marrow.service.login.routes import add_login
from marrow.service.login.session import COOKIE, Sessions
from marrow.service.metrics import Metrics
from marrow.service.settings import Settings
from marrow.service.store.rows import AuditRow
from tests.client.played import MIDNIGHT, Hours
from tests.service.asking import MARK, TOKEN, logged
from tests.service.doors import ELSEWHERE, ask_from

MARROW = {"reference": "Device/0123"}
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}", "X-Request-ID": "trace-7"}
Json = dict[str, Any]


class Book:
    """A store of audit rows that can be out of order for a while."""

    def __init__(self, faults: int = 0) -> None:
        self.rows: list[AuditRow] = []
        self.faults = faults
        self.batches: list[int] = []
        self.gate: threading.Event | None = None
        self.written, self.failed = threading.Event(), threading.Event()

    def write(self, rows: Sequence[AuditRow]) -> None:
        if self.gate is not None:
            self.gate.wait(30)
        if self.faults:
            self.faults -= 1
            self.failed.set()
            raise OSError(MARK)
        self.batches.append(len(rows))
        self.rows += rows
        self.written.set()

    @property
    def events(self) -> list[Json]:
        return [json.loads(row.body) for row in self.rows]


def writer(book: Book, **more: Any) -> AuditWriter:
    return AuditWriter(book.write, MARROW, **{"pause": 0.0, **more})


def served(book: Book, **more: Any) -> tuple[FastAPI, AuditWriter]:
    """Paths as the service has them, with the audit around them."""
    app, audit = FastAPI(), writer(book, **more)
    put_around(app, Settings(api_token=TOKEN, notification_token=TOKEN), Metrics(), audit, Hours().clock)  # type: ignore[arg-type]

    @app.post("/cds-services/{service}")
    async def hook(request: Request, service: str) -> dict[str, str]:
        await concerns(request, "Patient/p2")
        return {}

    @app.get("/fhir/Condition/gone")
    async def gone() -> None:
        raise KeyError(MARK)

    @app.get("/fhir/Condition/refused")
    async def refused() -> None:
        raise Refused(404, "no such Condition")

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def whatever(path: str) -> dict[str, str]:
        return {}

    return app, audit


HAPPENINGS = [
    Happening(MIDNIGHT, "read", "done", "api token", "192.0.2.7", "Patient/p1", "Condition/c1", "trace-7"),
    Happening(MIDNIGHT, "search-type", "refused", "client laboratory", None, "Patient/p1"),
    Happening(MIDNIGHT + 0.5, "operation", "failed", "this machine", "::1"),
    Happening(MIDNIGHT, "update", "done", None, None, "Patient/p1", "Condition/c1"),
    Happening(MIDNIGHT, "create", "done", None, None, "Patient/p1", "Patient/p1"),
    Happening(MIDNIGHT, "delete", "failed", None),
    Happening(MIDNIGHT, "login", "refused", "anybody", "192.0.2.7"),
    Happening(MIDNIGHT, "logout", "done", "person Dr Ada (1)", "192.0.2.7"),
]


@pytest.mark.parametrize("happening", HAPPENINGS, ids=lambda each: each.interaction)
def test_an_audit_event_is_valid(happening: Happening) -> None:
    event = audit_event(happening, "e1", MARROW)
    get_fhir_model_class("AuditEvent").model_validate_json(json.dumps(event))


def test_an_audit_event_says_who_what_and_whose() -> None:
    event = audit_event(HAPPENINGS[0], "e1", MARROW)
    assert (event["type"]["code"], event["subtype"][0]["code"], event["action"], event["outcome"]) == ("rest", "read", "R", "0")
    assert event["recorded"] == "2023-11-14T22:13:20.000+00:00"
    asking, asked = event["agent"]
    assert (asking["who"], asking["requestor"], asking["network"]) == (
        {"display": "api token"}, True, {"address": "192.0.2.7", "type": "2"},
    )  # fmt: skip
    assert (asked["who"], asked["requestor"], event["source"]["observer"]) == (MARROW, False, MARROW)
    assert [one["what"] for one in event["entity"]] == [
        {"reference": "Patient/p1"}, {"reference": "Condition/c1"}, {"identifier": {"value": "trace-7"}},
    ]  # fmt: skip


def test_what_marrow_does_itself_is_asked_for_by_marrow() -> None:
    (agent,) = audit_event(HAPPENINGS[3], "e1", MARROW)["agent"]
    assert (agent["who"], agent["requestor"]) == (MARROW, True)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/fhir/$evaluate", ("operation", "E", "0", None, [])),
        ("GET", "/fhir/Condition?patient=p1", ("search-type", "R", "0", "Patient/p1", ["Patient/p1"])),
        ("GET", "/fhir/Condition?subject=Patient/p1", ("search-type", "R", "0", "Patient/p1", ["Patient/p1"])),
        ("GET", "/fhir/Condition?patient=p1&patient=p2", ("search-type", "R", "0", None, [])),
        ("GET", f"/fhir/Condition?patient={MARK}%20{MARK}", ("search-type", "R", "0", None, [])),
        ("GET", "/fhir/Condition?" + "a=1&" * 60, ("search-type", "R", "0", None, [])),
        ("GET", "/fhir/Condition/c1", ("read", "R", "0", None, ["Condition/c1"])),
        ("GET", "/fhir/Condition/a%20b", ("read", "R", "0", None, [])),
        ("GET", "/fhir/Condition/refused", ("read", "R", "4", None, ["Condition/refused"])),
        ("GET", "/fhir/Condition/gone", ("read", "R", "8", None, ["Condition/gone"])),
        ("GET", "/fhir/AuditEvent", ("search-type", "R", "0", None, [])),
        ("POST", "/cds-services/lan", ("operation", "E", "0", "Patient/p2", ["Patient/p2"])),
        ("GET", "/patients/p1", ("read", "R", "0", "Patient/p1", ["Patient/p1"])),
        ("PUT", "/notifications/ehr/Observation/o1", ("operation", "E", "0", None, [])),
        ("GET", "/", ("search-type", "R", "0", None, [])),
        ("GET", "/review", ("read", "R", "0", None, [])),
        ("POST", "/review/marks", ("update", "U", "0", None, [])),
    ],
)  # fmt: skip
def test_a_request_for_a_patients_data_is_told(method: str, path: str, expected: tuple[Any, ...]) -> None:
    book = Book()
    app, audit = served(book)
    ask_from(app, method, path, **AUTHORIZED)
    audit.close()
    (row,), (event,) = book.rows, book.events
    referred = [one["what"]["reference"] for one in event["entity"] if "reference" in one["what"]]
    assert (event["subtype"][0]["code"], event["action"], event["outcome"], row.patient, referred) == expected
    assert event["agent"][0]["network"]["address"] == ELSEWHERE[0]
    assert event["entity"][-1]["what"]["identifier"]["value"] == "trace-7"
    assert row.at == MIDNIGHT
    get_fhir_model_class("AuditEvent").model_validate_json(row.body)
    assert TOKEN not in row.body.decode()
    assert MARK not in row.body.decode()


@pytest.mark.parametrize(("method", "path", "page"), [
    ("GET", "/review", "the rules of the pack"), ("POST", "/review/marks", "the marks of reviewers"),
])  # fmt: skip
def test_a_page_of_no_patient_is_told_by_its_name(method: str, path: str, page: str) -> None:
    book = Book()
    app, audit = served(book)
    ask_from(app, method, path, **AUTHORIZED)
    audit.close()
    assert book.events[0]["entity"][0]["what"] == {"display": page}


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/fhir/metadata", "/docs", "/login", "/cds-services"])
def test_what_is_of_no_patient_is_not_told(path: str) -> None:
    book = Book()
    app, audit = served(book)
    ask_from(app, "GET", path, **AUTHORIZED)
    audit.close()
    assert book.rows == []


# --- who signs in and out ---


def signing(book: Book, **settings: Any) -> tuple[FastAPI, AuditWriter]:
    """The doors for people, with the audit around them."""
    app, audit = FastAPI(), writer(book)
    made = Settings(api_token=TOKEN, session_key="k" * 32, **settings)  # type: ignore[arg-type]
    sessions = Sessions(made)
    add_login(app, made, load_pack("lan_2021"), sessions, Hours().clock.wall)
    put_around(app, made, Metrics(), audit, Hours().clock, sessions)
    return app, audit


def told(book: Book) -> list[tuple[str, str, str]]:
    """Of each event what was done, who did it, and what became of it."""
    return [(one["subtype"][0]["display"], one["agent"][0]["who"]["display"], one["outcome"]) for one in book.events]


def test_who_signs_in_and_out_is_told() -> None:
    book = Book()
    app, audit = signing(book)
    answer = ask_from(app, "POST", "/login", content=f"token={TOKEN}".encode())
    ask_from(app, "POST", "/login", content=b"token=wrong")
    ask_from(app, "POST", "/logout", cookie=answer.headers["set-cookie"].partition(";")[0])
    audit.close()
    owner = "person who has the service's token (api token)"
    assert told(book) == [("Login", owner, "0"), ("Login", "anybody", "4"), ("Logout", owner, "0")]
    assert {one["type"]["code"] for one in book.events} == {"110114"}
    assert TOKEN not in str(book.rows)


def test_who_was_not_signed_in_signs_out_untold() -> None:
    book = Book()
    app, audit = signing(book)
    ask_from(app, "POST", "/logout")
    ask_from(app, "POST", "/logout", cookie=f"{COOKIE}=made-up")
    audit.close()
    assert book.rows == []


def test_nobody_fills_the_audit_by_failing_to_sign_in() -> None:
    book = Book()
    app, audit = signing(book)
    for _ in range(50):
        assert ask_from(app, "POST", "/login", content=b"token=wrong").status_code == 403
    ask_from(app, "POST", "/login", ("192.0.2.8", 1), content=b"token=wrong")
    ask_from(app, "POST", "/login", content=f"token={TOKEN}".encode())
    audit.close()
    assert [outcome for _, _, outcome in told(book)] == ["4"] * 17 + ["0"]


def test_what_cannot_be_recorded_is_not_served() -> None:
    book = Book()
    book.gate = threading.Event()
    app, audit = served(book, most=2)
    answers = [ask_from(app, "GET", "/fhir/Condition?patient=p1", **AUTHORIZED).status_code for _ in range(3)]
    assert answers == [200, 200, 503]
    assert ask_from(app, "GET", "/fhir/metadata", **AUTHORIZED).status_code == 200
    book.gate.set()
    audit.close()
    assert len(book.rows) == 2


def noted(audit: AuditWriter, how_many: int) -> None:
    for number in range(how_many):
        audit.note(Happening(float(number), "read", "done", "api token"))


@pytest.mark.parametrize("faults", [0, 1, 5])
def test_what_was_told_is_written_in_order_whatever_the_store_does_for_a_while(faults: int) -> None:
    book = Book(faults)
    audit = writer(book)
    noted(audit, 2000)
    audit.note(Happening(2000.0, "read", "done"))
    assert book.written.wait(30)
    audit.close()
    assert [row.at for row in book.rows] == [float(number) for number in range(2001)]
    assert max(book.batches) <= 500
    assert len({event["id"] for event in book.events}) == 2001


def test_many_threads_tell_at_once() -> None:
    book = Book()
    audit = writer(book)
    threads = [threading.Thread(target=noted, args=(audit, 300)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    audit.close()
    assert len(book.rows) == 2400


def test_a_store_that_stays_away_is_told_with_a_number(caplog: pytest.LogCaptureFixture) -> None:
    book = Book(faults=1_000_000_000)
    audit = writer(book, pause=30.0)
    noted(audit, 3)
    audit.close()
    (lost,) = [one for one in logged(caplog) if one["event"] == "the audit could not be written"]
    assert lost["count"] == 3
    assert MARK not in caplog.text


def test_what_waits_when_the_service_stops_is_tried_once_more() -> None:
    book = Book(faults=1)
    audit = writer(book, pause=30.0)
    noted(audit, 1)
    assert book.failed.wait(30)
    noted(audit, 700)
    audit.close()
    assert len(book.rows) == 701


def test_an_audit_that_was_never_told_anything_closes() -> None:
    writer(Book()).close()

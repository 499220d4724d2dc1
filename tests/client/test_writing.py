"""Writing to a played server: versions, conflicts, transactions and operations are values; what is not done is said."""

import json
from collections.abc import Callable

import httpx
import pytest

from fhir_adapter.client.answer import Answer
from fhir_adapter.client.outcome import Conflict, Gone, PreconditionFailed, Removed, Stored
from fhir_adapter.client.trouble import ExchangeFailed
from tests.client.played import Json, answered, client_of, cut, done, outcome, patient, script

P1 = json.dumps(patient()).encode()
BUNDLE: Json = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [{"request": {"method": "PUT", "url": "Patient/p1"}}] * 2,
}
SENT = json.dumps(BUNDLE).encode()


@pytest.mark.parametrize(
    ("reply", "stored"),
    [
        (answered(status=201, etag='W/"1"'), Stored("1", True)),
        (answered(status=200, etag='"2"'), Stored("2", False)),
        (answered(patient(version="3"), 200), Stored("3", False)),
        (answered(status=204), Stored(None, False)),
        (answered(patient(version="no version"), 200, etag='W/"no version"'), Stored(None, False)),
    ],
)
def test_a_put_gives_the_version(reply: httpx.Response, stored: Stored) -> None:
    server = script(reply)
    assert done(client_of(server), lambda c: c.put(P1, "Patient", "p1")) == stored
    request = server.asked[0]
    assert (server.lines, request.content) == (["PUT /fhir/Patient/p1"], P1)
    assert request.headers["content-type"] == "application/fhir+json"
    assert "if-match" not in request.headers


def test_a_put_names_the_version_that_it_replaces() -> None:
    server = script(answered(status=200, etag='W/"4"'), answered(status=204, etag='W/"5"'))
    assert done(client_of(server), lambda c: c.put(P1, "Patient", "p1", "3")) == Stored("4", False)
    assert done(client_of(server), lambda c: c.delete("Patient", "p1", "4")) == Removed("5")
    assert [one.headers["if-match"] for one in server.asked] == ['W/"3"', 'W/"4"']


@pytest.mark.parametrize("version", ['3"', "3\r\nX: y", ""])
def test_only_a_version_gets_into_a_header(version: str) -> None:
    with pytest.raises(ExchangeFailed, match=r"^Patient: this is no resource type, id, version"):
        done(client_of(script()), lambda c: c.put(P1, "Patient", "p1", version))


@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b"\xff", json.dumps(patient("p2")).encode()])
def test_what_is_put_is_what_its_address_says(body: bytes) -> None:
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(script()), lambda c: c.put(body, "Patient", "p1"))
    assert raised.value.code == "bad-name"


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        (answered(outcome("conflict", "conflict"), 409), Conflict(("conflict",))),
        (answered(outcome("business-rule", "secret-name"), 412), PreconditionFailed(("business-rule",))),
        (answered(status=404), None),
        (answered(status=410), Gone()),
    ],
)
def test_what_stands_against_a_write_is_a_value(reply: httpx.Response, value: object) -> None:
    assert done(client_of(script(reply)), lambda c: c.put(P1, "Patient", "p1", "1")) == value
    assert done(client_of(script(reply)), lambda c: c.delete("Patient", "p1")) == value
    assert done(client_of(script(reply)), lambda c: c.transaction(SENT)) == value
    assert done(client_of(script(reply)), lambda c: c.operation("Patient/$match", body=b"{}")) == value


def test_a_version_that_may_be_our_own_is_told() -> None:
    server = script(httpx.ReadError("reset"), answered(status=412))
    assert done(client_of(server), lambda c: c.put(P1, "Patient", "p1", "1")) == PreconditionFailed(repeated=True)


def test_a_transaction_is_answered_entry_by_entry() -> None:
    entries = [
        {"response": {"status": "201 Created", "location": "Patient/p1/_history/1", "etag": 'W/"1"'}},
        {"response": {"status": "422", "outcome": outcome("invariant")}, "resource": patient()},
    ]
    server = script(answered({"resourceType": "Bundle", "type": "transaction-response", "entry": entries}))
    answers = done(client_of(server), lambda c: c.transaction(SENT))
    assert server.lines == ["POST /fhir"]
    assert isinstance(answers, tuple)
    assert [(one.status, one.version, one.issues) for one in answers] == [(201, "1", ()), (422, None, ("invariant",))]
    assert answers[0].location == "Patient/p1/_history/1"
    assert (answers[0].resource, json.loads(answers[1].resource or b"")) == (None, patient())


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Bundle", "type": "searchset", "entry": [{"response": {"status": "200"}}] * 2},
        {"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": {"status": "200"}}]},
        {"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": {"status": "fine"}}] * 2},
        {"resourceType": "Bundle", "type": "transaction-response", "entry": [{}, {}]},
        {"resourceType": "Patient"},
        None,
    ],
)
def test_a_transaction_that_is_not_answered_as_one_is_no_success(body: Json | None) -> None:
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(script(answered(body))), lambda c: c.transaction(SENT))
    assert raised.value.code == "not-fhir"


def test_what_is_no_bundle_is_not_sent() -> None:
    for body in (P1, b"", b'{"resourceType": "Bundle", "entry": {}}'):
        with pytest.raises(ExchangeFailed, match="POST a transaction"):
            done(client_of(script()), lambda c, sent=body: c.transaction(sent))


@pytest.mark.parametrize(
    "reply",
    [
        lambda: answered(status=503, retry_after="1"),
        lambda: answered(status=429),
        lambda: httpx.ReadTimeout("x"),
        lambda: httpx.ConnectError("x"),
        cut,
    ],
)
def test_what_is_not_idempotent_is_sent_once(reply: Callable[[], httpx.Response | Exception]) -> None:
    for call in (lambda c: c.transaction(SENT), lambda c: c.operation("$process", body=SENT)):
        server = script(reply())
        with pytest.raises(ExchangeFailed) as raised:
            done(client_of(server), call)
        assert (len(server.asked), raised.value.tries, raised.value.passing) == (1, 1, True)


def test_a_transaction_is_sent_again_where_that_is_told() -> None:
    good = answered({"type": "transaction-response", "entry": [{"response": {"status": "200 OK"}}] * 2})
    server = script(answered(status=503), httpx.ReadTimeout("x"), good)
    answers = done(client_of(server), lambda c: c.transaction(SENT, repeatable=True))
    assert isinstance(answers, tuple)
    assert len(answers) == 2
    assert {one.content for one in server.asked} == {SENT}


@pytest.mark.parametrize("reply", [cut(), answered(status=500), httpx.Response(200, text="<html>")])
def test_a_write_with_half_an_answer_is_named_and_not_repeated(reply: httpx.Response) -> None:
    server = script(reply)
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server), lambda c: c.put(P1, "Patient", "p1"))
    assert raised.value.code in ("half", "broken", "not-json")
    assert len(server.asked) == 1


def test_an_operation_is_asked_by_get_and_with_a_body_by_post() -> None:
    server = script(
        answered({"type": "history"}), answered({"x": 1}), httpx.Response(202, headers={"Content-Location": "https://x/1"})
    )
    got = done(client_of(server), lambda c: c.operation("Subscription/s1/$events", [("eventsSinceNumber", "3")]))
    assert isinstance(got, Answer)
    done(client_of(server), lambda c: c.operation("Patient/$match", body=b"{}"))
    started = done(client_of(server), lambda c: c.operation("Group/g1/$export", prefer="respond-async"))
    assert isinstance(started, Answer)
    assert (started.status, started.headers["content-location"]) == (202, "https://x/1")
    assert server.lines == [
        "GET /fhir/Subscription/s1/$events?eventsSinceNumber=3", "POST /fhir/Patient/$match", "GET /fhir/Group/g1/$export",
    ]  # fmt: skip
    assert server.asked[2].headers["prefer"] == "respond-async"


@pytest.mark.parametrize("path", ["../x", "Patient//p1", "https://evil.example/", "Patient/p 1", "Patient/p1?x=1", "$"])
def test_an_operation_is_named_as_fhir_names_it(path: str) -> None:
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(script()), lambda c: c.operation(path))
    assert raised.value.code == "bad-name"

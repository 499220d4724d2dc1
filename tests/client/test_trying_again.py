"""What is tried again, how long is waited in between, and when it is given up; for all sequences of faults too."""

import json
from collections.abc import Callable
from email.utils import formatdate

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapter.client.outcome import PreconditionFailed, Stored
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import TROUBLES, ExchangeFailed
from fhir_adapter.client.waiting import asked_pause, pause
from tests.client.played import (
    BASE,
    MIDNIGHT,
    Cut,
    Hours,
    Played,
    Reply,
    answered,
    client_of,
    cut,
    done,
    listed,
    outcome,
    patient,
    script,
    searched,
)

P1 = json.dumps(patient()).encode()
BUNDLE = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [{}]}).encode()


@pytest.mark.parametrize(
    "fault",
    [
        lambda: httpx.ConnectError("x"),
        lambda: httpx.ConnectTimeout("x"),
        lambda: httpx.ReadTimeout("x"),
        lambda: httpx.WriteTimeout("x"),
        lambda: httpx.PoolTimeout("x"),
        lambda: httpx.ReadError("x"),
        lambda: httpx.WriteError("x"),
        lambda: httpx.RemoteProtocolError("x"),
        lambda: OSError(104, "reset"),
        lambda: answered(status=429),
        lambda: answered(status=502),
        lambda: answered(status=503),
        lambda: answered(status=504),
    ],
)
def test_what_passes_is_tried_again(fault: Callable[[], Reply]) -> None:
    hours = Hours()
    reads = script(fault(), fault(), answered(patient()))
    assert done(client_of(reads, hours), lambda c: c.read("Patient", "p1"))
    assert hours.slept == [0.125, 0.25]
    writes = script(fault(), fault(), answered(status=201, etag='W/"1"'))
    assert done(client_of(writes), lambda c: c.put(P1, "Patient", "p1")) == Stored("1", True)


@pytest.mark.parametrize(
    "fault",
    [
        cut,
        lambda: answered(status=500),
        lambda: httpx.Response(200, text="<html>please log in</html>"),
        lambda: httpx.Response(200),
        lambda: httpx.Response(200, content=P1, headers={"content-length": "999"}),
        lambda: httpx.Response(200, content=P1[:-4]),
        lambda: httpx.Response(200, content=b"no gzip"),
    ],
)
def test_a_read_with_half_an_answer_is_tried_again(fault: Callable[[], Reply]) -> None:
    server = script(fault(), answered(patient()))
    assert done(client_of(server), lambda c: c.read("Patient", "p1"))
    assert len(server.asked) == 2


STATUSES = {
    300: ("odd", "redirected"), 304: ("odd", "redirected"), 400: ("", "refused"), 401: ("", "unauthorised"), 402: ("", "refused"),
    403: ("", "forbidden"), 405: ("", "unsupported"), 406: ("", "refused"), 408: ("", "refused"), 413: ("", "refused"),
    415: ("", "refused"), 418: ("", "refused"), 422: ("", "refused"), 428: ("", "refused"), 429: ("again", "overloaded"),
    500: ("read again", "broken"), 501: ("", "unsupported"), 502: ("again", "broken"), 503: ("again", "overloaded"),
    504: ("again", "broken"), 505: ("", "broken"), 507: ("", "broken"), 599: ("", "broken"),
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_meaning(status: int) -> None:
    again, code = STATUSES[status]
    for call, tries in (
        (lambda c: c.read("Patient", "p1"), 6 if "again" in again else 1),
        (lambda c: c.put(P1, "Patient", "p1"), 6 if again == "again" else 1),
        (lambda c: c.transaction(BUNDLE), 1),
    ):
        server = Played(lambda _: answered(outcome("processing", "not-a-code", said="Wanda"), status))
        with pytest.raises(ExchangeFailed) as raised:
            done(client_of(server), call)
        assert (raised.value.code, raised.value.status, len(server.asked)) == (code, status, tries)
        assert raised.value.issues == ("processing",)
        assert raised.value.passing == TROUBLES[code].passing


def test_what_went_wrong_is_told_with_whose_fault_it_is() -> None:
    server = Played(lambda _: answered(outcome("throttled"), 503, retry_after="2"))
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server, tries=3), lambda c: c.read("Patient", "p1"))
    assert str(raised.value) == (
        "GET Patient/{id}: the server is overloaded or down for a while (status 503, throttled, 3 tries); "
        "the fault is the server's; try again later"
    )
    assert (raised.value.whose, raised.value.retry_after) == ("the server's", 2.0)


def test_a_pause_is_anything_up_to_a_limit_that_doubles() -> None:
    settings = Settings(first_pause=1, longest_pause=8)
    assert [pause(n, settings, 1.0) for n in range(1, 7)] == [1, 2, 4, 8, 8, 8]
    assert [pause(n, settings, 0.25) for n in (1, 3, 900)] == [0.25, 1, 2]
    assert pause(5, settings, 0.0) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("5", 5), (" 7 ", 7), ("99999", 60), ("999999999999999", None), ("-1", None), ("1.5", None), ("soon", None),
        ("", None), (None, None), ("٣", None), (formatdate(MIDNIGHT + 9, usegmt=True), 9),
        (formatdate(MIDNIGHT - 9, usegmt=True), 0), (formatdate(MIDNIGHT + 9999, usegmt=True), 60),
        ("Wed, 99 Foo 2015 07:28:00 GMT", None), ("Tuesday, 14-Nov-23 22:13:25 GMT", 5),
    ],
)  # fmt: skip
def test_what_the_server_asks_for_is_read_in_seconds_and_as_a_date(text: str | None, seconds: float | None) -> None:
    assert asked_pause(text, Settings(), MIDNIGHT) == seconds


def test_the_server_is_given_the_time_that_it_asks_for() -> None:
    hours = Hours()
    date = formatdate(MIDNIGHT + 12, usegmt=True)
    server = script(answered(status=429, retry_after="3"), answered(status=503, retry_after=date), answered(patient()))
    assert done(client_of(server, hours, draw=0), lambda c: c.read("Patient", "p1"))
    assert hours.slept == [3, 9]


def test_what_cannot_be_waited_for_is_not_waited_for() -> None:
    hours = Hours()
    server = script(answered(status=503, retry_after="50"))
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server, hours, deadline=40), lambda c: c.read("Patient", "p1"))
    assert (raised.value.code, raised.value.retry_after, hours.slept) == ("overloaded", 50, [])


def test_no_try_takes_longer_than_what_is_left() -> None:
    hours = Hours()
    allowed: list[float] = []

    def serve(request: httpx.Request) -> Exception:
        allowed.append(request.extensions["timeout"]["read"])
        hours.passed += allowed[-1]
        return httpx.ReadTimeout("x")

    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(Played(serve), hours, draw=0, read=15, deadline=40), lambda c: c.read("Patient", "p1"))
    assert allowed == [15, 15, 10]
    assert (raised.value.code, raised.value.tries, hours.passed) == ("timeout", 3, 40)


def test_a_body_that_is_too_large_is_not_read() -> None:
    announced = httpx.Response(200, headers={"content-length": "5000"}, content=b"x" * 5000)
    streamed = httpx.Response(200, content=b"x" * 5000)
    del streamed.headers["content-length"]
    never = httpx.Response(200, headers={"content-length": "5000"}, stream=Cut())
    for reply in (announced, streamed, never):
        with pytest.raises(ExchangeFailed) as raised:
            done(client_of(script(reply), largest_body=4999), lambda c: c.read("Patient", "p1"))
        assert raised.value.code == "too-large"


@pytest.mark.parametrize("name", ["connect", "deadline", "tries", "first_pause", "largest_body", "most_pages"])
def test_settings_are_positive(name: str) -> None:
    for number in (0, -1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match=rf"^settings of the FHIR client: {name}: expected a positive number$"):
            Settings(**{name: number})


class Faulty:
    """A server that keeps one Patient and obeys a list of faults, then serves well. seen: the versions that were applied."""

    def __init__(self, faults: list[str], hours: Hours) -> None:
        self.faults, self.hours = iter(faults), hours
        self.version, self.content, self.applied, self.sent = 1, b"{}", 0, 0

    def __call__(self, request: httpx.Request) -> Reply:
        self.sent += 1
        fault = next(self.faults, "none")
        limit = request.extensions["timeout"]["read"]
        name, _, more = fault.partition(" ")
        match name:
            case "unreachable":
                return httpx.ConnectError("x")
            case "late":
                self.hours.passed += limit
                return httpx.ReadTimeout("x")
            case "slow" if float(more) >= limit:
                self.hours.passed += limit
                return httpx.ReadTimeout("x")
            case "slow":
                self.hours.passed += float(more)
            case "status":
                return answered(outcome("transient"), int(more), retry_after="7" if more == "503" else "x")
            case "moved":
                return answered(status=307, location=f"{BASE}/{request.url.path.partition('/fhir/')[2]}")
        good = self.serve(request)
        match name:
            case "lost":
                self.hours.passed += limit
                return httpx.ReadTimeout("x")
            case "reset":
                return httpx.RemoteProtocolError("x")
            case "half":
                return cut(good.status_code)
            case "garbage":
                return httpx.Response(200, text="<html>")
        return good

    def serve(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            asked = request.headers.get("if-match")
            if asked is not None and asked != f'W/"{self.version}"':
                return answered(outcome("conflict"), 412)
            self.applied += request.content != self.content
            self.version += request.content != self.content
            self.content = request.content
            return answered(status=200, etag=f'W/"{self.version}"')
        if request.method == "POST":
            self.applied += 1
            return answered({"type": "transaction-response", "entry": [{"response": {"status": "200"}}]})
        return answered(patient() if request.url.path.endswith("p1") else searched([patient()]))


FAULTS = st.lists(
    st.sampled_from(
        ["unreachable", "late", "lost", "reset", "half", "garbage", "moved", "slow 1", "slow 25", "slow 70", "none"]
        + [f"status {n}" for n in (400, 401, 404, 409, 412, 429, 500, 502, 503, 504)]
    ),
    max_size=12,
)
CALLS = {
    "read": lambda c: c.read("Patient", "p1"),
    "search": lambda c: listed(c.search("Patient", [])),
    "put": lambda c: c.put(P1, "Patient", "p1"),
    "put that version": lambda c: c.put(P1, "Patient", "p1", "1"),
    "transaction": lambda c: c.transaction(BUNDLE),
}


@given(faults=FAULTS, call=st.sampled_from([*CALLS]), draw=st.floats(0, 1))
def test_any_faults_end_in_time_and_nothing_is_done_twice(faults: list[str], call: str, draw: float) -> None:
    hours = Hours()
    server = Faulty(faults, hours)
    try:
        stored, tries = done(client_of(Played(server), hours, draw=draw, deadline=90), CALLS[call]), 0
    except ExchangeFailed as failed:
        stored, tries = None, failed.tries
    assert tries <= 6
    assert server.sent <= 6 * 5
    assert hours.passed <= 90
    assert server.applied <= 1
    if isinstance(stored, Stored):
        assert (server.applied, server.content, stored.version) == (1, P1, "2")
    if isinstance(stored, PreconditionFailed) and server.applied:
        assert stored.repeated
    if call == "transaction":
        assert server.sent <= 5  # one try, and redirects that keep the method

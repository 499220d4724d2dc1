"""Reading from a played server: one resource, searches over pages, a whole patient, a sweep of what changed."""

import asyncio
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.outcome import Gone
from fhir_adapter.client.trouble import ExchangeFailed
from tests.client.played import BASE, Json, Played, answered, client_of, done, listed, outcome, patient, script, searched


def test_a_resource_is_read_as_the_bytes_it_is() -> None:
    server = script(httpx.Response(200, content=b'{"resourceType":"Patient",  "id":"p1", "n": 0.50}'))
    assert done(client_of(server), lambda c: c.read("Patient", "p1")) == b'{"resourceType":"Patient",  "id":"p1", "n": 0.50}'
    assert server.lines == ["GET /fhir/Patient/p1"]
    assert server.asked[0].headers["accept"] == "application/fhir+json"


def test_what_is_not_there_is_a_value() -> None:
    assert done(client_of(script(answered(outcome("not-found"), 404))), lambda c: c.read("Patient", "p1")) is None
    gone = client_of(script(answered(outcome("deleted"), 410, etag='W/"7"')))
    assert done(gone, lambda c: c.read("Patient", "p1")) == Gone("7")


@pytest.mark.parametrize("body", [patient("p2"), {"resourceType": "Observation", "id": "p1"}, {"html": 1}])
def test_another_resource_than_the_one_asked_for_is_none(body: Json) -> None:
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(script(answered(body))), lambda c: c.read("Patient", "p1"))
    assert raised.value.code == "not-fhir"
    assert str(raised.value) == (
        "GET Patient/{id}: the answer is not what was asked for (status 200); the fault is the server's; "
        "check that the address is that of a FHIR server"
    )


@pytest.mark.parametrize(
    ("kind", "identity"),
    [("Patient", ".."), ("Patient", "a/b"), ("Patient", ""), ("Patient", "a" * 65), ("Patient", "p1?x=1"), ("../admin", "1")],
)
def test_only_names_of_fhir_get_into_a_path(kind: str, identity: str) -> None:
    server = script()
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server), lambda c: c.read(kind, identity))
    assert (raised.value.code, raised.value.whose, server.asked) == ("bad-name", "ours", [])


def test_a_search_goes_over_all_pages() -> None:
    about = {"resource": outcome("informational"), "search": {"mode": "outcome"}}
    pages = {
        "/fhir/Observation?code=1&_count=200": searched([{"id": "a"}, {"id": "b"}], f"{BASE}?_getpages=x&_offset=2"),
        "/fhir?_getpages=x&_offset=2": searched([], "Observation?page=3", about, {"fullUrl": "urn:x"}),
        "/Observation?page=3": searched([{"id": "c"}]),
    }
    server = Played(lambda request: answered(pages[request.url.raw_path.decode()]))
    assert done(client_of(server), lambda c: listed(c.search("Observation", [("code", "1")]))) == [
        {"id": "a"}, {"id": "b"}, {"id": "c"},
    ]  # fmt: skip
    assert len(server.asked) == 3


def test_a_search_keeps_the_count_that_it_is_given() -> None:
    server = script(answered(searched([])))
    assert done(client_of(server), lambda c: listed(c.search("Patient", [("_count", "7"), ("name", "ä&b")]))) == []
    assert server.lines == ["GET /fhir/Patient?_count=7&name=%C3%A4%26b"]


FAULTY_PAGES = {
    "next-elsewhere": [answered(searched([patient()], "https://other.example/fhir?page=2"))],
    "next-again": [answered(searched([patient()], f"{BASE}/b")), answered(searched([patient()], f"{BASE}/Patient?_count=200"))],
    "too-many-pages": [answered(searched([patient()], f"{BASE}/{n}")) for n in range(5)],
    "page-expired": [answered(searched([patient()], f"{BASE}/b")), answered(outcome("deleted"), 410)],
    "unsupported": [answered(outcome("not-supported"), 404)],
    "not-fhir": [answered(patient())],
}


@pytest.mark.parametrize("code", FAULTY_PAGES)
def test_a_search_that_does_not_come_to_its_end_says_so(code: str) -> None:
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(script(*FAULTY_PAGES[code]), most_pages=5), lambda c: listed(c.search("Patient", [])))
    assert raised.value.code == code
    assert raised.value.route == "GET Patient?_count"


@pytest.mark.parametrize(
    "link",
    [
        "http://ehr.example/fhir?p=2",
        "https://ehr.example:444/fhir",
        "//evil.example/",
        "https://ehr.example@evil.example/",
        "ftp://x/",
        "https://[x",
    ],
)
def test_the_next_page_is_on_the_same_host(link: str) -> None:
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(script(answered(searched([], link)))), lambda c: listed(c.search("Patient", [])))
    assert raised.value.code == "next-elsewhere"


def test_a_page_that_fails_for_a_while_is_asked_for_again() -> None:
    server = script(answered(searched([{"id": "a"}], f"{BASE}/2")), answered(status=503), answered(searched([{"id": "b"}])))
    assert done(client_of(server), lambda c: listed(c.search("Patient", []))) == [{"id": "a"}, {"id": "b"}]


def test_everything_is_asked_for_where_it_is_offered() -> None:
    server = script(answered(searched([patient()], f"{BASE}?page=2")), answered(searched([{"id": "o1"}])))
    assert done(client_of(server), lambda c: listed(c.everything("p1"))) == [patient(), {"id": "o1"}]
    assert server.lines == ["GET /fhir/Patient/p1/$everything?_count=200", "GET /fhir?page=2"]


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_everything_is_searched_for_where_it_is_not_offered(status: int) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        match request.url.path.split("/")[2:]:
            case ["Patient", "p1"]:
                return answered(patient())
            case ["Patient", "p1", "$everything"]:
                return answered(outcome("not-supported"), status)
            case ["ResearchSubject"]:
                return answered(outcome("not-supported"), 404)
            case [kind]:
                return answered(searched([{"resourceType": kind}]))
        raise AssertionError

    server = Played(serve)
    found = done(client_of(server), lambda c: listed(c.everything("p1")))
    assert [one["resourceType"] for one in found] == [
        "Patient", "Observation", "MedicationAdministration", "Procedure", "Condition", "AdverseEvent", "Consent", "Encounter",
        "DiagnosticReport", "Immunization", "Specimen",
    ]  # fmt: skip
    assert "GET /fhir/AdverseEvent?subject=Patient%2Fp1&_count=200" in server.lines


def test_everything_of_nobody_is_nothing() -> None:
    for status in (404, 410):
        server = Played(lambda _, status=status: answered(outcome("not-found"), status))
        assert done(client_of(server), lambda c: listed(c.everything("p1"))) == []


@pytest.mark.parametrize(
    "replies",
    [
        [answered(status=403)],
        [answered(searched([patient()], f"{BASE}/2")), answered(status=404)],
        [answered(searched([], f"{BASE}/2")), answered(status=404)],
    ],
)
def test_everything_that_begins_or_is_forbidden_is_not_searched_for(replies: list[httpx.Response]) -> None:
    server = script(*replies)
    with pytest.raises(ExchangeFailed):
        done(client_of(server), lambda c: listed(c.everything("p1")))


def test_a_sweep_asks_for_what_changed_at_or_after_an_instant() -> None:
    server = script(answered(searched([{"id": "a"}])))
    since = datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    call = lambda c: listed(c.history_since("Observation", since, timedelta(minutes=5)))  # noqa: E731
    assert done(client_of(server), call) == [{"id": "a"}]
    assert server.asked[0].url.params["_lastUpdated"] == "gt2026-03-01T07:54:59.999Z"
    assert server.asked[0].url.params["_sort"] == "_lastUpdated"


def test_a_sweep_begins_at_an_instant_with_its_zone() -> None:
    async def sweep(client: FhirClient) -> list[Json]:
        return await listed(client.history_since("Observation", datetime(2026, 3, 1)))  # noqa: DTZ001

    with pytest.raises(ValueError, match="with its zone"):
        done(client_of(script()), sweep)


def test_what_the_server_can_do_is_read() -> None:
    server = script(answered({"resourceType": "CapabilityStatement"}))
    assert done(client_of(server), lambda c: c.capability()) == b'{"resourceType": "CapabilityStatement"}'
    assert server.lines == ["GET /fhir/metadata"]


def test_reads_go_on_side_by_side() -> None:
    server = Played(lambda request: answered(patient(request.url.path.rsplit("/", 1)[1])))

    async def many(client: FhirClient) -> list[bytes | Gone | None]:
        return await asyncio.gather(*(client.read("Patient", f"p{n}") for n in range(60)))

    assert len({bytes(one) for one in done(client_of(server), many) if isinstance(one, bytes)}) == 60

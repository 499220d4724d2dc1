"""Where the client lets itself be led: to allowed hosts only, and with its credentials only to the server itself."""

import httpx
import pytest

from fhir_adapter.client.address import route_of
from fhir_adapter.client.answer import Answer
from fhir_adapter.client.auth import NO_AUTH, bearer
from fhir_adapter.client.backend import BackendServices
from fhir_adapter.client.exchange import Errand
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.keys import signing_key
from fhir_adapter.client.outcome import Gone
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import ExchangeFailed
from tests.client.key_texts import ec_key, pem
from tests.client.played import BASE, TOKEN, Hours, Played, answered, client_of, done, patient, script

ALLOWED = frozenset({"Lab.example", "10.0.0.7:8443"})


def led(url: str, server: Played) -> object:
    return done(client_of(server, allowed_hosts=ALLOWED), lambda c: c.fetch(url))


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        (f"{BASE}/Observation/1", True),
        ("https://EHR.example:443/other/Observation/1", True),
        ("https://lab.example/fhir/Observation/1", False),
        ("https://LAB.EXAMPLE./x", False),
        ("https://10.0.0.7:8443/x", False),
    ],
)
def test_allowed_hosts_are_asked_and_only_the_server_sees_credentials(url: str, trusted: bool) -> None:
    server = script(answered(patient()))
    assert isinstance(led(url, server), bytes)
    assert server.asked[0].headers.get("authorization") == (f"Bearer {TOKEN}" if trusted else None)


def test_no_token_is_asked_for_on_behalf_of_another_host() -> None:
    server = script(answered(status=401))
    auth = BackendServices("marrow", signing_key(pem(ec_key())), "system/*.rs")
    with pytest.raises(ExchangeFailed, match="does not accept our credentials"):
        done(client_of(server, auth=auth, allowed_hosts=ALLOWED), lambda c: c.fetch("https://lab.example/x"))
    assert server.lines == ["GET /x"]


def test_credentials_stay_with_the_server_whoever_carries_them() -> None:
    server = script(answered(patient()), answered(patient()))

    async def carry(c: FhirClient) -> None:
        for url in ("https://lab.example/x", f"{BASE}/x"):
            await c._courier.carry(Errand("GET", url, "GET x"), "read", bearer(TOKEN))

    done(client_of(server), carry)
    assert [one.headers.get("authorization") for one in server.asked] == [None, f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://evil.example/fhir/Observation/1", "host-not-allowed"),
        ("https://lab.example:8443/x", "host-not-allowed"),
        ("https://10.0.0.7/x", "host-not-allowed"),
        ("https://lab.example.evil.example/x", "host-not-allowed"),
        ("https://169.254.169.254/latest/meta-data", "host-not-allowed"),
        ("https://[::1]/x", "host-not-allowed"),
        ("http://ehr.example/fhir/Observation/1", "address"),
        ("http://lab.example/x", "address"),
        ("https://user:word@lab.example/x", "address"),
        ("https://lab.example@evil.example/x", "address"),
        ("https://lab.example\\@evil.example/x", "address"),
        ("https://evil.example\\.lab.example/x", "host-not-allowed"),
        ("https://lab.example/x#y", "address"),
        ("https://lab.example:99999/x", "address"),
        ("https://lab.example/ x", "address"),
        ("https://lab.example/\r\nx", "address"),
        ("https://lab.exämple/x", "address"),
        ("file:///etc/passwd", "address"),
        ("gopher://lab.example/x", "address"),
        ("//lab.example/x", "address"),
        ("Observation/1", "address"),
        ("https://", "address"),
        ("https://[x", "address"),
        ("", "address"),
    ],
)
def test_other_addresses_are_not_asked(url: str, code: str) -> None:
    server = script()
    with pytest.raises(ExchangeFailed) as raised:
        led(url, server)
    assert (raised.value.code, raised.value.whose, server.asked) == (code, "the sender's", [])
    assert not url or url not in str(raised.value)


def test_without_encryption_only_what_is_spoken_to_so_anyway() -> None:
    hours = Hours()
    server = Played(lambda _: answered(patient()))
    plain = FhirClient("http://localhost:8080/fhir", NO_AUTH, Settings(allowed_hosts=ALLOWED), server, clock=hours.clock)
    assert done(plain, lambda c: c.fetch("http://lab.example/Patient/p1"))
    assert [str(one.url) for one in server.asked] == ["http://lab.example/Patient/p1"]


def test_what_is_not_there_is_a_value() -> None:
    assert led("https://lab.example/x", script(answered(status=404))) is None
    assert led("https://lab.example/x", script(answered(status=410))) == Gone()


def test_an_asynchronous_request_is_followed_and_ended() -> None:
    running = httpx.Response(202, text="in progress", headers={"X-Progress": "1 of 3", "Retry-After": "5"})
    server = script(running, answered({"output": []}), httpx.Response(202))
    client = client_of(server)

    async def play(c: FhirClient) -> list[Answer | Gone | None]:
        return [await c.ask(f"{BASE}/poll/1"), await c.ask(f"{BASE}/poll/1"), await c.ask(f"{BASE}/poll/1", "DELETE")]

    first, second, third = done(client, play)
    assert isinstance(first, Answer)
    assert (first.status, first.headers["retry-after"], first.headers["x-progress"]) == (202, "5", "1 of 3")
    assert isinstance(second, Answer) and second.body == b'{"output": []}'
    assert isinstance(third, Answer) and third.status == 202


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_read_is_led_on_within_the_host(status: int) -> None:
    server = script(answered(status=status, location="/moved/Patient/p1"), answered(patient()))
    assert done(client_of(server), lambda c: c.read("Patient", "p1"))
    assert server.lines == ["GET /fhir/Patient/p1", "GET /moved/Patient/p1"]
    assert server.asked[1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "location", ["https://evil.example/", "http://ehr.example/x", "https://ehr.example:8443/x", "", "https://[x"]
)
def test_nothing_is_led_to_another_host(location: str) -> None:
    server = script(answered(status=302, location=location))
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server), lambda c: c.read("Patient", "p1"))
    assert (raised.value.code, raised.value.whose, len(server.asked)) == ("redirected", "the server's", 1)


def test_redirects_come_to_an_end() -> None:
    server = Played(lambda _: answered(status=307, location="/fhir/Patient/p1"))
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server, most_redirects=3), lambda c: c.read("Patient", "p1"))
    assert (raised.value.code, len(server.asked)) == ("redirected", 4)


def test_a_write_is_led_on_only_where_it_stays_one() -> None:
    body = b'{"resourceType": "Patient", "id": "p1"}'
    kept = script(answered(status=308, location="/moved"), answered(status=200, etag='W/"1"'))
    assert done(client_of(kept), lambda c: c.put(body, "Patient", "p1"))
    assert [(one.method, one.content) for one in kept.asked] == [("PUT", body)] * 2
    lost = script(answered(status=302, location="/moved"))
    with pytest.raises(ExchangeFailed, match="redirects to another host"):
        done(client_of(lost), lambda c: c.put(body, "Patient", "p1"))


def test_cookies_are_not_kept() -> None:
    server = script(answered(patient(), set_cookie="session=1; Path=/"), answered(patient()))

    async def twice(c: FhirClient) -> None:
        await c.read("Patient", "p1")
        await c.read("Patient", "p1")

    done(client_of(server), twice)
    assert "cookie" not in server.asked[1].headers


@pytest.mark.parametrize(
    "base", ["ehr.example", "ftp://ehr.example", "https://u:p@ehr.example", "https://ehr.example/?x=1", "", "https://e/#f"]
)
def test_the_address_of_the_server_is_one(base: str) -> None:
    with pytest.raises(ValueError, match=r"^the address of the FHIR server: expected https://host/path") as raised:
        FhirClient(base, NO_AUTH, Settings(), script(), clock=Hours().clock)
    assert "u:p" not in str(raised.value)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("Patient/p1/$everything?x=1", "Patient/{id}/$everything"), ("Patient/p1/_history/2", "Patient/{id}/_history/{id}"),
        ("metadata", "metadata"), ("wanda/Wanda", "{id}/{id}"), ("", ""),
    ],
)  # fmt: skip
def test_a_route_names_nobody(path: str, route: str) -> None:
    assert route_of(path) == route

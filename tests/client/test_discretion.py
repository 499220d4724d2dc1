"""No patient, no address and no secret in what is said: markers are planted wherever a server or a caller can put them."""

import json
import logging
import traceback
from collections.abc import Callable

import httpx
import pytest

from fhir_adapter.client.auth import basic, bearer
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.trouble import TROUBLES, ExchangeFailed
from tests.client.played import BASE, Reply, answered, client_of, cut, done, listed, outcome, patient, script, searched

MARK = "wanda-7319"
SECRET = "hush-4242"
ABOUT = json.dumps(patient(MARK)).encode()
BUNDLE = json.dumps({"resourceType": "Bundle", "entry": [{"fullUrl": MARK}]}).encode()
SAID = outcome("invalid", MARK, said=f"{MARK} has {MARK}") | {"id": MARK}

CALLS: dict[str, Callable[[FhirClient], object]] = {
    "read": lambda c: c.read("Patient", MARK),
    "search": lambda c: listed(c.search("Observation", [("patient", MARK), ("name", MARK)])),
    "everything": lambda c: listed(c.everything(MARK)),
    "put": lambda c: c.put(ABOUT, "Patient", MARK, MARK),
    "put elsewhere": lambda c: c.put(BUNDLE, "Patient", MARK),
    "delete": lambda c: c.delete("Patient", MARK),
    "transaction": lambda c: c.transaction(BUNDLE),
    "operation": lambda c: c.operation(f"Patient/{MARK}/$match", [("x", MARK)], body=ABOUT),
    "fetch": lambda c: c.fetch(f"{BASE}/Observation?patient={MARK}"),
    "fetch elsewhere": lambda c: c.fetch(f"https://{MARK}.example/Patient/{MARK}"),
    "a bad id": lambda c: c.read("Patient", f"{MARK}/../x"),
    "a bad type": lambda c: c.read(MARK, "1"),
    "a bad version": lambda c: c.put(ABOUT, "Patient", MARK, f'"{MARK}'),
}
REPLIES: dict[str, Callable[[], Reply]] = {
    "a complaint": lambda: answered(SAID, 422, location=f"{BASE}/{MARK}", etag=f'W/"{MARK}"'),
    "no token": lambda: answered(SAID, 401, www_authenticate=MARK),
    "overload": lambda: answered(SAID, 503, retry_after=MARK),
    "another resource": lambda: answered(patient(f"{MARK}-2") | {"entry": MARK}),
    "no FHIR": lambda: httpx.Response(200, text=f"<p>{MARK}</p>"),
    "half": cut,
    "a redirect": lambda: answered(status=302, location=f"https://{MARK}.example/{MARK}"),
    "a page elsewhere": lambda: answered(searched([], f"https://{MARK}.example/{MARK}")),
    "the same page": lambda: answered(searched([], f"{BASE}/Observation?patient={MARK}&name={MARK}&_count=200")),
    "a cut": lambda: httpx.ReadError(MARK),
    "a bad length": lambda: httpx.Response(200, content=ABOUT, headers={"content-length": MARK}),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("reply", REPLIES)
def test_nothing_is_said_of_a_patient(call: str, reply: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    auth = bearer(SECRET) if reply < "b" else basic(SECRET, SECRET)
    server = script(*(REPLIES[reply]() for _ in range(20)))
    client = client_of(server, auth=auth)
    said = [repr(client), repr(auth)]
    try:
        found = done(client, CALLS[call])
        said += [] if isinstance(found, bytes | list) else [repr(found)]  # resources are what was asked for
    except ExchangeFailed as failed:
        said += [str(failed), repr(failed), *traceback.format_exception(failed), *failed.issues, failed.route]
        said += [] if failed.__context__ is None else [MARK]
    said += [record.getMessage() for record in caplog.records if not record.name.startswith(("asyncio", "hypothesis"))]
    assert [line for line in said if MARK in line.lower() or SECRET in line] == []


def test_requests_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    done(client_of(script(answered(patient()))), lambda c: c.read("Patient", "p1"))
    assert [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))] == []


def test_every_kind_of_trouble_says_whose_it_is_and_what_to_do() -> None:
    for code in TROUBLES:
        text = str(ExchangeFailed(code, "GET Patient/{id}", status=500, issues=("exception",), tries=2))
        assert text.startswith("GET Patient/{id}: ")
        assert "(status 500, exception, 2 tries); the fault is " in text
        assert text.count("; ") >= 2
    assert str(ExchangeFailed("address", "x")) == (
        "x: this is not an address that is asked; the fault is the sender's; expected https, a host, no user and no fragment"
    )

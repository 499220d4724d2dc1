"""Each fault of the FHIR server by itself: what is seen while it lasts, and that all is as it should be when it is over."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fhir_adapter.client.auth import bearer
from fhir_adapter.client.backend import BackendServices
from fhir_adapter.client.keys import signing_key
from tests.client.key_texts import ec_key, jwk
from tests.fhir_server.running import Fault, Json
from tests.service.faults.ward import NOWHERE, Ward, all_is_well, value
from tests.service.work.children import child

pytestmark = pytest.mark.needs("node")

SEVERITY = "very-severe-aplastic-anaemia"


def our_severity(ward: Ward) -> Json:
    (found,) = [one for one in ward.server.conditions("msc-01") if SEVERITY in json.dumps(one.get("code"))]
    return found


def test_down(ward: Ward) -> None:
    ward.base = NOWHERE
    assert ward.write(value()).status_code == 200
    ward.work()
    assert ward.status()["parked_by_reason"] == {"fhir-unreachable": 1}
    assert ward.write(value(identity="told-meanwhile")).status_code == 200
    ward.work()
    assert ward.served() == {}
    ward.base = ward.server.base
    ward.later(3600)
    ward.work()
    all_is_well(ward)


def test_slow(ward: Ward) -> None:
    ward.server.faults({"seconds": 0.05})
    ward.write(value())
    ward.work()
    all_is_well(ward)


def test_too_slow(ward: Ward) -> None:
    ward.patience = 0.05
    ward.server.faults({"seconds": 3, "path": "^/Patient"})
    ward.write(value())
    ward.work()
    assert ward.status()["parked_by_reason"] == {"fhir-timeout": 1}
    ward.server.heal()
    ward.patience = 60
    ward.later(3600)
    ward.work()
    all_is_well(ward)


@pytest.mark.parametrize("status", [409, 412])
def test_409_and_412_for_all_that_is_put(ward: Ward, status: int) -> None:
    ward.server.faults({"method": "PUT", "path": "^/Condition", "status": status})
    ward.write(value())
    ward.work()
    found = ward.status()
    assert found["parked_by_reason"] == {"not-delivered": 1}
    assert found["refused_statements"] == {"conflict": found["undelivered"]}
    assert ward.server.conditions("msc-01") == [one for one in ward.server.conditions("msc-01") if "identifier" not in one]
    assert ward.served(), "the other statements are delivered all the same"
    ward.server.heal()
    ward.later(3600)
    ward.work()
    all_is_well(ward)


def test_409_once(ward: Ward) -> None:
    ward.server.faults({"method": "PUT", "path": "^/Condition", "status": 409, "times": 1})
    ward.write(value())
    ward.work()
    all_is_well(ward)


def test_412_since_somebody_edited_our_condition(ward: Ward) -> None:
    ward.write(value())
    ward.work()
    ours = our_severity(ward)
    edited = ward.server.put(ours | {"code": {"text": "edited by hand"}})
    found = next(one for one in child("msc-01") if one["id"] == "msc-01-anc-baseline")
    ward.write(found | {"status": "amended", "valueQuantity": found["valueQuantity"] | {"value": 0.4}})
    ward.work()
    all_is_well(ward)
    versions = [entry["resource"]["meta"]["versionId"] for entry in ward.server.history("Condition", ours["id"])]
    assert versions[1:] == [edited["meta"]["versionId"], ours["meta"]["versionId"]], (
        "ours is put over it, and the server keeps it"
    )


def test_429_waits_as_long_as_it_is_asked_to(ward: Ward) -> None:
    ward.server.faults({"status": 429, "retry_after": 7, "times": 1})
    ward.write(value())
    ward.work()
    assert ward.slept == [7]
    all_is_well(ward)


def test_429_again_and_again(ward: Ward) -> None:
    ward.server.faults({"status": 429, "retry_after": 7})
    ward.write(value())
    ward.work()
    assert ward.status()["parked_by_reason"] == {"fhir-overloaded": 1}
    ward.server.heal()
    ward.work()
    assert ward.status()["parked"] == 1, "it is not tried again before its time"
    ward.later(3600)
    ward.work()
    all_is_well(ward)


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"cut": True}, {"reset": True}])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_500_503_half_a_response_and_a_reset(ward: Ward, method: str, fault: Fault) -> None:
    ward.server.faults({**fault, "method": method})
    ward.write(value())
    ward.work()
    assert ward.status()["parked"] == 1
    ward.server.heal()
    ward.later(3600)
    ward.work()
    all_is_well(ward)


@pytest.mark.parametrize("fault", [{"status": 500, "after": True}, {"cut": True}, {"reset": True, "after": True}])
def test_what_was_stored_and_answered_wrongly_is_not_stored_again(ward: Ward, fault: Fault) -> None:
    ward.server.faults({**fault, "method": "PUT", "path": "^/Condition", "times": 3})
    ward.write(value())
    for _ in range(4):
        ward.work()
        ward.later(3600)
    all_is_well(ward)
    assert len(ward.server.history("Condition", our_severity(ward)["id"])) <= 3, "the client's own tries in one call"


def test_a_token_that_is_not_accepted_any_more(ward: Ward) -> None:
    ward.auth = bearer("old")
    ward.server.require("new")
    ward.write(value())
    ward.work()
    assert ward.status()["parked_by_reason"] == {"fhir-unauthorised": 1}
    ward.auth = bearer("new")
    ward.later(3600)
    ward.work()
    all_is_well(ward)


@contextmanager
def giving_tokens(*tokens: str) -> Iterator[str]:
    """An authorization server's token endpoint that gives these, one after the other; its address."""
    left = [*tokens]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps({"access_token": left.pop(0), "token_type": "bearer", "expires_in": 3600}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/token"
        http.shutdown()


def test_an_expired_token_is_renewed_and_nobody_is_parked(ward: Ward) -> None:
    with giving_tokens("first", "second") as url:
        ward.auth = BackendServices("marrow", signing_key(jwk(ec_key())), "system/*.rs", url)
        ward.server.require("second")  # the first has expired by the time that it is shown
        ward.write(value())
        ward.work()
    all_is_well(ward)

"""What tests can do to the server: faults, tokens, loading, dumps, and that it ends with who started it."""

import json
import socket
import subprocess
import sys
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.fhir_server.filed import OWN, condition, observation, patient
from tests.fhir_server.running import FhirServer

pytestmark = pytest.mark.needs("node")

ROOT = Path(__file__).resolve().parents[2]


def statuses(server: FhirServer, method: str, path: str, times: int) -> list[int]:
    return [server.ask(method, f"/fhir/{path}")[0] for _ in range(times)]


# Faults


def test_so_many_requests_of_one_kind_meet_a_fault(server: FhirServer) -> None:
    server.put(condition())
    server.put(patient())
    server.faults({"method": "GET", "path": "^/Condition/", "times": 2, "status": 503})
    assert statuses(server, "GET", "Patient/p1", 1) == [200]
    assert server.ask("PUT", "/fhir/Condition/c1", condition())[0] == 200
    assert statuses(server, "GET", "Condition/c1", 3) == [503, 503, 200]


@pytest.mark.parametrize("status", [401, 409, 412, 429, 500, 503])
def test_a_fault_says_no_more_than_its_status(server: FhirServer, status: int) -> None:
    server.faults({"times": 1, "status": status, "retry_after": 7})
    told, headers, body = server.ask("PUT", "/fhir/Patient/p1", patient())
    assert (told, headers["retry-after"]) == (status, "7")
    assert json.loads(body)["resourceType"] == "OperationOutcome"
    assert ("www-authenticate" in headers) == (status == 401)
    assert server.read("Patient", "p1") is None


def test_a_request_can_take_effect_and_fail_all_the_same(server: FhirServer) -> None:
    server.faults({"times": 1, "status": 500, "after": True})
    assert server.ask("PUT", "/fhir/Patient/p1", patient())[0] == 500
    assert server.read("Patient", "p1") is not None


def test_half_an_answer_comes_after_the_effect(server: FhirServer) -> None:
    server.faults({"times": 1, "cut": True})
    with pytest.raises(IncompleteRead) as caught:
        server.ask("PUT", "/fhir/Patient/p1", patient())
    assert caught.value.partial.startswith(b'{"resourceType":"Patient"')
    assert caught.value.expected
    assert server.read("Patient", "p1") is not None


@pytest.mark.parametrize("after", [False, True])
def test_a_connection_can_be_reset_before_the_effect_or_after(server: FhirServer, after: bool) -> None:
    server.faults({"times": 1, "reset": True, "after": after})
    with pytest.raises((ConnectionResetError, URLError, HTTPException)):
        server.ask("PUT", "/fhir/Patient/p1", patient())
    assert (server.read("Patient", "p1") is not None) is after


def test_an_answer_can_take_its_time(server: FhirServer) -> None:
    server.put(patient())
    server.faults({"times": 1, "seconds": 30})
    host, port = server.root.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 0.1) as waiting:
        waiting.sendall(b"GET /fhir/Patient/p1 HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(TimeoutError):
            waiting.recv(1)
    assert statuses(server, "GET", "Patient/p1", 1) == [200]


def test_a_seed_decides_which_requests_meet_a_fault(server: FhirServer) -> None:
    server.put(patient())
    runs = []
    for seed in (1, 1, 2):
        server.heal()
        server.faults({"status": 503, "probability": 0.5, "seed": seed})
        runs.append(statuses(server, "GET", "Patient/p1", 40))
    server.heal()
    assert runs[0] == runs[1] != runs[2]
    assert 8 < runs[0].count(503) < 32
    assert statuses(server, "GET", "Patient/p1", 1) == [200]


# Who may ask, and what was asked


def test_a_token_can_be_asked_for_and_changed(server: FhirServer) -> None:
    server.put(patient())
    shown = {"Authorization": "Bearer first"}
    server.require("first")
    status, headers, _ = server.ask("GET", "/fhir/Patient/p1")
    assert (status, headers["www-authenticate"][:6]) == (401, "Bearer")
    assert server.ask("GET", "/fhir/Patient/p1", headers=shown)[0] == 200
    server.require("second")
    assert server.ask("GET", "/fhir/Patient/p1", headers=shown)[0] == 401
    server.require(None)
    assert server.ask("GET", "/fhir/Patient/p1")[0] == 200


def test_requests_are_counted_but_not_those_of_the_test(server: FhirServer) -> None:
    server.put(patient())
    server.ask("PUT", "/fhir/Condition/c1", condition())
    server.ask("PUT", "/fhir/Condition/c1?_format=json", condition())
    server.ask("GET", "/fhir/Condition?patient=p1")
    server.ask("POST", "/fhir", {"resourceType": "Bundle", "type": "batch"})
    server.require("token")
    server.ask("DELETE", "/fhir/Condition/c1")
    assert server.counts() == {"PUT Condition": 2, "GET Condition": 1, "POST Bundle": 1, "DELETE Condition": 1}


# What is there


def test_what_is_loaded_is_told_to_nobody_unless_asked(server: FhirServer) -> None:
    server.subscribe("Observation", "http://127.0.0.1:1/")
    server.load([observation("o1"), observation("o2")])
    server.quiet()
    assert sum(server.notices().values()) == 0
    server.load([observation("o2"), observation("o3")], notify=True)
    server.quiet()
    assert server.notices()["lost"] == 2
    assert [one["id"] for one in server.search("Observation", patient="p1")] == ["o1", "o2", "o3"]


def test_a_dump_has_what_is_there_with_or_without_what_marrow_wrote(server: FhirServer) -> None:
    server.put(patient())
    server.put(condition("theirs"))
    server.put(condition("deleted"))
    server.delete("Condition", "deleted")
    server.put(condition("tagged", meta={"tag": [{"system": OWN, "code": "x"}]}))
    server.put(condition("named", identifier=[{"system": "urn:marrow:conclusion", "value": "x/y/z"}]))
    others = [json.loads(line)["id"] for line in server.dump().splitlines()]
    everything = [json.loads(line)["id"] for line in server.dump(own=True).splitlines()]
    assert others == ["p1", "theirs"]
    assert everything == ["p1", "theirs", "tagged", "named"]


def test_a_reset_forgets_everything(server: FhirServer) -> None:
    server.put(observation())
    server.ask("GET", "/fhir/Observation/o1")
    server.require("token")
    server.faults({"status": 500})
    server.disturb(drop=1)
    server.reset()
    assert (server.dump(own=True), server.counts(), server.histories("Observation")) == (b"", {}, {})
    assert server.search("Observation", patient="p1") == []
    assert server.ask("GET", "/fhir/Observation/o1")[0] == 404


# How it ends


def test_it_does_not_outlive_who_started_it() -> None:
    starting = (
        "from tests.fhir_server.running import fhir_server\n"
        "with fhir_server() as server:\n"
        "    print(server.root, flush=True)\n"
        "    input()\n"
    )
    command = [sys.executable, "-c", starting]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        host, port = parent.stdout.readline().decode().strip().removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 20) as connection:
            parent.kill()
            assert connection.recv(1) == b""  # the end of the server closes it, nothing else: a server that goes on says nothing

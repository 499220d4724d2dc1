"""Marrow's own client against the tests' server: every verb of it on a real socket."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from fhir_adapter.client.auth import NO_AUTH, bearer
from fhir_adapter.client.courier import Auth
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.outcome import Gone, PreconditionFailed, Removed, Stored
from fhir_adapter.client.settings import Settings
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.client.waiting import Clock
from tests.client.played import listed
from tests.fhir_server.filed import Json, bundle, condition, observation, patient
from tests.fhir_server.running import Fault, FhirServer

pytestmark = pytest.mark.needs("node")

T = TypeVar("T")
SETTINGS = Settings(page_size=2, first_pause=0.01, longest_pause=0.02, longest_asked_pause=0.02)


def done(server: FhirServer, call: Callable[[FhirClient], Awaitable[T]], auth: Auth = NO_AUTH) -> T:
    """What one call of a client comes to."""

    async def play() -> T:
        clock = Clock(wall=time.time, steady=time.monotonic)
        async with FhirClient(server.base, auth, SETTINGS, clock=clock) as client:
            return await call(client)

    return asyncio.run(play())


def ids(resources: list[Json]) -> list[str]:
    return [f"{one['resourceType']}/{one['id']}" for one in resources]


def sent(resource: Json) -> bytes:
    return json.dumps(resource).encode()


def version(resource: Json) -> str:
    found: str = resource["meta"]["versionId"]
    return found


# Reading


def test_a_resource_is_read_is_absent_or_is_gone(server: FhirServer) -> None:
    stored = server.put(patient())
    found = done(server, lambda client: client.read("Patient", "p1"))
    assert isinstance(found, bytes)
    assert json.loads(found) == stored
    assert done(server, lambda client: client.read("Patient", "p2")) is None
    server.delete("Patient", "p1")
    assert done(server, lambda client: client.read("Patient", "p1")) == Gone()


def test_a_search_goes_through_all_pages(server: FhirServer) -> None:
    server.load(observation(f"o{number}") for number in range(5))
    found = done(server, lambda client: listed(client.search("Observation", [("patient", "Patient/p1")])))
    assert ids(found) == [f"Observation/o{number}" for number in range(5)]
    assert server.counts() == {"GET Observation": 3}


def test_everything_of_a_patient_is_searched_type_by_type(server: FhirServer) -> None:
    subject, when = {"reference": "Patient/p1"}, "2014-01-01"
    concept = {"text": "x"}
    theirs: list[Json] = [
        patient(),
        observation(),
        {"resourceType": "Medication", "id": "m1"},
        {
            "resourceType": "MedicationAdministration",
            "id": "a1",
            "status": "completed",
            "medicationReference": {"reference": "Medication/m1"},
            "subject": subject,
            "effectiveDateTime": when,
        },
        {"resourceType": "Procedure", "id": "r1", "status": "completed", "subject": subject},
        condition(),
        {
            "resourceType": "ResearchSubject",
            "id": "s1",
            "status": "on-study",
            "study": {"reference": "ResearchStudy/x"},
            "individual": subject,
        },
        {"resourceType": "AdverseEvent", "id": "e1", "actuality": "actual", "subject": subject},
        {
            "resourceType": "Consent",
            "id": "n1",
            "status": "active",
            "scope": concept,
            "category": [concept],
            "patient": subject,
            "policyRule": concept,
        },
        {"resourceType": "Encounter", "id": "v1", "status": "finished", "class": {"code": "IMP"}, "subject": subject},
        {"resourceType": "DiagnosticReport", "id": "d1", "status": "final", "code": concept, "subject": subject},
        {
            "resourceType": "Immunization",
            "id": "i1",
            "status": "completed",
            "vaccineCode": concept,
            "patient": subject,
            "occurrenceDateTime": when,
        },
        {"resourceType": "Specimen", "id": "b1", "subject": subject},
    ]
    server.load([*theirs, patient("p2"), observation("o2", "p2")])
    found = done(server, lambda client: listed(client.everything("p1")))
    assert sorted(ids(found)) == sorted(ids(theirs))
    assert done(server, lambda client: listed(client.everything("p9"))) == []


def test_a_sweep_finds_what_changed_and_nothing_before(server: FhirServer) -> None:
    old = server.put(observation("old"))
    begin = datetime.fromisoformat(old["meta"]["lastUpdated"])
    server.load(observation(f"o{number}") for number in range(5))
    changed = server.put(observation("old", status="amended"))
    last = datetime.fromisoformat(changed["meta"]["lastUpdated"])
    assert last > begin

    def swept(since: datetime) -> list[Json]:
        return done(server, lambda client: listed(client.history_since("Observation", since)))

    assert sorted(ids(swept(begin))) == sorted(["Observation/old", *(f"Observation/o{number}" for number in range(5))])
    assert "Observation/old" in ids(swept(last))
    assert swept(last + timedelta(milliseconds=1)) == []
    assert swept(datetime(2200, 1, 1, tzinfo=UTC)) == []


# Writing


def test_a_write_tells_its_version_and_whether_it_created(server: FhirServer) -> None:
    first = done(server, lambda client: client.put(sent(condition()), "Condition", "c1"))
    stored = server.read("Condition", "c1")
    assert stored is not None
    assert first == Stored(version(stored), created=True)
    again = done(server, lambda client: client.put(sent(condition()), "Condition", "c1", version(stored)))
    assert isinstance(again, Stored)
    assert not again.created
    assert again.version != first.version


def test_a_write_that_expects_another_version_is_refused(server: FhirServer) -> None:
    old = version(server.put(condition()))
    new = version(server.put(condition()))
    assert done(server, lambda client: client.put(sent(condition()), "Condition", "c1", old)) == PreconditionFailed(
        ("processing",)
    )
    assert done(server, lambda client: client.delete("Condition", "c1", old)) == PreconditionFailed(("processing",))
    assert done(server, lambda client: client.delete("Condition", "c1", new)) == Removed()
    assert done(server, lambda client: client.delete("Condition", "c1")) == Removed()
    assert done(server, lambda client: client.delete("Condition", "c9")) is None


def test_a_transaction_is_answered_entry_by_entry(server: FhirServer) -> None:
    entries = bundle("transaction", ("PUT", "Condition/c1", condition()), ("PUT", "Patient/p1", patient()))
    answers = done(server, lambda client: client.transaction(sent(entries), repeatable=True))
    assert isinstance(answers, tuple)
    assert [(one.status, one.location) for one in answers] == [(201, "Condition/c1"), (201, "Patient/p1")]
    assert [json.loads(one.resource or b"")["id"] for one in answers] == ["c1", "p1"]
    entries["entry"][1]["request"]["ifMatch"] = 'W/"another"'
    assert done(server, lambda client: client.transaction(sent(entries))) == PreconditionFailed(("processing",))


def test_what_the_server_does_not_take_is_told_by_its_codes(server: FhirServer) -> None:
    wrong = condition(wordless="x")
    with pytest.raises(ExchangeFailed) as caught:
        done(server, lambda client: client.put(sent(wrong), "Condition", "c1"))
    assert (caught.value.status, caught.value.issues) == (400, ("structure",))


# Trouble

FAULTS: dict[str, Fault] = {
    "busy": {"times": 2, "status": 503},
    "throttled": {"times": 2, "status": 429, "retry_after": 1},
    "cut": {"times": 2, "cut": True},
    "reset": {"times": 2, "reset": True},
    "lost": {"times": 2, "status": 500, "after": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_is_tried_again_until_it_comes_through(server: FhirServer, fault: str) -> None:
    stored = server.put(patient())
    server.faults(FAULTS[fault])
    found = done(server, lambda client: client.read("Patient", "p1"))
    assert isinstance(found, bytes)
    assert json.loads(found) == stored
    assert server.counts() == {"GET Patient": 3}


@pytest.mark.parametrize("fault", ["busy", "throttled", "reset"])
def test_a_write_is_tried_again_until_it_comes_through(server: FhirServer, fault: str) -> None:
    server.faults(FAULTS[fault])
    assert isinstance(done(server, lambda client: client.put(sent(condition()), "Condition", "c1")), Stored)
    assert server.counts() == {"PUT Condition": 3}
    assert len(server.history("Condition", "c1")) == 1


@pytest.mark.parametrize("fault", ["cut", "lost"])
def test_a_write_that_may_have_taken_effect_is_not_sent_again(server: FhirServer, fault: str) -> None:
    server.faults(FAULTS[fault])
    with pytest.raises(ExchangeFailed):
        done(server, lambda client: client.put(sent(condition()), "Condition", "c1"))
    assert len(server.history("Condition", "c1")) == 1


def test_a_write_without_any_answer_may_find_its_own_version_there(server: FhirServer) -> None:
    old = version(server.put(condition()))
    server.faults({"times": 1, "reset": True, "after": True})
    refused = done(server, lambda client: client.put(sent(condition()), "Condition", "c1", old))
    assert refused == PreconditionFailed(("processing",), repeated=True)
    assert len(server.history("Condition", "c1")) == 2


def test_a_token_is_shown_and_one_that_does_not_count_any_more_ends_the_call(server: FhirServer) -> None:
    server.put(patient())
    server.require("token")
    assert isinstance(done(server, lambda client: client.read("Patient", "p1"), bearer("token")), bytes)
    with pytest.raises(ExchangeFailed) as caught:
        done(server, lambda client: client.read("Patient", "p1"), bearer("expired"))
    assert caught.value.status == 401


def test_what_a_server_can_do_is_read(server: FhirServer) -> None:
    found = done(server, lambda client: client.capability())
    assert isinstance(found, bytes)
    assert json.loads(found)["fhirVersion"] == "4.0.1"

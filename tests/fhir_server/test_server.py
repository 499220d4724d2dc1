"""FHIR's REST as the tests' server speaks it: what callers may rely on."""

import json

import pytest

from tests.fhir_server.asked import ask, ids, refused
from tests.fhir_server.filed import bundle, condition, observation, patient
from tests.fhir_server.running import FhirServer, Json

pytestmark = pytest.mark.needs("node")


# One resource


def test_what_is_posted_gets_an_id_and_a_version_from_the_server(server: FhirServer) -> None:
    status, headers, stored = ask(
        server, "POST", "Patient", patient("mine", meta={"versionId": "7", "lastUpdated": "2001-01-01"})
    )
    assert status == 201
    assert stored["id"] != "mine"
    assert stored["meta"]["versionId"] != "7"
    assert stored["meta"]["lastUpdated"] > "2020"
    assert headers["etag"] == f'W/"{stored["meta"]["versionId"]}"'
    assert headers["location"].endswith(f"/fhir/Patient/{stored['id']}/_history/{stored['meta']['versionId']}")


def test_what_is_put_is_created_and_then_updated_under_its_own_id(server: FhirServer) -> None:
    first = ask(server, "PUT", "Patient/p1", patient())
    second = ask(server, "PUT", "Patient/p1", patient(gender="female"))
    assert (first[0], second[0]) == (201, 200)
    assert first[1]["etag"] != second[1]["etag"]
    assert first[2]["meta"]["lastUpdated"] < second[2]["meta"]["lastUpdated"]
    status, headers, found = ask(server, "GET", "Patient/p1")
    assert (status, headers["etag"], found) == (200, second[1]["etag"], second[2])


def test_each_version_is_later_than_the_one_before_even_within_one_instant(server: FhirServer) -> None:
    server.load(patient() for _ in range(20))
    times = [entry["response"]["lastModified"] for entry in server.history("Patient", "p1")]
    assert times == sorted({*times}, reverse=True)
    assert len(times) == 20


def test_every_version_can_be_read(server: FhirServer) -> None:
    first, second = server.put(patient()), server.put(patient(gender="female"))
    for version in (first, second):
        assert ask(server, "GET", f"Patient/p1/_history/{version['meta']['versionId']}")[2] == version
    assert refused(ask(server, "GET", "Patient/p1/_history/0")) == (404, "not-found")


def test_a_writer_that_wants_nothing_back_gets_the_version_alone(server: FhirServer) -> None:
    status, headers, body = ask(server, "PUT", "Patient/p1", patient(), prefer="return=minimal")
    stored = server.read("Patient", "p1")
    assert stored is not None
    assert (status, headers["etag"], body) == (201, f'W/"{stored["meta"]["versionId"]}"', None)


def test_what_is_deleted_is_gone_until_it_is_put_again(server: FhirServer) -> None:
    first = server.put(patient())
    assert ask(server, "DELETE", "Patient/p1")[0] == 200
    assert ask(server, "DELETE", "Patient/p1")[0] == 200
    assert refused(ask(server, "GET", "Patient/p1")) == (410, "deleted")
    assert ask(server, "GET", f"Patient/p1/_history/{first['meta']['versionId']}")[2] == first
    assert server.search("Patient") == []
    assert ask(server, "PUT", "Patient/p1", patient())[0] == 201
    assert len(server.history("Patient", "p1")) == 3


def test_what_never_was_is_not_found(server: FhirServer) -> None:
    assert refused(ask(server, "GET", "Patient/p1")) == (404, "not-found")
    assert refused(ask(server, "DELETE", "Patient/p1")) == (404, "not-found")
    assert refused(ask(server, "GET", "Patient/p1/_history")) == (404, "not-found")
    assert refused(ask(server, "GET", "Patient/p1/$everything")) == (404, "not-found")


def test_a_history_has_every_version_newest_first_however_often_it_is_read(server: FhirServer) -> None:
    server.put(condition(recordedDate="2014-01-01"))
    server.put(condition(recordedDate="2014-01-02"))
    server.delete("Condition", "c1")
    history = server.history("Condition", "c1")
    assert [entry["request"]["method"] for entry in history] == ["DELETE", "PUT", "PUT"]
    assert [entry.get("resource", {}).get("recordedDate") for entry in history] == [None, "2014-01-02", "2014-01-01"]
    assert len({entry["response"]["etag"] for entry in history}) == 3
    assert server.history("Condition", "c1") == history
    assert server.histories("Condition") == {"c1": history}


# Versions that are expected


def test_a_write_that_names_the_version_there_is_goes_through(server: FhirServer) -> None:
    etag = ask(server, "PUT", "Patient/p1", patient())[1]["etag"]
    status, headers, _ = ask(server, "PUT", "Patient/p1", patient(gender="male"), if_match=etag)
    assert status == 200
    assert ask(server, "DELETE", "Patient/p1", if_match=headers["etag"])[0] == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_write_that_names_another_version_changes_nothing(server: FhirServer, method: str) -> None:
    old = ask(server, "PUT", "Patient/p1", patient())[1]["etag"]
    kept = server.put(patient(gender="male"))
    body = patient(gender="female") if method == "PUT" else None
    assert refused(ask(server, method, "Patient/p1", body, if_match=old))[0] == 412
    assert server.read("Patient", "p1") == kept
    assert len(server.history("Patient", "p1")) == 2


def test_a_version_is_expected_in_vain_of_what_is_not_there(server: FhirServer) -> None:
    assert refused(ask(server, "PUT", "Patient/p1", patient(), if_match='W/"1"'))[0] == 412
    version = server.put(patient())["meta"]["versionId"]
    server.delete("Patient", "p1")
    assert refused(ask(server, "PUT", "Patient/p1", patient(), if_match=f'W/"{version}"'))[0] == 412
    assert server.read("Patient", "p1") is None


# What is no FHIR


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Observation/o1", {"resourceType": "Observation", "id": "o1"}),
        ("Observation/o1", observation(wordless="x")),
        ("Observation/o2", observation("o1")),
        ("Observation/o1", patient("o1")),
        ("Nonsense/o1", {"resourceType": "Nonsense", "id": "o1"}),
        ("Patient/a_b", patient("a_b")),
    ],
    ids=["incomplete", "unknown element", "another id", "another type", "no type", "no id"],
)
def test_what_fhir_does_not_allow_is_refused(server: FhirServer, path: str, body: Json) -> None:
    assert refused(ask(server, "PUT", path, body))[0] == 400
    assert server.dump() == b""


def test_what_is_no_json_is_refused(server: FhirServer) -> None:
    status, headers, body = server.ask("PUT", "/fhir/Patient/p1", text=b"{nothing")
    assert refused((status, headers, json.loads(body)))[0] == 400


def test_the_server_says_what_it_can_do(server: FhirServer) -> None:
    _, _, said = ask(server, "GET", "metadata")
    rest = {resource["type"]: resource for resource in said["rest"][0]["resource"]}
    assert (said["resourceType"], said["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert rest["Condition"]["updateCreate"] is True
    assert {"patient", "_lastUpdated", "_tag"} <= {one["name"] for one in rest["Condition"]["searchParam"]}
    assert "Subscription" in rest


# Several at once


def test_a_transaction_stores_everything_and_knits_references(server: FhirServer) -> None:
    placeholder = "urn:uuid:6f0ff5b0-7a3c-4a58-9b3c-000000000001"
    both = bundle("transaction", ("POST", "Patient", patient("x")), ("PUT", "Condition/c1", condition()))
    both["entry"][0]["fullUrl"] = placeholder
    both["entry"][1]["resource"]["subject"]["reference"] = placeholder
    status, _, answer = ask(server, "POST", "", both)
    assert (status, answer["type"]) == (200, "transaction-response")
    assert [entry["response"]["status"] for entry in answer["entry"]] == ["201", "201"]
    stored = server.read("Condition", "c1")
    assert stored is not None
    assert stored["subject"]["reference"] == f"Patient/{answer['entry'][0]['resource']['id']}"


def test_a_transaction_that_fails_leaves_nothing_behind(server: FhirServer) -> None:
    kept = [server.put(patient("p1")), server.put(patient("p2"))]
    wrong = bundle(
        "transaction",
        ("DELETE", "Patient/p2", None),
        ("POST", "Observation", observation()),
        ("PUT", "Patient/p1", patient(gender="male")),
        ("PUT", "Condition/c1", condition()),
        ("PUT", "Condition/c2", condition("c2", wordless="x")),
    )
    assert refused(ask(server, "POST", "", wrong))[0] == 400
    assert [server.read("Patient", "p1"), server.read("Patient", "p2")] == kept
    assert [server.search(kind) for kind in ("Observation", "Condition")] == [[], []]
    assert (len(server.history("Patient", "p1")), len(server.history("Patient", "p2"))) == (1, 1)
    assert refused(ask(server, "GET", "Condition/c1")) == (404, "not-found")


def test_a_transaction_knows_expected_versions(server: FhirServer) -> None:
    server.put(patient())
    both = bundle("transaction", ("PUT", "Condition/c1", condition()), ("PUT", "Patient/p1", patient()))
    both["entry"][1]["request"]["ifMatch"] = 'W/"another"'
    assert refused(ask(server, "POST", "", both))[0] == 412
    assert server.search("Condition") == []


def test_a_batch_does_what_can_be_done(server: FhirServer) -> None:
    both = bundle("batch", ("PUT", "Condition/c1", condition(wordless="x")), ("PUT", "Condition/c2", condition("c2")))
    _, _, answer = ask(server, "POST", "", both)
    assert [entry["response"]["status"] for entry in answer["entry"]] == ["400", "201"]
    assert ids(server.search("Condition")) == ["c2"]

"""Searches of the tests' server: by patient, time, tag and code, in pages, with what is included."""

import json

import pytest

from tests.fhir_server.asked import ask, ids, refused
from tests.fhir_server.filed import condition, observation
from tests.fhir_server.running import FhirServer

pytestmark = pytest.mark.needs("node")


def test_a_patients_resources_are_found_with_and_without_the_type_of_the_patient(server: FhirServer) -> None:
    server.load([observation("o1"), observation("o2", "p2"), observation("o3"), condition("o4")])
    for value in ("p1", "Patient/p1"):
        assert ids(server.search("Observation", patient=value)) == ["o1", "o3"]
        assert ids(server.search("Observation", subject=value)) == ["o1", "o3"]
    assert ids(server.search("Observation", patient="p1,p2")) == ["o1", "o2", "o3"]
    assert server.search("Observation", patient="p9") == []


def test_a_resource_that_changed_hands_is_found_at_its_new_patient_alone(server: FhirServer) -> None:
    server.put(observation("o1"))
    server.put(observation("o1", "p2"))
    assert server.search("Observation", patient="p1") == []
    assert ids(server.search("Observation", patient="p2")) == ["o1"]
    server.delete("Observation", "o1")
    assert server.search("Observation", patient="p2") == []


def test_a_patient_who_is_named_elsewhere_in_a_resource_is_not_its_subject(server: FhirServer) -> None:
    server.put(observation("o1", "p1", performer=[{"reference": "Patient/p2"}]))
    assert server.search("Observation", patient="p2") == []
    assert ids(server.search("Observation", performer="Patient/p2")) == ["o1"]


def test_what_changed_since_is_found_in_the_order_of_changes(server: FhirServer) -> None:
    first = server.put(observation("o1"))["meta"]["lastUpdated"]
    server.load([observation("o2"), observation("o3")])
    last = server.put(observation("o1"))["meta"]["lastUpdated"]
    found = server.search("Observation", _lastUpdated=f"ge{first}", _sort="_lastUpdated")
    times = [one["meta"]["lastUpdated"] for one in found]
    assert sorted(ids(found)) == ["o1", "o2", "o3"]
    assert times == sorted(times)
    assert times[-1] == last
    there = {prefix: "o1" in ids(server.search("Observation", _lastUpdated=prefix + last)) for prefix in ("gt", "ge", "lt", "le")}
    assert there == {"gt": False, "ge": True, "lt": False, "le": True}
    assert ids(server.search("Observation", _lastUpdated="ge2001-01-01")) == ["o1", "o2", "o3"]
    reverse = [one["meta"]["lastUpdated"] for one in server.search("Observation", _sort="-_lastUpdated")]
    assert reverse == times[::-1]


def test_tags_identifiers_and_codes_are_searched(server: FhirServer) -> None:
    server.put(condition("c1", meta={"tag": [{"system": "urn:x", "code": "a"}]}))
    server.put(condition("c2", identifier=[{"system": "urn:y", "value": "7"}]))
    server.put(observation("o1"))
    assert ids(server.search("Condition", _tag="urn:x|a")) == ["c1"]
    assert ids(server.search("Condition", identifier="urn:y|7")) == ["c2"]
    assert ids(server.search("Condition", _id="c2")) == ["c2"]
    assert ids(server.search("Condition", _id="c2,c1")) == ["c1", "c2"]
    assert ids(server.search("Observation", code="http://loinc.org|751-8", status="final")) == ["o1"]
    assert server.search("Observation", code="http://loinc.org|751-9") == []


def test_pages_follow_each_other_until_everything_was_there_once(server: FhirServer) -> None:
    server.load(observation(f"o{number}") for number in range(7))
    path, pages = "Observation?patient=p1&_count=3", []
    while path:
        _, _, page = ask(server, "GET", path)
        pages.append(ids([entry["resource"] for entry in page["entry"]]))
        assert page["total"] == 7
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        path = following[0].removeprefix(f"{server.base}/") if following else ""
    assert pages == [["o0", "o1", "o2"], ["o3", "o4", "o5"], ["o6"]]


def test_a_search_by_post_has_pages_too(server: FhirServer) -> None:
    server.load([*(observation(f"o{number}") for number in range(3)), observation("theirs", "p2")])
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, body = server.ask("POST", "/fhir/Observation/_search", headers=form, text=b"patient=p1&_count=2")
    page = json.loads(body)
    assert (status, len(page["entry"])) == (200, 2)
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    assert len(ask(server, "GET", following.removeprefix(f"{server.base}/"))[2]["entry"]) == 1


def test_what_a_resource_points_at_is_included_on_request(server: FhirServer) -> None:
    server.put({"resourceType": "Medication", "id": "m1"})
    server.put(
        {
            "resourceType": "MedicationAdministration",
            "id": "a1",
            "status": "completed",
            "medicationReference": {"reference": "Medication/m1"},
            "subject": {"reference": "Patient/p1"},
            "effectiveDateTime": "2014-01-01",
        }
    )
    path = "MedicationAdministration?patient=p1&_include=MedicationAdministration:medication"
    _, _, page = ask(server, "GET", path)
    assert [(one["resource"]["id"], one["search"]["mode"]) for one in page["entry"]] == [("a1", "match"), ("m1", "include")]
    assert page["total"] == 1


@pytest.mark.parametrize("query", ["wordless=1", "_sort=wordless", "patient.name=x"])
def test_what_cannot_be_searched_is_refused_and_not_passed_over(server: FhirServer, query: str) -> None:
    assert refused(ask(server, "GET", f"Observation?{query}"))[0] == 400

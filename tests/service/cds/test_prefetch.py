"""What came along and what did not: a part of a record is no ground for a conclusion."""

from typing import Any

import pytest

from marrow.service.store.rows import StoreUnavailable
from tests.service.cds.hooking import ORDER, SEVERITY, Files, Json, cards, children, hooks, ordering, page, post, refused, viewing

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
NEXT = {"link": [{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}]}
CHILD = "msc-01"


def on_file(child: str, *, whole: bool = True) -> Files:
    """A store that has everything of a child, evaluated or not yet."""
    everything = [one for of_type in children()[child].values() for one in of_type]
    concluded = {f"Patient/{child}": {"severity": b"{}"}} if whole else {}
    return Files({f"Patient/{child}": everything}, concluded)


def without(request: Json, kind: str) -> Json:
    return request | {"prefetch": {name: value for name, value in request["prefetch"].items() if name != kind}}


def having(request: Json, kind: str, value: Any) -> Json:
    return request | {"prefetch": request["prefetch"] | {kind: value}}


def of_child(kind: str, **more: Any) -> Json:
    return page(children()[CHILD][kind], **more)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (without(viewing(CHILD), "Procedure"), "Procedure: not sent"),
        (having(viewing(CHILD), "Observation", OUTCOME), "Observation: an error instead"),
        (having(viewing(CHILD), "Observation", of_child("Observation", **NEXT)), "Observation: only a part of it"),
        (having(viewing(CHILD), "Observation", of_child("Observation", total=5000)), "Observation: only a part of it"),
        (having(viewing(CHILD), "Procedure", page([OUTCOME])), "Procedure: only a part of it"),
        (having(viewing(CHILD), "Observation", children()[CHILD]["Observation"][0]), "Observation: not what was asked for"),
        (having(viewing(CHILD), "Procedure", "nothing"), "Procedure: not what was asked for"),
        (having(viewing(CHILD), "Procedure", {"resourceType": "Bundle", "entry": 3}), "Procedure: not what was asked for"),
        ({**viewing(CHILD), "prefetch": None}, "MedicationAdministration: not sent; Observation: not sent; Procedure: not sent"),
    ],
    ids=["no key", "error", "next page", "total", "error inside", "no Bundle", "text", "broken", "nothing at all"],
)
def test_a_part_of_a_record_is_not_concluded_from(request_: Json, said: str) -> None:
    told = f"not concluded, since not all of it came along and nothing is on file: {said}"
    assert refused(post(hooks(), SEVERITY, request_)) == (412, told)
    assert refused(post(hooks(on_file(CHILD, whole=False)), SEVERITY, request_)) == (412, told)


def test_another_patient_is_not_what_was_asked_for() -> None:
    request = having(ordering(CHILD), "Patient", children()["msc-02"]["Patient"][0])
    assert refused(post(hooks(), ORDER, request))[1].endswith("on file: Patient: not what was asked for")


def test_resources_of_other_patients_count_for_nobody() -> None:
    mixed = page([*children()[CHILD]["Observation"], *children()["ctl-05"]["Observation"]])
    assert cards(hooks(), SEVERITY, having(viewing(CHILD), "Observation", mixed)) == cards(hooks(), SEVERITY, viewing(CHILD))


def test_a_drug_by_reference_has_to_come_along() -> None:
    given = [dict(one) for one in children()[CHILD]["MedicationAdministration"]]
    code = given[0].pop("medicationCodeableConcept")
    given[0]["medicationReference"] = {"reference": "Medication/drug"}
    request = having(viewing(CHILD), "MedicationAdministration", page(given))
    assert refused(post(hooks(), SEVERITY, request))[1].endswith("on file: Medication: not sent")
    drug = {"resourceType": "Medication", "id": "drug", "code": code}
    included = page(given, total=len(given))
    included["entry"].append({"resource": drug, "search": {"mode": "include"}})
    assert cards(hooks(), SEVERITY, having(viewing(CHILD), "MedicationAdministration", included)) == cards(
        hooks(), SEVERITY, viewing(CHILD)
    )


@pytest.mark.parametrize("empty", [None, page([]), page([], total=0)], ids=["null", "empty Bundle", "total"])
def test_where_nothing_is_known_that_is_said(empty: Any) -> None:
    request = viewing("nobody", prefetch=dict.fromkeys(viewing(CHILD)["prefetch"], empty))
    (card,) = cards(hooks(), SEVERITY, request)
    assert (card["summary"], card["indicator"]) == ("Severity of aplastic anaemia: nothing is on record", "info")
    assert card["detail"] == "Nothing is on record of this patient that the criteria ask for, so nothing is concluded."


def test_a_warning_of_the_server_does_not_make_a_page_a_part() -> None:
    warning = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}
    observations = of_child("Observation", total=len(children()[CHILD]["Observation"]))
    observations["entry"].append({"resource": warning, "search": {"mode": "outcome"}})
    assert len(cards(hooks(), SEVERITY, having(viewing(CHILD), "Observation", observations))) == 1


def test_what_is_on_file_is_enough() -> None:
    (card,) = cards(hooks(on_file(CHILD)), SEVERITY, {**viewing(CHILD), "prefetch": None})
    (sent,) = cards(hooks(), SEVERITY, viewing(CHILD))
    assert card["summary"] == sent["summary"]
    assert card["detail"].startswith(sent["detail"].rpartition("\n\n")[0])
    assert "- Observation: not sent; what is on file was used" in card["detail"]


def test_what_came_along_is_evaluated_with_what_is_on_file() -> None:
    files = on_file(CHILD)
    latest = {
        "resourceType": "Observation", "id": "marrow-new", "status": "final", "subject": {"reference": f"Patient/{CHILD}"},
        "code": {"coding": [{"system": "urn:marrow:lan-2021", "code": "marrow-cellularity"}]},
        "method": {"coding": [{"system": "urn:marrow:lan-2021", "code": "biopsy"}]},
        "effectiveDateTime": "2013-11-06", "valueQuantity": {"value": 90, "system": "http://unitsofmeasure.org", "code": "%"},
    }  # fmt: skip
    (card,) = cards(hooks(files), SEVERITY, viewing(CHILD, prefetch={"Observation": page([latest])}))
    assert card["summary"].startswith("Aplastic anaemia that is not severe")
    assert card["indicator"] == "info"
    assert "marrow cellularity (baseline) 90 % on 2013-11-06" in card["detail"]


def test_what_could_not_be_used_is_noted_without_what_it_says() -> None:
    given = [*children()[CHILD]["Procedure"], {"resourceType": "Procedure", "id": "p", "status": "Wanda-Plantagenet"}]
    (card,) = cards(hooks(), SEVERITY, having(viewing(CHILD), "Procedure", page(given)))
    assert "**Note**\n\n- not used (1): an element that FHIR R4 requires is missing here" in card["detail"]
    assert "Wanda" not in card["detail"]


def test_a_database_that_does_not_answer_is_asked_again() -> None:
    answer = post(hooks(Files(trouble=StoreUnavailable("locked"))), SEVERITY, viewing(CHILD))
    assert refused(answer) == (503, "the database does not answer; ask again")
    assert answer.headers["retry-after"] == "5"

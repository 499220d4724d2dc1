"""Patients whose data hang together are evaluated together, wherever they were sorted to."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.batch.runs import at_once, by_patient, cohort, evaluate, small

Json = dict[str, Any]


def run_of(tmp_path: Path, resources: list[Json], monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], dict[str, Any]]:
    """The conclusions in many parts, and read at once."""
    folder = tmp_path / "lines"
    folder.mkdir()
    (folder / "all.ndjson").write_text("".join(json.dumps(one, default=float) + "\n" for one in resources))
    small(monkeypatch, part=3_000)
    outcome = evaluate(tmp_path / "out", folder)
    return by_patient(tmp_path / "out"), at_once(folder, outcome.as_of)


def moved(resource: Json, old: str, new: str) -> Json:
    return dict(json.loads(json.dumps(resource, default=float).replace(f"Patient/{old}", f"Patient/{new}")))


def test_a_patient_that_was_merged_into_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [
        moved(one, "msc-01", "old-01") if one["resourceType"] == "Observation" and place % 2 else one
        for place, one in enumerate(cohort())
    ]
    link = [{"other": {"reference": "Patient/msc-01"}, "type": "replaced-by"}]
    resources.append({"resourceType": "Patient", "id": "old-01", "link": link})
    found, expected = run_of(tmp_path, resources, monkeypatch)
    assert found == expected
    assert "Patient/old-01" not in found and "Patient/msc-01" in found


def test_a_resource_whose_newer_version_is_another_patients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = cohort()
    of_one = [one for one in resources if one.get("subject", {}).get("reference") == "Patient/ctl-02"]
    newer = [
        {**moved(one, "ctl-02", "msc-03"), "meta": {"versionId": "99"}} for one in of_one if one["resourceType"] == "Observation"
    ]
    older = [{**one, "meta": {"versionId": "1"}} for one in of_one]
    others = [one for one in resources if one not in of_one]
    found, expected = run_of(tmp_path, [*newer, *others, *older], monkeypatch)
    assert found == expected


def test_what_was_asked_for_and_is_something_else_in_its_newer_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [{**one, "meta": {"versionId": "1"}} for one in cohort()]
    corrected = [
        {**one, "code": {"text": "something else"}, "meta": {"versionId": "2"}}
        for one in resources
        if one["resourceType"] == "Observation" and one["subject"]["reference"] == "Patient/msc-04"
    ]
    found, expected = run_of(tmp_path, [*corrected, *resources], monkeypatch)
    assert found == expected
    assert {one["outcome"] for one in found["Patient/msc-04"] if one["conclusion"] == "severity"} != {"SAA"}


def test_deletions_reach_whose_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = cohort()
    gone = [one["id"] for one in resources if one["resourceType"] == "Observation"][::3]
    entries = [{"request": {"method": "DELETE", "url": f"Observation/{name}"}} for name in gone]
    resources.append({"resourceType": "Bundle", "type": "history", "entry": entries})
    found, expected = run_of(tmp_path, resources, monkeypatch)
    assert found == expected


def test_a_drug_that_is_a_resource_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources: list[Json] = []
    for number, one in enumerate(cohort()):
        code = one.get("medicationCodeableConcept")
        if code is None:
            resources.append(one)
        else:
            resources.append({"resourceType": "Medication", "id": f"drug-{number}", "code": code})
            rest = {name: value for name, value in one.items() if name != "medicationCodeableConcept"}
            resources.append({**rest, "medicationReference": {"reference": f"Medication/drug-{number}"}})
    found, expected = run_of(tmp_path, resources, monkeypatch)
    assert found == expected
    arms = {line["outcome"] for lines in found.values() for line in lines if line["conclusion"] == "regimen.atg"}
    assert arms != {"NOT_APPLICABLE"}


@pytest.mark.parametrize("with_patient", [True, False])
def test_a_urn_that_another_file_explains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_patient: bool) -> None:
    small(monkeypatch, part=3_000)
    urn = "urn:uuid:0f1c3a50-9f8e-4c1c-8a77-0c9c8f0a0001"
    resources = [one for one in cohort() if "ctl-05" in json.dumps(one, default=float)]
    patient = next(one for one in resources if one["resourceType"] == "Patient")
    others = [
        json.loads(json.dumps(one, default=float).replace("Patient/ctl-05", urn)) for one in resources if one is not patient
    ]
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "z.ndjson").write_text("".join(json.dumps(one) + "\n" for one in others))
    if with_patient:
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": urn, "resource": patient}]}
        (folder / "a.json").write_text(json.dumps(bundle))
    evaluate(tmp_path / "out", folder)
    assert set(by_patient(tmp_path / "out")) == {"Patient/ctl-05" if with_patient else urn}

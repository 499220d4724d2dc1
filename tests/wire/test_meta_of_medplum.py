"""What Medplum adds to `meta` in its notifications costs a resource nothing; any other element that FHIR has not, does."""

from typing import Any

import pytest

from fhir_adapter.releases import Release
from fhir_adapter.strict import faults

ADDED = {
    "author": {"reference": "ClientApplication/one"},
    "project": "00000000-0000-0000-0000-000000000005",
    "account": {"reference": "Organization/one"},
    "accounts": [{"reference": "Organization/one"}],
    "compartment": [{"reference": "Project/one"}],
    "deleted": False,
}


def _patient(meta: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "one", "meta": meta}


@pytest.mark.parametrize("release", [None, "R4", "R4B", "R5"])
def test_what_medplum_adds_to_meta_is_no_fault(release: Release | None) -> None:
    document = _patient({"versionId": "1", **ADDED})
    assert faults("Patient", release, document) == ()
    assert document["meta"] == {"versionId": "1", **ADDED}


@pytest.mark.parametrize(
    "document", [_patient({"projects": "x"}), _patient({**ADDED, "x": 1}), _patient("x"), {**_patient({}), "project": "x"}]
)
def test_any_other_element_that_fhir_has_not_is_one(document: dict[str, Any]) -> None:
    assert faults("Patient", "R4", document)

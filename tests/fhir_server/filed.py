"""What the tests here put on the server."""

from typing import Any

Json = dict[str, Any]

OWN = "urn:marrow:pack"


def patient(identity: str = "p1", **elements: Any) -> Json:
    return {"resourceType": "Patient", "id": identity, **elements}


def observation(identity: str = "o1", owner: str = "p1", **elements: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]},
        "subject": {"reference": f"Patient/{owner}"},
        **elements,
    }


def condition(identity: str = "c1", owner: str = "p1", **elements: Any) -> Json:
    return {"resourceType": "Condition", "id": identity, "subject": {"reference": f"Patient/{owner}"}, **elements}


def bundle(kind: str, *entries: tuple[str, str, Json | None]) -> Json:
    """A transaction or batch: method, address and resource of each entry."""
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [
            {"request": {"method": method, "url": url}, **({} if resource is None else {"resource": resource})}
            for method, url, resource in entries
        ],
    }

"""The demonstration's children as a hospital's system holds them, and values that are added to them."""

from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from marrow.demo.cohort import bundles

Json = dict[str, Any]
_ENCODER = msgspec.json.Encoder(decimal_format="number")
LOINC = {"anc": ("751-8", "10*9/L"), "plt": ("777-3", "10*9/L"), "hgb": ("718-7", "g/L")}


@cache
def _texts() -> dict[str, bytes]:
    return {name: _ENCODER.encode(bundle["entry"]) for name, bundle in bundles("R4")}


def child(name: str) -> list[Json]:
    """All resources of a child, as JSON has them."""
    decoded: list[Json] = msgspec.json.decode(_texts()[name])
    return [entry["resource"] for entry in decoded]


def names() -> list[str]:
    return sorted(_texts())


def laboratory(patient: str, identity: str, measure: str, value: Decimal | float | str, when: str, status: str = "final") -> Json:
    """One value of a laboratory."""
    code, unit = LOINC[measure]
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": status,
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": when,
        "valueQuantity": {"value": float(value), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }

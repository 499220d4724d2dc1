"""What the status of a resource means: it counts, is preliminary, was halted, may have been, or does not exist."""

from typing import Literal

from fhir_adapter.issue import Refusal

Standing = Literal["counts", "preliminary", "halted", "possible", "absent"]

_WITHDRAWN: dict[str, Standing] = {"entered-in-error": "absent", "cancelled": "absent"}

STANDINGS: dict[str, dict[str, Standing]] = {
    "Observation": {
        "registered": "absent", "preliminary": "preliminary", "final": "counts", "amended": "counts", "corrected": "counts",
        "unknown": "counts", **_WITHDRAWN,
    },
    "MedicationAdministration": {
        "in-progress": "counts", "completed": "counts", "on-hold": "halted", "stopped": "halted", "not-done": "absent",
        "unknown": "possible", **_WITHDRAWN,
    },
    "Procedure": {
        "in-progress": "counts", "completed": "counts", "on-hold": "counts", "stopped": "counts", "preparation": "absent",
        "not-done": "absent", "unknown": "possible", **_WITHDRAWN,
    },
    "Consent": {
        "active": "counts", "draft": "absent", "proposed": "absent", "rejected": "absent", "inactive": "absent",
        "not-done": "absent", "unknown": "absent", **_WITHDRAWN,
    },
}  # fmt: skip
"""Types whose status decides: anything else in it is refused."""

NOT_HAPPENED: dict[str, frozenset[str]] = {
    "AdverseEvent": frozenset({"entered-in-error"}),
    "Encounter": frozenset({"planned", "cancelled", "entered-in-error"}),
    "DiagnosticReport": frozenset({"registered", "cancelled", "entered-in-error"}),
    "Immunization": frozenset({"not-done", "entered-in-error"}),
    "Specimen": frozenset({"unavailable", "entered-in-error"}),
}
"""Types that count unless their status says that it did not happen."""


def standing(kind: str, status: str | None) -> Standing:
    """How a resource of this type and status counts; raises Refusal where its status has to say so and does not."""
    standings = STANDINGS.get(kind)
    if standings is None:
        return "absent" if status in NOT_HAPPENED.get(kind, ()) else "counts"
    if status is None:
        raise Refusal("status-missing", f"{kind}.status")
    found = standings.get(status)
    if found is None:
        raise Refusal("status-unknown", f"{kind}.status")
    return found

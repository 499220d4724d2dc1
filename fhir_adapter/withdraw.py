"""Taking back what was stated: the same resource under the same id, marked as no longer holding, never forgotten."""

from collections.abc import Iterable
from typing import Literal

from engine.pack.program import Pack
from fhir_adapter.arrival import CONCLUSION
from fhir_adapter.identity import Resource, hl7, narrative, notes, url_of
from fhir_adapter.releases import MARKERS

Reason = Literal["entered-in-error", "refuted"]
_WITHDRAWN = "Withdrawn"
_WORDS: dict[Reason, str] = {
    "entered-in-error": f"{_WITHDRAWN}: what it rested on was corrected, so this should not have been stated.",
    "refuted": f"{_WITHDRAWN}: by what is known now, this does not hold.",
}
_OBSERVATION: dict[Reason, str] = {"entered-in-error": "entered-in-error", "refuted": "cancelled"}


def withdraw(previous: Resource, reason: Reason) -> Resource:
    """The Condition or Observation that takes the place of an earlier one. Raises ValueError for another type of resource.

    A withdrawn Condition has no clinical status: R4 forbids one with entered-in-error, R5 demands one and has `unknown`.
    What the server added to `meta` is left to it. Withdrawing twice changes nothing.
    """
    kind = previous.get("resourceType")
    if kind not in ("Condition", "Observation"):
        raise ValueError(f"a {kind} of ours is not withdrawn; expected a Condition or an Observation")
    told = [note["text"] for note in previous.get("note", ()) if not note["text"].startswith(_WITHDRAWN)]
    paragraphs = [_WORDS[reason], *told]
    found = {**previous, "text": narrative(paragraphs), "note": notes(paragraphs)}
    found["meta"] = {name: previous["meta"][name] for name in ("profile", "security", "tag") if name in previous.get("meta", {})}
    if kind == "Observation":
        return found | {"status": _OBSERVATION[reason]}
    found["verificationStatus"] = hl7("condition-ver-status", reason)
    if any(MARKERS[kind].get(name) == "R5" for name in previous):
        return found | {"clinicalStatus": hl7("condition-clinical", "unknown")}
    found.pop("clinicalStatus", None)
    return found


def withdrawals(
    previous: Iterable[Resource], stated: Iterable[Resource], reason: Reason = "entered-in-error", *, pack: Pack | None = None
) -> list[Resource]:
    """What has to be withdrawn now: of the earlier Conditions and Observations of ours, those not stated any more.

    previous, stated: of the same patients. pack: whose statements are looked at, since those of another pack still stand; without
    it all are. What is withdrawn already is left as it is.
    """
    now = {url_of(resource) for resource in stated}
    gone = [one for one in previous if _is_ours(one, pack) and url_of(one) not in now]
    return [withdraw(one, reason) for one in gone if not _is_withdrawn(one)]


def _is_ours(resource: Resource, pack: Pack | None) -> bool:
    start = "" if pack is None else f"{pack.name}/"
    return resource.get("resourceType") in ("Condition", "Observation") and any(
        each.get("system") == CONCLUSION and str(each.get("value", "")).startswith(start)
        for each in resource.get("identifier", ())
    )


def _is_withdrawn(resource: Resource) -> bool:
    codes = {coding.get("code") for coding in resource.get("verificationStatus", {}).get("coding", ())}
    return not codes.isdisjoint(_WORDS) or resource.get("status") in _OBSERVATION.values()

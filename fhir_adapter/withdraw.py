"""Taking back what was stated: the same resource under the same id, marked as no longer holding, never forgotten."""

from collections.abc import Iterable
from typing import Literal

from engine.pack.program import Pack
from fhir_adapter.arrival import CONCLUSION
from fhir_adapter.identity import Resource, hl7, narrative, notes, url_of
from fhir_adapter.releases import MARKERS

_KINDS = ("Condition", "Observation", "ResearchSubject")
Reason = Literal["entered-in-error", "refuted"]
_WITHDRAWN = "Withdrawn"
_WORDS: dict[Reason, str] = {
    "entered-in-error": f"{_WITHDRAWN}: what it rested on was corrected, so this should not have been stated.",
    "refuted": f"{_WITHDRAWN}: by what is known now, this does not hold.",
}
_OBSERVATION: dict[Reason, str] = {"entered-in-error": "entered-in-error", "refuted": "cancelled"}
_SUBJECT = {"R4": "not-registered", "R5": "retired"}
"""A ResearchSubject knows no error: it is one that nobody is registered by, and in R5 one that is out of use."""
_STATUSES = {*_OBSERVATION.values(), *_SUBJECT.values()}


def withdraw(previous: Resource, reason: Reason) -> Resource:
    """What takes the place of an earlier Condition, Observation or ResearchSubject. Raises ValueError for any other.

    A withdrawn Condition has no clinical status: R4 forbids one with entered-in-error, R5 demands one and has `unknown`.
    What the server added to `meta` is left to it. Withdrawing twice changes nothing.
    """
    kind = previous.get("resourceType")
    if kind not in _KINDS:
        raise ValueError(f"a {kind} of ours is not withdrawn; expected one of {', '.join(_KINDS)}")
    if kind == "ResearchSubject":
        return _subject(previous, reason)
    told = [note["text"] for note in previous.get("note", ()) if not note["text"].startswith(_WITHDRAWN)]
    paragraphs = [_WORDS[reason], *told]
    found = {**previous, "text": narrative(paragraphs), "note": notes(paragraphs)}
    found["meta"] = _labels(previous)
    if kind == "Observation":
        return found | {"status": _OBSERVATION[reason]}
    found["verificationStatus"] = hl7("condition-ver-status", reason)
    if any(MARKERS[kind].get(name) == "R5" for name in previous):
        return found | {"clinicalStatus": hl7("condition-clinical", "unknown")}
    found.pop("clinicalStatus", None)
    return found


def _subject(previous: Resource, reason: Reason) -> Resource:
    found = {**previous, "meta": _labels(previous), "text": narrative([_WORDS[reason]])}
    found["status"] = _SUBJECT["R5" if "subject" in previous else "R4"]
    return {name: value for name, value in found.items() if name != "progress"}


def _labels(previous: Resource) -> Resource:
    return {name: previous["meta"][name] for name in ("profile", "security", "tag") if name in previous.get("meta", {})}


def withdrawals(
    previous: Iterable[Resource], stated: Iterable[Resource], reason: Reason = "entered-in-error", *, pack: Pack | None = None
) -> list[Resource]:
    """What has to be withdrawn now: of what we stated earlier, that which is not stated any more.

    previous, stated: of the same patients. pack: whose statements are looked at, since those of another pack still stand; without
    it all are. What is withdrawn already is left as it is.
    """
    now = {url_of(resource) for resource in stated}
    gone = [one for one in previous if _is_ours(one, pack) and url_of(one) not in now]
    return [withdraw(one, reason) for one in gone if not _is_withdrawn(one)]


def _is_ours(resource: Resource, pack: Pack | None) -> bool:
    start = "" if pack is None else f"{pack.name}/"
    return resource.get("resourceType") in _KINDS and any(
        each.get("system") == CONCLUSION and str(each.get("value", "")).startswith(start)
        for each in resource.get("identifier", ())
    )


def _is_withdrawn(resource: Resource) -> bool:
    codes = {coding.get("code") for coding in resource.get("verificationStatus", {}).get("coding", ())}
    return not codes.isdisjoint(_WORDS) or resource.get("status") in _STATUSES

"""Whether what was written is right: what stands at the end beside the batch, and each version that was ever written. Pure."""

import itertools
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fhir_adapter.arrival import CONCLUSION
from fhir_adapter.identity import PACK
from fhir_adapter.substance import digest_of

Json = dict[str, Any]

STATED = ("Condition", "Observation", "ResearchSubject")
"""The types in which something is stated of a patient; Provenance and Device say who did."""

_CITED = re.compile(r"([A-Za-z]+/[^/]+)/_history/([^/]+)")
_NO_MORE = {"entered-in-error", "refuted", "cancelled", "not-registered"}
"""The statuses of what is taken back; the last is a ResearchSubject's, which knows no error."""
_SUBJECTS = ("subject", "patient", "individual")
_SLACK = 0.1
"""Seconds by which the server dates a version too late, so that it is later than the one before."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a resource was from `at` on; resource: None for deleted. `at` in seconds, by the server's clock."""

    name: str
    at: float
    resource: Json | None


History = Sequence[Version]
"""Oldest first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not right. kind: for counting; about: `Type/id`."""

    kind: str
    about: str
    says: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}: {self.says}"


@dataclass(frozen=True, slots=True)
class Written:
    """How often something was stated, and how often it said what the version before had said."""

    versions: int
    again: int


def compare(served: Iterable[Json], batch: Iterable[Json]) -> list[Finding]:
    """What stands on the server beside what a batch evaluation of its content states: missing, stale, without reason, twice."""
    standing = {name_of(one): one for one in served if stands(one)}
    wanted = {name_of(one): one for one in batch if stands(one)}
    found = [Finding("missing", name, f"{_role(wanted[name])} does not stand") for name in sorted(wanted.keys() - standing)]
    found += [
        Finding("without reason", name, f"{_role(one)} stands") for name, one in sorted(standing.items()) if name not in wanted
    ]
    both = sorted(wanted.keys() & standing)
    stale = [name for name in both if digest_of(standing[name]) != digest_of(wanted[name])]
    found += [Finding("stale", name, f"{_role(wanted[name])} says something else") for name in stale]
    return [*found, *_twice(standing, wanted)]


def check_history(facts: Mapping[str, History], own: Mapping[str, History]) -> list[Finding]:
    """Whether each version that was written could be written at that moment.

    Marrow reads a patient while the patient changes, may hear of a change late, and may die between reading and writing. So
    a version may rest on facts that were never true together, and no rule can ask for more than that each of them was true
    once. What is asked for, and raises no false alarm whatever is lost, late or repeated:
    - what is cited (with its version) was on the server before, was of this patient or of one whose place this one took at
      any time, and did not say of itself that it is an error;
    - once a version is cited, no later version of the same statement cites an older one of the same resource: who wrote it
      had an older view than who wrote before;
    - a statement changes at most as often as the facts of the patient had changed: two writers that overwrite each other, or
      one that cannot decide, are found as soon as they do it more often.
    Not noticed: a wrong outcome between two right ones that cites what it should (the end is compared with the batch in full),
    and what is not cited, as facts that were absent.
    """
    belongs = _whose(facts)
    found: list[Finding] = []
    for name, history in sorted(own.items()):
        if name.partition("/")[0] in STATED:
            found += _check_one(name, history, facts, belongs)
    return found


def written(own: Mapping[str, History]) -> Written:
    """What was stated in all, and again: after a kill nobody knows whether the last one arrived, and it may be sent once more."""
    versions = again = 0
    for name, history in own.items():
        if name.partition("/")[0] not in STATED:
            continue
        said = [None if each.resource is None else digest_of(each.resource) for each in history]
        versions += len(said)
        again += sum(one is not None and one == before for before, one in itertools.pairwise(said))
    return Written(versions, again)


def is_own(resource: Json) -> bool:
    """Whether Marrow wrote it."""
    identifiers = resource.get("identifier", [])
    tags = resource.get("meta", {}).get("tag", [])
    return any(one.get("system") == CONCLUSION for one in [*_listed(identifiers)]) or any(
        tag.get("system") == PACK for tag in tags
    )


def stands(resource: Json) -> bool:
    """Whether something is stated and was not taken back."""
    if resource["resourceType"] not in STATED:
        return False
    codes = {coding.get("code") for coding in resource.get("verificationStatus", {}).get("coding", ())}
    return not codes & _NO_MORE and resource.get("status") not in _NO_MORE


def name_of(resource: Json) -> str:
    """`Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def patient_of(resource: Json) -> str | None:
    """Whose it is: `Patient/id`."""
    if resource["resourceType"] == "Patient":
        return name_of(resource)
    named = (resource[name].get("reference", "") for name in _SUBJECTS if isinstance(resource.get(name), dict))
    return next((one for one in named if one.startswith("Patient/")), None)


def _twice(standing: Mapping[str, Json], wanted: Mapping[str, Json]) -> Iterator[Finding]:
    """The same conclusion of the same patient under several names; more than one is right only where the batch has them all."""
    by_meaning: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for name, one in sorted(standing.items()):
        by_meaning[patient_of(one), _role(one)].append(name)
    for (_, role), names in by_meaning.items():
        if len(names) > 1 and not wanted.keys() >= set(names):
            yield Finding("twice", names[0], f"{role} stands {len(names)} times for one patient")


def _role(resource: Json) -> str:
    """The name of the conclusion, from the identifier `pack/conclusion/key`."""
    values = [one.get("value", "") for one in _listed(resource.get("identifier", [])) if one.get("system") == CONCLUSION]
    return str(values[0]).split("/")[1] if values else resource["resourceType"]


def _check_one(name: str, history: History, facts: Mapping[str, History], belongs: "_Belongs") -> Iterator[Finding]:
    newest: dict[str, int] = {}
    changes, before = 0, None
    for each in history:
        if each.resource is None:
            continue
        patient = patient_of(each.resource)
        for cited, version in sorted(set(citations(each.resource))):
            place = _place(facts.get(cited, ()), version)
            wrong = _wrong(facts, cited, version, place, each, belongs.all_of(patient))
            if wrong is not None:
                yield Finding("cites what was not", name, f"version {each.name} cites {cited}/_history/{version}, which {wrong}")
                continue
            assert place is not None
            if place < newest.get(cited, 0):
                yield Finding("went back", name, f"version {each.name} cites an older version of {cited} than the one before")
            newest[cited] = max(place, newest.get(cited, 0))
        said = digest_of(each.resource)
        changes, before = changes + (said != before), said
        allowed = belongs.changes_until(patient, each.at + _SLACK)
        if changes > allowed:
            yield Finding("to and fro", name, f"it changed {changes} times until version {each.name}, the facts {allowed} times")
            return


def citations(resource: Json) -> Iterator[tuple[str, str]]:
    """`Type/id` and version of what a resource of ours rests on."""
    entries = [
        *resource.get("derivedFrom", ()),
        *(one for each in resource.get("evidence", ()) for one in each.get("detail", ())),
    ]
    for one in entries:
        found = _CITED.fullmatch(one.get("reference", ""))
        if found is not None:
            yield found[1], found[2]


def _place(history: History, version: str) -> int | None:
    return next((place for place, each in enumerate(history) if each.name == version), None)


def _wrong(
    facts: Mapping[str, History], cited: str, version: str, place: int | None, citing: Version, whose: Collection[str]
) -> str | None:
    if place is None:
        return "never was"
    found = facts[cited][place]
    if found.resource is None:
        return "is a deletion"
    if found.at > citing.at + _SLACK:
        return "came later"
    if patient_of(found.resource) not in whose:
        return "is of another patient"
    if found.resource.get("status") in _NO_MORE:
        return "says that it is an error"
    return None


class _Belongs:
    """Who took whose place at any time, and when the facts of each patient changed."""

    def __init__(self, took: Mapping[str, Collection[str]], changed: Mapping[str, Sequence[float]]) -> None:
        self._took, self._changed = took, changed

    def all_of(self, patient: str | None) -> set[str]:
        """A patient, and all whose facts may ever have counted as the patient's."""
        found: set[str] = set()
        level = {patient} if patient is not None else set()
        while level:
            found |= level
            level = {each for one in level for each in self._took.get(one, ())} - found
        return found

    def changes_until(self, patient: str | None, at: float) -> int:
        """How often something of a patient, or of who may have counted as the patient, had changed."""
        return sum(bisect_right(self._changed.get(each, ()), at) for each in self.all_of(patient))


def _whose(facts: Mapping[str, History]) -> _Belongs:
    """A change concerns whose it was before and whose it is; one of a Medication everybody, since it may be anybody's."""
    took: dict[str, set[str]] = defaultdict(set)
    changed: dict[str, list[float]] = defaultdict(list)
    everybody: list[float] = []
    for name, history in facts.items():
        before: str | None = None
        for each in history:
            after = before if each.resource is None else patient_of(each.resource)
            for one in {before, after} - {None}:
                assert one is not None
                changed[one].append(each.at)
            if name.startswith("Medication/"):
                everybody.append(each.at)
            for link in (each.resource or {}).get("link", ()) if name.startswith("Patient/") else ():
                took[link["other"]["reference"]].add(name)
                changed[link["other"]["reference"]].append(each.at)
            before = after
    return _Belongs(took, {one: sorted([*times, *everybody]) for one, times in changed.items()})


def _listed(value: Any) -> list[Json]:
    return value if isinstance(value, list) else [value]


Evaluate = Callable[[Sequence[Json]], Mapping[str, str]]
"""What a batch evaluation of some resources states: digests by `Type/id`."""


def is_explained(name: str, each: Version, facts: Mapping[str, History], evaluate: Evaluate, most: int = 4) -> bool:
    """Whether a batch evaluation of the patient as the server had it at one of the last moments before states the same.

    What is cited is put in as it is cited. That it is not so is no fault: what is not cited may have been heard of late. So
    it is counted, and not judged.
    """
    assert each.resource is not None
    belongs = _whose(facts)
    whose = belongs.all_of(patient_of(each.resource))
    cited = {
        ref: facts[ref][place] for ref, v in citations(each.resource) if (place := _place(facts.get(ref, ()), v)) is not None
    }
    times = sorted({one.at for history in facts.values() for one in history if one.at <= each.at + _SLACK and _of(one, whose)})
    for moment in reversed(times[-most:]):
        now = {ref: one for ref, history in facts.items() if (one := _at(history, moment)) is not None} | cited
        resources = [one.resource for ref, one in now.items() if one.resource is not None]
        chosen = [one for one in resources if patient_of(one) in whose or one["resourceType"] == "Medication"]
        if evaluate(chosen).get(name) == digest_of(each.resource):
            return True
    return False


def _of(version: Version, whose: Collection[str]) -> bool:
    return version.resource is not None and patient_of(version.resource) in whose


def _at(history: History, moment: float) -> Version | None:
    found = bisect_right([each.at for each in history], moment)
    return history[found - 1] if found else None

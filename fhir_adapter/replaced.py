"""Patients that gave way to others (link `replaced-by`): under whose name they are known, and where that is unclear."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fhir_adapter.issue import Issue, Refusal, issue
from fhir_adapter.reference import Directory, patient_of
from fhir_adapter.resources import Patient
from fhir_adapter.versions import Arrival

_REPLACED_BY = "replaced-by"
_PATH = "Patient.link"


@dataclass(frozen=True, slots=True)
class Replaced:
    """names: by the patient that is not to be used any more, the one that stands at the end of the way.

    unheard: those whose own Patient says nothing of who stands, since the Patient of one that took the place was sent.
    """

    names: Mapping[str, str]
    unheard: frozenset[str]
    issues: tuple[Issue, ...]


NOBODY = Replaced({}, frozenset(), ())


def replaced(linked: Iterable[Arrival], directory: Directory, is_sent: Callable[[str], bool]) -> Replaced:
    """Who stands for whom, the same for every order of arrival.

    linked: the versions that count of Patients with links. Who is replaced in a circle, by several or by nobody that can be told
    stays as sent.
    """
    onward: dict[str, str] = {}
    issues: list[Issue] = []
    sources: dict[str, str] = {}
    for arrival in linked:
        try:
            successor = _successor(arrival, directory)
        except Refusal as refusal:
            issues.append(refusal.issue(arrival.source))
            continue
        if successor is not None:
            onward[arrival.key], sources[arrival.key] = successor, arrival.source
    ends = _ends(onward)
    for key, end in ends.items():
        issues.append(issue(sources[key], _PATH, "merge-loop" if key == end else "patient-replaced"))
    names = {key: end for key, end in ends.items() if key != end}
    return Replaced(names, _unheard(names, onward, is_sent), tuple(issues))


def _successor(arrival: Arrival, directory: Directory) -> str | None:
    """The patient that took this one's place, None for nobody; raises Refusal where that cannot be told."""
    body = arrival.body
    assert isinstance(body, Patient)
    found: set[str] = set()
    for link in body.link:
        if link.type != _REPLACED_BY:
            continue
        try:
            name = patient_of(link.other, _PATH, directory, arrival.document, arrival.key, ())
        except Refusal:
            name = None
        if name is None:
            raise Refusal("merge-unclear", _PATH)
        found.add(name)
    if len(found) > 1:
        raise Refusal("merge-several", _PATH)
    return found.pop() if found else None


def _ends(onward: Mapping[str, str]) -> dict[str, str]:
    """Where the way from each leads to; who is in a circle is its own end. Each step is taken once, however long the ways."""
    ends: dict[str, str] = {}
    for start in onward:
        steps: dict[str, int] = {}
        at = start
        while at in onward and at not in ends and at not in steps:
            steps[at] = len(steps)
            at = onward[at]
        if at in steps:
            ends |= {name: name for name, place in steps.items() if place >= steps[at]}
        end = ends.get(at, at)
        for name in steps:
            ends.setdefault(name, end)
    return ends


def _unheard(names: Mapping[str, str], onward: Mapping[str, str], is_sent: Callable[[str], bool]) -> frozenset[str]:
    """Whoever has somebody that was sent further on the way."""
    found: dict[str, bool] = {}
    for start in names:
        way, at = [], start
        while at in names and at not in found:
            way.append(at)
            at = onward[at]
        later = found.get(at, False) or is_sent(at)
        for name in reversed(way):
            found[name] = later
            later = later or is_sent(name)
    return frozenset(name for name, is_later in found.items() if is_later)

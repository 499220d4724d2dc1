"""What is known so far of each patient, and what became of each resource, while resources are read one after the other."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.adverse_event import read_adverse_event
from fhir_adapter.alike import Alike, as_said, moment_of, placed
from fhir_adapter.arrival import Rules, meta_of, ref_of, ref_to
from fhir_adapter.condition import read_condition
from fhir_adapter.contact import Trace, contacts, subject_of
from fhir_adapter.contained import as_patient, code_of, inside
from fhir_adapter.desk import Desk
from fhir_adapter.elements import CodeableConcept
from fhir_adapter.issue import Issue, Refusal, issue
from fhir_adapter.observation import read_observation
from fhir_adapter.patient import read_patient
from fhir_adapter.pieces import Brief, Passed
from fhir_adapter.reference import Directory, patient_of
from fhir_adapter.releases import Release
from fhir_adapter.replaced import NOBODY, Replaced
from fhir_adapter.resources import (
    AdverseEvent,
    Body,
    Condition,
    Consent,
    Medication,
    MedicationAdministration,
    Observation,
    Patient,
    Procedure,
    ResearchSubject,
)
from fhir_adapter.study import entry_and_end, read_consent, read_subject
from fhir_adapter.treatment import medication_of, read_administration, read_procedure
from fhir_adapter.versions import Arrival, Reading, newest

Fate = Literal["used", "not relevant", "rejected", "superseded", "deleted", "own"]

_READINGS: dict[type[Body], Callable[[Any, Desk], list[Fact]]] = {
    Observation: read_observation,
    Procedure: read_procedure,
    Condition: read_condition,
    ResearchSubject: read_subject,
    Consent: read_consent,
    AdverseEvent: read_adverse_event,
}


@dataclass(slots=True)
class Ledger:
    """Facts and days seen by patient; the releases that their resources showed; issues; how each resource ended."""

    rules: Rules
    directory: Directory
    medications: Mapping[str, CodeableConcept | None]
    replaced: Replaced = NOBODY
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    seen: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    shown: dict[str, Counter[Release]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    fates: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    own: dict[str, bytes] = field(default_factory=dict)
    newest_day: int | None = None

    def settle(self, versions: list[Arrival]) -> None:
        """Read the version of a resource that counts."""
        arrival, others = newest(versions)
        if len(versions) > 1:
            self.fates[arrival.kind, "superseded"] += len(versions) - 1
        if others and any(comes_to != self._comes_to(arrival) for comes_to in map(self._comes_to, others)):
            self.issues.append(issue(arrival.source, arrival.kind, "version-conflict"))
        self.fates[arrival.kind, self._read(arrival)] += 1

    def _comes_to(self, arrival: Arrival) -> tuple[object, ...]:
        """What one version would come to, whatever it is called."""
        alone = Ledger(self.rules, self.directory, self.medications, self.replaced)
        fate = alone._read(arrival)
        facts = {patient: [replace(fact, ref="", also=()) for fact in each] for patient, each in alone.facts.items()}
        seen = {patient: set(days) for patient, days in alone.seen.items()}
        issues = [(one.path, one.code) for one in alone.issues]
        return fate, facts, seen, issues, alone.own, arrival.body if isinstance(arrival.body, Medication) else None

    def _read(self, arrival: Arrival) -> Fate:
        if arrival.is_deletion:
            return "deleted"
        if arrival.own is not None:
            self.own[arrival.key] = arrival.own
            return "own"
        if arrival.refused or arrival.body is None:
            self.issues += arrival.refused
            return "rejected"
        if isinstance(arrival.body, Trace):
            self._see(self._unasked_patient(arrival.body, arrival), arrival.body.moments, arrival)
            return "not relevant"
        desk = self._desk(arrival, arrival.kind)
        try:
            fate = self._read_body(arrival.body, arrival, desk)
        except Refusal as refusal:
            desk.refuse(refusal)
            fate = "rejected"
        self.issues += desk.issues
        return fate

    def _read_body(self, body: Body | Reading, arrival: Arrival, desk: Desk) -> Fate:
        match body:
            case Medication():
                return "not relevant"  # by itself: what was given refers to it
            case Patient() if arrival.key in self.replaced.unheard:
                return "superseded"
            case Patient():
                self._keep(arrival.key, read_patient(body, desk), arrival)
                if body.deceased_date_time is not None:
                    self._newer(desk.moment(body.deceased_date_time, "deceasedDateTime"))
                return "used"
            case Reading():
                facts = list(body.facts)
                desk.issues += body.remarks
            case MedicationAdministration():
                facts = read_administration(body, self._drug(body, arrival, desk), desk)
            case _:
                facts = _READINGS[type(body)](body, desk)
        moments = body.moments if isinstance(body, Reading) else contacts(body, desk)
        if not facts:
            subject = (body.subject, "subject") if isinstance(body, Reading) else subject_of(body)
            self._see(self._unasked_patient(Trace(*subject, moments), arrival), moments, arrival)
            return "rejected" if any(one.severity == "error" for one in desk.issues) else "not relevant"
        patient = self._patient(body, arrival)
        if patient is None:
            return "not relevant"
        self._keep(patient, facts, arrival)
        self._see(patient, moments, arrival)
        if isinstance(body, ResearchSubject):
            self._newer(entry_and_end(body, desk)[1])
        return "used"

    def _patient(self, body: Body | Reading, arrival: Arrival) -> str | None:
        if isinstance(body, Reading):
            return patient_of(body.subject, f"{arrival.kind}.subject", self.directory, arrival.document, arrival.key, ())
        reference, element = subject_of(body)
        path = f"{arrival.kind}.{element}"
        patient = patient_of(reference, path, self.directory, arrival.document, arrival.key, body.contained)
        inner = None if patient is None else inside(body.contained, "Patient", patient.rpartition("#")[2])
        if patient is not None and "#" in patient and inner is not None:
            desk = self._desk(arrival, "Patient")
            self._keep(patient, read_patient(as_patient(inner, f"{arrival.kind}.contained"), desk), arrival)
            self.issues += desk.issues
        return patient

    def _unasked_patient(self, trace: Trace, arrival: Arrival) -> str | None:
        """The patient of what the rules do not ask for: nobody is told when it is unclear."""
        try:
            return patient_of(trace.subject, "", self.directory, arrival.document, arrival.key, ()) if trace.moments else None
        except Refusal:
            return None

    def _drug(self, given: MedicationAdministration, arrival: Arrival, desk: Desk) -> CodeableConcept | None:
        """The drug by its own code, or by that of the Medication it refers to; raises Refusal where that was not sent."""
        code, reference = medication_of(given)
        if code is not None or reference is None or desk.standing(given.status) == "absent":
            return code
        text, path = reference.reference or "", "MedicationAdministration.medication"
        if text.startswith("#"):
            inner = inside(given.contained, "Medication", text[1:])
            if inner is not None:
                return code_of(inner, "MedicationAdministration.contained")
        found = self.directory.find(arrival.document, text)
        if found is None or found[1] not in self.medications:
            raise Refusal("medication-unresolved", path)
        return self.medications[found[1]]

    def _desk(self, arrival: Arrival, kind: str) -> Desk:
        return Desk(self.rules.vocabulary, self.rules.zone, kind, arrival.source, arrival.ref, arrival.key)

    def _keep(self, patient: str, facts: Iterable[Fact], arrival: Arrival) -> None:
        patient = self.replaced.names.get(patient, patient)
        self.facts.setdefault(patient, []).extend(facts)
        if arrival.release is not None:
            self.shown.setdefault(patient, Counter())[arrival.release] += 1

    def _see(self, patient: str | None, moments: Iterable[Moment], arrival: Arrival) -> None:
        """At most one sighting a day: the one whose resource comes first by name."""
        if patient is None:
            return
        for moment in moments:
            self._sight(self.replaced.names.get(patient, patient), moment, arrival.ref)

    def keep_all(self, pieces: Iterable[Brief], alike: Alike, name: str, base: int) -> None:
        """What was cut down and came once, of one file; base: the lines before those that the pieces count."""
        names, facts, shown, release = self.replaced.names, self.facts, self.shown, self.rules.release
        used: Counter[tuple[str, Fate]] = Counter()
        for piece in pieces:
            said = alike(piece)
            if said.remarks:
                source = piece.source(name, base)
                self.issues += [placed(remark, source) for remark in said.remarks]
            patient, ref, when = piece.patient, ref_to(piece.key, piece.version), moment_of(piece)
            if names:
                patient = names.get(patient, patient)
            if said.seen:
                self._sight(patient, when, ref)
            if not said.facts:
                is_wrong = any(one.severity == "error" for one in said.remarks)
                used[piece.kind, "rejected" if is_wrong else "not relevant"] += 1
                continue
            used[piece.kind, "used"] += 1
            of_one = facts.get(patient)
            if of_one is None:
                of_one = facts[patient] = []
            for fact in said.facts:
                of_one.append(as_said(fact, ref, when))
            showing = release or piece.release
            if showing is not None:
                of_patient = shown.get(patient)
                if of_patient is None:
                    of_patient = shown[patient] = Counter()
                of_patient[showing] += 1
        self.fates.update(used)

    def see_all(self, passed: Sequence[Passed], newest_until: int | None) -> None:
        """The sightings of what was passed over; only the newest of each patient where `newest_until` is given."""
        seen, names, newest = self.seen, self.replaced.names, self.newest_day
        best: dict[str, int] = {}
        for piece in passed:
            patient, said = piece.patient, piece.days
            if patient is None or not said:
                continue
            if names:
                patient = names.get(patient, patient)
            for first, last in (said,) if len(said) == 2 else zip(said[::2], said[1::2], strict=True):
                if newest is None or first > newest:
                    newest = first
                if newest_until is not None:
                    counted = min(first, newest_until)
                    if counted < best.get(patient, 0):
                        continue
                    best[patient] = counted
                days = seen.get(patient)
                if days is None:
                    days = seen[patient] = {}
                ref = ref_of(piece.key, meta_of(piece.meta))
                known = days.get((first, last))
                if known is None or ref < known:
                    days[first, last] = ref
        self.newest_day = newest
        self.fates.update({(kind, "not relevant"): number for kind, number in Counter([piece.kind for piece in passed]).items()})
        if newest_until is not None:
            for patient, days in seen.items():
                seen[patient] = _newest(days, newest_until)

    def _sight(self, patient: str, when: Moment, ref: str) -> None:
        days = self.seen.get(patient)
        if days is None:
            days = self.seen[patient] = {}
        day = when.first, when.last
        known = days.get(day)
        if known is None or ref < known:
            days[day] = ref
        self._newer(when)

    def _newer(self, moment: Moment | None) -> None:
        if moment is not None and (self.newest_day is None or moment.first > self.newest_day):
            self.newest_day = moment.first


def _newest(days: dict[tuple[int, int], str], until: int) -> dict[tuple[int, int], str]:
    """Of full days the newest, of those from `until` on the one whose resource comes first by name; and all vague ones."""
    exact = [day for day in days if day[0] == day[1]]
    newest = max((min(day[0], until) for day in exact), default=0)
    able = [day for day in exact if min(day[0], until) == newest]
    kept = {day: ref for day, ref in days.items() if day[0] != day[1]}
    if able:
        day = min(able, key=lambda day: (days[day], day))
        kept[day] = days[day]
    return kept

"""Resources that say the same of different patients on different days are read once.

What a resource comes to is told by a few of its elements, to which the first look cut it down (`Brief`). In an export they repeat
to the byte in thousands of resources; only whose it is, when it was and which version it is differ. So what the reading proper
makes of them is remembered, with what it had to remark.
"""

import dataclasses

from msgspec import Struct

from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.arrival import Rules, decoded, ref_to
from fhir_adapter.contact import took_place
from fhir_adapter.desk import Desk
from fhir_adapter.elements import Reference
from fhir_adapter.issue import Issue, Refusal
from fhir_adapter.observation import read_observation
from fhir_adapter.pieces import Brief
from fhir_adapter.resources import MedicationAdministration, Observation, Procedure
from fhir_adapter.treatment import read_administration, read_procedure
from fhir_adapter.versions import Reading

MOST_REMEMBERED = 25_000
"""What is remembered; then it is begun anew, so that memory stays what it is."""


class Said(Struct, frozen=True, gc=False):
    """What the elements of a resource come to.

    facts: without day and name. seen: whether the patient was seen. remarks: without the place, where something is wrong.
    """

    facts: tuple[Fact, ...] = ()
    seen: bool = False
    remarks: tuple[Issue, ...] = ()


class Alike:
    """Reads what was cut down, for one set of rules."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[tuple[str, bytes], Said] = {}

    def __call__(self, piece: Brief) -> Said:
        """What such a resource comes to."""
        said = piece.kind, piece.said
        found = self._known.get(said)
        if found is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            found = self._known[said] = self._read(*said)
        return found

    def reading(self, piece: Brief, source: str) -> Reading:
        """The same as said by one resource."""
        said, when = self(piece), moment_of(piece)
        ref = ref_to(piece.key, piece.version)
        remarks = tuple([placed(remark, source) for remark in said.remarks])
        facts = tuple([as_said(fact, ref, when) for fact in said.facts])
        return Reading(Reference(piece.patient), facts, (when,) if said.seen else (), remarks)

    def _read(self, kind: str, raw: bytes) -> Said:
        desk = Desk(self._rules.vocabulary, None, kind, "", "", "")
        try:
            body = decoded(kind, raw)
            match body:
                case Observation():
                    facts = read_observation(body, desk)
                case MedicationAdministration():
                    facts = read_administration(body, body.medication_codeable_concept, desk)
                case Procedure():
                    facts = read_procedure(body, desk)
                case _:
                    raise TypeError(f"a {kind} is not cut down")
        except Refusal as refusal:
            desk.refuse(refusal)
            return Said(remarks=tuple(desk.issues))
        return Said(tuple(facts), took_place(body, kind), tuple(desk.issues))


def moment_of(piece: Brief) -> Moment:
    """When it was."""
    return Moment(piece.day, piece.day, piece.instant)


def placed(remark: Issue, source: str) -> Issue:
    """A remark with its place."""
    return dataclasses.replace(remark, source=source)


def as_said(fact: Fact, ref: str, when: Moment) -> Fact:
    """What is remembered, as said by one resource."""
    return Fact(
        concept=fact.concept, ref=ref, value=fact.value, when=when, preliminary=fact.preliminary, certain=fact.certain,
        fallback=fact.fallback, marks=fact.marks, unit=fact.unit, lower_limit=fact.lower_limit, upper_limit=fact.upper_limit,
    )  # fmt: skip

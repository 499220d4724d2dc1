"""Observations that say the same of different patients on different days are read once.

What an Observation comes to is told by a few of its elements: code, value, reference range, interpretation, method and status. In
an export they repeat, to the byte, in thousands of resources; only whose it is, when it was and which version it is differ. So
what the reading proper (`fhir_adapter.observation`) makes of such bytes is remembered, where it had nothing to remark. Whatever
has any other element that matters is read in full.
"""

import msgspec
from msgspec import Raw, Struct, field
from msgspec.structs import replace

from engine.moment import Moment
from engine.record import Fact
from fhir_adapter.arrival import CONCLUSION, Rules, ref_of
from fhir_adapter.desk import Desk
from fhir_adapter.elements import Meta, Reference, Shape
from fhir_adapter.issue import Refusal
from fhir_adapter.observation import read_observation
from fhir_adapter.payload import exact
from fhir_adapter.pieces import Kept
from fhir_adapter.reference import ID
from fhir_adapter.releases import Release, recognise
from fhir_adapter.repeated import refuse_repeated
from fhir_adapter.resources import Observation
from fhir_adapter.versions import Arrival, Reading, digest_of, version_number

MOST_REMEMBERED = 50_000
"""Values that are remembered; then it is begun anew, so that memory stays what it is."""
_OWN = CONCLUSION.encode()
_NOTHING = Raw()
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_FULL = msgspec.json.Decoder(Observation, float_hook=exact)
_REFERENCE = msgspec.json.Decoder(Reference)


class _Told(Shape):
    """An Observation with nothing in it that is read but these; anything else is null or not there."""

    id: str
    status: str
    subject: Raw
    effective_date_time: str
    code: Raw
    meta: Meta = field(default_factory=Meta)
    value_quantity: Raw = _NOTHING
    value_codeable_concept: Raw = _NOTHING
    value_boolean: Raw = _NOTHING
    value_integer: Raw = _NOTHING
    interpretation: Raw = _NOTHING
    reference_range: Raw = _NOTHING
    method: Raw = _NOTHING
    data_absent_reason: Raw = _NOTHING
    # not here, since it is read as well
    value_range: None = None
    value_string: None = None
    value_ratio: None = None
    value_sampled_data: None = None
    value_time: None = None
    value_date_time: None = None
    value_period: None = None
    value_attachment: None = None
    value_reference: None = None
    contained: None = None
    effective_instant: None = None
    effective_period: None = None
    effective_timing: None = None
    specimen: None = None
    component: None = None
    # not here, since it shows a release
    body_structure: None = None
    instantiates_canonical: None = None
    instantiates_reference: None = None
    triggered_by: None = None


_TOLD = msgspec.json.Decoder(_Told)
Said = tuple[bytes, ...]


class _Remembered(Struct):
    """What bytes came to: facts without patient, day and name; None where it takes the reading proper."""

    facts: tuple[Fact, ...] | None


class Alike:
    """Reads Observations for one set of rules."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[Said, _Remembered] = {}
        self._releases: dict[tuple[str | None, ...], Release | None] = {}
        self._subjects: dict[bytes, Reference] = {}

    def __call__(self, piece: Kept, source: str) -> Arrival | None:
        """The Observation as it was read; None for one that has to be read in full, be it only to say what is wrong with it."""
        raw = piece.raw
        if piece.full_url is not None or piece.version or piece.modified or piece.hint or piece.names or _OWN in raw:
            return None
        try:
            told = _TOLD.decode(raw)
            refuse_repeated(raw, "Observation")
            facts = self._facts(told, raw)
            if facts is None or ID.fullmatch(told.id) is None:
                return None
            desk = Desk(self._rules.vocabulary, self._rules.zone, "Observation", "", "", "")
            when = desk.moment(told.effective_date_time, "effectiveDateTime")
            subject = self._subject(bytes(told.subject))
        except (*_ERRORS, Refusal):
            return None
        meta, key = told.meta, f"Observation/{told.id}"
        ref = ref_of(key, meta)
        return Arrival(
            kind="Observation",
            key=key,
            ref=ref,
            source=source,
            document=source,
            number=version_number(meta.version_id),
            changed=(meta.last_updated, None),
            digest=digest_of(raw),
            release=self._rules.release or self._release(meta.profile),
            body=Reading(subject, tuple([_of(fact, ref, when) for fact in facts]), (when,)),
        )

    def _facts(self, told: _Told, raw: bytes) -> tuple[Fact, ...] | None:
        said = (
            told.status.encode(), bytes(told.code), bytes(told.value_quantity), bytes(told.value_codeable_concept),
            bytes(told.value_boolean), bytes(told.value_integer), bytes(told.interpretation), bytes(told.reference_range),
            bytes(told.method), bytes(told.data_absent_reason),
        )  # fmt: skip
        known = self._known.get(said)
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[said] = _Remembered(self._read(raw))
        return known.facts

    def _read(self, raw: bytes) -> tuple[Fact, ...] | None:
        """What the reading proper makes of it; None where it is not worth remembering, or has remarks."""
        desk = Desk(self._rules.vocabulary, self._rules.zone, "Observation", "", "", "")
        facts = read_observation(_FULL.decode(raw), desk)
        return None if desk.issues or not facts else tuple(replace(fact, when=None) for fact in facts)

    def _subject(self, raw: bytes) -> Reference:
        found = self._subjects.get(raw)
        if found is None:
            if len(self._subjects) >= MOST_REMEMBERED:
                self._subjects.clear()
            found = self._subjects[raw] = _REFERENCE.decode(raw)
            if found.reference is None or found.reference.startswith("#"):
                raise Refusal("subject-missing", "")
        return found

    def _release(self, profiles: tuple[str | None, ...]) -> Release | None:
        if profiles not in self._releases:
            if len(self._releases) >= MOST_REMEMBERED:
                self._releases.clear()
            self._releases[profiles] = recognise("Observation", {}, profiles, None)
        return self._releases[profiles]


def _of(fact: Fact, ref: str, when: Moment) -> Fact:
    """What is remembered, as said by one resource."""
    return Fact(
        concept=fact.concept, ref=ref, value=fact.value, when=when, preliminary=fact.preliminary, certain=fact.certain,
        fallback=fact.fallback, marks=fact.marks, unit=fact.unit, lower_limit=fact.lower_limit, upper_limit=fact.upper_limit,
    )  # fmt: skip

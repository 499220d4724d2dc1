"""The first look at a resource: whether the rules ask for it, whose it is and when the patient was seen; nothing else is decoded.

Most resources of an export have nothing to do with the rules. What is odd in any way is not judged here but read in full, where
it is refused with a reason. Codes, wordings and references are looked at decoded, so that no spelling of them slips through; each
spelling is decoded once.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import CodeableConcept, CodeableReference, Period, Reference, Shape
from fhir_adapter.statuses import NOT_HAPPENED, STANDINGS

MOST_REMEMBERED = 20_000
"""Spellings of codes and references that are remembered; then it is begun anew, so that memory stays what it is."""

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)?)?", re.ASCII
)
_TO_SECONDS = len("yyyy-mm-ddThh:mm:ss")
WITHDRAWN = "entered-in-error"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_NOTHING = Raw()
_CONCEPT = msgspec.json.Decoder(CodeableConcept | None)
_EITHER = msgspec.json.Decoder(CodeableReference | None)
_REFERENCE = msgspec.json.Decoder(Reference | None)
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Coded(Shape):
    code: Raw = _NOTHING


class _Look(Shape):
    """What is looked at of any resource."""

    resource_type: str
    id: str | None = None
    meta: Raw = _NOTHING
    status: str | None = None
    subject: Raw = _NOTHING


class _Observation(_Look):
    code: Raw = _NOTHING
    component: tuple[_Coded, ...] = ()
    effective_date_time: str | None = None
    effective_instant: str | None = None
    effective_period: Period | None = None


class _Report(_Look):
    effective_date_time: str | None = None
    effective_period: Period | None = None


class _Encounter(_Look):
    period: Period | None = None
    actual_period: Period | None = None


class _Immunization(_Look):
    patient: Raw = _NOTHING
    occurrence_date_time: str | None = None


class _Procedure(_Look):
    code: Raw = _NOTHING
    performed_date_time: str | None = None
    performed_period: Period | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None


class _Condition(_Look):
    code: Raw = _NOTHING
    verification_status: Raw = _NOTHING
    recorded_date: str | None = None


class _Administration(_Look):
    medication_codeable_concept: Raw = _NOTHING
    medication_reference: Raw = _NOTHING
    medication: Raw = _NOTHING
    effective_date_time: str | None = None
    effective_period: Period | None = None
    occurence_date_time: str | None = None
    occurence_period: Period | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None


class Glance(NamedTuple):
    """What the first look saw. subject: the reference to the patient as it was written. days: pairs of first and last day."""

    kind: str
    id: str
    meta: bytes
    subject: str | None
    days: tuple[int, ...]
    is_asked_for: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """How one type is looked at. happened: whether a status says that it took place, `otherwise` for any not named."""

    decode: Callable[[bytes], Any]
    happened: dict[str | None, bool]
    otherwise: bool
    times: tuple[str, ...]
    periods: tuple[str, ...]
    asks: Callable[[Any], bool]


class Glances:
    """Looks at resources for one pack."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._spelt: dict[tuple[str, bytes], bool] = {}
        self._subjects: dict[bytes, str | None] = {}
        self._days: dict[str, int] = {}
        self._times: set[str] = set()
        self._ways = {
            "Observation": self._way("Observation", _Observation, self._observation),
            "DiagnosticReport": self._way("DiagnosticReport", _Report, _never),
            "Encounter": self._way("Encounter", _Encounter, _never),
            "Immunization": self._way("Immunization", _Immunization, _never),
            "Procedure": self._way("Procedure", _Procedure, lambda look: self._knows("Procedure", look.code)),
            "Condition": self._way("Condition", _Condition, lambda look: self._knows("Condition", look.code)),
            "MedicationAdministration": self._way("MedicationAdministration", _Administration, self._administration),
        }

    def kinds(self) -> frozenset[str]:
        """The types that can be looked at; every other is read in full."""
        return frozenset(self._ways)

    def __call__(self, kind: str, raw: bytes) -> Glance | None:
        """None for what has to be read in full, be it only to say what is wrong with it."""
        way = self._ways.get(kind)
        if way is None:
            return None
        try:
            look = way.decode(raw)
            if look.resource_type != kind or look.id is None or _ID.fullmatch(look.id) is None:
                return None
            days = self._seen(look, way)
            if days is None:
                return None
            subject = look.patient if kind == "Immunization" else look.subject
            return Glance(kind, look.id, bytes(look.meta), self._subject(bytes(subject)), days, way.asks(look))
        except _ERRORS:
            return None

    def _way(self, kind: str, shape: type[_Look], asks: Callable[[Any], bool]) -> _Way:
        statuses: dict[str | None, bool] = {name: how != "absent" for name, how in STANDINGS.get(kind, {}).items()}
        statuses |= dict.fromkeys(NOT_HAPPENED.get(kind, ()), False)
        names = shape.__struct_fields__
        times = tuple(name for name in names if name.endswith(("date_time", "instant", "recorded_date")))
        periods = tuple(name for name in names if name.endswith("period"))
        return _Way(msgspec.json.Decoder(shape).decode, statuses, kind not in STANDINGS, times, periods, asks)

    # --- when ---

    def _seen(self, look: _Look, way: _Way) -> tuple[int, ...] | None:
        if not way.happened.get(look.status, way.otherwise) or not self._was_recorded(look):
            return ()
        found: list[int] = []
        for name in way.times:
            text = getattr(look, name)
            if text is not None:
                day = self.day(text)
                if day is None:
                    return None
                found += (day, day)
        for name in way.periods:
            period = getattr(look, name)
            if period is not None:
                days = self._ends(period.start, period.end)
                if days is None:
                    return None
                found += days
        return tuple(found)

    def _ends(self, start: str | None, end: str | None) -> tuple[int, ...] | None:
        """The days on which a period begins and ends; None where it may end before it begins."""
        days: list[int] = []
        for text in (start, end):
            if text is not None:
                day = self.day(text)
                if day is None:
                    return None
                days += (day, day)
        if start is not None and end is not None and days[0] >= days[2]:
            alike = days[0] == days[2] and len(start) == len(end) and start[_TO_SECONDS:] == end[_TO_SECONDS:]
            if not alike or start > end:
                return None
        return tuple(days)

    def day(self, text: str) -> int | None:
        """The day that a full date or time lies on, as it was written; None for any other."""
        day, rest = self._days.get(text[:10]), text[10:]
        if day is not None and rest in self._times:
            return day
        match = _DATE.fullmatch(text)
        if match is None:
            return None
        try:
            day = date.fromisoformat(match[1]).toordinal()
        except ValueError:
            return None
        if len(self._times) >= MOST_REMEMBERED:
            self._times.clear()
        if len(self._days) >= MOST_REMEMBERED:
            self._days.clear()
        self._days[match[1]] = day
        self._times.add(rest)
        return day

    # --- whose ---

    def _subject(self, raw: bytes) -> str | None:
        """The text of a reference; raises for one that has to be looked at more closely."""
        if raw in self._subjects:
            return self._subjects[raw]
        found = _REFERENCE.decode(raw) if raw else None
        if found is not None and (found.reference is None or found.reference.startswith("#")):
            raise msgspec.DecodeError("contained or logical")
        if len(self._subjects) >= MOST_REMEMBERED:
            self._subjects.clear()
        text = self._subjects[raw] = None if found is None else found.reference
        return text

    # --- what ---

    def _knows(self, kind: str, raw: Raw) -> bool:
        """Whether the pack mentions a code, whatever way it is spelt."""
        key = (kind, bytes(raw))
        found = self._spelt.get(key)
        if found is None:
            if len(self._spelt) >= MOST_REMEMBERED:
                self._spelt.clear()
            found = self._vocabulary.mentions(kind, _CONCEPT.decode(raw) if raw else None)
            self._spelt[key] = found
        return found

    def _observation(self, look: _Observation) -> bool:
        if self._knows("Observation", look.code):
            return True
        return any(self._knows("Observation", part.code) for part in look.component)

    def _was_recorded(self, look: _Look) -> bool:
        """Whether the record of a Condition stands; that of any other does by its status."""
        if not isinstance(look, _Condition) or not look.verification_status:
            return True
        found = _CONCEPT.decode(look.verification_status)
        return found is None or all(coding.code != WITHDRAWN for coding in found.coding)

    def _administration(self, look: _Administration) -> bool:
        if look.medication_codeable_concept:
            return self._knows("MedicationAdministration", look.medication_codeable_concept)
        return True


def _never(_: _Look) -> bool:
    return False

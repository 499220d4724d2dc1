"""The first look at a resource: whether the rules ask for it, whose it is and when the patient was seen; nothing else is decoded.

Most resources of an export have nothing to do with the rules, and leave no more than that. Of those that have, most say what they
say in a few elements, and are cut down to these (`Brief`). Every other is kept whole, and read in full. What is odd in any way is
not judged here but read in full, where it is refused with a reason. Codes, wordings and references are looked at decoded, so that
no spelling of them slips through; each spelling is decoded once.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
from msgspec import Raw

from engine.moment import read_moment
from fhir_adapter.arrival import CONCLUSION, Validation
from fhir_adapter.bundle import Found
from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import CodeableConcept, Meta, Period, Reference
from fhir_adapter.issue import Refusal
from fhir_adapter.looks import WAYS, Cut, Way
from fhir_adapter.pieces import Brief, Kept, Passed
from fhir_adapter.reference import ID, relative
from fhir_adapter.releases import Release, recognise
from fhir_adapter.repeated import refuse_repeated
from fhir_adapter.versions import digest_of

MOST_REMEMBERED = 100_000
"""Spellings of codes, references and times that are remembered; then it is begun anew, so that memory stays what it is."""

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)((?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)?)?)", re.ASCII
)
_TO_SECONDS = len("yyyy-mm-ddThh:mm:ss")
_A_DAY = 86_400_000_000
_KIND = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
_OWN = CONCLUSION.encode()
WITHDRAWN = "entered-in-error"
_CONCEPT = msgspec.json.Decoder(CodeableConcept | None)
_REFERENCE = msgspec.json.Decoder(Reference | None)
_META = msgspec.json.Decoder(Meta)
_NO_META = Meta()
_ID = ID.fullmatch
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Refusal)

Asks = Callable[[Any], bool]
"""Whether the pack asks for what was looked at."""
At = tuple[int, int | None]
"""A day as an ordinal, and microseconds since year 1 where a time with a zone was written."""


class Glances:
    """Looks at resources for one pack, in days as they were written. newest: the last day, as an ordinal, that it came upon."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.newest = 0
        self._spelt: dict[tuple[str, bytes], bool] = {}
        self._patients: dict[bytes, str | None] = {}
        self._days: dict[str, int] = {}
        self._times: dict[str, int | None] = {}
        self._releases: dict[tuple[str, tuple[str | None, ...]], Release | None] = {}
        self._beginnings: dict[bytes, tuple[Way, Asks]] = {}
        self._asks: dict[str, Asks] = {
            "Observation": self._observation,
            "Procedure": lambda look: self._knows("Procedure", look.code),
            "Condition": lambda look: self._knows("Condition", look.code),
            "MedicationAdministration": self._administration,
        }

    def __call__(self, raw: bytes, line: int, how: Validation) -> Passed | Brief | Kept | None:
        """The piece that a resource leaves; None for what has to be looked at more closely, be it only to say what is wrong.

        raw: one JSON object on a line of its own, in UTF-8.
        """
        beginning = raw[: raw.find(b",")]
        found = self._beginnings.get(beginning) or self._begun(raw, beginning)
        if found is None:
            return None
        way, asks = found
        try:
            look = way.decode(raw)
            if look.resource_type != way.kind or _ID(look.id) is None or (look.identifier and _OWN in bytes(look.identifier)):
                return None
            at, days = None, self._seen(look, way)
            if days is None:
                return None
            if days and days[-1] > self.newest:
                self.newest = max(days)
            subject = bytes(way.subject(look))
            patient = self._patients[subject] if subject in self._patients else self._patient(subject)
            key = f"{way.kind}/{look.id}"
            if not asks(look):
                return Passed(line, "", way.kind, key, bytes(look.meta), digest_of(raw), patient, days)
            cut = way.cut
            if cut is not None and patient is not None and look.status in way.happened and cut.others(look) == cut.absent:
                at = self._at(cut.when(look) or "")
            if cut is None or patient is None or at is None:
                return Kept(line, "", way.kind, patient or key, key, raw, how)
            refuse_repeated(raw, way.kind)
            meta = _META.decode(look.meta) if look.meta else _NO_META
            return Brief(
                line, "", way.kind, key, meta.version_id, meta.last_updated, self._shown(way.kind, cut, meta.profile),
                digest_of(raw), patient, at[0], at[1], cut.down(look),
            )  # fmt: skip
        except _ERRORS:
            return None

    def passed(self, one: Found, line: int, find: Callable[[str], tuple[str, str | None]]) -> Passed | None:
        """The piece of a resource that the rules do not ask for, in a document where `find` explains references; else None."""
        way = WAYS.get(one.kind)
        if way is None:
            return None
        try:
            look = way.decode(one.raw)
            days = self._seen(look, way)
            if look.resource_type != way.kind or _ID(look.id) is None or days is None or self._asks.get(way.kind, _never)(look):
                return None
            text = _text(bytes(way.subject(look)))
        except _ERRORS:
            return None
        kind, key = ("", "") if text is None else find(text)
        if key is None or (text is not None and not kind):  # only another document may say who that is
            return None
        return Passed(
            line, one.source, way.kind, f"{way.kind}/{look.id}", bytes(look.meta), digest_of(one.raw),
            key if kind == "Patient" else None, days, one.version, one.modified,
        )  # fmt: skip

    def _begun(self, raw: bytes, beginning: bytes) -> tuple[Way, Asks] | None:
        """How a text is looked at; that of one that begins with its type is remembered by what stands before the first comma."""
        match = _KIND.search(raw)
        way = None if match is None else WAYS.get(match[1].decode())
        if match is None or way is None:
            return None
        found = way, self._asks.get(way.kind, _never)
        if match.end() == len(beginning) and len(self._beginnings) < MOST_REMEMBERED:
            self._beginnings[beginning] = found
        return found

    def _shown(self, kind: str, cut: Cut, profiles: tuple[str | None, ...]) -> Release | None:
        """The release that a resource shows which can be cut down."""
        said = (kind, profiles)
        if said not in self._releases:
            if len(self._releases) >= MOST_REMEMBERED:
                self._releases.clear()
            self._releases[said] = recognise(kind, dict.fromkeys(cut.shown), profiles, None)
        return self._releases[said]

    # --- when ---

    def _seen(self, look: Any, way: Way) -> tuple[int, ...] | None:
        """Pairs of first and last day on which the patient was seen; None where that takes more than a look."""
        if not way.happened.get(look.status, way.otherwise) or (way.kind == "Condition" and not _was_recorded(look)):
            return ()
        found: tuple[int, ...] = ()
        for when in way.times(look):
            if when is None:
                continue
            if isinstance(when, Period):
                days = self._ends(when.start, when.end)
                if days is None:
                    return None
                found += days
            else:
                at = self._at(when)
                if at is None:
                    return None
                found += (at[0], at[0])
        return found

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
        at = self._at(text)
        return None if at is None else at[0]

    def _at(self, text: str) -> At | None:
        """When that is; None for any text but a full date or time."""
        day, rest = self._days.get(text[:10]), text[10:]
        if day is None or rest not in self._times:
            match = _DATE.fullmatch(text)
            if match is None:
                return None
            try:
                moment = read_moment(text)
            except ValueError:
                return None
            if len(self._times) >= MOST_REMEMBERED:
                self._times.clear()
            if len(self._days) >= MOST_REMEMBERED:
                self._days.clear()
            day = self._days[match[1]] = date.fromisoformat(match[1]).toordinal()
            self._times[rest] = None if moment.instant is None else moment.instant - day * _A_DAY
        since_midnight = self._times[rest]
        return day, None if since_midnight is None else day * _A_DAY + since_midnight

    # --- whose ---

    def _patient(self, raw: bytes) -> str | None:
        """The key of the patient that a reference names, None for somebody else; raises where it has to be looked at closely."""
        text = _text(raw)
        key = None if text is None else relative(text)
        if text is not None and key is None:
            raise msgspec.DecodeError("neither relative nor absolute")
        if len(self._patients) >= MOST_REMEMBERED:
            self._patients.clear()
        patient = self._patients[raw] = key if key is not None and key.startswith("Patient/") else None
        return patient

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

    def _observation(self, look: Any) -> bool:
        if self._knows("Observation", look.code):
            return True
        parts = look.component
        return bool(parts) and any(self._knows("Observation", part.code) for part in parts)

    def _administration(self, look: Any) -> bool:
        if look.medication_codeable_concept:
            return self._knows("MedicationAdministration", look.medication_codeable_concept)
        return True


def _text(raw: bytes) -> str | None:
    """The text of a reference, None where there is none at all; raises for one that has to be looked at more closely."""
    found = _REFERENCE.decode(raw) if raw else None
    if found is not None and (found.reference is None or found.reference.startswith("#")):
        raise msgspec.DecodeError("contained or logical")
    return None if found is None else found.reference


def _was_recorded(look: Any) -> bool:
    """Whether the record of a Condition stands; that of any other does by its status."""
    if not look.verification_status:
        return True
    found = _CONCEPT.decode(look.verification_status)
    return found is None or all(coding.code != WITHDRAWN for coding in found.coding)


def _never(_: Any) -> bool:
    return False

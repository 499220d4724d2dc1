"""FHIR in: bytes to the records of patients, with an issue for whatever could not be used."""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import tzinfo

from engine.moment import Moment
from engine.record import Fact, PatientRecord
from fhir_adapter.alike import Alike
from fhir_adapter.arrival import Rules, Validation, cut_down, deleted, identify, passed_over, receive
from fhir_adapter.bundle import Found
from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import CodeableConcept
from fhir_adapter.issue import Issue, Refusal, issue
from fhir_adapter.ledger import Fate, Ledger
from fhir_adapter.payload import open_object
from fhir_adapter.pieces import AnyPiece, Brief, Gone, Kept, Named, Passed
from fhir_adapter.reference import Directory, relative, server, urn
from fhir_adapter.releases import PLAIN, RELEASES, Release
from fhir_adapter.replaced import NOBODY, replaced
from fhir_adapter.resources import Medication, Patient
from fhir_adapter.sorting import Sorter
from fhir_adapter.versions import Arrival, by_owner, newest


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run's input came to.

    counts: how many resources of each type ended how. skipped: Bundle entries with nothing to read. newest_day: the last day
    on which a patient was seen, left the study or died, as an ordinal. own: what Marrow wrote earlier, by `Type/id`.
    release: that of most patients' resources.
    """

    records: tuple[PatientRecord, ...]
    issues: tuple[Issue, ...]
    counts: Mapping[tuple[str, Fate], int]
    skipped: int
    newest_day: int | None
    own: Mapping[str, bytes]
    release: Release
    releases: Mapping[str, Release]

    def release_of(self, patient: str) -> Release:
        """The release that a patient's resources are written in; the run's where nothing in them shows one."""
        return self.releases.get(patient, self.release)

    @property
    def rejected(self) -> int:
        """How many resources were refused."""
        return sum(number for (_, fate), number in self.counts.items() if fate == "rejected")


class Reader:
    """Collects pieces in any order, then settles them: versions, references and patients are known only at the end."""

    __slots__ = (
        "_alike",
        "_arrivals",
        "_directory",
        "_fates",
        "_issues",
        "_known",
        "_looked_at",
        "_rules",
        "_servers",
        "_skipped",
        "_sorter",
    )

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        validation: Validation = "strict",
        release: Release | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._rules = Rules(vocabulary, validation, release, zone)
        self._sorter = Sorter(vocabulary, zone)
        self._alike = Alike(self._rules)
        self._arrivals: dict[str, list[Arrival]] = {}  # from here on as in `fresh`
        self._looked_at: list[tuple[str, int, list[Passed | Brief]]] = []
        self._known: Mapping[str, CodeableConcept | None] = {}
        self._directory = Directory()
        self._servers: dict[str, set[str]] = {}
        self._issues: list[Issue] = []
        self._fates: Counter[tuple[str, Fate]] = Counter()
        self._skipped = 0

    def fresh(self) -> "Reader":
        """Another one that has taken in nothing, with what this one remembers of how things are spelt."""
        found = copy(self)
        found._arrivals, found._looked_at, found._known = {}, [], {}
        found._directory, found._servers = Directory(), {}
        found._issues, found._fates, found._skipped = [], Counter(), 0
        return found

    def read(self, data: bytes, source: str, *, ndjson: bool = False, validation: Validation | None = None) -> None:
        """Take in a Bundle of any type, a single resource, or NDJSON; never raises for what is in it.

        source: what issues call it (a file's name); lines and Bundle entries are added.
        validation: of this, instead of the run's.
        """
        how = validation or self._rules.validation
        found = self._sorter.lines([data], how) if ndjson else self._sorter.document(data, how)
        self.take(found.pieces, source)
        self.take(found.shared, source)
        self.take(found.gone, source)
        self.count(found.counts, found.skipped)

    def take(self, pieces: Iterable[AnyPiece], name: str, base: int = 0) -> None:
        """Take in what was sorted before, of one file; base: the lines before those that the pieces count."""
        looked_at: list[Passed | Brief] = []
        self._looked_at.append((name, base, looked_at))
        for piece in pieces:
            if isinstance(piece, Passed | Brief):
                looked_at.append(piece)
            elif isinstance(piece, Kept):
                self._take_resource(piece, name, base)
            elif isinstance(piece, Gone):
                self._take_deletion(piece, name, base)
            elif isinstance(piece, Named):
                self._directory.enter(
                    piece.document(name, base), urn(piece.full_url) or piece.full_url, piece.kind, piece.full_url
                )
            else:
                self._issues.append(piece.issue(name, base))
                self._fates["", "rejected"] += piece.severity == "error"

    def count(self, counts: Counter[tuple[str, Fate]], skipped: int = 0) -> None:
        """Count what left no piece."""
        self._fates += counts
        self._skipped += skipped

    def know(self, medications: Mapping[str, CodeableConcept | None]) -> None:
        """Take Medications for known that were settled before, by key."""
        self._known = medications

    @property
    def medications(self) -> Mapping[str, CodeableConcept | None]:
        """What each Medication names, by key."""
        found = {key: newest(versions)[0].body for key, versions in self._arrivals.items()}
        return {**self._known, **{key: body.code for key, body in found.items() if isinstance(body, Medication)}}

    def finish(self, newest_until: int | None = None) -> Intake:
        """The records of all that was read, patients in order of their reference.

        newest_until: the day of evaluation, where only the newest of the days on which somebody was seen is of use.
        """
        looked_at = self._settle_looked_at()
        linked: list[Arrival] = []
        for versions in self._arrivals.values():
            one, _ = newest(versions)
            if isinstance(one.body, Patient) and one.body.link:
                linked.append(one)
        gone = replaced(linked, self._directory, self._is_sent) if linked else NOBODY
        ledger = Ledger(self._rules, self._directory, self.medications, gone, issues=list(gone.issues))
        for versions in self._arrivals.values():
            for of_one in by_owner(versions):
                ledger.settle(of_one)
        for name, base, pieces in looked_at:
            ledger.keep_all([piece for piece in pieces if isinstance(piece, Brief)], self._alike, name, base)
        ledger.see_all([piece for _, _, pieces in looked_at for piece in pieces if isinstance(piece, Passed)], newest_until)
        return _intake(ledger, self._issues, self._fates, self._skipped)

    def _settle_looked_at(self) -> list[tuple[str, int, list[Passed | Brief]]]:
        """What was no more than looked at and came once; the others become versions among the others of their resource."""
        keys = [piece.key for _, _, pieces in self._looked_at for piece in pieces]
        once = set(keys)
        if len(once) == len(keys) and once.isdisjoint(self._arrivals):
            return self._looked_at
        often = {key for key, times in Counter(keys).items() if times > 1 or key in self._arrivals}
        for name, base, pieces in self._looked_at:
            for piece in pieces:
                if piece.key in often:
                    arrival = self._arrived(piece, name, base)
                    if self._is_new(arrival):
                        self._arrivals.setdefault(arrival.key, []).append(arrival)
        return [(name, base, [piece for piece in pieces if piece.key not in often]) for name, base, pieces in self._looked_at]

    def _arrived(self, piece: Passed | Brief, name: str, base: int) -> Arrival:
        if isinstance(piece, Passed):
            return passed_over(piece, name, base)
        reading = self._alike.reading(piece, piece.source(name, base))
        return cut_down(piece, reading, self._rules.release or piece.release, name, base)

    def _is_sent(self, key: str) -> bool:
        versions = self._arrivals.get(key)
        return versions is not None and not newest(versions)[0].is_deletion

    def _take_resource(self, piece: Kept, name: str, base: int) -> None:
        found = Found(
            piece.kind, piece.raw, open_object(piece.raw), piece.source(name, base), piece.document(name, base), piece.full_url,
            piece.version, piece.modified, piece.hint,
        )  # fmt: skip
        for text, kind, key in piece.names:
            self._directory.enter(found.document, urn(text) or text, kind, key)
        try:
            arrival = identify(found, self._rules)
        except Refusal as refusal:
            self._issues.append(refusal.issue(found.source))
            self._fates[found.kind, "rejected"] += 1
            return
        self._enter(found, arrival)
        if self._is_new(arrival):
            self._arrivals.setdefault(arrival.key, []).append(receive(found, arrival, self._rules_of(piece.validation)))

    def _rules_of(self, validation: Validation) -> Rules:
        return self._rules if validation == self._rules.validation else replace(self._rules, validation=validation)

    def _take_deletion(self, gone: Gone, name: str, base: int) -> None:
        arrival = deleted(gone, gone.source(name, base))
        if self._is_new(arrival):
            self._arrivals.setdefault(arrival.key, []).append(arrival)

    def _is_new(self, arrival: Arrival) -> bool:
        """Whether this version was not sent before."""
        if not any(_same(arrival, known) for known in self._arrivals.get(arrival.key, ())):
            return True
        if not arrival.is_deletion:
            self._fates[arrival.kind, "superseded"] += 1
        return False

    def _enter(self, found: Found, arrival: Arrival) -> None:
        """Remember what a fullUrl names, and warn of two servers whose Patients share an id."""
        url = found.full_url
        if url is None:
            return
        if relative(url) != arrival.key:
            self._directory.enter(found.document, urn(url) or url, found.kind, arrival.key)
        home = server(url)
        if found.kind == "Patient" and home is not None:
            servers = self._servers.setdefault(arrival.key, set())
            if servers and home not in servers:
                self._issues.append(issue(found.source, "Bundle.entry.fullUrl", "two-servers"))
            servers.add(home)


def _same(one: Arrival, other: Arrival) -> bool:
    return one.digest == other.digest and (one.number, one.updated) == (other.number, other.updated)


def _intake(ledger: Ledger, issues: list[Issue], fates: Counter[tuple[str, Fate]], skipped: int) -> Intake:
    patients = sorted({*ledger.facts, *ledger.seen})
    records = tuple(
        PatientRecord.of(patient, (*ledger.facts.get(patient, ()), *_sightings(ledger, patient))) for patient in patients
    )
    releases = {patient: most(shown) for patient, shown in ledger.shown.items()}
    release = ledger.rules.release or most(Counter(releases.values()))
    return Intake(
        records=records,
        issues=(*issues, *ledger.issues),
        counts=dict(sorted((fates + ledger.fates).items())),
        skipped=skipped,
        newest_day=ledger.newest_day,
        own=dict(sorted(ledger.own.items())),
        release=release,
        releases=releases if ledger.rules.release is None else {},
    )


def _sightings(ledger: Ledger, patient: str) -> list[Fact]:
    """One fact a day on which the patient was seen, where the pack asks for it."""
    concepts = ledger.rules.vocabulary.only("any.date")
    days = ledger.seen.get(patient, {})
    return [Fact(concept=concept.name, ref=ref, when=Moment(*day)) for concept in concepts for day, ref in days.items()]


def most(shown: Counter[Release]) -> Release:
    """The release shown most often; of equals the older, and the plain one where none was shown."""
    return max(RELEASES, key=lambda release: (shown[release], release == PLAIN, -RELEASES.index(release)))

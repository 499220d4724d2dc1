"""FHIR in: bytes to the records of patients, with an issue for whatever could not be used."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from engine.moment import Moment
from engine.record import Fact, PatientRecord
from fhir_adapter.arrival import Rules, Validation, identify, is_own, receive
from fhir_adapter.bundle import Deleted, Found, Skipped, resources
from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import CodeableConcept
from fhir_adapter.issue import Issue, Refusal, issue
from fhir_adapter.ledger import Fate, Ledger
from fhir_adapter.payload import Document, documents
from fhir_adapter.reference import Directory, relative, server, urn
from fhir_adapter.releases import PLAIN, RELEASES, Release
from fhir_adapter.replaced import NOBODY, replaced
from fhir_adapter.resource_types import RESOURCE_TYPES
from fhir_adapter.resources import SHAPES, Medication, Patient
from fhir_adapter.versions import Arrival, by_owner, instant, newest, version_number


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
    """Collects the input of a run in any order, then settles it: versions, references and patients are known only at the end."""

    __slots__ = ("_arrivals", "_directory", "_fates", "_issues", "_rules", "_servers", "_skipped")

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        validation: Validation = "strict",
        release: Release | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._rules = Rules(vocabulary, validation, release, zone)
        self._arrivals: dict[str, list[Arrival]] = {}
        self._directory = Directory()
        self._servers: dict[str, set[str]] = {}
        self._issues: list[Issue] = []
        self._fates: Counter[tuple[str, Fate]] = Counter()
        self._skipped = 0

    def read(self, data: bytes, source: str, *, ndjson: bool = False, validation: Validation | None = None) -> None:
        """Take in a Bundle of any type, a single resource, or NDJSON; never raises for what is in it.

        source: what issues call it (a file's name); lines and Bundle entries are added.
        validation: from here on, instead of the run's.
        """
        if validation is not None and validation != self._rules.validation:
            self._rules = replace(self._rules, validation=validation)
        for document in documents(data, source, ndjson=ndjson):
            if isinstance(document, Document):
                for found in resources(document):
                    self._take(found)
            else:
                self._take(document)

    def finish(self) -> Intake:
        """The records of all that was read, patients in order of their reference."""
        medications: dict[str, CodeableConcept | None] = {}
        linked: list[Arrival] = []
        for versions in self._arrivals.values():
            one, _ = newest(versions)
            if isinstance(one.body, Medication):
                medications[one.key] = one.body.code
            elif isinstance(one.body, Patient) and one.body.link:
                linked.append(one)
        gone = replaced(linked, self._directory, self._is_sent) if linked else NOBODY
        ledger = Ledger(self._rules, self._directory, medications, gone, issues=list(gone.issues))
        for versions in self._arrivals.values():
            for of_one in by_owner(versions):
                ledger.settle(of_one)
        return _intake(ledger, self._issues, self._fates, self._skipped)

    def _is_sent(self, key: str) -> bool:
        versions = self._arrivals.get(key)
        return versions is not None and not newest(versions)[0].is_deletion

    def _take(self, found: Found | Deleted | Skipped | Issue) -> None:
        match found:
            case Found():
                self._take_resource(found)
            case Deleted():
                self._take_deletion(found)
            case Skipped():
                self._skipped += 1
            case Issue():
                self._issues.append(found)
                self._fates["", "rejected"] += found.severity == "error"

    def _take_resource(self, found: Found) -> None:
        if found.kind not in RESOURCE_TYPES:
            self._issues.append(issue(found.source, "resourceType", "unknown-resource-type"))
            self._fates["", "rejected"] += 1
            return
        if found.kind not in SHAPES and not is_own(found):
            self._fates[found.kind, "not relevant"] += 1
            self._enter(found, None)
            return
        try:
            arrival = identify(found, self._rules)
        except Refusal as refusal:
            self._issues.append(refusal.issue(found.source))
            self._fates[found.kind, "rejected"] += 1
            return
        self._enter(found, arrival)
        versions = self._arrivals.setdefault(arrival.key, [])
        if any(_same(arrival, known) for known in versions):
            self._fates[found.kind, "superseded"] += 1
            return
        versions.append(receive(found, arrival, self._rules))

    def _take_deletion(self, gone: Deleted) -> None:
        arrival = Arrival(
            kind=gone.key.partition("/")[0],
            key=gone.key,
            ref=gone.key,
            source=gone.source,
            document=gone.source,
            number=version_number(gone.version),
            updated=instant(gone.modified),
            digest=b"",
            is_deletion=True,
        )
        versions = self._arrivals.setdefault(arrival.key, [])
        if not any(_same(arrival, known) for known in versions):
            versions.append(arrival)

    def _enter(self, found: Found, arrival: Arrival | None) -> None:
        """Remember what a fullUrl names, and warn of two servers whose Patients share an id."""
        url = found.full_url
        if url is None:
            return
        if arrival is None:
            if relative(url) is None:
                self._directory.enter(found.document, urn(url) or url, found.kind, url)
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
    return (one.digest, one.number, one.updated) == (other.digest, other.number, other.updated)


def _intake(ledger: Ledger, issues: list[Issue], fates: Counter[tuple[str, Fate]], skipped: int) -> Intake:
    patients = sorted({*ledger.facts, *ledger.seen})
    records = tuple(
        PatientRecord.of(patient, (*ledger.facts.get(patient, ()), *_sightings(ledger, patient))) for patient in patients
    )
    releases = {patient: _most(shown) for patient, shown in ledger.shown.items()}
    release = ledger.rules.release or _most(Counter(releases.values()))
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


def _most(shown: Counter[Release]) -> Release:
    """The release shown most often; of equals the older, and the plain one where none was shown."""
    return max(RELEASES, key=lambda release: (shown[release], release == PLAIN, -RELEASES.index(release)))

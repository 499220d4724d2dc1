"""The first step of a run: bytes to pieces, each with the home that keeps it together; what nobody asks for is passed over.

A home is the key of a patient, else of the resource itself. What is concluded of a patient depends only on the pieces of one
home, except where homes hang together: `Sorted.ties`, one key in two homes, and a urn that is named in one and sought in another.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo

import msgspec

from fhir_adapter.arrival import CONCLUSION, Validation, is_own
from fhir_adapter.bundle import Deleted, Found, Skipped, resources, text_of
from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import Period, Reference, Shape
from fhir_adapter.glance import Glance, Glances
from fhir_adapter.issue import Issue, issue
from fhir_adapter.ledger import Fate
from fhir_adapter.payload import BYTE_ORDER_MARK, Document, documents, is_utf8
from fhir_adapter.pieces import AnyPiece, Gone, Kept, Named, Passed, Told
from fhir_adapter.reference import ID, relative, urn
from fhir_adapter.resource_types import RESOURCE_TYPES
from fhir_adapter.resources import SHAPES, PatientLink
from fhir_adapter.versions import digest_of

NOBODY = ""
"""The home of what is no resource."""
_KIND = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
_OWN = CONCLUSION.encode()


class _Either(Shape):
    reference: Reference | None = None


class _Whose(Shape):
    """The references by which a resource belongs to somebody or leads to something else, and dates that may be the newest."""

    subject: Reference | None = None
    patient: Reference | None = None
    individual: Reference | None = None
    medication_reference: Reference | None = None
    medication: _Either | None = None
    link: tuple[PatientLink, ...] = ()
    period: Period | None = None
    deceased_date_time: str | None = None


_WHOSE = msgspec.json.Decoder(_Whose)


@dataclass(slots=True)
class Sorted:
    """What a stretch of the input came to. homes, keys: of each piece, `""` where there is none.

    shared: Medications, to which resources of every home may refer. ties: homes that hang together. sought, named: texts of
    references that only a fullUrl elsewhere can explain, and fullUrls, each with its home. counts: what leaves no piece.
    newest: the last day on which anybody seems to have been seen, as an ordinal: not yet certain.
    """

    pieces: list[AnyPiece] = field(default_factory=list)
    homes: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    shared: list[AnyPiece] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    ties: list[tuple[str, str]] = field(default_factory=list)
    sought: list[tuple[str, str]] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    skipped: int = 0
    lines: int = 0
    newest: int = 0

    def add(self, home: str, key: str, piece: AnyPiece) -> None:
        self.pieces.append(piece)
        self.homes.append(home)
        self.keys.append(key)


class Sorter:
    """Sorts bytes for one pack."""

    def __init__(self, vocabulary: Vocabulary, zone: tzinfo | None = None) -> None:
        self._glances = Glances(vocabulary)
        self._is_able = zone is None  # days in another zone take more than a look
        self._restful: dict[str, str | None] = {}

    def lines(self, data: bytes, how: Validation) -> Sorted:
        """NDJSON, whole lines; they are counted from 1."""
        found = Sorted()
        if data.startswith(BYTE_ORDER_MARK):
            found.add(NOBODY, "", _told(issue("", "", "byte-order-mark"), 0))
            data = data[len(BYTE_ORDER_MARK) :]
        is_looked_at, number = how != "strict" and self._is_able, 0
        for number, line in enumerate(data.split(b"\n"), start=1):
            raw = line.strip()
            if not raw:
                continue
            look = self._look(raw) if is_looked_at else None
            if look is None or not self._looked(look, raw, number, how, found):
                self._read(documents(raw, ""), number, how, found)
        found.lines = number - 1 if data.endswith(b"\n") else number
        return found

    def document(self, data: bytes, how: Validation) -> Sorted:
        """A whole file: a Bundle or a single resource."""
        found = Sorted()
        self._read(documents(data, ""), 0, how, found)
        return found

    def _look(self, raw: bytes) -> Glance | None:
        match = _KIND.search(raw)
        if match is None or _OWN in raw or not (raw.isascii() or is_utf8(raw)):
            return None
        return self._glances(match[1].decode(), raw)

    def _looked(self, look: Glance, raw: bytes, number: int, how: Validation, found: Sorted) -> bool:
        """Take in what a look was enough for; False where the reference has to be looked at more closely."""
        patient, text = None, look.subject
        if text is not None:
            key = self._key_of(text)
            if key is None:
                return False
            patient = key if key.startswith("Patient/") else None
        key = f"{look.kind}/{look.id}"
        if look.is_asked_for:
            found.add(patient or key, key, Kept(number, "", look.kind, patient or key, raw, how))
        else:
            found.add(patient or key, key, Passed(number, "", look.kind, look.id, look.meta, digest_of(raw), patient, look.days))
        if look.days:
            found.newest = max(found.newest, *look.days)
        return True

    def _key_of(self, text: str) -> str | None:
        """`Type/id` of a reference, remembered."""
        if text in self._restful:
            return self._restful[text]
        if len(self._restful) > 50_000:
            self._restful.clear()
        key = self._restful[text] = relative(text)
        return key

    # --- what takes more than a look ---

    def _read(self, each: Iterable[Document | Issue], line: int, how: Validation, found: Sorted) -> None:
        for document in each:
            if isinstance(document, Issue):
                found.add(NOBODY, "", _told(document, line))
                continue
            inside = list(resources(document))
            local = _Local([one for one in inside if isinstance(one, Found)])
            for one in inside:
                match one:
                    case Found():
                        self._resource(one, line, how, local, found)
                    case Deleted():
                        found.gone.append(Gone(line, one.source, one.key, one.version, one.modified))
                    case Skipped():
                        found.skipped += 1
                    case Issue():
                        found.add(NOBODY, "", _told(one, line))

    def _resource(self, one: Found, line: int, how: Validation, local: "_Local", found: Sorted) -> None:
        is_ours = is_own(one)
        if one.kind not in RESOURCE_TYPES:
            found.add(NOBODY, "", _told(issue(one.source, "resourceType", "unknown-resource-type"), line))
            return
        if one.kind not in SHAPES and not is_ours:
            found.counts[one.kind, "not relevant"] += 1
            if one.full_url is not None and relative(one.full_url) is None:
                home = urn(one.full_url) or one.full_url
                found.named.append((home, home))
                found.add(home, "", Named(line, one.source, one.kind, home, one.full_url))
            return
        if how != "strict" and self._is_able and not is_ours and self._passed(one, line, local, found):
            return
        self._keep(one, line, how, local, found)

    def _passed(self, one: Found, line: int, local: "_Local", found: Sorted) -> bool:
        """Whether a look was enough."""
        look = self._glances(one.kind, one.raw)
        if look is None or look.is_asked_for:
            return False
        patient = None
        if look.subject is not None:
            kind, key = local.find(look.subject)
            if key is None:
                return False
            patient = key if kind == "Patient" else None
        key = f"{look.kind}/{look.id}"
        piece = Passed(
            line, one.source, look.kind, look.id, look.meta, digest_of(one.raw), patient, look.days, one.version, one.modified
        )  # fmt: skip
        found.add(patient or key, key, piece)
        if look.days:
            found.newest = max(found.newest, *look.days)
        return True

    def _keep(self, one: Found, line: int, how: Validation, local: "_Local", found: Sorted) -> None:
        key = key_of(one)
        whose = _whose(one.raw)
        subject = next((each for each in (whose.patient, whose.subject, whose.individual) if each is not None), None)
        others = [whose.medication_reference, None if whose.medication is None else whose.medication.reference]
        others += [link.other for link in whose.link]
        texts = [each.reference for each in (subject, *others) if each is not None and each.reference is not None]
        names = tuple((text, *local.names[text]) for text in dict.fromkeys(texts) if text in local.names)
        home = key or NOBODY
        if one.kind != "Patient" and subject is not None and subject.reference is not None:
            kind, of = local.find(subject.reference)
            home = of if of is not None and kind in ("Patient", "") else home
        piece = Kept(
            line, one.source, one.kind, home, one.raw, how, one.full_url, one.version, one.modified, one.hint, names
        )  # fmt: skip
        if one.kind == "Medication":
            found.shared.append(piece)
            return
        found.add(home, key, piece)
        for text in texts:
            if text not in local.names and relative(text) is None and not text.startswith("#"):
                found.sought.append((urn(text) or text, home))
        if one.full_url is not None and one.kind == "Patient" and relative(one.full_url) is None:
            found.named.append((urn(one.full_url) or one.full_url, home))
        for link in whose.link:
            kind, of = local.find("" if link.other is None else link.other.reference or "")
            if of is not None:
                found.ties.append((home, of))
        self._newer(whose, found)

    def _newer(self, whose: _Whose, found: Sorted) -> None:
        for text in (whose.deceased_date_time, None if whose.period is None else whose.period.end):
            day = None if text is None else self._glances.day(text)
            found.newest = max(found.newest, day or 0)


class _Local:
    """What the fullUrls of one document name."""

    def __init__(self, each: list[Found]) -> None:
        self.names: dict[str, tuple[str, str]] = {}
        for one in each:
            url = one.full_url
            if url is None or one.kind not in RESOURCE_TYPES:
                continue
            key = key_of(one) if one.kind in SHAPES or is_own(one) else url
            if (relative(url) is None) if key == url else (relative(url) != key):
                self.names.setdefault(urn(url) or url, (one.kind, key))

    def find(self, text: str) -> tuple[str, str | None]:
        """Type and key of what a reference names; no key where it names nothing that can be told here."""
        found = self.names.get(urn(text) or text)
        if found is not None:
            return found
        key = relative(text)
        if key is not None:
            return key.partition("/")[0], key
        return "", urn(text)


def key_of(one: Found) -> str:
    """The key that the resource is known by: its id, else its fullUrl; `""` where it has neither."""
    identity = text_of(one.elements.get("id"))
    if identity is not None and ID.fullmatch(identity) is not None:
        return f"{one.kind}/{identity}"
    url = one.full_url or ""
    return relative(url) or urn(url) or ""


def _whose(raw: bytes) -> _Whose:
    try:
        return _WHOSE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Whose()  # what is wrong with it is said where it is read


def _told(one: Issue, line: int) -> Told:
    return Told(line, one.source, one.path, one.code, one.severity, one.message)

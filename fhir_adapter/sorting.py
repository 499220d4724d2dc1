"""The first step of a run: bytes to pieces, each with the home that keeps it together; what nobody asks for is passed over.

A home is the key of a patient, else of the resource itself. What is concluded of a patient depends only on the pieces of one
home, except where homes hang together: `Sorted.ties`, one key in two homes, and a urn that is named in one and sought in another.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo

import msgspec

from fhir_adapter.arrival import Validation, is_own
from fhir_adapter.bundle import Deleted, Found, Skipped, resources, text_of
from fhir_adapter.codes import Vocabulary
from fhir_adapter.elements import Period, Reference, Shape
from fhir_adapter.glance import Glances
from fhir_adapter.issue import Issue, issue
from fhir_adapter.ledger import Fate
from fhir_adapter.payload import BYTE_ORDER_MARK, Document, documents, is_utf8
from fhir_adapter.pieces import AnyPiece, Gone, Kept, Named, Told
from fhir_adapter.reference import ID, relative, urn
from fhir_adapter.resource_types import RESOURCE_TYPES
from fhir_adapter.resources import SHAPES, PatientLink

NOBODY = ""
"""The home of what is no resource."""


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
    """What a stretch of the input came to.

    shared: Medications, to which resources of every home may refer. ties: homes that hang together. sought, named: texts of
    references that only a fullUrl elsewhere can explain, and fullUrls, each with its home. counts: what leaves no piece.
    newest: the last day on which anybody seems to have been seen, as an ordinal: not yet certain.
    """

    pieces: list[AnyPiece] = field(default_factory=list)
    shared: list[AnyPiece] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    ties: list[tuple[str, str]] = field(default_factory=list)
    sought: list[tuple[str, str]] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    skipped: int = 0
    lines: int = 0
    newest: int = 0


class Sorter:
    """Sorts bytes for one pack."""

    def __init__(self, vocabulary: Vocabulary, zone: tzinfo | None = None) -> None:
        self._glances = Glances(vocabulary)
        self._is_able = zone is None  # days in another zone take more than a look

    def lines(self, blocks: Iterable[bytes], how: Validation) -> Sorted:
        """NDJSON in blocks of whole lines, which are counted from 1."""
        found, look, is_looked_at, number = Sorted(), self._glances, how != "strict" and self._is_able, 0
        look.newest = 0
        pieces = found.pieces
        for block in blocks:
            data = block
            if not number and data.startswith(BYTE_ORDER_MARK):
                pieces.append(_told(issue("", "", "byte-order-mark"), 0))
                data = data[len(BYTE_ORDER_MARK) :]
            is_ascii = data.isascii()
            lines = data.split(b"\n")
            if not lines[-1]:
                lines.pop()
            for number, line in enumerate(lines, start=number + 1):  # noqa: B020 - it goes on over the blocks
                raw = line.strip()
                if not raw:
                    continue
                piece = look(raw, number, how) if is_looked_at and (is_ascii or is_utf8(raw)) else None
                if piece is None:
                    self._read(documents(raw, ""), number, how, found)
                else:
                    pieces.append(piece)
        found.lines = number
        found.newest = max(found.newest, look.newest)
        return found

    def document(self, data: bytes, how: Validation) -> Sorted:
        """A whole file: a Bundle or a single resource."""
        found = Sorted()
        self._read(documents(data, ""), 0, how, found)
        return found

    # --- what takes more than a look ---

    def _read(self, each: Iterable[Document | Issue], line: int, how: Validation, found: Sorted) -> None:
        for document in each:
            if isinstance(document, Issue):
                found.pieces.append(_told(document, line))
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
                        found.pieces.append(_told(one, line))

    def _resource(self, one: Found, line: int, how: Validation, local: "_Local", found: Sorted) -> None:
        is_ours = is_own(one)
        if one.kind not in RESOURCE_TYPES:
            found.pieces.append(_told(issue(one.source, "resourceType", "unknown-resource-type"), line))
            return
        if one.kind not in SHAPES and not is_ours:
            found.counts[one.kind, "not relevant"] += 1
            if one.full_url is not None and relative(one.full_url) is None:
                home = urn(one.full_url) or one.full_url
                found.named.append((home, home))
                found.pieces.append(Named(line, one.source, one.kind, home, one.full_url))
            return
        if how != "strict" and self._is_able and not is_ours and self._passed(one, line, local, found):
            return
        self._keep(one, line, how, local, found)

    def _passed(self, one: Found, line: int, local: "_Local", found: Sorted) -> bool:
        """Whether a look was enough."""
        piece = self._glances.passed(one, line, local.find)
        if piece is None:
            return False
        found.pieces.append(piece)
        if piece.days:
            found.newest = max(found.newest, *piece.days)
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
            line, one.source, one.kind, home, key, one.raw, how, one.full_url, one.version, one.modified, one.hint, names
        )  # fmt: skip
        if one.kind == "Medication":
            found.shared.append(piece)
            return
        found.pieces.append(piece)
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

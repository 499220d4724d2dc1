"""What the plain Python program reads: the resources that are asked for, in their newest version, as facts by patient."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
LOCAL, ATC = "urn:marrow:lan-2021", "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CELLS = {"10*9/L": 1, "x10E9/L": 1, "10*3/uL": 1, "10^3/uL": 1, "K/uL": 1, "/nL": 1, "/uL": 1000}
MASS = {"g/L": 1, "g/dL": -10}
PERCENT, ENZYME, SERUM = {"%": 1}, {"U/L": 1}, {"mg/dL": 1}
"""What a number is divided by, or multiplied with where it is negative."""

MEASURED: dict[tuple[str, str], tuple[str, dict[str, int]]] = {
    (system, code): (concept, units)
    for concept, units, system, codes in (
        ("anc", CELLS, LOINC, "751-8 26499-4 753-4"), ("plt", CELLS, LOINC, "777-3 26515-7 778-1 49497-1"),
        ("arc", CELLS, LOINC, "60474-4 14196-0 40665-2"), ("wbc", CELLS, LOINC, "6690-2 26464-8 804-5 49498-9"),
        ("hgb", MASS, LOINC, "718-7 20509-6 30350-3 30313-1 59260-0 93846-4 75928-2"),
        ("cellularity", PERCENT, LOCAL, "marrow-cellularity"), ("residual", PERCENT, LOCAL, "residual-haematopoietic-cells"),
        ("status", {}, LOCAL, "transfusion-status"),
        ("other", ENZYME, LOINC, "1742-6 1743-4 1744-2 77144-4 1920-8 30239-8 88112-8"),
        ("other", SERUM, LOINC, "2160-0 14682-9 77140-2 1975-2 14631-6 77137-8 1968-7 14629-0"),
    )
    for code in codes.split()
}  # fmt: skip
GIVEN, DONE = (
    {(system, code): concept for concept, system, codes in listed for code in codes.split()}
    for listed in (
        (
            ("rabbit", ATC, "L04AA04"), ("horse", ATC, "L04AA03"),
            ("eltrombopag", ATC, "B02BX05"), ("eltrombopag", RXNORM, "711942"),
            ("rabbit", RXNORM, "225741 107047 107050 1177887 2282525 2282527 2282528"),
            ("horse", RXNORM, "91601 1204 197906 206289 1870646 1165939 2282514 2282518 2282519"),
        ),
        (
            ("transplant", SNOMED, "234336002 445715009"), ("platelets", SNOMED, "12719002 180208003"),
            ("red_cells", SNOMED, "116863004 71493000 425513008 426290002 288170000 33389009 301842006"),
        ),
    )
)  # fmt: skip
NOT_DONE = {"entered-in-error", "cancelled", "not-done", "preparation", "registered"}
NEWEST_MEASURE = ("anc", "wbc", "plt", "arc", "cellularity", "residual", "other")


class Coding(msgspec.Struct, gc=False):
    system: str | None = None
    code: str | None = None


class Concept(msgspec.Struct, gc=False):
    coding: list[Coding] = []


class Quantity(msgspec.Struct, gc=False):
    value: float | None = None
    unit: str | None = None
    code: str | None = None
    comparator: str | None = None


class Range(msgspec.Struct, gc=False):
    low: Quantity
    high: Quantity


class Meta(msgspec.Struct, rename="camel", gc=False):
    version_id: str = "0"
    last_updated: str = ""


class Reference(msgspec.Struct, frozen=True, gc=False):
    reference: str = ""


class Period(msgspec.Struct, gc=False):
    start: str | None = None


class Resource(msgspec.Struct, rename="camel", gc=False):
    """The elements of every type that is read, side by side."""

    id: str
    meta: Meta
    subject: Reference = Reference()
    status: str = ""
    code: Concept | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    performed_date_time: str | None = None
    performed_period: Period | None = None
    value_quantity: Quantity | None = None
    value_range: Range | None = None
    value_codeable_concept: Concept | None = None
    method: Concept | None = None
    medication_codeable_concept: Concept | None = None
    gender: str | None = None
    birth_date: str | None = None
    deceased_date_time: str | None = None


class Fact(NamedTuple):
    """A value, or both ends of what it may be; `open`: not the upper end itself."""

    day: int
    at: datetime | None
    lo: float = 0
    hi: float = 0
    open: bool = False
    word: str = ""


Facts = dict[str, list[Fact]]


def resources(folder: Path, kind: str) -> Iterator[Resource]:
    """Each line that can be read."""
    decode = msgspec.json.Decoder(Resource).decode
    for path in sorted(folder.glob(f"{kind}.*ndjson")):
        with path.open("rb") as lines:
            for line in lines:
                try:
                    yield decode(line)
                except msgspec.DecodeError:
                    continue


def newest(folder: Path, kind: str, table: dict[tuple[str, str], Any]) -> list[tuple[Resource, Any]]:
    """The newest version of each resource with a code of the table, and what the table says of it."""
    found: dict[str, tuple[tuple[int, str], Resource, Any]] = {}
    for one in resources(folder, kind):
        code = one.code or one.medication_codeable_concept
        if code is None:
            continue
        for coding in code.coding:
            meaning = table.get((coding.system, coding.code))  # type: ignore[arg-type]
            if meaning is not None:
                rank = (int(one.meta.version_id), one.meta.last_updated)
                known = found.get(one.id)
                if known is None or known[0] < rank:
                    found[one.id] = rank, one, meaning
                break
    return [(one, meaning) for _, one, meaning in found.values()]


def moment(text: str | None) -> tuple[int, datetime | None] | None:
    """The day that was written, and the instant where there is one; None for what is no date."""
    try:
        if text is None:
            return None
        if len(text) == 10:
            return date.fromisoformat(text).toordinal(), None
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.date().toordinal(), at


def number(quantity: Quantity, units: dict[str, int]) -> float | None:
    divisor = units.get(quantity.unit or quantity.code or "") or units.get(quantity.code or "")
    if divisor is None or quantity.value is None:
        return None
    return quantity.value / divisor if divisor > 0 else quantity.value * -divisor


def fact(one: Resource, units: dict[str, int]) -> Fact | None:
    when = moment(one.effective_date_time)
    if when is None or one.status in NOT_DONE:
        return None
    word = one.method.coding[0].code or "" if one.method else ""
    if one.value_codeable_concept is not None:
        return Fact(*when, word=one.value_codeable_concept.coding[0].code or "")
    if one.value_range is not None:
        low, high = number(one.value_range.low, units), number(one.value_range.high, units)
        return None if low is None or high is None else Fact(*when, low, high, word=word)
    value = None if one.value_quantity is None else number(one.value_quantity, units)
    if value is None or one.value_quantity is None:
        return None
    if one.value_quantity.comparator == "<":
        return Fact(*when, 0, value, True, word)
    return Fact(*when, value, value, False, word)


def read(folder: Path) -> tuple[dict[str, Resource], dict[str, Facts]]:
    people = {one.id: one for one in resources(folder, "Patient")}
    facts: dict[str, Facts] = {name: defaultdict(list) for name in people}
    for one, (concept, units) in newest(folder, "Observation", MEASURED):
        found = fact(one, units)
        if found is not None:
            facts[one.subject.reference[8:]][concept].append(found)
    for kind, table in (("MedicationAdministration", GIVEN), ("Procedure", DONE)):
        for one, concept in newest(folder, kind, table):
            period = one.effective_period or one.performed_period
            when = moment(one.effective_date_time or one.performed_date_time or (period and period.start))
            if when is not None and one.status not in NOT_DONE:
                facts[one.subject.reference[8:]][concept].append(Fact(*when))
    return people, facts


# --- severity ---


def baseline(facts: list[Fact], day: int, at: datetime | None, back: int) -> list[Fact]:
    """The facts up to `back` days before a day, and on it up to the instant."""
    return [f for f in facts if day - back <= f.day <= day and not (f.day == day and at and f.at and f.at > at)]


def last(facts: list[Fact]) -> Fact | None:
    return max(facts, key=lambda f: (f.day, f.at), default=None)


def before_transfusion(facts: list[Fact], transfusions: list[Fact], days: int) -> Fact | None:
    """The last value that no transfusion went before; the lowest where each has one."""
    clean = [f for f in facts if not any(0 <= f.day - t.day <= days and t.at and f.at and t.at < f.at for t in transfusions)]
    return last(clean) or min(facts, key=lambda f: f.lo, default=None)


def marrow(facts: list[Fact]) -> Fact | None:
    return last([f for f in facts if f.word == "biopsy"] or facts)


def neutrophils(facts: Facts) -> tuple[list[Fact], list[Fact]]:
    """The counts, and where there is none at the time of a leukocyte count, that as their upper bound."""
    counted = {f.at for f in facts["anc"]}
    return facts["anc"], [f._replace(lo=0, open=False) for f in facts["wbc"] if f.at not in counted]


def last_neutrophils(counts: list[Fact], bounds: list[Fact]) -> Fact | None:
    """The last count; a bound where there is none, or where a later one excludes it."""
    count = last(counts)
    if count is None:
        return last(bounds)
    return last([b for b in bounds if b.at > count.at and count.lo > b.hi]) or count  # type: ignore[operator]

"""However a child's chart is written, the facts are the same: order, repetition, unit, UTC offset, release, validation."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record import PatientRecord
from fhir_adapter.read import Reader
from fhir_adapter.releases import RELEASES, Release
from tests.wire.sent import LOCAL, LOINC, SNOMED, UCUM, Json, code, vocabulary

_JSON = msgspec.json.Encoder(decimal_format="number")
_TEN = Decimal(10)

UNITS: dict[str, list[tuple[str, str | None, int]]] = {
    # canonical unit: unit text, UCUM code, and the power of ten that 1 of it is in the canonical unit
    "10*9/L": [("10*9/L", "10*9/L", 0), ("K/uL", None, 0), ("x10*9/L", "10*9/L", 0), ("cells/uL", "/uL", -3),
               ("10^12/L", None, 3)],
    "g/L": [("g/L", "g/L", 0), ("g/dl", "g/dL", 1), ("gm/dL", None, 1), ("mg/dL", "mg/dL", -2)],
    "%": [("%", "%", 0), ("percent", None, 0), ("1", "1", 2)],
    "kg": [("kg", "kg", 0), ("g", "g", -3), ("kgs", None, 0)],
    "mg": [("mg", "mg", 0), ("g", "g", 3), ("mcg", "ug", -3)],
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One thing in a chart, before anybody wrote it down."""

    kind: str
    name: str
    system: str
    code: str
    unit: str
    number: Decimal
    comparator: str | None
    time: datetime
    version: int


def _entry(kind: str, system: str, name: str, unit: str, most: int) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        kind=st.just(kind),
        name=st.sampled_from(["a", "b", "c", "d-1"]).map(lambda letter: f"{kind[:3].lower()}-{name}-{letter}"),
        system=st.just(system),
        code=st.just(name),
        unit=st.just(unit),
        number=st.decimals(min_value=most // 10 + 1, max_value=most, places=3),
        comparator=st.sampled_from([None, None, None, "<", ">="]) if kind == "Observation" else st.none(),
        time=st.datetimes(datetime(2013, 1, 1), datetime(2016, 1, 1)).map(lambda at: at.replace(hour=12)),  # noqa: DTZ001
        version=st.integers(1, 3),
    )


ENTRIES = st.one_of(
    _entry("Observation", LOINC, "751-8", "10*9/L", 400),
    _entry("Observation", LOINC, "777-3", "10*9/L", 900),
    _entry("Observation", LOINC, "718-7", "g/L", 200),
    _entry("Observation", LOCAL, "treg", "%", 90),
    _entry("Observation", LOINC, "29463-7", "kg", 90),
    _entry("MedicationAdministration", "http://www.whocc.no/atc", "L04AA04", "mg", 900),
    _entry("Procedure", SNOMED, "116863004", "", 1),
    _entry("Condition", SNOMED, "306058006", "", 1),
    _entry("AdverseEvent", "https://www.meddra.org", "10002218", "", 1),
    _entry("ResearchSubject", "", "MSC", "", 1),
)
CHARTS = st.lists(ENTRIES, min_size=1, max_size=8, unique_by=lambda entry: (entry.name, entry.version))


@dataclass(frozen=True)
class Hand:
    """How somebody writes: in which release, in which of the units, how many hours from Greenwich."""

    release: Release = "R4"
    unit: int = 0
    offset: int = 0


HANDS = st.builds(Hand, release=st.sampled_from(RELEASES), unit=st.integers(0, 4), offset=st.integers(-11, 11))
PLAIN = Hand()


def written(entry: Entry, hand: Hand) -> Json:
    """An entry in somebody's hand."""
    later = hand.release == "R5"
    at = (entry.time.replace(tzinfo=UTC)).astimezone(timezone(timedelta(hours=hand.offset))).isoformat()
    whose = {"reference": "Patient/p1"}
    resource: Json = {"resourceType": entry.kind, "id": entry.name, "meta": {"versionId": str(entry.version)}}
    if hand.release == "R4B":
        resource["meta"]["profile"] = [f"http://hl7.org/fhir/4.3/StructureDefinition/{entry.kind}"]
    what = code(entry.code, entry.system)
    match entry.kind:
        case "Observation":
            amount = _quantity(entry, hand)
            resource |= {"status": "final", "code": what, "subject": whose, "effectiveDateTime": at, "valueQuantity": amount}
        case "MedicationAdministration":
            drug = {"medication": {"concept": what}} if later else {"medicationCodeableConcept": what}
            when = {"occurenceDateTime": at} if later else {"effectiveDateTime": at}
            resource |= {"status": "completed", "subject": whose, "dosage": {"dose": _quantity(entry, hand)}} | drug | when
        case "Procedure":
            when = {"occurrenceDateTime": at} if later else {"performedDateTime": at}
            resource |= {"status": "completed", "code": what, "subject": whose} | when
        case "Condition":
            active = code("active", "http://terminology.hl7.org/CodeSystem/condition-clinical")
            evidence = [{"concept": {"text": "x"}}] if later else [{"code": [{"text": "x"}]}]
            resource |= {"code": what, "subject": whose, "onsetDateTime": at, "clinicalStatus": active, "evidence": evidence}
        case "AdverseEvent":
            grade = [{"url": "http://hl7.org/fhir/us/ctcae/StructureDefinition/ctcae-grade", "valueInteger": entry.version}]
            event = {"code": what, "occurrenceDateTime": at, "status": "completed"} if later else {"event": what, "date": at}
            resource |= {"actuality": "actual", "subject": whose, "extension": grade} | event
        case _:
            period = {
                "period": {"start": at},
                "status": "active" if later else "on-study",
                "study": {"reference": "ResearchStudy/s"},
            }
            named = {"subject": whose, "assignedComparisonGroup": entry.code}
            resource |= period | (named if later else {"individual": whose, "assignedArm": entry.code})
    return resource


def _quantity(entry: Entry, hand: Hand) -> Json:
    choices = UNITS[entry.unit]
    text, ucum, power = choices[hand.unit % len(choices)]
    quantity: Json = {"value": entry.number * _TEN**-power, "unit": text}
    if entry.comparator is not None:
        quantity["comparator"] = entry.comparator
    return quantity if ucum is None else quantity | {"system": UCUM, "code": ucum}


def records(*resources: Json, kind: str = "collection", validation: Any = "fast") -> tuple[PatientRecord, ...]:
    """What is read of resources in one Bundle; nothing of what is written here may be refused."""
    reader = Reader(vocabulary(), validation=validation)
    bundle = {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]}
    reader.read(_JSON.encode(bundle), "chart.json")
    intake = reader.finish()
    assert [issue.code for issue in intake.issues] == []
    return intake.records


def plainly(chart: list[Entry]) -> tuple[PatientRecord, ...]:
    return records(*(written(entry, PLAIN) for entry in chart))


@given(CHARTS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(chart: list[Entry], chance: random.Random) -> None:
    sent = [written(entry, PLAIN) for entry in chart]
    again = sent + chance.sample(sent, k=chance.randint(0, len(sent)))
    chance.shuffle(again)
    assert records(*again, kind="history") == plainly(chart)


@given(CHARTS, st.randoms(use_true_random=False))
def test_files_and_lines_change_nothing(chart: list[Entry], chance: random.Random) -> None:
    lines = [_JSON.encode(written(entry, PLAIN)) for entry in chart]
    chance.shuffle(lines)
    half = chance.randint(0, len(lines))
    reader = Reader(vocabulary(), validation="fast")
    for number, part in enumerate((lines[:half], lines[half:])):
        if part:
            reader.read(b"\n".join(part), f"{number}.ndjson", ndjson=True)
    assert reader.finish().records == plainly(chart)


@given(CHARTS, HANDS)
def test_unit_offset_and_release_change_nothing(chart: list[Entry], hand: Hand) -> None:
    assert records(*(written(entry, hand) for entry in chart)) == plainly(chart)


@given(CHARTS, st.lists(HANDS, min_size=8, max_size=8))
def test_a_chart_in_many_hands_is_one_chart(chart: list[Entry], hands: list[Hand]) -> None:
    assert records(*(written(entry, hand) for entry, hand in zip(chart, hands, strict=False))) == plainly(chart)


@settings(deadline=None)
@given(CHARTS, HANDS)
def test_strict_and_fast_read_the_same(chart: list[Entry], hand: Hand) -> None:
    sent = [written(entry, hand) for entry in chart]
    assert records(*sent, validation="strict") == records(*sent, validation="fast")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_raise(data: bytes) -> None:
    for is_lines in (False, True):
        reader = Reader(vocabulary(), validation="strict")
        reader.read(data, "x", ndjson=is_lines)
        assert reader.finish().records == ()


_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(ENTRIES, HANDS, st.data())
def test_junk_in_any_element_never_raises(entry: Entry, hand: Hand, data: st.DataObject) -> None:
    resource = written(entry, hand)
    place: Any = resource
    while True:
        names = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        name = data.draw(st.sampled_from(names))
        if isinstance(place[name], (dict, list)) and place[name] and data.draw(st.booleans()):
            place = place[name]
            continue
        place[name] = data.draw(_JUNK)
        break
    for validation in ("fast", "strict"):
        reader = Reader(vocabulary(), validation=validation)  # type: ignore[arg-type]
        reader.read(_JSON.encode(resource), "x")
        intake = reader.finish()
        assert all(issue.line() for issue in intake.issues)

"""However a child's chart is written, sent and evaluated, its conclusions are the same to the byte, and they are its own.

Every way of writing that may not matter is one function from chart to chart here. The children are those of the demonstration
cohort, so that every conclusion is at stake. The last tests turn one decisive thing in a chart and see the conclusion turn.
"""

import copy
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from engine.evaluation import Evaluation
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.demo.cohort import Release, bundles
from marrow.evaluation import EVALUATORS, evaluator
from marrow.lines import Lines
from marrow.packs import load_pack

Json = dict[str, Any]
AS_OF = datetime(2018, 4, 13).toordinal()  # noqa: DTZ001
RELEASES: tuple[Release, ...] = ("R4", "R4B", "R5")
UCUM = "http://unitsofmeasure.org"
_JSON = msgspec.json.Encoder(decimal_format="number")


@cache
def pack() -> Pack:
    return load_pack("lan_2021")


@cache
def lines() -> Lines:
    return Lines(pack())


@cache
def evaluation(name: Any) -> Evaluation:
    return Evaluation(pack(), evaluator(pack(), name))


@cache
def cohort(release: Release = "R4") -> dict[str, list[Json]]:
    """Each child's resources. Shared: copy before changing."""
    return {stem: [entry["resource"] for entry in bundle["entry"]] for stem, bundle in bundles(release)}


CHILDREN = sorted(cohort())


# --- a chart, and how it is sent ---


@dataclass(frozen=True)
class Sending:
    """A chart on its way: its resources, in which files, each a Bundle of some type or lines, read and judged by whom."""

    resources: list[Json]
    files: int = 1
    kind: str = "collection"
    is_lines: bool = False
    validation: Any = "fast"
    evaluator: str = "plain"


def documents(sending: Sending) -> Iterator[bytes]:
    for number in range(sending.files):
        part = sending.resources[number :: sending.files]
        if sending.is_lines:
            yield b"\n".join(_JSON.encode(resource) for resource in part)
        else:
            yield _JSON.encode({"resourceType": "Bundle", "type": sending.kind, "entry": [{"resource": one} for one in part]})


def concluded(sending: Sending) -> list[bytes]:
    """The lines of conclusions.ndjson; nothing that is sent here may be refused."""
    reader = Reader(Vocabulary.of(pack().concepts, pack().systems), validation=sending.validation)
    for number, data in enumerate(documents(sending)):
        reader.read(data, f"file-{number}", ndjson=sending.is_lines)
    intake = reader.finish()
    assert [(issue.code, issue.path) for issue in intake.issues] == []
    evaluate = evaluation(sending.evaluator)
    evaluated = [evaluate(record, AS_OF) for record in intake.records]
    return [line for one in evaluated for line in lines()(one)]


@cache
def plainly(child: str) -> list[bytes]:
    """The conclusions where the chart is sent as it is."""
    return concluded(Sending(cohort()[child]))


# --- ways of writing that may not matter ---

UNITS: dict[str, list[tuple[str, str | None, str]]] = {
    # unit as the cohort has it: unit text, UCUM code, and how many of these one of it is
    "10*9/L": [("10*3/uL", "10*3/uL", "1"), ("/uL", "/uL", "1000"), ("x10^9/L", None, "1"), ("K/uL", None, "1"),
               ("10*12/L", "10*12/L", "0.001"), ("cells/uL", None, "1000"), ("10*3/mm3", "10*3/mm3", "1")],
    "10*3/uL": [("10*9/L", "10*9/L", "1"), ("/uL", "/uL", "1000"), ("thou/uL", None, "1")],
    "10*6/uL": [("10*12/L", "10*12/L", "1"), ("10*9/L", "10*9/L", "1000"), ("/uL", "/uL", "1000000")],
    "/uL": [("10*9/L", "10*9/L", "0.001"), ("10*3/uL", "10*3/uL", "0.001"), ("/mm3", "/mm3", "1")],
    "g/L": [("g/dL", "g/dL", "0.1"), ("mg/dL", "mg/dL", "100"), ("g/dl", "g/dL", "0.1")],
    "g/dL": [("g/L", "g/L", "10"), ("mg/mL", "mg/mL", "10"), ("gm/dL", None, "1")],
    "%": [("percent", None, "1"), ("1", "1", "0.01")],
    "kg": [("g", "g", "1000"), ("kgs", None, "1")],
    "cm": [("m", "m", "0.01"), ("mm", "mm", "10")],
    "mg/dL": [("mg/L", "mg/L", "10"), ("g/L", "g/L", "0.01")],
    "U/L": [("IU/L", None, "1"), ("U/mL", "U/mL", "0.001")],
    "mg": [("g", "g", "0.001"), ("ug", "ug", "1000"), ("mcg", None, "1000")],
    "10*6": [("10*7", "10*7", "0.1")],
    "10*6/kg": [("10*7/kg", "10*7/kg", "0.1"), ("10*5/kg", "10*5/kg", "10")],
}  # fmt: skip

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same JSON with a change made to each part of it, from the outside in."""
    value = change(value)
    match value:
        case dict():
            return {name: everywhere(part, change) for name, part in value.items()}
        case list():
            return [everywhere(part, change) for part in value]
        case _:
            return value


def in_other_units(resources: list[Json], chance: random.Random) -> list[Json]:
    def change(part: Any) -> Any:
        if not isinstance(part, dict) or part.get("system") != UCUM or part["code"] not in UNITS or "value" not in part:
            return part
        unit, ucum, times = chance.choice(UNITS[part["code"]])
        quantity = {"value": Decimal(part["value"]) * Decimal(times), "unit": unit}
        return quantity if ucum is None else quantity | {"system": UCUM, "code": ucum}

    return everywhere(resources, change)  # type: ignore[no-any-return]


def in_other_zones(resources: list[Json], chance: random.Random) -> list[Json]:
    """Each instant by the clock of some place where it is the same day."""

    def change(part: Any) -> Any:
        if not isinstance(part, str) or INSTANT.fullmatch(part) is None:
            return part
        when = datetime.fromisoformat(part)
        elsewhere = (when.astimezone(timezone(timedelta(minutes=30 * half))) for half in range(-24, 29))
        return chance.choice([there for there in elsewhere if there.date() == when.date()]).isoformat()

    return everywhere(resources, change)  # type: ignore[no-any-return]


def with_other_references(resources: list[Json], chance: random.Random) -> list[Json]:
    def change(part: Any) -> Any:
        if not isinstance(part, dict) or not str(part.get("reference", "")).startswith("Patient/"):
            return part
        written = [part["reference"], f"https://hospital.example/fhir/{part['reference']}", f"{part['reference']}/_history/1"]
        return part | {"reference": chance.choice(written)}

    return everywhere(resources, change)  # type: ignore[no-any-return]


def shuffled(resources: list[Json], chance: random.Random) -> list[Json]:
    return chance.sample(resources, k=len(resources))


def repeated(resources: list[Json], chance: random.Random) -> list[Json]:
    return [*resources, *chance.sample(resources, k=chance.randint(1, len(resources)))]


def contradicting(resource: Json, chance: random.Random) -> Json:
    """The same resource saying something else: other numbers, other answers."""

    def change(part: Any) -> Any:
        match part:
            case Decimal() | int() if not isinstance(part, bool):
                return chance.choice([0, 1, 90])
            case bool():
                return not part
            case "NEG":
                return "POS"
            case "independent" | "dependent":
                return {"independent": "dependent", "dependent": "independent"}[part]
            case "MSC" | "control":
                return {"MSC": "control", "control": "MSC"}[part]
        return part

    changed: Json = everywhere(copy.deepcopy(resource), change)
    return changed


def with_older_versions(resources: list[Json], chance: random.Random) -> list[Json]:
    """Some resources once more as they were before they were corrected, in any order."""
    older = [_numbered(contradicting(one, chance), "0") for one in chance.sample(resources, k=len(resources) // 2)]
    return shuffled([*resources, *older], chance)


def _numbered(resource: Json, version: str) -> Json:
    return resource | {"meta": resource["meta"] | {"versionId": version}}


def with_errors(resources: list[Json], chance: random.Random) -> list[Json]:
    """More resources, of this child and of another course, that say of themselves that they never happened."""
    patient = next(one["id"] for one in resources if one["resourceType"] == "Patient")
    (other,) = {"msc-06", "ctl-05"} - {patient} if patient in ("msc-06", "ctl-05") else {chance.choice(["msc-06", "ctl-05"])}
    more = []
    for number, one in enumerate([*resources, *cohort()[other]]):
        wrong = _as_an_error(contradicting(one, chance), chance)
        if wrong is not None:
            text = _JSON.encode(wrong | {"id": f"wrong-{number}"}).replace(
                f"Patient/{other}".encode(), f"Patient/{patient}".encode()
            )
            more.append(msgspec.json.decode(text))
    assert more
    return [*resources, *more]


def _as_an_error(resource: Json, chance: random.Random) -> Json | None:
    match resource["resourceType"]:
        case "Observation":
            return resource | {"status": chance.choice(["entered-in-error", "cancelled"])}
        case "MedicationAdministration" | "Procedure":
            return resource | {"status": chance.choice(["entered-in-error", "not-done"])}
        case "Encounter":
            return resource | {"status": "entered-in-error"}
        case "Condition":
            system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
            wrong = {key: value for key, value in resource.items() if key != "clinicalStatus"}
            return wrong | {"verificationStatus": {"coding": [{"system": system, "code": "entered-in-error"}]}}
        case _:
            return None


WRITING = (
    in_other_units, in_other_zones, with_other_references, with_older_versions, with_errors, repeated, shuffled,
)  # fmt: skip
"""In this order where several come together: what is repeated is repeated as it is written."""


@pytest.mark.parametrize("way", WRITING, ids=lambda way: way.__name__)
@pytest.mark.parametrize("release", RELEASES)
def test_a_way_of_writing_changes_no_conclusion_of_any_child(way: Callable[..., list[Json]], release: Release) -> None:
    chance = random.Random(f"{way.__name__} {release}")
    for child in CHILDREN:
        written = way(cohort(release)[child], chance)
        assert written != cohort(release)[child]
        assert concluded(Sending(written)) == plainly(child), child


SENDINGS = {
    "as R4B": lambda child: Sending(cohort("R4B")[child]),
    "as R5": lambda child: Sending(cohort("R5")[child]),
    "strictly": lambda child: Sending(cohort()[child], validation="strict"),
    "as R5, strictly": lambda child: Sending(cohort("R5")[child], validation="strict"),
    "in many files": lambda child: Sending(cohort()[child], files=7),
    "as lines": lambda child: Sending(cohort()[child], is_lines=True),
    "as lines in many files": lambda child: Sending(cohort("R5")[child], is_lines=True, files=5),
    "as the answer to a search": lambda child: Sending(cohort()[child], kind="searchset"),
    "as a history": lambda child: Sending(cohort()[child], kind="history"),
    "by rete": lambda child: Sending(cohort()[child], evaluator="rete"),
    "by both": lambda child: Sending(cohort("R5")[child], evaluator="both"),
}


@pytest.mark.parametrize("way", SENDINGS)
def test_a_way_of_sending_changes_no_conclusion_of_any_child(way: str) -> None:
    for child in CHILDREN:
        assert concluded(SENDINGS[way](child)) == plainly(child), child


def test_children_do_not_touch_each_other() -> None:
    chance = random.Random("all")
    everybody = shuffled([resource for child in CHILDREN for resource in cohort()[child]], chance)
    assert concluded(Sending(everybody, files=3)) == [line for child in CHILDREN for line in plainly(child)]


@seed(20180413)
@settings(max_examples=60, deadline=None, database=None, phases=[Phase.generate])
@given(
    child=st.sampled_from(CHILDREN),
    release=st.sampled_from(RELEASES),
    ways=st.sets(st.sampled_from(WRITING), min_size=2),
    sending=st.builds(
        Sending,
        resources=st.just([]),
        files=st.integers(1, 9),
        kind=st.sampled_from(["collection", "searchset", "history", "batch-response"]),
        is_lines=st.booleans(),
        validation=st.sampled_from(["fast", "fast", "strict"]),
        evaluator=st.sampled_from(EVALUATORS),
    ),
    chance=st.integers(0, 2**32),
)
def test_all_ways_together_change_nothing(
    child: str, release: Release, ways: set[Callable[..., list[Json]]], sending: Sending, chance: int
) -> None:
    resources = cohort(release)[child]
    for way in WRITING:
        if way in ways:
            resources = way(resources, random.Random(chance))
    assert concluded(replace(sending, resources=resources)) == plainly(child)


# --- what does matter ---


def outcomes(resources: list[Json]) -> dict[str, str]:
    lines = [msgspec.json.decode(line) for line in concluded(Sending(resources))]
    return {line["conclusion"]: line["outcome"] for line in lines}


def _changed(child: str, identity: str, change: Callable[[Json], Json | None]) -> list[Json]:
    """The child's chart with one resource turned into another, or left out."""
    resources = copy.deepcopy(cohort()[child])
    (place,) = [place for place, one in enumerate(resources) if one["id"] == f"{child}{identity}"]
    new = change(resources[place])
    return [*resources[:place], *([] if new is None else [new]), *resources[place + 1 :]]


def measured(number: str) -> Callable[[Json], Json]:
    return lambda one: one | {"valueQuantity": one["valueQuantity"] | {"value": Decimal(number)}}


def given_as(number: str) -> Callable[[Json], Json]:
    return lambda one: one | {"dosage": one["dosage"] | {"dose": one["dosage"]["dose"] | {"value": Decimal(number)}}}


def having(**elements: Any) -> Callable[[Json], Json]:
    return lambda one: one | elements


def gone(_: Json) -> None:
    return None


def interpreted(answer: str) -> Callable[[Json], Json]:
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    return having(interpretation=[{"coding": [{"system": system, "code": answer}]}])


DECISIVE: list[tuple[str, str, Callable[[Json], Json | None], str, str, str]] = [
    # child, resource, what becomes of it, conclusion, outcome before and after
    ("ctl-06", "-anc-baseline", measured("0.2"), "severity", "SAA", "SAA"),
    ("ctl-06", "-anc-baseline", measured("0.199"), "severity", "SAA", "vSAA"),
    ("msc-01", "-anc-baseline", gone, "severity", "vSAA", "UNDETERMINED"),
    ("msc-01", "-marrow-cellularity-marrow", measured("50.1"), "severity", "vSAA", "NSAA"),
    ("msc-01", "-marrow-cellularity-marrow", gone, "severity", "vSAA", "UNDETERMINED"),
    ("msc-01", "-marrow-cellularity-marrow", having(status="entered-in-error"), "severity", "vSAA", "UNDETERMINED"),
    ("msc-01", "-marrow-cellularity-marrow", having(effectiveDateTime="2013-08-01"), "severity", "vSAA", "UNDETERMINED"),
    ("msc-01", "-chromosome-breakage-work-up", interpreted("POS"), "eligibility", "eligible", "ineligible"),
    ("msc-01", "-chromosome-breakage-work-up", gone, "eligibility", "eligible", "UNDETERMINED"),
    ("msc-01", "-alt-chemistry", measured("201"), "eligibility", "eligible", "ineligible"),
    ("msc-01", "-alt-chemistry", measured("200"), "eligibility", "eligible", "eligible"),
    ("msc-01", "", having(birthDate="1990-01-01"), "eligibility", "eligible", "ineligible"),
    ("msc-01", "", having(deceasedDateTime="2018-04-13"), "survival", "alive", "dead"),
    ("msc-01", "", having(deceasedDateTime="2018-04-13"), "failure", "none", "death"),
    ("msc-01", "-subject", having(assignedArm="control"), "arm", "MSC", "control"),
    ("msc-01", "-rabbit-atg-day-2", gone, "regimen.atg", "conforms", "deviates"),
    ("msc-01", "-rabbit-atg-day-2", given_as("20"), "regimen.atg", "conforms", "deviates"),
    ("msc-04", "-plt-day-90", measured("20"), "response.day_90", "PR", "TI_BELOW_PR"),
    ("msc-04", "-plt-day-90", gone, "response.day_90", "PR", "UNDETERMINED"),
    ("ctl-02", "-anc-day-90", measured("0"), "response.day_90", "PR", "TI_BELOW_PR"),
]


@pytest.mark.parametrize(
    ("child", "identity", "change", "conclusion", "before", "after"),
    DECISIVE,
    ids=[f"{child}{identity} {conclusion} {before} {after}" for child, identity, _, conclusion, before, after in DECISIVE],
)
def test_one_decisive_thing_turns_the_conclusion(
    child: str, identity: str, change: Callable[[Json], Json | None], conclusion: str, before: str, after: str
) -> None:
    assert outcomes(cohort()[child])[conclusion] == before
    assert outcomes(_changed(child, identity, change))[conclusion] == after


def test_the_transplant_is_the_failure() -> None:
    (transplant,) = [one["id"] for one in cohort()["msc-06"] if one["resourceType"] == "Procedure" and "transplant" in one["id"]]
    assert outcomes(cohort()["msc-06"])["failure"] == "treatment_failure"
    without = _changed("msc-06", transplant.removeprefix("msc-06"), having(status="entered-in-error"))
    assert outcomes(without)["failure"] == "none"


@pytest.mark.parametrize(("version", "outcome"), [("0", "vSAA"), ("2", "SAA")])
def test_a_newer_version_counts_and_an_older_one_does_not(version: str, outcome: str) -> None:
    (count,) = [one for one in cohort()["msc-01"] if one["id"] == "msc-01-anc-baseline"]
    corrected = _numbered(measured("0.4")(count), version)
    for resources in ([*cohort()["msc-01"], corrected], [corrected, *cohort()["msc-01"]]):
        assert outcomes(resources)["severity"] == outcome


def test_another_day_is_not_the_same_day() -> None:
    """Day 0 a day earlier by its own clock: a zone may not be changed so that the date changes."""
    (dose,) = [one for one in cohort()["msc-01"] if one["id"] == "msc-01-rabbit-atg-day-0"]
    assert dose["effectiveDateTime"] == "2013-11-07T10:00:00+08:00"
    moved = _changed("msc-01", "-rabbit-atg-day-0", having(effectiveDateTime="2013-11-06T21:00:00-05:00"))
    assert concluded(Sending(moved)) != plainly("msc-01")

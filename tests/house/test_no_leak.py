"""Nothing of a patient is said outside the results: markers are planted in every element of the cohort, and looked for.

What may name patients and their data are the conclusions and the FHIR that is written. Standard output, standard error and
issues.ndjson may not: no name, no value, no date, no text, and no logical id of a patient.
"""

import copy
import json
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from marrow.cli import COMMANDS, main
from marrow.demo.cohort import bundles
from tests.cli.calls import Answer, process

MARK = "Wanda-Plantagenet"
NUMBER, DATE, PATIENT = 7319731, "1187-06-05", "wanda-7319"
PLANTED = ("wanda", "plantagenet", "73197", "1187-06")
_JSON = msgspec.json.Encoder(decimal_format="number")

Json = dict[str, Any]
Place = tuple[str | int, ...]


def leaves(value: Any, before: Place = ()) -> Iterator[Place]:
    """The places of all that is no object and no list."""
    match value:
        case dict():
            yield from chain.from_iterable(leaves(part, (*before, name)) for name, part in value.items())
        case list():
            yield from chain.from_iterable(leaves(part, (*before, index)) for index, part in enumerate(value))
        case _:
            yield before


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def planted(resource: Json, place: Place, what: Any) -> Json:
    """The resource with something else at one place."""
    changed = copy.deepcopy(resource)
    at(changed, place[:-1])[place[-1]] = what
    return changed


def instead_of(value: Any) -> list[Any]:
    """What a marker can look like where a value stands: as valid as it can be, and broken."""
    broken: list[Any] = [MARK, [MARK], {MARK: MARK}, NUMBER, -NUMBER, str(NUMBER), DATE]
    return [*broken, f"{value}{MARK}", f"{MARK}/{value}", f"{value}\n{MARK}"] if isinstance(value, str) else broken


def _own(resource: Json, number: int) -> Json:
    """The resource as one of its own: about a planted patient, under an id of its own."""
    text = _JSON.encode(resource).decode()
    for child in ("msc", "ctl"):
        text = text.replace(f"Patient/{child}-", f"Patient/{PATIENT}-")
    own: Json = json.loads(text)
    own["id"] = f"{PATIENT}-{number}" if own["resourceType"] == "Patient" else f"r{number}"
    return own


@cache
def chart() -> tuple[Json, ...]:
    """For each type and each element that the cohort writes, resources with a marker there, each about a planted patient."""
    seen: set[tuple[str, ...]] = set()
    made: list[Json] = []
    for release in ("R4", "R5"):
        for _, bundle in bundles(release):  # type: ignore[arg-type]
            for entry in bundle["entry"]:
                resource = entry["resource"]
                for place in leaves(resource):
                    pattern = (resource["resourceType"], *(str(step) for step in place if isinstance(step, str)))
                    if pattern in seen:
                        continue
                    seen.add(pattern)
                    for what in instead_of(at(resource, place)):
                        own = _own(resource, len(made))
                        made.append(planted(own, place, what))
                    made.append(
                        planted(_own(resource, len(made)), (*place[:-1], MARK) if isinstance(place[-1], str) else place, 1)
                    )
    return tuple(made)


def named(patient: Json) -> Json:
    """A patient with everything that a person has."""
    return patient | {
        "name": [{"family": "Plantagenet", "given": ["Wanda"], "text": MARK}],
        "identifier": [{"system": "urn:oid:1.2.3", "value": str(NUMBER)}],
        "telecom": [{"system": "phone", "value": str(NUMBER)}],
        "address": [{"line": [MARK], "postalCode": "73197"}],
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{MARK}</div>'},
    }


def whole_charts() -> list[Json]:
    """The cohort as it is, but for who the children are."""
    found = []
    for stem, bundle in bundles("R4"):
        text = _JSON.encode(bundle).decode().replace(stem, f"{PATIENT}-{stem}")
        found += [entry["resource"] for entry in json.loads(text)["entry"]]
    return [named(resource) if resource["resourceType"] == "Patient" else resource for resource in found]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The planted resources as Bundles and as lines; entries of Bundles with markers around the resources."""
    place = tmp_path_factory.mktemp("planted")
    around: list[Json] = [
        {"fullUrl": f"urn:uuid:{MARK}", "resource": {"resourceType": MARK, MARK: MARK}},
        {"fullUrl": f"https://{MARK}.example/Patient/{PATIENT}", "resource": named({"resourceType": "Patient", "id": PATIENT})},
        {"fullUrl": f"https://other.example/Patient/{PATIENT}", "resource": named({"resourceType": "Patient", "id": PATIENT})},
        {"resource": MARK},
        {"resource": [MARK]},
        {MARK: MARK},
        {"request": {"method": "DELETE", "url": f"Patient/{PATIENT}-gone"}, "response": {"etag": MARK, "lastModified": MARK}},
        {"response": {"status": f"404 {MARK}"}, "resource": {"resourceType": "OperationOutcome", "id": MARK}},
    ]
    entries = [*around, *({"resource": resource} for resource in (*chart(), *whole_charts()))]
    bundle = {"resourceType": "Bundle", "id": MARK, "type": "collection", "identifier": {"value": MARK}, "entry": entries}
    broken = json.dumps(named({"resourceType": "Patient", "id": PATIENT})).encode()
    lines = [
        *(json.dumps(one).encode() for one in (*chart(), *whole_charts())),
        broken[:-9],
        broken + broken,
        b"[" + broken + b"]",
    ]
    texts = {
        "bundle.json": json.dumps(bundle).encode(),
        "lines.ndjson": b"\n".join(lines),
        "half.json": broken[:-9],
        "list.json": b"[" + broken + b"]",
        "prose.json": f"{MARK}, born {DATE}".encode(),
        "wide.json": broken.decode().encode("utf-16"),
        "latin.json": f'{{"resourceType": "Patient", "id": "{MARK}ä"}}'.encode("latin-1"),
        "type.json": json.dumps({"resourceType": MARK}).encode(),
        "packed.json.gz": b"\x1f\x8b" + broken,
    }
    for name, data in texts.items():
        (place / name).write_bytes(data)
    return {name: place / name for name in texts}


def leaks(answer: Answer, out: Path) -> list[str]:
    """Every line outside the results that holds something planted."""
    issues = out / "issues.ndjson"
    told = issues.read_text(encoding="utf-8") if issues.exists() else ""
    said = chain(answer.out.splitlines(), answer.err.splitlines(), told.splitlines())
    return [line for line in said if any(mark in line.lower() for mark in PLANTED)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("bundle.json", []),
        ("bundle.json", ["--validation", "fast", "--evaluator", "both", "--cutoff", "2018-04-13", "--set", "ti.days=56"]),
        ("bundle.json", ["--fhir", "R5"]),
        ("lines.ndjson", ["--jobs", "2", "--as-of", "2018-04-13", "--fail-on-issues"]),
        ("lines.ndjson", ["--validation", "strict", "--fhir", "R4B", "--evaluator", "rete", "--quiet"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_no_marker_is_said(inputs: dict[str, Path], tmp_path: Path, name: str, options: list[str]) -> None:
    answer = process("evaluate", inputs[name], "--out", tmp_path / "out", *options)
    assert answer.status in (0, 1)
    assert leaks(answer, tmp_path / "out") == []
    issues = [json.loads(line) for line in (tmp_path / "out" / "issues.ndjson").read_text(encoding="utf-8").splitlines()]
    assert len(issues) > 500
    assert len({issue["code"] for issue in issues}) > 15
    assert PATIENT in (tmp_path / "out" / "conclusions.ndjson").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["half.json", "list.json", "prose.json", "wide.json", "latin.json", "type.json", "packed.json.gz"]
)
def test_no_marker_is_said_of_what_cannot_be_read(inputs: dict[str, Path], tmp_path: Path, name: str) -> None:
    for arguments, stdin in (([inputs[name]], b""), (["-"], inputs[name].read_bytes())):
        answer = process("evaluate", *arguments, "--out", tmp_path / "out", stdin=stdin)
        assert answer.status == 2
        assert answer.err and leaks(answer, tmp_path / "out") == []


def test_a_fault_that_nobody_foresaw_is_told_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "stumble", ("tests.house.stumble", "stumble"))
    for kind in ("ValueError", "KeyError", "RuntimeError", "UnicodeDecodeError", "ValidationError"):
        result = CliRunner().invoke(main, ["stumble", kind, MARK])
        assert result.exit_code == 70
        assert (result.stdout, result.stderr.count("\n")) == ("", 1)
        assert result.stderr.startswith(f"marrow: a fault in Marrow itself: {kind} at stumble.py:")
        assert "wanda" not in result.stderr.lower()


def test_evaluators_that_disagree_are_told_by_what_they_disagree_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "stumble", ("tests.house.stumble", "stumble"))
    result = CliRunner().invoke(main, ["stumble", "Disagreement", MARK])
    assert result.exit_code == 70
    assert result.stderr == "marrow: plain and rete disagree on criterion meets_saa: met / unknown\n"

"""What the service answers is what the command line writes: the same bytes for the same Bundle."""

import copy
import gzip
import json
from pathlib import Path

import pytest
from fastapi import FastAPI

from marrow.demo.cohort import Release
from tests.cli.calls import Json, call, child, text, write
from tests.service.asking import evaluate, in_parts

CHILDREN = ("msc-01", "msc-05", "ctl-02")


def by_command(folder: Path, bundle: Json, *options: str) -> bytes:
    """The bundle.json that the command line writes."""
    answer = call("evaluate", write(folder / "in.json", bundle), "--out", folder / "out", *options)
    assert answer.status == 0
    return (folder / "out" / "bundle.json").read_bytes()


@pytest.mark.parametrize("release", ["R4", "R5"])
@pytest.mark.parametrize("name", CHILDREN)
def test_a_child_of_the_demonstration_gives_what_the_command_line_writes(
    app: FastAPI, tmp_path: Path, name: str, release: Release
) -> None:
    bundle = child(name, release)
    answer = evaluate(app, text(bundle))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.headers["x-marrow-issues"] == "error=0, warning=0"
    assert answer.content == by_command(tmp_path, bundle)
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(answer.content)["entry"]]
    assert {"Device", "Condition", "Provenance"} <= set(kinds)


@pytest.mark.parametrize(
    "days",
    [{"as_of": "2014-06-01"}, {"cutoff": "2015-01-01"}, {"as_of": "2016-01-01", "cutoff": "2014-06-01"}],
    ids=" ".join,
)
def test_the_days_are_those_of_the_command_line(app: FastAPI, tmp_path: Path, days: dict[str, str]) -> None:
    bundle = child("msc-01")
    options = [f"--{name.replace('_', '-')}={day}" for name, day in days.items()]
    answer = evaluate(app, text(bundle), "?" + "&".join(f"{name}={day}" for name, day in days.items()))
    assert answer.content == by_command(tmp_path, bundle, *options)
    assert answer.content != evaluate(app, text(bundle)).content


def test_several_children_in_one_bundle(app: FastAPI, tmp_path: Path) -> None:
    bundle = copy.deepcopy(child("msc-01"))
    bundle["entry"] += child("ctl-02")["entry"]
    assert evaluate(app, text(bundle)).content == by_command(tmp_path, bundle)


def test_what_was_concluded_earlier_and_is_not_any_more_is_withdrawn(app: FastAPI, tmp_path: Path) -> None:
    bundle = copy.deepcopy(child("msc-01"))
    earlier = json.loads(evaluate(app, text(bundle)).content)
    bundle["entry"] = [one for one in bundle["entry"] if one["resource"]["resourceType"] in ("Patient", "ResearchSubject")]
    bundle["entry"] += [{"fullUrl": one["fullUrl"], "resource": one["resource"]} for one in earlier["entry"]]
    answer = evaluate(app, text(bundle))
    assert b"entered-in-error" in answer.content
    assert answer.content == by_command(tmp_path, bundle)


@pytest.mark.parametrize(
    "kind", ["application/fhir+json", "application/json; charset=utf-8", 'Application/FHIR+JSON;charset="UTF-8"']
)
@pytest.mark.parametrize("packing", ["identity", "gzip"])
def test_each_media_type_plain_and_packed(app: FastAPI, kind: str, packing: str) -> None:
    plain = text(child("msc-01"))
    sent = gzip.compress(plain) if packing == "gzip" else plain
    answer = evaluate(app, sent, Content_Type=kind, Content_Encoding=packing)
    assert answer.content == evaluate(app, plain).content


def test_a_body_in_parts_and_gzip_in_members(app: FastAPI) -> None:
    plain = text(child("msc-01"))
    parts = [plain[start : start + 1000] for start in range(0, len(plain), 1000)]
    members = b"".join(gzip.compress(part) for part in parts)
    expected = evaluate(app, plain).content
    assert evaluate(app, in_parts(parts)).content == expected
    assert evaluate(app, members, Content_Encoding="gzip").content == expected


def test_issues_are_counted_in_a_header_and_the_bundle_stays_that_of_the_command_line(app: FastAPI, tmp_path: Path) -> None:
    bundle = copy.deepcopy(child("msc-01"))
    observations = [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Observation"]
    observations[0]["status"] = "perhaps"
    answer = evaluate(app, text(bundle))
    assert answer.headers["x-marrow-issues"] == "error=1, warning=0"
    assert answer.content == by_command(tmp_path, bundle)


def test_a_bundle_without_entries_is_sound(app: FastAPI, tmp_path: Path) -> None:
    bundle: Json = {"resourceType": "Bundle", "type": "collection"}
    answer = evaluate(app, text(bundle))
    assert answer.status_code == 200
    assert answer.content == by_command(tmp_path, bundle)

"""`marrow evaluate`: every form of input, and what is in every file that it writes."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.calls import (
    RESULTS,
    call,
    child,
    lines,
    outcomes,
    process,
    results,
    text,
    write,
    write_lines_by_type,
)
from tests.cli.conftest import CHILDREN

CONCLUSIONS = [
    "arm", "clonal_evolution", "eligibility", "failure", "regimen.atg", "regimen.csa", "regimen.msc", "response.day_180",
    "response.day_40", "response.day_90", "severity", "survival",
]  # fmt: skip
KEYS = [
    "patient", "pack", "pack_version", "conclusion", "outcome", "as_of", "effective", "possible", "missing", "flags", "evidence",
    "criteria", "parameters",
]  # fmt: skip
REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}(/_history/[A-Za-z0-9.-]+)?")


def evaluate(*inputs: str | Path, out: Path, stdin: bytes | None = None) -> Path:
    """Evaluated without a word against it; where the results are."""
    answer = call("evaluate", *inputs, "--out", out, stdin=stdin)
    assert (answer.status, answer.err) == (0, "")
    return out


# --- what goes in ---


def test_a_bundle(bundle: Path, out: Path) -> None:
    answer = call("evaluate", bundle, "--out", out)
    assert (answer.status, answer.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == sorted(RESULTS)
    assert outcomes(out)["Patient/msc-01"]["response.day_90"] == "TI_BELOW_PR"
    assert answer.out.splitlines()[0] == f"1 patients, 1 Conditions; results in {out}"
    assert answer.out.splitlines()[-1] == "resources: 3 not relevant, 93 used; issues: 0"


def test_a_single_resource(tmp_path: Path, out: Path) -> None:
    (patient,) = [entry["resource"] for entry in child("msc-01")["entry"] if entry["resource"]["resourceType"] == "Patient"]
    evaluate(write(tmp_path / "patient.json", patient), out=out)
    assert outcomes(out)["Patient/msc-01"]["severity"] == "UNDETERMINED"


def test_a_patient_with_nothing_but_one_count(tmp_path: Path, out: Path) -> None:
    counts = [entry["resource"] for entry in child("msc-01")["entry"] if entry["resource"]["id"] == "msc-01-anc-baseline"]
    evaluate(write(tmp_path / "anc.json", *counts), out=out)
    assert list(outcomes(out)) == ["Patient/msc-01"]


def test_a_folder_of_bundles(folder: Path, out: Path) -> None:
    evaluate(folder, out=out)
    assert list(outcomes(out)) == [f"Patient/{name}" for name in sorted(CHILDREN)]


@pytest.mark.parametrize("packed", [False, True])
def test_every_form_of_input_gives_the_same_conclusions(folder: Path, tmp_path: Path, packed: bool) -> None:
    gz = ".gz" if packed else ""
    each = [child(name) for name in CHILDREN]
    expected = results(evaluate(folder, out=tmp_path / "expected"), "conclusions.ndjson", "conditions.ndjson")
    apart = [write(tmp_path / "apart" / f"{name}.json{gz}", child(name)) for name in CHILDREN]
    together = {"resourceType": "Bundle", "type": "collection", "entry": [one for bundle in each for one in bundle["entry"]]}
    forms: dict[str, tuple[list[str | Path], bytes | None]] = {
        "several files": (list(apart), None),
        "a folder": ([tmp_path / "apart"], None),
        "a folder and a file of it": ([apart[0], tmp_path / "apart", tmp_path / "apart"], None),
        "one Bundle of all": ([write(tmp_path / f"all.json{gz}", together)], None),
        "a Bundle a line": ([write(tmp_path / f"all.ndjson{gz}", *each)], None),
        "a bulk export": ([write_lines_by_type(tmp_path / "bulk", each, packed)], None),
        "its files": (sorted(write_lines_by_type(tmp_path / "bulk", each, packed).iterdir()), None),
        "standard input": (["-"], (tmp_path / f"all.json{gz}").read_bytes()),
        "lines on standard input": (["-"], (tmp_path / f"all.ndjson{gz}").read_bytes()),
        "lines under any name": ([write(tmp_path / f"export.txt{gz}", *each)], None),
        "a file and standard input": ([apart[0], apart[1], "-"], apart[2].read_bytes()),
    }
    for name, (inputs, stdin) in forms.items():
        out = evaluate(*inputs, out=tmp_path / name, stdin=stdin)
        assert results(out, "conclusions.ndjson", "conditions.ndjson") == expected, name


def test_a_pipe_is_read_like_a_file(bundle: Path, tmp_path: Path) -> None:
    expected = results(evaluate(bundle, out=tmp_path / "expected"))
    answer = process("evaluate", "-", "--out", tmp_path / "out", stdin=bundle.read_bytes())
    assert (answer.status, answer.err) == (0, "")
    assert results(tmp_path / "out") == expected


def test_urns_of_two_files_of_one_name_are_kept_apart(tmp_path: Path, out: Path) -> None:
    for name, count in (("one", 100), ("other", 900)):
        patient = {"resourceType": "Patient", "id": name, "gender": "female", "birthDate": "2009-05-01"}
        observation = {
            "resourceType": "Observation",
            "id": f"anc-of-{name}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]},
            "subject": {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"},
            "effectiveDateTime": "2013-11-02",
            "valueQuantity": {"value": count, "unit": "/uL", "system": "http://unitsofmeasure.org", "code": "/uL"},
        }
        whose = {"fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111", "resource": patient}
        document = {"resourceType": "Bundle", "type": "collection", "entry": [whose, {"resource": observation}]}
        write(tmp_path / name / "bundle.json", document)
    evaluate(tmp_path / "one", tmp_path / "other" / "bundle.json", out=out)
    evidence = {
        line["patient"]: line["evidence"] for line in lines(out / "conclusions.ndjson") if line["conclusion"] == "severity"
    }
    assert evidence == {"Patient/one": ["Observation/anc-of-one"], "Patient/other": ["Observation/anc-of-other"]}


# --- what comes out ---


def test_conclusions_have_the_form_of_the_contract(folder: Path, out: Path) -> None:
    evaluate(folder, out=out)
    found = lines(out / "conclusions.ndjson")
    assert [(line["patient"], line["conclusion"]) for line in found] == sorted(
        (line["patient"], line["conclusion"]) for line in found
    )
    for line in found:
        assert list(line) == KEYS
        assert (line["pack"], line["pack_version"], line["as_of"]) == ("lan_2021", "1.0.0", "2018-04-13")
        assert line["effective"] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", line["effective"])
        assert all(isinstance(line[name], list) for name in ("possible", "missing", "flags", "evidence", "criteria"))
        assert all(REFERENCE.fullmatch(reference) for reference in line["evidence"])
        for criterion in line["criteria"]:
            assert [name for name in criterion if name != "kind"] == ["id", "status", "because"]
            assert criterion["status"] in ("met", "not_met", "unknown")
        assert (line["outcome"] == "UNDETERMINED") == bool(line["possible"])


@pytest.mark.parametrize("name", CHILDREN)
def test_every_conclusion_of_the_contract_is_there(folder: Path, out: Path, name: str) -> None:
    evaluate(folder, out=out)
    assert set(CONCLUSIONS) <= set(outcomes(out)[f"Patient/{name}"])


def test_a_conclusion_in_full(bundle: Path, out: Path) -> None:
    evaluate(bundle, out=out)
    (severity,) = [line for line in lines(out / "conclusions.ndjson") if line["conclusion"] == "severity"]
    assert (severity["outcome"], severity["effective"], severity["missing"]) == ("vSAA", "2013-11-07", [])
    assert "Observation/msc-01-anc-baseline/_history/1" in severity["evidence"]
    because = {criterion["id"]: (criterion["status"], criterion["because"]) for criterion in severity["criteria"]}
    assert because["hypocellular_marrow"] == ("met", "marrow cellularity (baseline) 22 % on 2013-10-31, below 25")
    assert severity["parameters"]["severity.anc_lt"] == 0.5


def test_eligibility_names_each_criterion_and_its_kind(bundle: Path, out: Path) -> None:
    evaluate(bundle, out=out)
    (eligibility,) = [line for line in lines(out / "conclusions.ndjson") if line["conclusion"] == "eligibility"]
    kinds = {criterion.get("kind") for criterion in eligibility["criteria"]}
    assert {"inclusion", "exclusion"} <= kinds
    assert eligibility["outcome"] == "eligible"


def test_conditions_are_those_that_the_pack_emits(folder: Path, out: Path) -> None:
    evaluate(folder, out=out)
    written = [(line["subject"]["reference"], line["code"]["text"]) for line in lines(out / "conditions.ndjson")]
    assert written == [(f"Patient/{name}", "Very severe aplastic anaemia") for name in sorted(CHILDREN)]
    assert {line["resourceType"] for line in lines(out / "conditions.ndjson")} == {"Condition"}


def test_the_bundle_is_a_transaction_of_puts_to_their_own_ids(folder: Path, out: Path) -> None:
    evaluate(folder, out=out)
    written = json.loads((out / "bundle.json").read_bytes())
    assert (written["resourceType"], written["type"]) == ("Bundle", "transaction")
    named = [f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in written["entry"]]
    assert [(entry["request"]["method"], entry["request"]["url"]) for entry in written["entry"]] == [
        ("PUT", name) for name in named
    ]
    assert len(set(named)) == len(named)
    kinds = {entry["resource"]["resourceType"] for entry in written["entry"]}
    assert {"Condition", "Provenance", "Device", "ResearchSubject"} <= kinds
    conditions = [entry["resource"] for entry in written["entry"] if entry["resource"]["resourceType"] == "Condition"]
    assert conditions == lines(out / "conditions.ndjson")


def test_a_second_evaluation_updates_and_never_duplicates(bundle: Path, tmp_path: Path) -> None:
    first, later = tmp_path / "first", tmp_path / "later"
    call("evaluate", bundle, "--out", first, "--as-of", "2014-01-01")
    call("evaluate", bundle, "--out", later)
    assert [line["id"] for line in lines(first / "conditions.ndjson")] == [
        line["id"] for line in lines(later / "conditions.ndjson")
    ]


def test_lines_make_no_bundle_and_an_earlier_one_does_not_stay(folder: Path, tmp_path: Path, out: Path) -> None:
    evaluate(folder, out=out)
    assert (out / "bundle.json").exists()
    evaluate(write_lines_by_type(tmp_path / "bulk", [child("msc-01")]), out=out)
    assert {path.name for path in out.iterdir()} == set(RESULTS) - {"bundle.json"}


def test_issues_have_the_form_of_the_contract(tmp_path: Path, out: Path) -> None:
    broken = {"resourceType": "Observation", "id": "o1", "status": "final"}
    bad = write(tmp_path / "bulk" / "Observation.ndjson", broken, broken | {"id": "not an id"})
    answer = call("evaluate", bad, write(tmp_path / "bulk.json", child("msc-01")), "--out", out)
    assert answer.status == 0
    found = lines(out / "issues.ndjson")
    assert [list(line) for line in found] == [["source", "path", "code", "severity", "message"]] * len(found)
    assert ("Observation.ndjson:2", "Observation.id", "id-invalid", "error") in [
        (line["source"], line["path"], line["code"], line["severity"]) for line in found
    ]
    assert answer.out.splitlines()[-1].endswith(f"issues: {len(found)} (see {out / 'issues.ndjson'})")


def test_without_a_patient_there_is_nothing_and_no_error(tmp_path: Path, out: Path) -> None:
    answer = call("evaluate", write(tmp_path / "b.json", {"resourceType": "Bundle", "type": "collection"}), "--out", out)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        f"0 patients, 0 Conditions; results in {out}",
        f"report: {out / 'report.html'}",
        "resources: none; issues: 0",
    ]
    assert (out / "conclusions.ndjson").read_bytes() == b""


def test_quiet_says_nothing(bundle: Path, out: Path) -> None:
    answer = call("evaluate", bundle, "--out", out, "--quiet")
    assert answer == type(answer)(0, "", "")
    assert (out / "conclusions.ndjson").exists()


def test_no_more_is_printed_than_counts(folder: Path, out: Path) -> None:
    printed = call("evaluate", folder, "--out", out).out.replace(str(out), "")
    assert "msc-0" not in printed and "Patient/" not in printed and not re.search(r"\d{4}-\d\d", printed)
    assert "  severity          vSAA 3" in printed.splitlines()


def test_text_is_utf_8(tmp_path: Path, out: Path) -> None:
    named = json.loads(text(child("msc-01")))
    named["entry"][0]["resource"]["name"] = [{"family": "Ærøskøbing 王"}]
    (tmp_path / "b.json").write_text(json.dumps(named, ensure_ascii=False), encoding="utf-8")
    evaluate(tmp_path / "b.json", out=out)

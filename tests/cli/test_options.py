"""The options of `marrow evaluate`: those that change the conclusions, and those that may not change a byte of them."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import RESULTS, Json, call, child, lines, outcomes, process, results, text, write, write_lines_by_type

FIRST_DOSE = {"msc-01": "2013-11-07", "msc-05": "2014-06-07"}
DECIDED = ("conclusions.ndjson", "conditions.ndjson", "issues.ndjson")


def evaluate(source: Path, out: Path, *options: str | Path) -> Path:
    answer = call("evaluate", source, "--out", out, *options)
    assert (answer.status, answer.err) == (0, "")
    return out


def found(out: Path, conclusion: str) -> Json:
    """The one line of a conclusion."""
    (line,) = [line for line in lines(out / "conclusions.ndjson") if line["conclusion"] == conclusion]
    return line


# --- the day of evaluation ---


@pytest.mark.parametrize(
    ("options", "as_of"),
    [
        ([], "2014-11-06"),  # the newest date in the data: that child's death
        (["--as-of", "2020-02-29"], "2020-02-29"),
        (["--cutoff", "2014-08-01"], "2014-08-01"),
        (["--cutoff", "2014-08-01", "--as-of", "2014-07-01"], "2014-07-01"),
        (["--cutoff", "2014-07-01", "--as-of", "2014-08-01"], "2014-07-01"),
    ],
)
def test_the_day_of_evaluation_is_the_one_asked_for_but_none_after_the_cutoff(
    folder: Path, out: Path, options: list[str], as_of: str
) -> None:
    evaluate(folder / "msc-05.json", out, *options)
    assert {line["as_of"] for line in lines(out / "conclusions.ndjson")} == {as_of}


@pytest.mark.parametrize(
    ("as_of", "day_40", "survival"),
    [
        ("2014-06-06", "NOT_APPLICABLE", "alive"),  # the day before the first dose
        ("2014-06-07", "NOT_DUE", "alive"),
        ("2014-07-23", "NOT_DUE", "alive"),  # day 46
        ("2014-07-24", "NR", "alive"),  # day 47: the window of day 40 closes
        ("2014-11-05", "NR", "alive"),
        ("2014-11-06", "NR", "dead"),
    ],
)
@pytest.mark.parametrize("option", ["--as-of", "--cutoff"])
def test_what_lies_after_the_day_is_not_known_on_it(
    folder: Path, out: Path, option: str, as_of: str, day_40: str, survival: str
) -> None:
    evaluate(folder / "msc-05.json", out, option, as_of)
    assert found(out, "response.day_40")["outcome"] == day_40
    assert found(out, "survival")["outcome"] == survival


def test_nothing_dated_after_the_cutoff_is_evidence(folder: Path, out: Path) -> None:
    evaluate(folder / "msc-05.json", out, "--cutoff", "2014-07-24")
    entries = [entry["resource"] for entry in child("msc-05")["entry"]]
    dates = {f"{one['resourceType']}/{one['id']}": one.get("effectiveDateTime", "")[:10] for one in entries}
    used = {reference.partition("/_history")[0] for line in lines(out / "conclusions.ndjson") for reference in line["evidence"]}
    assert used
    assert max(dates[reference] for reference in used) <= "2014-07-24" < max(dates.values())


def test_the_wall_clock_is_not_asked(folder: Path, tmp_path: Path) -> None:
    for name, faked in (("now", "2014-11-06"), ("later", "2031-01-01")):
        evaluate(folder / "msc-05.json", tmp_path / name, "--as-of", faked)
    unasked = evaluate(folder / "msc-05.json", tmp_path / "unasked")
    assert results(unasked) == results(tmp_path / "now") != results(tmp_path / "later")


# --- parameters ---


def test_a_parameter_changes_what_it_should_and_is_echoed_there(bundle: Path, tmp_path: Path) -> None:
    plain = evaluate(bundle, tmp_path / "plain")
    stricter = evaluate(bundle, tmp_path / "set", "--set", "severity.vsaa_anc_lt=0", "--set", "ti.days=56")
    assert (found(plain, "severity")["outcome"], found(stricter, "severity")["outcome"]) == ("vSAA", "SAA")
    assert found(plain, "severity")["parameters"]["severity.vsaa_anc_lt"] == 0.2
    assert found(stricter, "severity")["parameters"]["severity.vsaa_anc_lt"] == 0
    assert found(stricter, "response.day_90")["parameters"]["ti.days"] == 56
    assert "ti.days" not in found(stricter, "severity")["parameters"]
    assert "severity.vsaa_anc_lt" not in found(stricter, "arm")["parameters"]


@pytest.mark.parametrize(
    ("setting", "conclusion", "echo"),
    [
        ("ti.capture_complete=true", "response.day_90", True),
        ("ti.capture_complete=false", "response.day_90", False),
        ("severity.cellularity_mid=20,40", "severity", [20, 40]),
        ("severity.anc_lt=0.25", "severity", 0.25),
        ("severity.cellularity_range_policy=mid", "severity", "mid"),
    ],
)
def test_every_type_of_parameter_is_set_and_echoed(bundle: Path, out: Path, setting: str, conclusion: str, echo: Any) -> None:
    evaluate(bundle, out, "--set", setting)
    assert found(out, conclusion)["parameters"][setting.partition("=")[0]] == echo


def test_a_complete_transfusion_record_decides_what_is_open_without_it(tmp_path: Path) -> None:
    bundle = child("msc-01")
    kept = [
        one
        for one in bundle["entry"]
        if "transfusion" not in one["resource"]["id"] and one["resource"]["resourceType"] != "Procedure"
    ]
    source = write(tmp_path / "none.json", bundle | {"entry": kept})
    assert found(evaluate(source, tmp_path / "open"), "response.day_90")["outcome"] == "UNDETERMINED"
    declared = evaluate(source, tmp_path / "declared", "--set", "ti.capture_complete=true")
    assert found(declared, "response.day_90")["outcome"] == "TI_BELOW_PR"


# --- what may not change a byte ---


def test_the_same_input_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """In processes of their own: another order of hashing in each."""
    each = []
    for name in ("one", "other"):
        assert process("evaluate", folder, "--out", tmp_path / name).status == 0
        each.append(results(tmp_path / name))
    assert each[0] == each[1]
    assert set(each[0]) == set(RESULTS)


def test_results_replace_those_of_an_earlier_run(folder: Path, bundle: Path, tmp_path: Path) -> None:
    evaluate(folder, tmp_path / "used")
    evaluate(bundle, tmp_path / "used")
    assert results(tmp_path / "used") == results(evaluate(bundle, tmp_path / "new"))


@pytest.mark.parametrize(
    "options",
    [["--evaluator", "rete"], ["--evaluator", "both"], ["--validation", "fast"], ["--jobs", "2"], ["--quiet"]],
    ids="=".join,
)
def test_how_it_is_evaluated_changes_nothing(folder: Path, tmp_path: Path, options: list[str]) -> None:
    expected = results(evaluate(folder, tmp_path / "expected", "--evaluator", "plain", "--validation", "strict", "--jobs", "1"))
    assert results(evaluate(folder, tmp_path / "other", *options)) == expected


def test_lines_are_read_fast_and_bundles_strictly_unless_told_otherwise(tmp_path: Path) -> None:
    bundle = child("msc-01")
    odd = [entry if entry["resource"]["id"] != "msc-01-anc-baseline" else _with(entry, made_up=1) for entry in bundle["entry"]]
    whole = write(tmp_path / "b.json", bundle | {"entry": odd})
    bulk = write_lines_by_type(tmp_path / "bulk", [bundle | {"entry": odd}])
    for source, option, expected in (
        (whole, [], ["extra-element"]),
        (whole, ["--validation", "fast"], []),
        (bulk, [], []),
        (bulk, ["--validation", "strict"], ["extra-element"]),
    ):
        evaluate(source, tmp_path / "out", *option)
        assert [line["code"] for line in lines(tmp_path / "out" / "issues.ndjson")] == expected


def _with(entry: Json, **more: Any) -> Json:
    return entry | {"resource": entry["resource"] | more}


# --- the release ---


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
def test_a_release_is_recognised_and_answered_in(tmp_path: Path, release: Any) -> None:
    expected = results(evaluate(write(tmp_path / "4.json", child("msc-06")), tmp_path / "4"), "conclusions.ndjson")
    out = evaluate(write(tmp_path / "n.json", child("msc-06", release)), tmp_path / "n")
    assert results(out, "conclusions.ndjson") == expected
    assert _subject_key(out) == ("subject" if release == "R5" else "individual")


@pytest.mark.parametrize(("release", "key"), [("R4", "individual"), ("R5", "subject")])
def test_the_release_to_write_can_be_told_where_nothing_shows_one(tmp_path: Path, release: str, key: str) -> None:
    plain = [one for one in child("msc-01")["entry"] if one["resource"]["resourceType"] in ("Patient", "Observation")]
    source = write(tmp_path / "plain.json", {"resourceType": "Bundle", "type": "collection", "entry": plain})
    assert _subject_key(evaluate(source, tmp_path / "out", "--fhir", release)) == key


def test_a_release_that_the_input_is_not_in_is_said_for_each_resource(bundle: Path, out: Path) -> None:
    answer = call("evaluate", bundle, "--out", out, "--fhir", "R5")
    assert answer.status == 0
    told = {(line["code"], line["path"]) for line in lines(out / "issues.ndjson")}
    assert ("extra-element", "MedicationAdministration.medicationCodeableConcept") in told
    assert outcomes(out)["Patient/msc-01"]["response.day_40"] != "NR"


def _bundle(out: Path) -> Json:
    (bundle,) = lines(out / "bundle.json")
    return bundle


def _subject_key(out: Path) -> str:
    (subject,) = [one["resource"] for one in _bundle(out)["entry"] if one["resource"]["resourceType"] == "ResearchSubject"]
    (key,) = {"individual", "subject"} & set(subject)
    return key


def test_what_marrow_wrote_is_no_input_and_is_withdrawn_where_it_no_longer_holds(tmp_path: Path) -> None:
    first = evaluate(write(tmp_path / "b.json", child("msc-01")), tmp_path / "first")
    (written,) = lines(first / "conditions.ndjson")
    again = child("msc-01")["entry"] + [{"resource": entry["resource"]} for entry in _bundle(first)["entry"]]
    both = write(tmp_path / "both.json", {"resourceType": "Bundle", "type": "collection", "entry": again})
    second = evaluate(both, tmp_path / "second")
    assert text(found(second, "severity")) == text(found(first, "severity"))
    withdrawn = evaluate(both, tmp_path / "third", "--as-of", "2013-09-10")
    (now,) = [line for line in lines(withdrawn / "conditions.ndjson") if line["id"] == written["id"]]
    status = now["verificationStatus"]["coding"][0]["code"]
    assert status in ("entered-in-error", "refuted")

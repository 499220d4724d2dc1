"""What a run writes of a cohort: whole files, the keys of the contract, the same bytes however it was sent, and nobody's data."""

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from marrow.demo.cohort import Release, bundles
from tests.cli.calls import call, child, process, results, text, write
from tests.cli.test_whole_files import at_most
from tests.trial import FOLDER as TRIAL

FILES = ("survival.json", "survival.csv", "survival.svg", "tables.json", "measure-report.json", "evidence.json", "report.html")
ITP = TRIAL.with_name("itp_invented")
CUTOFF = "2018-04-13"
MARK, WHO, NUMBER = "Wanda-Plantagenet", "wanda-7319", "7319731"

Json = dict[str, Any]


def refuse(name: str) -> None:
    """NaN, Infinity and -Infinity are no JSON."""
    raise AssertionError(name)


def read(out: Path, name: str) -> Json:
    return dict(json.loads((out / name).read_text(encoding="utf-8"), parse_constant=refuse))


def sent(folder: Path, release: Release, names: list[str] | None = None) -> Path:
    """The children of the demonstration cohort as Bundles, or some of them."""
    for name, bundle in bundles(release):
        if names is None or name in names:
            write(folder / f"{name}.json", bundle)
    return folder


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sent(tmp_path_factory.mktemp("R4"), "R4")


@pytest.fixture(scope="module")
def whole(children: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the whole cohort."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert call("evaluate", children, "--out", out, "--cutoff", CUTOFF, "--quiet").status == 0
    return out


def computed(out: Path) -> dict[str, bytes]:
    return results(out, "survival.json", "tables.json", "survival.csv", "survival.svg")


# --- what the contract says --------------------------------------------------------------------------------------------


def test_every_file_is_there(whole: Path) -> None:
    assert set(FILES) <= set(results(whole))
    assert all(data.endswith(b"\n") for data in results(whole, *FILES).values())


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json")])
def test_json_holds_numbers_and_null_only(whole: Path, name: str) -> None:
    assert read(whole, name)


def test_survival_has_the_keys_of_the_contract(whole: Path) -> None:
    found = read(whole, "survival.json")
    assert (found["pack"], found["cutoff"]) == ("lan_2021", CUTOFF)
    assert [endpoint["name"] for endpoint in found["endpoints"]] == ["FFS", "OS"]
    for endpoint in found["endpoints"]:
        assert endpoint["comparison"]["test"] == "logrank" and 0 <= endpoint["comparison"]["p"] <= 1
        assert [group["name"] for group in endpoint["groups"]] == ["MSC", "control"]
        for group in endpoint["groups"]:
            assert {"name", "n", "events", "censored", "median_months", "at", "curve"} <= set(group)
            assert [one["months"] for one in group["at"]] == [12, 24, 36, 48]
            assert all(
                set(one) == {"months", "survival", "standard_error", "ci_low", "ci_high", "at_risk"} for one in group["at"]
            )
            assert {"days", "at_risk", "events", "censored", "survival"} <= set(group["curve"][0])
            assert (group["curve"][0]["days"], group["curve"][0]["survival"]) == (0, 1.0)
    assert {"method", "median_months", "range_months"} <= set(found["follow_up"])
    low, high = found["follow_up"]["range_months"]
    assert low <= found["follow_up"]["median_months"] <= high


MEASURES = [
    "age_years", "sex", "severity", "days_diagnosis_to_atg", "wbc", "hgb", "plt", "anc", "arc", "cd3cd4_percent",
    "cd3cd8_percent", "treg_percent", "marrow_lymphocytes_percent",
]  # fmt: skip
GRADES = {"n", "CR", "PR", "NR", "TI_BELOW_PR", "UNDETERMINED", "overall_response_rate", "ci_low", "ci_high"}


def test_tables_have_the_keys_of_the_contract(whole: Path) -> None:
    found = read(whole, "tables.json")
    assert {row["measure"] for row in found["baseline"]} == set(MEASURES)
    for row in found["baseline"]:
        numbers = (
            {"male", "female"}
            if row["measure"] == "sex"
            else {"SAA", "vSAA"}
            if row["measure"] == "severity"
            else {"median", "min", "max"}
        )
        assert all({"n", *numbers} <= set(group) for group in row["groups"].values())
        assert row["test"] == ("student_t" if "median" in numbers else "fisher_exact") and 0 <= row["p"] <= 1
    assert len(found["adverse_events"]) == 16
    assert all(
        {"n", "grade_1_2", "grade_3_4", "grade_5"} <= set(group)
        for row in found["adverse_events"]
        for group in row["groups"].values()
    )
    assert [row["day"] for row in found["response"]] == [40, 90, 180]
    assert all(set(group) >= GRADES for row in found["response"] for group in row["groups"].values())
    assert all(
        {"measure", "days", "effect", "f", "p"} <= set(row) and row["effect"] == "group_by_time"
        for row in found["repeated_measures"]
    )


def test_the_rows_of_the_table_are_those_of_the_curves(whole: Path) -> None:
    with (whole / "survival.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [
        {"endpoint": endpoint["name"], "group": group["name"], **step}
        for endpoint in read(whole, "survival.json")["endpoints"]
        for group in endpoint["groups"]
        for step in group["curve"]
    ]
    assert rows == [{name: "" if value is None else str(value) for name, value in step.items()} for step in steps]


def test_the_report_and_the_figure_load_nothing(whole: Path) -> None:
    for name in ("report.html", "survival.svg"):
        page = (whole / name).read_text(encoding="utf-8")
        assert re.findall(r"<(?:script|img|iframe|object|embed)\b[^>]*\bsrc=|@import|url\((?!#|data:)", page) == []
        assert re.findall(r"<link\b(?![^>]*href=\"data:)[^>]*>", page) == []


def test_the_summary_names_the_report(children: Path, tmp_path: Path) -> None:
    answer = call("evaluate", children / "msc-01.json", "--out", tmp_path / "out")
    assert f"report: {tmp_path / 'out' / 'report.html'}" in answer.out.splitlines()


# --- the same results --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", ["R4B", "R5"])
def test_another_release_gives_the_same_bytes(whole: Path, tmp_path: Path, release: Release) -> None:
    assert call("evaluate", sent(tmp_path / "in", release), "--out", tmp_path / "out", "--cutoff", CUTOFF).status == 0
    assert computed(tmp_path / "out") == computed(whole)


def test_several_processes_give_the_same_bytes(whole: Path, children: Path, tmp_path: Path) -> None:
    assert process("evaluate", children, "--out", tmp_path, "--cutoff", CUTOFF, "--jobs", "2").status == 0
    assert results(tmp_path, *FILES) == results(whole, *FILES)


def test_the_order_of_files_gives_the_same_bytes(whole: Path, children: Path, tmp_path: Path) -> None:
    files = sorted(children.iterdir(), reverse=True)
    assert call("evaluate", *files, "--out", tmp_path, "--cutoff", CUTOFF).status == 0
    assert computed(tmp_path) == computed(whole)


def test_a_patient_of_whom_nothing_is_known_is_only_counted(whole: Path, children: Path, tmp_path: Path) -> None:
    nobody = write(tmp_path / "nobody.json", {"resourceType": "Patient", "id": "nobody", "birthDate": "2010-01-01"})
    assert call("evaluate", children, nobody, "--out", tmp_path / "out", "--cutoff", CUTOFF).status == 0
    before, after = read(whole, "tables.json"), read(tmp_path / "out", "tables.json")
    assert {name for name in before if before[name] != after[name]} == {"flow", "left_out"}
    assert (before["flow"][0]["patients"], after["flow"][0]["patients"]) == (18, 19)
    assert [(one["group"], one["patients"]) for one in after["left_out"]] == [(None, 1)]
    assert read(whole, "survival.json")["endpoints"] == read(tmp_path / "out", "survival.json")["endpoints"]


# --- any cohort --------------------------------------------------------------------------------------------------------


def test_one_patient_is_a_cohort(children: Path, tmp_path: Path) -> None:
    assert call("evaluate", children / "msc-05.json", "--out", tmp_path, "--reproduce").status == 0
    found = read(tmp_path, "survival.json")
    assert [group["n"] for group in found["endpoints"][1]["groups"]] == [1, 0]
    assert found["endpoints"][1]["comparison"]["p"] is None and found["endpoints"][1]["comparison"]["why"]
    assert set(FILES) <= set(results(tmp_path))


@pytest.mark.parametrize("pack", ["lan_2021", str(ITP), str(TRIAL)])
def test_nobody_is_a_cohort(tmp_path: Path, pack: str) -> None:
    empty = write(tmp_path / "empty.json", {"resourceType": "Bundle", "type": "collection"})
    answer = call("evaluate", empty, "--out", tmp_path / "out", "--pack", pack, "--reproduce")
    assert (answer.status, answer.err) == (0, "")
    assert set(FILES) <= set(results(tmp_path / "out"))
    found = read(tmp_path / "out", "tables.json")
    assert all(group["n"] == 0 for group in found["groups"])
    assert all(step["patients"] == 0 for step in found["flow"]) and found["left_out"] == []
    assert "<h1" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_pack_without_statistics_counts_who_was_screened(children: Path, tmp_path: Path) -> None:
    answer = call("evaluate", children / "msc-01.json", "--out", tmp_path, "--pack", ITP, "--reproduce")
    assert (answer.status, answer.err) == (0, "")
    assert set(FILES) <= set(results(tmp_path))
    found, survival = read(tmp_path, "tables.json"), read(tmp_path, "survival.json")
    assert found["groups"] == [{"name": "all", "label": "all patients", "n": 1}]
    assert [found[name] for name in ("baseline", "adverse_events", "response", "repeated_measures", "long_term")] == [[]] * 5
    assert (survival["endpoints"], survival["follow_up"]) == ([], None)
    assert (tmp_path / "survival.csv").read_text(encoding="utf-8").count("\n") == 1


def test_numbers_that_are_not_reproduced_are_told(children: Path, tmp_path: Path) -> None:
    answer = call("evaluate", children / "msc-05.json", "--out", tmp_path, "--reproduce", "--cutoff", CUTOFF)
    (line,) = [line for line in answer.out.splitlines() if "numbers of the source are equal" in line]
    equal, all_ = map(int, re.findall(r"\d+", line))
    assert 0 < equal < all_
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"{all_ - equal} differ" in page and "Differs:" in page
    assert page.count("≠") >= all_ - equal


# --- whole or not at all -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_on_a_full_disk_a_file_is_there_whole_or_not_at_all(children: Path, tmp_path: Path, name: str) -> None:
    """No file may become as long as this one is; those that are shorter and come before it are there."""
    arguments = ("evaluate", children / "msc-01.json", "--cutoff", CUTOFF, "--quiet")
    assert call(*arguments, "--out", tmp_path / "whole").status == 0
    whole = results(tmp_path / "whole")
    answer = process(*arguments, "--out", tmp_path / "part", before=lambda: at_most(len(whole[name]) - 1))
    assert answer.status == 2
    assert "cannot be written (File too large)" in answer.complaints[0]
    part = results(tmp_path / "part")
    assert name not in part
    assert {other: data for other, data in whole.items() if other in part} == part


# --- nobody's data -----------------------------------------------------------------------------------------------------


def planted(name: str) -> Json:
    """A child's chart with markers in every id, name, identifier, wording and note; what it says stays the same."""
    chart: Json = json.loads(text(child(name)).decode().replace(name, f"{WHO}-{name}"))
    for entry in chart["entry"]:
        resource = entry["resource"]
        resource["text"] = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{MARK}</div>'}
        resource["identifier"] = [{"system": "urn:oid:1.2.3", "value": NUMBER}]
        if resource["resourceType"] == "Patient":
            resource["name"] = [{"family": "Plantagenet", "given": ["Wanda"], "text": MARK}]
            resource["address"] = [{"line": [MARK]}]
        elif resource["resourceType"] in ("Observation", "Procedure", "Condition", "MedicationAdministration"):
            resource["note"] = [{"text": MARK}]
        if isinstance(resource.get("code"), dict) and "coding" in resource["code"]:
            resource["code"]["text"] = MARK
            resource["code"]["coding"][0]["display"] = MARK
    return chart


def test_no_file_of_results_says_who_is_in_it(tmp_path: Path) -> None:
    names = [name for name, _ in bundles("R4")]
    charts = [planted(name) for name in names]
    for name, chart in zip(names, charts, strict=True):
        write(tmp_path / "in" / f"{name}.json", chart)
    out = tmp_path / "out"
    answer = call("evaluate", tmp_path / "in", "--out", out, "--cutoff", CUTOFF, "--validation", "fast", "--reproduce")
    assert answer.status == 0
    assert read(out, "tables.json")["flow"][0]["patients"] == 18
    resources = [entry["resource"] for chart in charts for entry in chart["entry"]]
    resources = [one for one in resources if one["resourceType"] != "ResearchStudy"]  # its id is that of the trial
    born = [date.fromisoformat(one["birthDate"]) for one in resources if one["resourceType"] == "Patient"]
    secrets = {
        WHO,
        "wanda",
        "plantagenet",
        NUMBER,
        *(f"{day:%Y-%m-%d}" for day in born),
        *(f"{day.day} {day:%B %Y}" for day in born),
    }
    secrets |= {one["id"].lower() for one in resources} | {f"{one['resourceType']}/{one['id']}".lower() for one in resources}
    for name, data in results(out, *FILES).items():
        said = data.decode().lower()
        assert [secret for secret in sorted(secrets) if secret.lower() in said] == [], name

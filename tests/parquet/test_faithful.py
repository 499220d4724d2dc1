"""The tables hold what the files of a run hold: nothing more, nothing less, the same bytes each time."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pyarrow.parquet
import pytest

import marrow.parquet.lines
import marrow.parquet.patients
from marrow.parquet.lines import OtherPatients
from marrow.parquet.schemas import FIXED
from marrow.parquet.write import write_parquet
from tests.cli.calls import call, lines, write
from tests.parquet.invented import Row, rows, write_run, write_tables
from tests.spec.language import START
from tests.trial import red, trial

PATIENTS = (
    red("seen day 100; relapse day 50; day -3 = 12"),
    red("seen day 100; surgery day 40; relapse day 50; day -3 = <20"),
    red("seen day 100; relapse 2020-04"),
    red("seen 2020-04"),
    "arm undated = blue; seen day 90; fever day 3 = 4",
    "arm undated = grey; seen day 90; fever day 3 = >=2",
    "nothing",
)


def test_conclusions_and_criteria_give_back_every_line(out: Path) -> None:
    """From the two tables the file can be written again, to the byte."""
    criteria: dict[tuple[str, str], list[Row]] = {}
    for row in rows(out, "criteria"):
        of = criteria.setdefault((row["patient"], row["conclusion"]), [])
        assert row["position"] == len(of) + 1
        kind = {"kind": row["kind"]} if row["kind"] else {}
        of.append({"id": row["criterion"], **kind, "status": row["status"], "because": row["because"]})
    again = []
    for row in rows(out, "conclusions"):
        days = {name: row[name] and row[name].isoformat() for name in ("as_of", "effective")}
        own = criteria.get((row["patient"], row["conclusion"]), [])
        again.append(msgspec.json.encode({**row, **days, "parameters": {}, "criteria": own}).decode())
        assert json.loads(row["parameters"]) == lines(out / "conclusions.ndjson")[len(again) - 1]["parameters"]
    written = [{**line, "parameters": {}} for line in lines(out / "conclusions.ndjson")]
    assert [json.loads(line) for line in again] == written
    assert sum(map(len, criteria.values())) == sum(len(line["criteria"]) for line in written)


def test_parameters_are_the_text_of_the_line(whole: Path) -> None:
    texts = (whole / "conclusions.ndjson").read_text(encoding="utf-8").splitlines()
    assert all(f'"parameters":{row["parameters"]}}}' in text for row, text in zip(rows(whole, "conclusions"), texts, strict=True))


def test_conditions_are_the_resources_with_what_is_asked_of_them(out: Path) -> None:
    found = rows(out, "conditions")
    assert [row["resource"] for row in found] == (out / "conditions.ndjson").read_text(encoding="utf-8").splitlines()
    outcomes = {(row["patient"], row["conclusion"]): row for row in rows(out, "conclusions")}
    for row in found:
        resource = json.loads(row["resource"])
        conclusion = outcomes[row["patient"], row["conclusion"]]
        assert (row["id"], row["patient"]) == (resource["id"], resource["subject"]["reference"])
        assert row["verification"] == resource["verificationStatus"]["coding"][0]["code"]
        assert [each["code"] for each in row["codes"]] == [each["code"] for each in resource["code"]["coding"]]
        assert row["text"] == resource["code"]["text"]
        assert row["onset"] == conclusion["effective"]
        assert set(row["evidence"]) == set(conclusion["evidence"])
        assert row["pack"] == "lan_2021"


def test_issues_are_those_of_the_file(early: Path) -> None:
    assert rows(early, "issues") == lines(early / "issues.ndjson")
    assert rows(early, "issues")


def test_survival_is_the_file_of_the_curves(out: Path) -> None:
    with (out / "survival.csv").open(encoding="utf-8") as file:
        written = [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]
    found = [
        {("group" if name == "group_name" else name): None if value is None else str(value) for name, value in row.items()}
        for row in rows(out, "survival")
    ]
    assert found == written


def test_outcomes_of_patients_are_their_conclusions(out: Path) -> None:
    patients = {row["patient"]: row for row in rows(out, "patients")}
    told = rows(out, "conclusions")
    assert {row["patient"] for row in told} == set(patients)
    for row in told:
        name = row["conclusion"].replace(".", "_")
        if f"{name}_effective" in patients[row["patient"]]:
            found = patients[row["patient"]]
            assert found[name] == row["outcome"]
            assert (found[f"{name}_possible"], found[f"{name}_missing"]) == (row["possible"], row["missing"])
            assert found[f"{name}_effective"] == row["effective"] or found[f"{name}_effective_is_vague"]


# --- the invented trial ------------------------------------------------------------------------------------------------


def test_what_ended_the_follow_up_is_told(tmp_path: Path) -> None:
    write_tables(tmp_path / "out", *PATIENTS)
    found = {
        (row["patient"], row["endpoint"]): (row["days"], row["event_kind"], row["event"], row["competing"], row["left_out"])
        for row in rows(tmp_path / "out", "endpoints")
    }
    assert found == {
        ("Patient/p000", "RFS"): (50, 1, "relapse", False, None),
        ("Patient/p000", "OS"): (100, 0, None, None, None),
        ("Patient/p001", "RFS"): (40, 2, "surgery", True, None),
        ("Patient/p001", "OS"): (100, 0, None, None, None),
        ("Patient/p002", "RFS"): (None, None, None, None, "relapse: not known to the day"),
        ("Patient/p002", "OS"): (100, 0, None, None, None),
        ("Patient/p003", "RFS"): (None, None, None, None, "day of the last visit: not known to the day"),
        ("Patient/p003", "OS"): (None, None, None, None, "day of the last visit: not known to the day"),
        ("Patient/p004", "RFS"): (90, 0, None, None, None),
        ("Patient/p004", "OS"): (90, 0, None, None, None),
    }


def test_what_is_not_known_is_null_and_why_is_told(tmp_path: Path) -> None:
    write_tables(tmp_path / "out", *PATIENTS)
    found = rows(tmp_path / "out", "patients")
    assert [row["group_name"] for row in found] == ["red", "red", "red", "red", "blue", None, None]
    assert [row["left_out"] for row in found[4:6]] == [None, "arm: other"]
    assert found[6]["left_out"]
    assert [row["count_before"] for row in found[:3]] == [12.0, None, None]
    start = date.fromordinal(START)
    assert [row["last_day_on"] for row in found[:5]] == [*[start + timedelta(100)] * 3, None, start + timedelta(90)]
    assert [row["last_day_on_is_vague"] for row in found] == [False, False, False, True, False, False, False]
    assert (found[4]["worst_fever"], found[4]["worst_fever_least"], found[4]["worst_fever_most"]) == (4.0, 4.0, 4.0)
    assert (found[5]["worst_fever"], found[5]["worst_fever_least"], found[5]["worst_fever_most"]) == (None, 2.0, None)
    assert [row["relapse_effective"] for row in found[:3]] == [start + timedelta(50), start + timedelta(50), None]


def test_nothing_with_a_date_has_no_day_of_evaluation(tmp_path: Path) -> None:
    patient = write(tmp_path / "patient.json", {"resourceType": "Patient", "id": "p1"})
    assert call("evaluate", patient, "--out", tmp_path / "out", "--parquet", "--quiet").status == 0
    told = rows(tmp_path / "out", "conclusions")
    assert told and {row["as_of"] for row in told} == {None}
    assert [(row["patient"], row["as_of"]) for row in rows(tmp_path / "out", "patients")] == [("Patient/p1", None)]


# --- the same bytes ----------------------------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_tables(tmp_path / name, *PATIENTS)
    for table in FIXED:
        one, other = (tmp_path / name / "parquet" / f"{table}.parquet" for name in ("one", "other"))
        assert one.read_bytes() == other.read_bytes()


def test_files_that_are_read_in_parts_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables(tmp_path / "one", *PATIENTS)
    monkeypatch.setattr(marrow.parquet.lines, "AT_ONCE", 2000)
    monkeypatch.setattr(marrow.parquet.patients, "BATCH", 2)
    monkeypatch.setattr("marrow.parquet.cohort.BATCH", 3)
    monkeypatch.setattr("marrow.parquet.files.ROW_GROUP", 1)
    write_tables(tmp_path / "parts", *PATIENTS)
    for table, parts in (("conclusions", 5), ("patients", 4), ("endpoints", 3)):
        assert pyarrow.parquet.read_metadata(tmp_path / "parts" / "parquet" / f"{table}.parquet").num_row_groups >= parts
    for table in FIXED:
        assert rows(tmp_path / "parts", table) == rows(tmp_path / "one", table)


@pytest.mark.parametrize("other", [PATIENTS[::-1], PATIENTS[:-1], (*PATIENTS, red("seen day 9"))])
def test_columns_of_other_patients_are_refused(tmp_path: Path, other: tuple[str, ...]) -> None:
    """Never a table with the values of one patient beside the name of another."""
    write_run(tmp_path / "out", PATIENTS)
    columns, results = write_run(tmp_path / "other", other)
    with pytest.raises(OtherPatients):
        write_parquet(trial(), tmp_path / "out", columns, results)
    assert list((tmp_path / "out" / "parquet").iterdir()) == []

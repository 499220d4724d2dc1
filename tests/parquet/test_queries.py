"""The documented queries are run, and compared with what the report's own files say."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.calls import lines, outcomes

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "parquet.md").read_text(encoding="utf-8")
MEANS = {"rel": 1e-9, "abs": 1e-12}
Row = dict[str, Any]
Json = dict[str, Any]


def blocks(language: str) -> dict[str, list[str]]:
    """The code of the document by the heading that it stands under."""
    found: dict[str, list[str]] = {}
    for heading, section in re.findall(r"^##+ (.*?)\n(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL):
        texts = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        if texts:
            found[heading] = texts
    return found


QUERIES, PYTHON = blocks("sql"), blocks("python")


def ask(out: Path, heading: str, number: int = 0) -> list[Row]:
    """What a documented query answers in a folder of results."""
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{out / 'parquet'}'")
    answer = connection.execute(QUERIES[heading][number])
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def read(out: Path, name: str) -> Json:
    return dict(json.loads((out / name).read_text(encoding="utf-8")))


def close(found: Any, expected: Any) -> bool:
    """Equal, numbers up to the last digits of a float; null is equal to null only."""
    if found is None or expected is None or isinstance(expected, str):
        return bool(found == expected)
    return bool(float(found) == pytest.approx(float(expected), **MEANS))


def same(row: Row, expected: Json) -> None:
    """Every number that the query answers is that of the file."""
    different = {name: (value, expected[name]) for name, value in row.items() if not close(value, expected[name])}
    assert different == {}


# --- one comparison for each heading -----------------------------------------------------------------------------------


def who_is_what(out: Path) -> None:
    found = {row.pop("patient"): row for row in ask(out, "Who is what")}
    assert found == outcomes(out)


def why(out: Path) -> None:
    expected = [
        (line["patient"], line["outcome"], one["id"], one["status"], one["because"], line["missing"])
        for line in lines(out / "conclusions.ndjson")
        if line["conclusion"] == "severity"
        for one in line["criteria"]
        if one["status"] != "met"
    ]
    names = ("patient", "outcome", "criterion", "status", "because", "missing")
    assert [tuple(row[name] for name in names) for row in ask(out, "Why")] == expected
    assert expected


def what_rests_on_a_resource(out: Path) -> None:
    (ref,) = re.findall(r"'(Observation/\S+)'", QUERIES["What rests on a resource"][0])
    expected = [
        (line["patient"], line["conclusion"], line["outcome"])
        for line in lines(out / "conclusions.ndjson")
        if ref in line["evidence"]
    ]
    assert [tuple(row.values()) for row in ask(out, "What rests on a resource")] == expected


def who_is_in_the_analysis(out: Path) -> None:
    found = {row["reason"]: row["patients"] for row in ask(out, "Who is in the analysis")}
    tables = read(out, "tables.json")
    lost: Counter[str] = Counter()
    for one in tables["left_out"]:
        lost[one["reason"]] += one["patients"]
    assert found.pop(None, 0) == sum(group["n"] for group in tables["groups"])
    assert found == lost


def baseline(out: Path) -> None:
    expected = {row["measure"]: row["groups"] for row in read(out, "tables.json")["baseline"]}
    numbers = ask(out, "Baseline")
    for row in numbers:
        same({k: v for k, v in row.items() if k not in ("measure", "group_name")}, expected[row["measure"]][row["group_name"]])
    assert len(numbers) == 2 * sum("median" in groups["MSC"] for groups in expected.values())
    for row in ask(out, "Baseline", 1):
        group = row.pop("group_name")
        same(row, expected["sex"][group] | expected["severity"][group])


def adverse_events(out: Path) -> None:
    expected = {row["event"]: row["groups"] for row in read(out, "tables.json")["adverse_events"]}
    found = ask(out, "Adverse events")
    for row in found:
        same(row, {"event": row["event"], "group_name": row["group_name"], **expected[row["event"]][row["group_name"]]})
    assert len(found) == 2 * len(expected)


def response(out: Path) -> None:
    expected = {f"response.day_{row['day']}": row["groups"] for row in read(out, "tables.json")["response"]}
    found = ask(out, "Response")
    for row in found:
        same(
            row,
            {"conclusion": row["conclusion"], "group_name": row["group_name"], **expected[row["conclusion"]][row["group_name"]]},
        )
    assert len(found) == 2 * len(expected) == 6


def through_time(out: Path) -> None:
    expected = {row["measure"]: row["n"] for row in read(out, "tables.json")["repeated_measures"]}
    found = {(row["measure"], row["group_name"]): row["n"] for row in ask(out, "Counts and T cells through time")}
    assert found == {(name, group): n for name, groups in expected.items() for group, n in groups.items() if n}


def long_term(out: Path) -> None:
    expected = {row["outcome"]: row["groups"] for row in read(out, "tables.json")["long_term"]}
    found = ask(out, "Long-term outcomes")
    for row in found:
        group = row.pop("group_name")
        assert row == {name: groups[group]["patients"] for name, groups in expected.items()}
    assert len(found) == 2


def why_not_eligible(out: Path) -> None:
    (expected,) = (step["reasons"] for step in read(out, "tables.json")["flow"] if step["step"] == "ineligible")
    assert {row["criterion"]: row["patients"] for row in ask(out, "Why not eligible")} == {
        reason["name"]: reason["patients"] for reason in expected
    }


def curves(out: Path) -> None:
    expected = [
        {"endpoint": endpoint["name"], "group_name": group["name"], **step}
        for endpoint in read(out, "survival.json")["endpoints"]
        for group in sorted(endpoint["groups"], key=lambda each: str(each["name"]))
        for step in group["curve"]
    ]
    found = ask(out, "Survival curves")
    assert len(found) == len(expected) > 0
    for row, step in zip(found, expected, strict=True):
        same(row, step)


def at_some_months(out: Path) -> None:
    expected = {
        (endpoint["name"], group["name"], at["months"]): at
        for endpoint in read(out, "survival.json")["endpoints"]
        for group in endpoint["groups"]
        for at in group["at"]
    }
    found = ask(out, "Survival at some months, and numbers at risk")
    for row in found:
        same({name: row[name] for name in ("survival", "at_risk")}, expected[row["endpoint"], row["group_name"], row["months"]])
    assert len(found) == len(expected) == 16


def medians(out: Path) -> None:
    expected = {
        (endpoint["name"], group["name"]): group["median_months"]
        for endpoint in read(out, "survival.json")["endpoints"]
        for group in endpoint["groups"]
    }
    found = {(row["endpoint"], row["group_name"]): row["median_months"] for row in ask(out, "Median survival")}
    assert found.keys() == expected.keys()
    assert all(close(found[key], expected[key]) for key in expected)


def rejected(out: Path) -> None:
    expected = Counter((line["code"], line["message"]) for line in lines(out / "issues.ndjson"))
    assert {(row["code"], row["message"]): row["times"] for row in ask(out, "What was rejected")} == expected


COMPARED: dict[str, Callable[[Path], None]] = {
    "Who is what": who_is_what,
    "Why": why,
    "What rests on a resource": what_rests_on_a_resource,
    "Who is in the analysis": who_is_in_the_analysis,
    "Baseline": baseline,
    "Adverse events": adverse_events,
    "Response": response,
    "Counts and T cells through time": through_time,
    "Long-term outcomes": long_term,
    "Why not eligible": why_not_eligible,
    "Survival curves": curves,
    "Survival at some months, and numbers at risk": at_some_months,
    "Median survival": medians,
    "What was rejected": rejected,
}


@pytest.mark.parametrize("heading", QUERIES)
def test_a_documented_query_says_what_the_report_says(out: Path, heading: str) -> None:
    COMPARED[heading](out)


# --- Python ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=range(3))
def example(request: pytest.FixtureRequest, whole: Path, monkeypatch: pytest.MonkeyPatch) -> Json:
    """What an example of the document leaves behind."""
    monkeypatch.chdir(whole / "parquet")
    found: Json = {}
    exec(compile(PYTHON["Python"][request.param], "docs/parquet.md", "exec"), found)
    return found


def test_a_documented_example_says_what_the_report_says(whole: Path, example: Json) -> None:
    tables, survival = read(whole, "tables.json"), read(whole, "survival.json")
    if "intervals" in example:
        (row,) = (row for row in tables["response"] if row["day"] == 90)
        assert example["intervals"] == {
            name: pytest.approx((group["ci_low"], group["ci_high"])) for name, group in row["groups"].items()
        }
    elif "p_values" in example:
        assert example["p_values"] == {
            endpoint["name"]: pytest.approx(endpoint["comparison"]["p"]) for endpoint in survival["endpoints"]
        }
    else:
        (row,) = (row for row in tables["baseline"] if row["measure"] == "severity")
        expected = {(name, category): group[category] for name, group in row["groups"].items() for category in ("SAA", "vSAA")}
        assert {(one["group_name"], one["severity"]): one["len"] for one in example["severity"].to_dicts()} == {
            key: number for key, number in expected.items() if number
        }


def test_the_document_has_the_examples_that_are_run() -> None:
    assert len(PYTHON["Python"]) == 3 and list(PYTHON) == ["Python"]
    assert set(COMPARED) == set(QUERIES)

"""The demonstration's tables once more, from what was concluded of each child and the children's own numbers alone."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.cli.calls import call, lines
from tests.cli.test_cohort_results import CUTOFF, sent

COHORT = Path(__file__).resolve().parents[2] / "marrow" / "demo" / "cohort.csv"
ARMS = {"MSC": "MSC", "CTL": "control"}
BASELINE = {
    "age_years": "age_years", "days_diagnosis_to_atg": "days_dx_to_atg", "wbc": "wbc", "hgb": "hgb", "plt": "plt", "anc": "anc",
    "arc": "arc", "cd3cd4_percent": "cd3cd4_pct", "cd3cd8_percent": "cd3cd8_pct", "treg_percent": "treg_pct",
    "marrow_lymphocytes_percent": "bm_mature_lymph_pct",
}  # fmt: skip
EVENTS = {
    "Anaphylaxis (including drug fever)": "anaphylaxis_grade", "Oral mucositis": "oral_mucositis_grade",
    "Infections": "infection_grade",
}  # fmt: skip
BANDS = {"grade_1_2": (1, 2), "grade_3_4": (3, 5), "grade_5": (5, 5), "any_grade": (1, 5)}
LINES: dict[str, Callable[[dict[str, str]], bool]] = {
    "transplants": lambda child: child["hsct_date"] != "",
    "donor_haploidentical": lambda child: child["hsct_donor"] == "haploidentical family donor",
    "donor_unrelated": lambda child: child["hsct_donor"] == "matched unrelated donor",
    "deaths": lambda child: child["os_event"] == "1",
    "death_by_infection": lambda child: child["death_cause"] == "serious infection",
    "death_by_haemorrhage": lambda child: child["death_cause"] == "intracranial haemorrhage",
    "deaths_very_severe": lambda child: child["os_event"] == "1" and child["severity"] == "vSAA",
    "treatment_failures": lambda child: child["ffs_event_type"].startswith("treatment failure"),
    "relapses": lambda child: child["ffs_event_type"] == "relapse",
    "all_infusions": lambda child: child["msc_infusions"] == "3",
    "acute_gvhd_gut": lambda child: child["agvhd_grade_gut"] >= "3",
    "acute_gvhd_skin": lambda child: child["agvhd_grade_skin"] >= "2",
    "acute_gvhd_eye": lambda child: child["agvhd_grade_eye"] >= "2",
    "chronic_gvhd": lambda child: child["cgvhd"] != "",
}

Json = dict[str, Any]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("recomputed")
    assert call("evaluate", sent(place / "in", "R4"), "--out", place / "out", "--cutoff", CUTOFF, "--quiet").status == 0
    return place / "out"


@pytest.fixture(scope="module")
def tables(out: Path) -> Json:
    return dict(json.loads((out / "tables.json").read_text(encoding="utf-8"), parse_float=Decimal))


def children(arm: str) -> list[dict[str, str]]:
    with COHORT.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if ARMS[row["patient_id"].partition("-")[0]] == arm]


def concluded(out: Path, name: str, arm: str) -> Counter[str]:
    """How often a conclusion had each outcome in an arm."""
    found: dict[str, dict[str, str]] = {}
    for line in lines(out / "conclusions.ndjson"):
        found.setdefault(line["patient"], {})[line["conclusion"]] = line["outcome"]
    return Counter(each[name] for each in found.values() if each["arm"] == arm)


def row(tables: Json, table: str, key: str, wanted: object, arm: str) -> Json:
    (found,) = [each for each in tables[table] if each[key] == wanted]
    return dict(found["groups"][arm])


@pytest.mark.parametrize("arm", ["MSC", "control"])
@pytest.mark.parametrize("measure", BASELINE)
def test_medians_and_ranges(tables: Json, measure: str, arm: str) -> None:
    values = [Decimal(child[BASELINE[measure]]) for child in children(arm)]
    found = row(tables, "baseline", "measure", measure, arm)
    assert (found["n"], found["median"], found["min"], found["max"]) == (9, median(values), min(values), max(values))


@pytest.mark.parametrize("arm", ["MSC", "control"])
@pytest.mark.parametrize("measure", ["sex", "severity"])
def test_categories(tables: Json, measure: str, arm: str) -> None:
    counts = Counter(child[measure] for child in children(arm))
    found = row(tables, "baseline", "measure", measure, arm)
    assert {name: number for name, number in found.items() if name not in ("n", "missing")} == counts
    assert (found["n"], found["missing"]) == (9, 0)


@pytest.mark.parametrize("arm", ["MSC", "control"])
def test_adverse_events(tables: Json, arm: str) -> None:
    for event in tables["adverse_events"]:
        column = EVENTS.get(event["event"])
        grades = [int(child[column]) if column else 0 for child in children(arm)]
        counts = {name: sum(low <= grade <= high for grade in grades) for name, (low, high) in BANDS.items()}
        assert event["groups"][arm] == {"n": 9, **counts, "grade_unknown": 0}, event["event"]


@pytest.mark.parametrize("arm", ["MSC", "control"])
@pytest.mark.parametrize("day", [40, 90, 180])
def test_responses(out: Path, tables: Json, day: int, arm: str) -> None:
    counts = concluded(out, f"response.day_{day}", arm)
    found = row(tables, "response", "day", day, arm)
    due = 9 - counts["NOT_DUE"] - counts["NOT_APPLICABLE"]
    assert {name: found[name] for name in ("CR", "PR", "NR", "TI_BELOW_PR", "UNDETERMINED", "NOT_DUE")} == {
        name: counts[name] for name in ("CR", "PR", "NR", "TI_BELOW_PR", "UNDETERMINED", "NOT_DUE")
    }
    assert (found["n"], found["responders"]) == (due, counts["CR"] + counts["PR"])
    assert found["overall_response_rate"] == pytest.approx(Decimal(counts["CR"] + counts["PR"]) / due)


@pytest.mark.parametrize("arm", ["MSC", "control"])
@pytest.mark.parametrize("name", LINES)
def test_long_term_outcomes(tables: Json, name: str, arm: str) -> None:
    found = row(tables, "long_term", "outcome", name, arm)
    asked = 0 if (name, arm) == ("all_infusions", "control") else 9  # the conclusion on cells does not apply to them
    assert (found["n"], found["patients"], found["unknown"]) == (asked, sum(map(LINES[name], children(arm))), 0)


@pytest.mark.parametrize("arm", ["MSC", "control"])
@pytest.mark.parametrize(("endpoint", "event"), [("FFS", "ffs_event"), ("OS", "os_event")])
def test_events(out: Path, endpoint: str, event: str, arm: str) -> None:
    found = json.loads((out / "survival.json").read_text(encoding="utf-8"))
    (curve,) = [group for one in found["endpoints"] if one["name"] == endpoint for group in one["groups"] if group["name"] == arm]
    assert (curve["n"], curve["events"]) == (9, sum(child[event] == "1" for child in children(arm)))


@pytest.mark.parametrize("arm", ["MSC", "control"])
def test_what_is_concluded_is_what_is_counted(out: Path, tables: Json, arm: str) -> None:
    failures, vital = concluded(out, "failure", arm), concluded(out, "survival", arm)
    expected = {"treatment_failures": failures["treatment_failure"], "relapses": failures["relapse"], "deaths": vital["dead"]}
    assert {name: row(tables, "long_term", "outcome", name, arm)["patients"] for name in expected} == expected

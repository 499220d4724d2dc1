"""Another disease is another folder: a second pack, with its own codes, anchors, windows and grades, and no Python of its own."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from engine.conclusion import Conclusion
from engine.evaluation import Evaluated, Evaluation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.evaluation import EVALUATORS, EvaluatorName
from marrow.evaluation import evaluator as evaluator_of
from marrow.packs import load_pack
from tests.cli.calls import call, lines

FOLDER = Path(__file__).resolve().parents[1] / "packs" / "itp_invented"
LOINC, SNOMED, ATC, LOCAL = "http://loinc.org", "http://snomed.info/sct", "http://www.whocc.no/atc", "urn:example:itp-invented"
Json = dict[str, Any]

scenarios(str(FOLDER / "features"))


class Chart:
    """What is sent of one patient."""

    def __init__(self) -> None:
        self.resources: list[Json] = [{"resourceType": "Patient", "id": "p1"}]
        self.concluded: Mapping[str, Conclusion] = {}

    def add(self, kind: str, system: str, code: str, day: str, **more: Any) -> None:
        about = {"subject": {"reference": "Patient/p1"}, "id": f"r{len(self.resources)}"}
        coded = {"coding": [{"system": system, "code": code}]}
        match kind:
            case "Observation":
                body = {"status": "final", "code": coded, "effectiveDateTime": day}
            case "Procedure":
                body = {"status": "completed", "code": coded, "performedDateTime": day}
            case _:
                body = {"status": "completed", "medicationCodeableConcept": coded, "effectiveDateTime": day}
        self.resources.append({"resourceType": kind, **about, **body, **more})

    def platelets(self, count: float, day: str, unit: str = "10*9/L") -> None:
        quantity = {"value": count, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
        self.add("Observation", LOINC, "777-3", day, valueQuantity=quantity)

    def bleeding(self, score: int, day: str) -> None:
        self.add("Observation", LOCAL, "bleeding-score", day, valueQuantity={"value": score, "code": "1"})

    def prednisolone(self, day: str) -> None:
        dose = {"value": 40, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
        self.add("MedicationAdministration", ATC, "H02AB06", day, dosage={"dose": dose})

    @property
    def bundle(self) -> Json:
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in self.resources]}

    def conclude(self, day: str, evaluator: EvaluatorName = "plain", settings: Mapping[str, str] | None = None) -> None:
        self.concluded = {one.name: one for one in evaluated(self.bundle, day, evaluator, settings).conclusions}


def evaluated(bundle: Json, day: str, evaluator: EvaluatorName = "plain", settings: Mapping[str, str] | None = None) -> Evaluated:
    """The one patient of a Bundle, read and evaluated with the second pack."""
    pack = load_pack(str(FOLDER), settings)
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems))
    reader.read(json.dumps(bundle).encode(), "bundle.json")
    intake = reader.finish()
    assert intake.issues == ()
    (record,) = intake.records
    return Evaluation(pack, evaluator_of(pack, evaluator))(record, date.fromisoformat(day).toordinal())


# --- the feature ------------------------------------------------------------------------------------------------------


@pytest.fixture
def chart() -> Chart:
    return Chart()


def iso(day: str) -> str:
    """A day as the feature writes it, as FHIR does."""
    return datetime.strptime(day, "%d %B %Y").date().isoformat()  # noqa: DTZ007 - only its date


@given(parsers.parse("prednisolone began on {day}"))
def began(chart: Chart, day: str) -> None:
    chart.prednisolone(iso(day))


@given(parsers.parse("{count} platelets on {day}"))
def counted(chart: Chart, count: str, day: str) -> None:
    chart.platelets(float(count), iso(day))


@given(parsers.parse("a bleeding score of {score} on {day}"))
def scored(chart: Chart, score: str, day: str) -> None:
    if score != "unknown":
        chart.bleeding(int(score), iso(day))


@given(parsers.parse("a platelet transfusion on {day}"))
def transfused(chart: Chart, day: str) -> None:
    chart.add("Procedure", SNOMED, "12719002", iso(day))


@given(parsers.parse("the spleen was removed on {day}"))
def operated(chart: Chart, day: str) -> None:
    chart.add("Procedure", SNOMED, "234319005", iso(day))


@when(parsers.parse("the criteria are applied on {day}"))
def applied(chart: Chart, day: str) -> None:
    chart.conclude(iso(day))


@then(parsers.parse("the {name} is {outcome}"))
def concluded(chart: Chart, name: str, outcome: str) -> None:
    words = {"response at week 6": "response.week_6"}
    assert chart.concluded[words.get(name, name)].outcome == outcome


# --- the same way as the first pack -----------------------------------------------------------------------------------


@pytest.fixture
def responder(chart: Chart) -> Chart:
    """Someone with a deep thrombocytopenia who does well at six weeks and better at twelve."""
    chart.prednisolone("2021-03-01")
    chart.platelets(12, "2021-02-26")
    chart.platelets(40, "2021-04-10")
    chart.platelets(130000, "2021-05-25", unit="/uL")
    chart.bleeding(0, "2021-05-25")
    return chart


@pytest.mark.parametrize("evaluator", EVALUATORS)
def test_each_evaluator_concludes_the_same(responder: Chart, evaluator: EvaluatorName) -> None:
    responder.conclude("2021-07-01", evaluator)
    assert {name: one.outcome for name, one in responder.concluded.items()} == {
        "depth": "deep",
        "response.week_6": "some",
        "response.week_12": "good",
        "surgery": "not_done",
    }


def test_a_window_that_is_open_is_not_due(responder: Chart) -> None:
    responder.conclude("2021-05-25")
    assert responder.concluded["response.week_6"].outcome == "some"
    assert responder.concluded["response.week_12"].outcome == "NOT_DUE"


def test_without_its_anchor_nothing_applies(chart: Chart) -> None:
    chart.platelets(12, "2021-02-26")
    chart.conclude("2021-07-01")
    assert {one.outcome for one in chart.concluded.values()} == {"NOT_APPLICABLE"}


def test_a_parameter_of_its_own_changes_what_it_decides(responder: Chart) -> None:
    responder.conclude("2021-07-01", settings={"response.some_ge": "41"})
    assert responder.concluded["response.week_6"].outcome == "none"
    assert dict(responder.concluded["response.week_6"].parameters)["response.some_ge"] == 41
    responder.conclude("2021-07-01", settings={"depth.deep_lt": "12"})
    assert responder.concluded["depth"].outcome == "shallow"


def test_the_command_evaluates_it(responder: Chart, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(json.dumps(responder.bundle), encoding="utf-8")
    answer = call("evaluate", tmp_path / "bundle.json", "--out", tmp_path / "out", "--pack", FOLDER, "--as-of", "2021-07-01")
    assert (answer.status, answer.err) == (0, "")
    found = {line["conclusion"]: line for line in lines(tmp_path / "out" / "conclusions.ndjson")}
    assert {name: line["outcome"] for name, line in found.items()} == {
        "depth": "deep",
        "response.week_12": "good",
        "response.week_6": "some",
        "surgery": "not_done",
    }
    assert (found["depth"]["pack"], found["depth"]["pack_version"]) == ("itp_invented", "0.3.0")
    (condition,) = lines(tmp_path / "out" / "conditions.ndjson")
    assert [coding["code"] for coding in condition["code"]["coding"]] == ["32273002", "deep"]
    assert condition["clinicalStatus"]["coding"][0]["code"] == "remission"


def test_it_is_checked_without_a_doubt() -> None:
    answer = call("rules", "check", FOLDER)
    assert (answer.status, answer.out) == (0, f"{FOLDER}: 0 errors, 0 warnings\n")

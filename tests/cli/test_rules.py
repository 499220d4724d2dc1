"""`marrow rules`: a pack checked, read as a clinician would write it, and the schema of its files."""

import json
from pathlib import Path

import pytest

from engine.pack.schema import schema
from marrow.packs import load_pack
from tests.cli.calls import call
from tests.sound_pack import SOUND, with_change

SHOWN = """\
Feature: Iron

  @statement:S1
  Rule: Iron is low below 30

    @criterion:iron_low @criterion:female
    Scenario: low
"""


def folder(place: Path, files: dict[str, str], feature: str | None = SHOWN) -> Path:
    """A pack as a folder, with a feature file where there is one."""
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    (place / "statements.yaml").write_text(
        "statements:\n  S1: {section: Methods, text: Iron is low below 30.}\n", encoding="utf-8"
    )
    if feature is not None:
        (place / "features").mkdir()
        (place / "features" / "iron.feature").write_text(feature, encoding="utf-8")
    return place


# --- check ------------------------------------------------------------------------------------------------------------


def test_a_pack_with_doubts_only_passes(tmp_path: Path) -> None:
    answer = call("rules", "check", folder(tmp_path, SOUND))
    assert answer.status == 0
    assert answer.out.splitlines()[0] == "warning: parameters.yaml:11: parameters.iron.known: nothing asks for this"
    assert answer.out.splitlines()[-1] == f"{tmp_path}: 0 errors, 8 warnings"


def test_a_pack_with_a_fault_fails(tmp_path: Path) -> None:
    answer = call("rules", "check", folder(tmp_path, with_change("state: sex", "stat: sex")))
    assert answer.status == 2
    assert answer.out.splitlines() == [
        "error: rules.yaml:22: measures.sex: `stat` is not expected here; did you mean `state`?",
        f"{tmp_path}: 1 error, 0 warnings",
    ]


def test_a_rule_without_a_scenario_fails(tmp_path: Path) -> None:
    answer = call("rules", "check", folder(tmp_path, SOUND, SHOWN.replace(" @criterion:female", "")))
    assert answer.status == 2
    assert "error: rules.yaml:34: criteria.female: no scenario shows this criterion: tag one with @criterion:female" in answer.out


def test_a_tag_of_a_criterion_that_is_not_there_fails(tmp_path: Path) -> None:
    answer = call(
        "rules", "check", folder(tmp_path, SOUND, SHOWN.replace("Scenario: low", "@criterion:iron_lo\n    Scenario: low"))
    )
    assert answer.status == 2
    assert "error: features/iron.feature:7: there is no criterion `iron_lo`; did you mean `iron_low`?" in answer.out


def test_without_feature_files_that_is_said(tmp_path: Path) -> None:
    answer = call("rules", "check", folder(tmp_path, SOUND, None))
    assert answer.status == 0
    assert "note: no feature files are installed for this pack, so its scenarios were not looked at" in answer.out.splitlines()


def test_a_pack_that_is_not_there_is_said() -> None:
    answer = call("rules", "check", "lan_2012")
    assert answer.status == 2
    assert answer.complaints == [
        "marrow: there is no pack lan_2012; expected one of lan_2021, or a folder with a pack.yaml; did you mean `lan_2021`?"
    ]


def test_the_shipped_pack_has_no_fault_under_any_setting_and_every_rule_a_scenario() -> None:
    answer = call("rules", "check")
    assert [line for line in answer.out.splitlines() if line.startswith("error:")] == []
    assert answer.status == 0


# --- show -------------------------------------------------------------------------------------------------------------


def test_every_conclusion_is_shown_within_a_hundred_columns() -> None:
    for name in load_pack("lan_2021").conclusions:
        answer = call("rules", "show", name)
        assert answer.status == 0
        assert [line for line in answer.out.splitlines() if len(line) > 100] == []
        assert "@here" not in answer.out


def test_without_a_name_each_conclusion_is_one_line() -> None:
    lines = call("rules", "show").out.splitlines()
    assert "  severity          severity of the aplastic anaemia: vSAA, SAA, NSAA" in lines
    assert len(lines) == 3 + len(load_pack("lan_2021").conclusions)


def test_a_rule_reads_like_one(tmp_path: Path) -> None:
    answer = call("rules", "show", "iron", "--pack", folder(tmp_path, SOUND))
    assert (
        answer.out
        == """\
Iron
iron of sound 1.0.0 (invented)

Drawn
  at baseline

Outcomes: the first that is met, while all before it are not
  1. low: low
       when low iron
  2. normal: normal
       otherwise

Criteria
  low iron [iron_low; S1]
    ferritin (baseline) below 30 ug/L (iron.low)
  female [female; S1]
    sex is female

What is measured
  ferritin in ug/L: one value, as its window says
  sex: as recorded

Codes
  ferritin = Observation: loinc 2276-4
  sex = Patient.gender
      female: loinc f
      male: loinc m

Days and windows
  baseline: day -7 to day 7, counted from first visit; the value nearest to day 0 (of two as near,
    the later) counts
  first visit: the first record of visit

Parameters in force
  iron.low = 30 ug/L (default)
      low; invented [S1]
  iron.span = -7 to 7 days (default)
      span; invented [S1]
  iron.reading = strict (default)
      reading; invented [S1]

Source
  Methods
    S1   Iron is low below 30.
"""
    )


def test_a_setting_is_shown_as_one_and_decides(tmp_path: Path) -> None:
    answer = call(
        "rules", "show", "iron", "--pack", folder(tmp_path, SOUND), "--set", "iron.reading=lenient", "--set", "iron.span=-3,3"
    )
    assert "    ferritin (baseline) below 40 ug/L" in answer.out.splitlines()
    assert "  iron.reading = lenient (set, not the default)" in answer.out.splitlines()
    assert "  iron.span = -3 to 3 days (set, not the default)" in answer.out.splitlines()


def test_one_rule_for_several_windows_is_found_by_its_name() -> None:
    assert call("rules", "show", "response").out == call("rules", "show", "response.day_40").out


@pytest.mark.parametrize("asked", ["sverity", "severty"])
def test_a_wrong_name_is_answered_with_the_nearest(asked: str) -> None:
    answer = call("rules", "show", asked)
    assert answer.status == 2
    (line,) = answer.complaints
    assert line.startswith(f"marrow: lan_2021 draws no conclusion {asked}; expected one of eligibility, response.day_40,")
    assert line.endswith("; did you mean `severity`?")


def test_a_wrong_setting_is_one_line() -> None:
    answer = call("rules", "show", "severity", "--set", "severity.anc_l=3")
    assert (answer.status, answer.complaints) == (
        2, ["marrow: --set severity.anc_l: there is no such parameter; did you mean `severity.anc_lt`?"],
    )  # fmt: skip


# --- schema -----------------------------------------------------------------------------------------------------------


def test_the_schema_is_printed_as_json() -> None:
    answer = call("rules", "schema")
    assert (answer.status, json.loads(answer.out)) == (0, schema())


@pytest.mark.parametrize("command", ["check", "show", "schema"])
def test_each_help_has_an_example(command: str) -> None:
    answer = call("rules", command, "--help")
    assert answer.status == 0
    assert f"\n  marrow rules {command}" in answer.out

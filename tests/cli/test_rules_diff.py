"""`marrow rules diff`: what differs between two versions of a pack, and which patients are concluded otherwise."""

from pathlib import Path
from random import Random

import pytest

from engine.pack.load import compiled, read
from marrow.demo.cohort import write_cohort
from marrow.packs import pack_files, pack_folder
from marrow.review.mutation.generate import mistakes
from marrow.rules_diff import Version, differences
from tests.cli.calls import call
from tests.sound_pack import SOUND, with_change

NEAREST = "the value nearest to day 0 (of two as near, the later) counts"
FERRITIN = "ferritin (baseline) below"


def written(place: Path, files: dict[str, str]) -> Path:
    """A pack as a folder."""
    place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(tmp_path / "old", SOUND)


def lan_with(place: Path, file: str, before: str, after: str) -> Path:
    """The trial's pack with one text in it replaced by another."""
    files = pack_files(pack_folder("lan_2021"))
    assert files[file].count(before) == 1
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text.replace(before, after) if name == file else text, encoding="utf-8")
    return place


# --- the rules --------------------------------------------------------------------------------------------------------


def test_equal_packs_are_equal(old: Path, tmp_path: Path) -> None:
    new = written(tmp_path / "new", {name: f"# another remark\n{text}" for name, text in SOUND.items() if name.endswith("yaml")})
    (new / "norms.csv").write_text(SOUND["norms.csv"], encoding="utf-8")
    answer = call("rules", "diff", old, new)
    assert (answer.status, answer.out) == (0, "The rules are the same.\n")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("iron.low: {default: 30,", "iron.low: {default: 31,", ["  iron.low (low)", "    the value was 30 ug/L, is now 31 ug/L"]),
        ("sex, is: female}", "sex, is: male}", ["    the rule was sex is female; is now sex is male"]),
        ('codes: ["2276-4"]', 'codes: ["2276-4", "20567-4"]', ["  ferritin", "    codes: now also loinc 20567-4"]),
        ('codes: ["2276-4"]', 'codes: ["20567-4"]', ["    codes: no longer loinc 2276-4", "    codes: now also loinc 20567-4"]),
        ("plausible: [0, 9000]", "plausible: [0, 900]", ["    plausible values was 0 to 9000, is now 0 to 900"]),
        ("default: [-7, 7]", "default: [-8, 7]", ["    the value was -7 to 7 days, is now -8 to 7 days"]),
        (
            "pick: nearest, target: 0",
            "pick: last",
            [f"    of several values was {NEAREST}, is now the last value counts"],
        ),
        ("0 d,18 a,,30", "0 d,18 a,,31", ["    rows: no longer from 0 days to under 18 years: 30"]),
        (
            "select: {concept: ferritin}",
            "select: {concept: ferritin, pick: last}",
            ["    how it is found was one value, as its window says, is now the last value"],
        ),
        ("first: [visit]", "last: [visit]", ["    the day was the first record of visit, is now the last record of visit"]),
        ("outcome: low, label: low", "outcome: low, label: very low", ["    outcomes, in order: no longer low (low)"]),
        ("title: A sound pack", "title: A pack", ["    `title` was A sound pack, is now A pack"]),
        (
            "lenient: {measure: ferritin@here, below: 40 ug/L}",
            "lenient: {measure: ferritin@here, below: 41 ug/L}",
            ["Under iron.reading=lenient", f"    the rule was {FERRITIN} 40 ug/L; is now {FERRITIN} 41 ug/L"],
        ),
        (
            "  female: {label: female, source: [S1], when: {measure: sex, is: female}}\n",
            "  female: {label: female, source: [S1], when: {all: [{measure: sex, is: female}, iron_low@baseline]}}\n",
            ["    the rule changed", "      now: all of:", "      now: low iron"],
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(old: Path, tmp_path: Path, before: str, after: str, told: list[str]) -> None:
    answer = call("rules", "diff", old, written(tmp_path / "new", with_change(before, after)))
    assert answer.status == 1
    assert [line for line in told if line not in answer.out.splitlines()] == []


def test_what_is_added_and_removed_is_said(old: Path, tmp_path: Path) -> None:
    visit = "  visit: {label: visit, element: any.date}\n"
    new = written(tmp_path / "new", with_change(visit, visit + "  weight: {label: weight, element: any.date}\n"))
    assert "  weight\n    added\n" in call("rules", "diff", old, new).out
    assert "  weight\n    removed\n" in call("rules", "diff", new, old).out


def test_a_parameter_is_told_once_and_not_again_in_every_rule(old: Path, tmp_path: Path) -> None:
    new = written(tmp_path / "new", with_change("iron.low: {default: 30,", "iron.low: {default: 31,"))
    assert call("rules", "diff", old, new).out.splitlines()[:1] == ["Parameters"]
    assert "Criteria" not in call("rules", "diff", old, new).out


def test_every_mistake_that_one_can_make_in_the_trials_pack_is_told() -> None:
    reading = read(pack_files(pack_folder("lan_2021")))
    sound = Version.of("lan_2021")
    silent = []
    for mistake in Random(20).sample(mistakes(reading), 40):
        changed = mistake.made_in(reading)
        pack, _ = compiled(changed, {})
        if pack is not None and not differences(sound, Version(changed, pack)):
            silent.append(mistake.id)
    assert silent == []


def test_a_pack_that_is_not_there_or_not_sound_cannot_be_compared(old: Path, tmp_path: Path) -> None:
    assert call("rules", "diff", old, tmp_path / "nowhere").status == 2
    broken = written(tmp_path / "broken", with_change("state: sex", "stat: sex"))
    answer = call("rules", "diff", old, broken)
    assert answer.status == 2
    assert "did you mean `state`?" in answer.err
    assert call("rules", "diff", old, old, "--cutoff", "2018-04-13").status == 2


# --- the patients -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, "R4")
    return folder


def test_who_changes_class_is_said_with_the_criterion_that_changed(tmp_path: Path, cohort: Path) -> None:
    new = lan_with(
        tmp_path / "new", "parameters.yaml", "severity.vsaa_anc_lt: {default: 0.2,", "severity.vsaa_anc_lt: {default: 0.05,"
    )
    answer = call("rules", "diff", "lan_2021", new, "--cohort", cohort, "--cutoff", "2018-04-13")
    assert answer.status == 1
    lines = answer.out.splitlines()
    changed = [line for line in lines if line.endswith(": severity was vSAA, is now SAA")]
    assert f"18 patients on 2018-04-13: {len(changed)} with another outcome" in lines
    assert f"  severity: vSAA -> SAA: {len(changed)}" in lines
    why = lines[lines.index(changed[0]) + 1]
    assert why.startswith("  neutrophils_very_severe was met (ANC (baseline) ")
    assert "below 0.2), is now not met (ANC (baseline) " in why
    assert why.endswith("not below 0.05)")


def test_a_change_that_touches_nobody_says_so(tmp_path: Path, cohort: Path) -> None:
    new = lan_with(tmp_path / "new", "parameters.yaml", "age.max_years: {default: 18,", "age.max_years: {default: 19,")
    answer = call("rules", "diff", "lan_2021", new, "--cohort", cohort, "--cutoff", "2018-04-13")
    assert answer.status == 1
    assert answer.out.splitlines()[-1] == "18 patients on 2018-04-13: 0 with another outcome"


def test_a_code_that_is_no_longer_read_changes_what_is_known(tmp_path: Path, cohort: Path) -> None:
    new = lan_with(tmp_path / "new", "concepts.yaml", '["777-3", "26515-7"', '["26515-7"')
    answer = call("rules", "diff", "lan_2021", new, "--cohort", cohort, "--cutoff", "2018-04-13")
    (first, *_) = [
        line for line in answer.out.splitlines() if line.startswith("  platelets_severe was met (platelets (baseline) ")
    ]
    assert first.endswith("is now unknown (platelets (baseline): not known (no value in the window))")


def test_equal_packs_change_nobody(cohort: Path) -> None:
    answer = call("rules", "diff", "lan_2021", "lan_2021", "--cohort", cohort, "--cutoff", "2018-04-13")
    assert answer.status == 0
    assert answer.out.splitlines() == ["The rules are the same.", "", "18 patients on 2018-04-13: 0 with another outcome"]


def test_a_cohort_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    answer = call("rules", "diff", "lan_2021", "lan_2021", "--cohort", tmp_path / "nowhere")
    assert answer.status == 2
    assert "no such file or folder" in answer.err

"""What a signature is given to: everything that a rule means, and nothing else."""

from pathlib import Path

import pytest

from tests.review.packs import digests, sound

RULE = "criteria.iron_low"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("default: 30", "default: 31"),
        ("strict: {measure: ferritin@here, below: iron.low}", "strict: {measure: ferritin@here, at_most: iron.low}"),
        ('codes: ["2276-4"]', 'codes: ["2276-4", "20567-4"]'),
        ("default: [-7, 7]", "default: [-7, 8]"),
        ("pick: nearest, target: 0", "pick: last"),
        ("first_visit: {label: first visit, first: [visit]}", "first_visit: {label: first visit, last: [visit]}"),
        ('loinc: ["http://loinc.org"]', 'loinc: ["http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"]'),
        ("plausible: [0, 9000]", "plausible: [0, 900]"),
        ("label: low iron", "label: little iron"),
        ("Iron is low below 30.", "Iron is low below 31."),
    ],
    ids=["limit", "comparison", "code", "window", "pick", "anchor", "system", "plausible", "its own words", "its statement"],
)
def test_a_change_of_what_a_rule_means_changes_its_digest(tmp_path: Path, old: str, new: str) -> None:
    before, after = digests(sound(tmp_path / "a")), digests(sound(tmp_path / "b", {old: new}))
    assert before[RULE] != after[RULE]
    assert before["conclusions.iron"] != after["conclusions.iron"] or old in ("label: low iron", "Iron is low below 30.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reason: invented", "reason: found somewhere"),
        ("default: 30", "default: 30.0"),
        ("version: 1.0.0", "version: 1.0.1"),
        ("label: ferritin", "label: serum ferritin"),
        ("when: {measure: sex, is: female}", "when: {measure: sex, is: male}"),
        ("Girls are counted apart.", "Boys are counted apart."),
    ],
    ids=["a reason", "the same number", "the version", "words of a measure", "another rule", "another statement"],
)
def test_what_a_rule_does_not_mean_leaves_its_digest(tmp_path: Path, old: str, new: str) -> None:
    assert digests(sound(tmp_path / "a"))[RULE] == digests(sound(tmp_path / "b", {old: new}))[RULE]


def test_files_and_their_order_do_not_matter(tmp_path: Path) -> None:
    before = digests(sound(tmp_path / "a"))
    folder = Path(sound(tmp_path / "b"))
    (folder / "rules.yaml").rename(folder / "a_rules.yaml")
    assert digests(str(folder)) == before


def test_a_change_is_told_of_every_rule_that_reads_it_and_of_no_other(tmp_path: Path) -> None:
    before, after = digests(sound(tmp_path / "a")), digests(sound(tmp_path / "b", {"default: 30": "default: 31"}))
    assert {name for name in before if before[name] != after[name]} == {"criteria.iron_low", "conclusions.iron"}

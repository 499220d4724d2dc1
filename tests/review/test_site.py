"""The site of a review: what leads to what, what is open, and a page that holds all of it and loads nothing."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from marrow.cli import main
from marrow.packs import load_pack
from marrow.review.last_run import Run
from marrow.review.mutants import Mutant
from marrow.review.page import page
from marrow.review.scenarios import cases_of, features_of
from marrow.review.site import Site, review, summary
from tests.review.packs import sign, sound

KEYS = ["statements", "covered", "scenarios", "passed", "mutants", "noticed", "survivors"]
SURVIVOR = Mutant("m2", "parameters.iron.low", "30 becomes 31", None, "nobody can tell")
NOTICED = Mutant("m1", "criteria.iron_low", "below becomes at most", "iron.feature:16")


def passed(pack: str, **failed: str) -> Run:
    """A run in which all cases passed but some, by their line."""
    return Run({case.place: failed.get(f"line_{case.place.rpartition(':')[2]}") for case in cases_of(features_of(pack))})


@cache
def trial() -> Site:
    return review("lan_2021", run=passed("lan_2021"))


def state(site: Site, statement: str) -> str:
    return next(one.state for one in site.statements if one.name == statement)


# --- what leads to what ---


def test_a_statement_leads_to_its_rules_and_scenarios(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    site = review(pack, run=passed(pack))
    found = site.statements[0]
    assert (found.name, found.state) == ("S1", "shown")
    assert [rule.id for rule in found.rules] == ["criteria.iron_low", "criteria.female", "conclusions.iron"]
    assert [(one.passed, one.total) for one in found.scenarios] == [(2, 2)]


def test_what_nothing_shows_is_missing_and_context_need_not_be_shown(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    site = review(pack, run=passed(pack))
    assert [(one.name, one.state) for one in site.statements] == [("S1", "shown"), ("S2", "missing"), ("C1", "context")]
    assert summary(site) == dict(zip(KEYS, [2, 1, 2, 2, None, None, []], strict=True))


def test_a_case_that_fails_fails_its_statement_and_its_rule(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    site = review(pack, run=passed(pack, line_16="Then the iron is normal"))
    assert state(site, "S1") == "failing"
    assert site.cards["criteria.iron_low"].trace.state == "failing"
    assert summary(site)["covered"] == 0
    assert summary(site)["passed"] == 1
    assert "Then the iron is normal" in page(site)


def test_a_rule_without_a_scenario_says_so(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    (tmp_path / "features" / "iron.feature").write_text(
        "Feature: Iron\n  Scenario: nothing\n    Given a wish\n", encoding="utf-8"
    )
    site = review(pack, run=passed(pack))
    assert {card.trace.state for card in site.cards.values()} == {"missing"}
    assert "No scenario shows this rule" in page(site)


def test_scenarios_that_cannot_run_are_not_counted_as_passed(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    site = review(pack, run=Run({}, "the tests are not installed"))
    assert state(site, "S1") == "not run"
    assert summary(site)["passed"] == 0
    assert "The tests are not installed." in page(site)


def test_every_statement_of_the_trial_is_shown() -> None:
    assert [one.name for one in trial().to_show if one.state != "shown"] == []


def test_every_rule_of_the_trial_stands_in_one_group_and_has_a_scenario() -> None:
    ids = [rule.id for group in trial().groups for rule in group.rules]
    assert sorted(ids) == sorted(trial().cards)
    assert [name for name, card in trial().cards.items() if card.trace.state != "shown"] == []


# --- mutants and marks ---


def test_mistakes_stand_beside_the_rules_that_they_were_made_in(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    site = review(pack, run=passed(pack), mutants=[NOTICED, SURVIVOR])
    assert site.cards["criteria.iron_low"].mutants == (NOTICED, SURVIVOR)
    assert site.cards["criteria.female"].mutants == ()
    found = summary(site)
    assert (found["mutants"], found["noticed"]) == (2, 1)
    assert found["survivors"] == [{"mutant": "parameters.iron.low: 30 becomes 31", "because": "nobody can tell"}]


def test_the_page_says_whose_signature_is_void(tmp_path: Path) -> None:
    pack = sound(tmp_path)
    sign(pack)
    assert {card.verdict for card in review(pack, run=passed(pack)).cards.values()} == {"agreed"}
    sound(tmp_path, {"default: 30": "default: 31"})
    site = review(pack, run=passed(pack))
    assert {name: card.verdict for name, card in site.cards.items()} == {
        "criteria.iron_low": "void", "criteria.female": "agreed", "conclusions.iron": "void",
    }  # fmt: skip
    assert "agreed, for the rule as it was then; it has changed since" in page(site)


# --- the page ---


def test_the_page_loads_nothing_and_names_every_rule_statement_and_parameter() -> None:
    text = page(trial())
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:,|https://doi\.org/)""", text)
    assert "@import" not in text
    assert "url(" not in text
    for name in (
        *trial().cards,
        *(f"statements.{one}" for one in trial().pack.statements),
        *(f"parameters.{one}" for one in trial().pack.parameters),
    ):
        assert f'id="{name}"' in text


def test_every_link_inside_the_page_leads_somewhere_and_no_id_stands_twice() -> None:
    text = page(trial())
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) - set(ids) == set()


def test_the_same_review_is_the_same_page() -> None:
    assert page(trial()) == page(review("lan_2021", run=passed("lan_2021")))


@pytest.mark.parametrize("words", ["</script><b>x", "<img src=x onerror=alert(1)>", "&lt;"])
def test_what_reviewers_write_stays_text(tmp_path: Path, words: str) -> None:
    pack = sound(tmp_path)
    sign(pack, comment=words, name=words)
    text = page(review(pack, run=passed(pack)))
    assert "</script><b>" not in text
    assert "<img" not in text
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["marks"][0]["comment"] == words


def test_the_command_writes_both_files_and_says_what_is_open(tmp_path: Path) -> None:
    pack = sound(tmp_path / "iron_pack", feature="Feature: Iron\n\n  Scenario: nothing\n    Given a girl born on 12 May 2008\n")
    out = tmp_path / "out"
    found = CliRunner().invoke(main, ["review", "--pack", pack, "--out", str(out), "--jobs", "1", "--quiet"])
    assert found.exit_code == 0, found.output
    assert found.output.splitlines() == [
        "statements shown: 0 of 2",
        "  S1: missing",
        "  S2: missing",
        "scenarios passed: 1 of 1",
        "rules agreed: 0 of 3",
        f"review: {out}/index.html",
    ]
    assert list(json.loads((out / "summary.json").read_text("utf-8"))) == KEYS
    assert load_pack(pack).manifest.title in (out / "index.html").read_text("utf-8")

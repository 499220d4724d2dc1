"""How features are written: every scenario has a name of its own, and nothing in the text is a code."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from gherkin.parser import Parser

from marrow.review.rules_under_test import RulesUnderTest

FOLDER = Path(__file__).resolve().parents[2] / "features" / "lan_2021"
FEATURES = sorted(FOLDER.glob("*.feature"))
_CODE = re.compile(r"\w+_\w+|\w+@\w+|[{}]|\b[a-z]+\.[a-z_]+\b|\b\d{4,5}-\d\b")


def scenarios(feature: Path) -> list[dict[str, Any]]:
    parsed = Parser().parse(feature.read_text("utf-8"))["feature"]["children"]
    rules = [child["rule"] for child in parsed if "rule" in child]
    return [inner["scenario"] for rule in rules for inner in rule["children"] if "scenario" in inner]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.stem)
def test_no_two_scenarios_share_a_name(feature: Path) -> None:
    names = Counter(scenario["name"] for scenario in scenarios(feature))
    assert [name for name, number in names.items() if number > 1] == []


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.stem)
def test_the_text_is_free_of_codes(feature: Path) -> None:
    lines = [line for line in feature.read_text("utf-8").splitlines() if not line.strip().startswith("@")]
    assert [line.strip() for line in lines if _CODE.search(line)] == []


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.stem)
def test_every_rule_names_a_statement(feature: Path) -> None:
    parsed = Parser().parse(feature.read_text("utf-8"))["feature"]["children"]
    rules = [child["rule"] for child in parsed if "rule" in child]
    assert [rule["name"] for rule in rules if not any(tag["name"].startswith("@statement:") for tag in rule["tags"])] == []


def test_every_tag_names_something_of_the_pack(rules: RulesUnderTest) -> None:
    pack = rules.pack()
    known = {
        "statement": set(pack.statements),
        "criterion": {name.partition("@")[0] for name in pack.criteria},
        "conclusion": {*pack.conclusions, *(rule.base for rule in pack.conclusions.values())},
        "window": {*pack.windows, *pack.moving_windows},
        "anchor": set(pack.anchors),
        "measure": {name.partition("@")[0] for name in pack.measures},
        "table": set(pack.tables),
    }
    tags = {tag for feature in FEATURES for tag in re.findall(r"@(\w+):(\S+)", feature.read_text("utf-8"))}
    assert sorted(tag for tag in tags if tag[0] != "flag" and tag[1] not in known[tag[0]]) == []

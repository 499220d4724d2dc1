"""The JSON Schema of pack files: kept current, true of every file that loads, and of no use to a mistake."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from yaml import safe_load

from engine.pack.parse import parse
from engine.pack.schema import schema
from marrow.packs import pack_files

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "docs" / "pack.schema.json"
PACKS = (path.parent for path in (*ROOT.glob("rules/*/pack.yaml"), *ROOT.glob("tests/packs/*/pack.yaml")))
PACK_FILES = sorted(pack / name for pack in PACKS for name in pack_files(pack) if name.endswith(".yaml"))


def faults(document: Any) -> list[str]:
    """Where a document breaks the schema."""
    return [error.json_path for error in Draft202012Validator(schema()).iter_errors(document)]


def test_the_stored_schema_is_current() -> None:
    assert json.loads(STORED.read_text(encoding="utf-8")) == schema(), (
        "write it anew: marrow rules schema > docs/pack.schema.json"
    )


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", PACK_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_pack_file_follows_it_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert faults(safe_load(text)) == []
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == STORED
    assert parse(path.name, text).data is not None


TEST = {"measure": "anc@here", "below": "0.5 10*9/L"}
CRITERION = {"label": "low", "source": ["S1"], "when": TEST}
CHOSEN = {"choose": "a.b", "options": {"x": TEST, "y": "other@here"}}


@pytest.mark.parametrize(
    "criterion",
    [
        CRITERION,
        CRITERION | {"when": CHOSEN},
        CRITERION | {"when": {"all": ["other", CHOSEN, {"not": CHOSEN}]}},
        CRITERION | {"when": {"at_least": CHOSEN, "of": [TEST]}},
        {"label": "low", "choose": "a.b", "options": {"x": {"when": TEST}}},
        {"choose": "a.b", "options": {"x": CRITERION, "y": CRITERION}},
    ],
    ids=["plain", "chosen test", "chosen inside", "chosen number", "chosen part", "chosen whole"],
)
def test_a_choice_may_stand_for_any_node(criterion: Any) -> None:
    assert faults({"criteria": {"low": criterion}}) == []


@pytest.mark.parametrize(
    "document",
    [
        {"criterion": {"low": CRITERION}},
        {"criteria": {"Low": CRITERION}},
        {"criteria": {"low": {"source": [], "when": TEST}}},
        {"criteria": {"low": CRITERION | {"wen": TEST}}},
        {"criteria": {"low": CRITERION | {"when": {"measure": "anc", "belw": 3}}}},
        {"windows": {"w": {"label": "w", "anchor": "a", "days": [0, 1], "pick": "neares"}}},
        {"criteria": {"low": CRITERION | {"when": {"choose": "a.b"}}}},
        {"name": "pack", "version": "1.0"},
    ],
    ids=["section", "name", "missing", "extra", "deep", "word", "choice without options", "manifest"],
)
def test_a_mistake_breaks_it(document: Any) -> None:
    assert faults(document)

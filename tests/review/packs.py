"""Copies of packs that tests may change."""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from marrow.packs import load_pack, pack_folder
from marrow.review.digest import digest
from marrow.review.rules import rules_of
from tests.sound_pack import SOUND

FEATURE = """\
Feature: Iron
  Ferritin is in ug/L.

  @statement:S1
  Rule: Iron is low below 30 (S1)

    @criterion:iron_low @criterion:female @conclusion:iron
    Scenario Outline: Ferritin against its limit
      Given the ferritin is <ferritin>
      When the criteria are applied
      Then the iron is <iron>

      Examples:
        | ferritin | iron   |
        | 29.9     | low    |
        | 30       | normal |
"""
STATEMENTS = """\
statements:
  S1: {section: Methods, text: Iron is low below 30.}
  S2: {section: Methods, text: Girls are counted apart.}
  C1: {section: Methods, text: "Somewhere, <once>.", kind: context}
"""


def sound(folder: Path, changes: Mapping[str, str] | None = None, *, feature: str = FEATURE) -> str:
    """A small pack with statements and a feature, with texts replaced by others; its folder, as `--pack` takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {**SOUND, "statements.yaml": STATEMENTS}
    for name, text in texts.items():
        for old, new in (changes or {}).items():
            text = text.replace(old, new)  # noqa: PLW2901
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "features").mkdir(exist_ok=True)
    (folder / "features" / "iron.feature").write_text(feature, encoding="utf-8")
    return str(folder)


def copy_of(pack: str, folder: Path) -> str:
    """A copy of a shipped pack under its own name."""
    return str(shutil.copytree(pack_folder(pack), folder / pack))


def digests(pack: str) -> dict[str, str]:
    loaded = load_pack(pack)
    return {name: digest(loaded, rule) for name, rule in rules_of(loaded).items()}


def sign(pack: str, rules: Iterable[str] | None = None, mark: str = "agreed", name: str = "A. Reader", comment: str = "") -> None:
    """Marks for some rules of a pack (all of them), as the page saves them, after those that are there."""
    path = Path(pack) / "review.json"
    before = json.loads(path.read_text("utf-8"))["marks"] if path.exists() else []
    known = digests(pack)
    marks = [
        {
            "rule": rule,
            "digest": known[rule],
            "mark": mark,
            "comment": comment,
            "name": name,
            "role": "reader",
            "date": "2026-03-01",
        }
        for rule in (known if rules is None else rules)
    ]
    loaded = load_pack(pack)
    path.write_text(json.dumps({"pack": loaded.name, "version": loaded.version, "marks": before + marks}), encoding="utf-8")

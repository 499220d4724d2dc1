"""Every variable that the service reads is told where its operator looks, with the default that it has."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from marrow.cli import main
from marrow.service.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
NAMES = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
NOT_A_SETTING = {f"{PREFIX}SECRETS_DIR", f"{PREFIX}REQUIRE_ALL"}  # a folder of settings; said to `make test`
ROW = re.compile(r"^\| `(MARROW_[A-Z_]+)` \| (.*?) \| ", re.MULTILINE)


HELP = CliRunner().invoke(main, ["serve", "--help"], prog_name="marrow").stdout
SAID = re.compile(r"^ +(MARROW_[A-Z_]+) .*\[default: (\S+)\]", re.MULTILINE)
"""A default of the help, where it is a value and no words."""


def shown(default: object) -> str:
    """A default as the table has it: nothing for none."""
    if default in (None, (), frozenset()):
        return ""
    text = default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
    return f"`{text.removesuffix('.0')}`"


def test_the_guide_has_a_row_for_each_variable_with_its_default() -> None:
    rows = dict(ROW.findall((ROOT / "docs/service.md").read_text(encoding="utf-8")))
    assert rows.keys() - NOT_A_SETTING == NAMES
    defaults = {f"{PREFIX}{name.upper()}": shown(field.default) for name, field in Settings.model_fields.items()}
    assert {name: rows[name] for name in NAMES} == defaults


@pytest.mark.parametrize("where", ["README.md", "marrow serve --help"])
def test_each_variable_is_named(where: str) -> None:
    text = (ROOT / where).read_text(encoding="utf-8") if where.endswith(".md") else HELP
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text)) - NOT_A_SETTING == NAMES


def test_the_help_has_the_defaults() -> None:
    said = dict(SAID.findall(HELP))
    numbers = {f"{PREFIX}{name.upper()}": shown(field.default) for name, field in Settings.model_fields.items()}
    assert len(said) > 10
    assert {name: f"`{value}`" for name, value in said.items()} == {name: numbers[name] for name in said}

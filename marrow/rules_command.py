"""`marrow rules`: check a pack, read it, and the schema of its files."""

import json
from pathlib import Path

import click

from engine.pack.check import check as check_pack
from engine.pack.parse import suggestion
from engine.pack.program import Pack
from engine.pack.schema import schema as pack_schema
from marrow.evaluate_command import SettingType
from marrow.marks_option import marks_option
from marrow.packs import load_pack, pack_files, pack_folder
from marrow.rules_diff_command import diff
from marrow.rules_page import overview, page
from marrow.scenarios import feature_folder, tags


class ConclusionNotFound(ValueError):
    """The caller named a conclusion that the pack does not draw."""


@click.group()
def rules() -> None:
    """Check and read the rules of a pack.

    \b
    marrow rules check               every fault and doubt of lan_2021
    marrow rules show                what it concludes
    marrow rules show severity       one conclusion, as a clinician would write it
    marrow rules diff OLD NEW        what differs between two versions, and for whom it matters
    marrow rules schema              the JSON Schema of pack files, for editors
    """


rules.add_command(diff)


@rules.command(epilog="Exit status: 0 no errors (there may be warnings); 1 rules without a signature that holds; 2 errors.")
@click.argument("pack", default="lan_2021")
@click.option("--require-review", is_flag=True, help="Every rule needs an agreed mark that still holds (see marrow review).")
@marks_option
def check(pack: str, require_review: bool, marks: Path | None) -> None:
    """List every fault of a pack, and everything that is doubtful in it.

    PACK is the name of a pack, or its folder.

    \b
    marrow rules check
    marrow rules check my_packs/iron_deficiency
    marrow rules check --require-review    before a release: also each rule that nobody signed as it is
    """
    folder = pack_folder(pack)
    features = feature_folder(folder)
    faults = check_pack(pack_files(folder), None if features is None else list(tags(features)))
    for fault in faults:
        click.echo(f"{fault.severity}: {fault}")
    errors = sum(fault.severity == "error" for fault in faults)
    if features is None:
        click.echo("note: no feature files are installed for this pack, so its scenarios were not looked at")
    click.echo(f"{pack}: {_number(errors, 'error')}, {_number(len(faults) - errors, 'warning')}")
    if errors:
        raise click.exceptions.Exit(2)
    if require_review:
        _require_review(pack, marks)


@rules.command()
@click.argument("conclusion", required=False)
@click.option("--pack", default="lan_2021", show_default=True, help="Pack by name, or its folder.")
@click.option("--set", "settings", type=SettingType(), multiple=True, help="Set a parameter of the pack, as in ti.days=56.")
def show(conclusion: str | None, pack: str, settings: tuple[tuple[str, str], ...]) -> None:
    """Print a conclusion as a clinician would write it; without a name, all of them by one line.

    \b
    marrow rules show
    marrow rules show response.day_90 --set ti.days=56
    """
    loaded = load_pack(pack, dict(settings))
    lines = overview(loaded, _bold) if conclusion is None else page(loaded, _name(loaded, conclusion), _bold)
    for line in lines:
        click.echo(line)


@rules.command()
def schema() -> None:
    """Print the JSON Schema of pack files, so that editors complete and check them.

    \b
    marrow rules schema > pack.schema.json
    """
    click.echo(json.dumps(pack_schema(), indent=2, ensure_ascii=False))


def _require_review(pack: str, marks: Path | None) -> None:
    """A line for each rule that is not signed as it is."""
    from marrow.review.unsigned import unsigned

    lines = unsigned(pack, marks)
    for line in lines:
        click.echo(f"not signed: {line}")
    click.echo(f"{pack}: {_number(len(lines), 'rule')} without an agreed mark that holds")
    if lines:
        raise click.exceptions.Exit(1)


def _name(pack: Pack, asked: str) -> str:
    """The conclusion of this name; the first of those that one rule draws in several windows."""
    found = [name for name, rule in pack.conclusions.items() if asked in (name, rule.base)]
    if asked in found or found:
        return asked if asked in found else found[0]
    near = suggestion(asked, pack.conclusions)
    raise ConclusionNotFound(f"{pack.name} draws no conclusion {asked}; expected one of {', '.join(pack.conclusions)}{near}")


def _bold(text: str) -> str:
    """Heavier on a terminal; click takes the weight away in a pipe."""
    return click.style(text, bold=True)


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"

"""`marrow rules diff`: two versions of a pack, in sentences and on a cohort."""

from collections.abc import Iterable, Iterator
from datetime import date

import click

from engine.moment import day_text
from marrow.evaluate_command import DayType
from marrow.rules_diff import Difference, Version, differences
from marrow.rules_diff_cohort import Changed, CohortDifference, cohort_difference


@click.command(epilog="Exit status: 0 they are equal; 1 they differ; 2 they cannot be compared.")
@click.argument("old")
@click.argument("new")
@click.option("--cohort", multiple=True, metavar="INPUT", help="FHIR to evaluate under both: whatever `marrow evaluate` takes.")
@click.option("--cutoff", type=DayType(), help="Data cut-off of the cohort: what lies after it is not used.")
@click.option("--as-of", type=DayType(), help="Day of evaluation. Default: the cut-off, else the newest date in the data.")
@click.option("--quiet", is_flag=True, help="No progress.")
def diff(old: str, new: str, cohort: tuple[str, ...], cutoff: date | None, as_of: date | None, quiet: bool) -> None:
    """Say in sentences what differs between two versions of a pack, and for whom it matters.

    OLD and NEW are packs by name, or their folders.

    \b
    marrow rules diff lan_2021 my_packs/lan_2021
    marrow rules diff old/lan_2021 lan_2021 --cohort export/ --cutoff 2018-04-13
    """
    if (cutoff or as_of) and not cohort:
        raise click.UsageError("--cutoff and --as-of are of a cohort: name it with --cohort.")
    before, after = Version.of(old), Version.of(new)
    found = differences(before, after)
    for line in _rules_lines(found):
        click.echo(line)
    patients = None
    if cohort:
        patients = cohort_difference(before.pack, after.pack, cohort, as_of, cutoff, quiet=quiet)
        click.echo("")
        for line in _cohort_lines(patients):
            click.echo(line)
    if found or (patients is not None and patients.changed):
        raise click.exceptions.Exit(1)


def _rules_lines(found: list[Difference]) -> Iterator[str]:
    if not found:
        yield "The rules are the same."
    section = None
    for one in sorted(found, key=lambda one: bool(one.setting)):
        heading = f"Under {one.setting}" if one.setting else one.section[0].upper() + one.section[1:].replace("_", " ")
        if heading != section:
            yield from (["", click.style(heading, bold=True)] if section else [click.style(heading, bold=True)])
            section = heading
        yield f"  {one.name}{f' ({one.label})' if one.label != one.name else ''}"
        for sentence in one.sentences:
            first, *rest = sentence.splitlines()
            yield f"    {first}"
            yield from (f"    {line}" for line in rest)


def _cohort_lines(found: CohortDifference) -> Iterator[str]:
    others = [one for one in found.changed if one.has_other_outcome]
    rest = [one for one in found.changed if not one.has_other_outcome]
    patients = len({one.patient for one in others})
    yield click.style(f"{found.patients} patients on {day_text(found.as_of)}: {patients} with another outcome", bold=True)
    for (conclusion, before, after), number in sorted(found.counts().items()):
        yield f"  {conclusion}: {before} -> {after}: {number}"
    for one in others:
        yield from ("", f"{one.patient}: {one.conclusion} was {one.before}, is now {one.after}", *_why(one))
    if rest:
        yield from ("", click.style("The same outcome, and yet not the same:", bold=True))
    for one in rest:
        yield from (f"{one.patient}: {one.conclusion} {one.after}", *_why(one))


def _why(one: Changed) -> Iterable[str]:
    return (f"  {reason}" for reason in one.why)

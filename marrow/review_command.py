"""`marrow review`: the living specification of a pack as a site."""

from pathlib import Path

import click

from marrow.marks_option import marks_option
from marrow.output import output_folder


@click.command(
    epilog="Exit status: 0 written (the page says what fails); 1 written, but with --mutate some mistake is neither noticed nor "
    "explained; 2 the pack, its features or its marks cannot be read."
)
@click.option("--out", required=True, metavar="DIR", help="Folder for index.html and summary.json.")
@click.option("--pack", default="lan_2021", show_default=True, help="Pack by name, or its folder.")
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="Processes that run scenarios; 0 for one a processor.")
@click.option(
    "--mutate", is_flag=True, help="Make every small mistake in the pack and see which scenario notices it; takes minutes."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
@marks_option
def review(out: str, pack: str, jobs: int, mutate: bool, quiet: bool, marks: Path | None) -> None:
    """Write the living specification of a pack: for clinicians to check, and to sign.

    Each statement of the source stands beside the rule that expresses it, as a sentence and as a table; its parameters, codes
    and worked values at each limit; the scenarios that show it, run now; and what reviewers said of it. The page works from a
    file and loads nothing. Marks that are made in it are saved as review.json: put that beside the pack, and `marrow review`
    shows them, and says whose rule has changed since.

    Would a mistake be noticed? With --mutate every limit, comparison, window, code and combination is changed a little, one at a
    time, and the scenarios are run on each such pack. What became of each is kept beside the pack, and shown beside each rule.

    \b
    marrow review --out review/
    marrow review --pack my_packs/iron_deficiency --out review/
    marrow review --mutate --jobs 8 --out review/
    """
    from marrow.review.files import PAGE, write_site
    from marrow.review.mutation.record import mutants
    from marrow.review.mutation.whole import lines
    from marrow.review.mutation.whole import mutate as mutated
    from marrow.review.site import review as reviewed
    from marrow.review.site import summary

    folder = output_folder(out)
    found = mutated(pack, jobs=jobs, quiet=quiet) if mutate else None
    tried = mutants(pack) if found is None else found.mutants
    site = reviewed(pack, jobs=jobs, quiet=quiet, mutants=tried, marks_in=marks)
    write_site(site, folder)
    figures = summary(site)
    click.echo(f"statements shown: {figures['covered']} of {figures['statements']}")
    for trace in site.to_show:
        if trace.state != "shown":
            click.echo(f"  {trace.name}: {trace.state}")
    not_run = f"; not run: {site.run.why_not}" if site.run.why_not else ""
    click.echo(f"scenarios passed: {figures['passed']} of {figures['scenarios']}{not_run}")
    agreed = sum(card.verdict == "agreed" for card in site.cards.values())
    void = sum(card.verdict == "void" for card in site.cards.values())
    click.echo(f"rules agreed: {agreed} of {len(site.cards)}{f', {void} void' if void else ''}")
    for line in () if found is None else lines(found):
        click.echo(line)
    click.echo(f"review: {folder / PAGE}")
    if found is not None and not found.holds:
        raise click.exceptions.Exit(1)

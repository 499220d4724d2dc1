"""`marrow demo`: the demonstration cohort from FHIR to the paper's figures."""

import tempfile
from datetime import date
from pathlib import Path

import click

from marrow.demo.cohort import write_cohort
from marrow.demo.show import children_table, differences, load_shown, places_table
from marrow.output import output_folder
from marrow.packs import load_pack
from marrow.report.files import REPORT
from marrow.report.plain_text import as_text
from marrow.report.reproduction import tally
from marrow.report.tables import response_table
from marrow.report.time_tables import curves_table
from marrow.run import Options, RunOutcome, run
from marrow.summary import last_line

SYNTHETIC = "The children of this demonstration are synthetic: made up to agree with what the paper prints, and nobody's data."


@click.command()
@click.option("--out", default="out/demo", show_default=True, metavar="DIR", help="Folder for the results.")
@click.option(
    "--fhir", "release", type=click.Choice(["R4", "R4B", "R5"]), default="R4", show_default=True, help="Release of the Bundles."
)
@click.option("--evaluator", type=click.Choice(["plain", "rete", "both"]), default="both", show_default=True)
@click.option("--keep-input", metavar="DIR", help="Keep the generated FHIR Bundles here.")
def demo(out: str, release: str, evaluator: str, keep_input: str | None) -> None:
    """Evaluate 18 synthetic children and show their conclusions beside the paper's figures.

    The children are made up so that they are consistent with what the paper prints; they are nobody's data.

    \b
    marrow demo
    marrow demo --fhir R5 --keep-input bundles/
    """
    shown = load_shown()
    with tempfile.TemporaryDirectory() as scratch:
        folder = output_folder(keep_input) if keep_input else Path(scratch)
        write_cohort(folder, release)  # type: ignore[arg-type]
        pack = load_pack(shown.pack)
        cutoff = date.fromisoformat(pack.parameters[pack.statistics.cutoff or ""].value)
        options = Options(
            (str(folder),), Path(out), shown.pack, cutoff=cutoff, evaluator=evaluator, reproduce=True, notes=(SYNTHETIC,)
        )
        outcome = run(options, keep=True)
    manifest, results = outcome.pack.manifest, outcome.results
    assert results is not None
    click.echo(f"{manifest.title}\n({manifest.source}; {outcome.patients} synthetic children, FHIR {release}, as of {cutoff})\n")
    click.echo(f"{children_table(shown, outcome.evaluated)}\n{shown.note}\n")
    for table in (response_table(results), *(curves_table(endpoint, results.groups) for endpoint in results.endpoints)):
        click.echo(f"{as_text(table)}\n")
    click.echo(f"The paper's numbers, compared at the printed precision:\n{places_table(outcome.reproduction)}\n")
    for line in differences(outcome.reproduction):
        click.echo(line)
    equal, different, _ = tally(outcome.reproduction)
    agreed = "two evaluators agreed on every child; " if evaluator == "both" else ""
    click.echo(f"{equal} of {equal + different} numbers in the results of the paper are equal; {agreed}{last_line(outcome)}")
    click.echo(f"report: {outcome.out / REPORT}")
    click.echo(f"review: {_review(outcome, outcome.out / 'review')}")
    if different:
        raise click.exceptions.Exit(1)


def _review(outcome: RunOutcome, folder: Path) -> Path:
    """The rules that were applied, for people to check: see `marrow review`."""
    from marrow.review.files import PAGE, write_site
    from marrow.review.mutation.record import mutants
    from marrow.review.site import review

    pack = outcome.pack.name
    site = review(pack, quiet=False, mutants=mutants(pack), numbers=outcome.reproduction)
    write_site(site, output_folder(str(folder)))
    return folder / PAGE

"""`marrow demo`: the demonstration cohort from FHIR to the paper's figures."""

import tempfile
from datetime import date
from pathlib import Path

import click

from marrow.demo.cohort import write_cohort
from marrow.demo.show import children_table, figures_table, load_figures
from marrow.output import output_folder
from marrow.run import Options, run
from marrow.summary import last_line


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
    figures = load_figures()
    with tempfile.TemporaryDirectory() as scratch:
        folder = output_folder(keep_input) if keep_input else Path(scratch)
        write_cohort(folder, release)  # type: ignore[arg-type]
        cutoff = date.fromisoformat(figures.cutoff)
        options = Options((str(folder),), Path(out), figures.pack, cutoff=cutoff, evaluator=evaluator)
        outcome = run(options, keep=True)
    title = outcome.pack.manifest.title
    click.echo(
        f"{title}\n({outcome.pack.manifest.source}; {outcome.patients} synthetic children, FHIR {release}, as of {cutoff})\n"
    )
    click.echo(children_table(figures, outcome.evaluated))
    click.echo(figures.note)
    table, equal = figures_table(figures, outcome.evaluated)
    click.echo(f"\n{table}\n")
    agreed = "two evaluators agreed on every child; " if evaluator == "both" else ""
    click.echo(f"{equal} of {len(figures.figures)} figures equal; {agreed}results in {outcome.out}")
    click.echo(last_line(outcome))
    if equal != len(figures.figures):
        raise click.exceptions.Exit(1)

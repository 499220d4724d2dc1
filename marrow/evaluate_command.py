"""`marrow evaluate`: FHIR files in, conclusions and FHIR Conditions out."""

from datetime import date
from pathlib import Path

import click

from marrow.run import Options, run
from marrow.summary import summary


class SettingType(click.ParamType[tuple[str, str]]):
    """NAME=VALUE of one parameter."""

    name = "NAME=VALUE"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        name, equals, text = value.partition("=")
        if not equals or not name:
            self.fail(f"{value!r} is not NAME=VALUE, as in ti.days=56.", param, ctx)
        return name.strip(), text.strip()


class DayType(click.ParamType[date]):
    """A calendar day."""

    name = "YYYY-MM-DD"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:
            self.fail(f"{value!r} is not a date, as in 2018-04-13.", param, ctx)
        return day


@click.command(
    epilog="Exit status: 0 evaluated; 1 evaluated, but with issues and --fail-on-issues; 2 nothing could be evaluated."
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--out", required=True, metavar="DIR", help="Folder for the results; made where it is not there.")
@click.option("--pack", default="lan_2021", show_default=True, help="Pack by name, or its folder.")
@click.option("--cutoff", type=DayType(), help="Data cut-off: what lies after it is not used.")
@click.option("--as-of", type=DayType(), help="Day of evaluation. Default: the cut-off, else the newest date in the data.")
@click.option(
    "--set", "settings", type=SettingType(), multiple=True, help="Set a parameter of the pack, as in ti.capture_complete=true."
)
@click.option("--fhir", type=click.Choice(["R4", "R4B", "R5"]), help="Release to read and write. Default: that of the input.")
@click.option("--evaluator", type=click.Choice(["plain", "rete", "both"]), default="plain", show_default=True,
              help="both: two independent evaluators that must agree.")  # fmt: skip
@click.option("--validation", type=click.Choice(["strict", "fast"]),
              help="strict: validate each resource first. Default: strict for .json, fast for .ndjson.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes to work with.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True,
              help="Where to evaluate: here, or on Apache Spark (docs/spark.md).")  # fmt: skip
@click.option("--parquet", is_flag=True, help="Write the results as Parquet tables too.")
@click.option("--reproduce", is_flag=True, help="Compare with the numbers that the pack's source prints.")
@click.option("--fail-on-issues", is_flag=True, help="Exit with 1 where something in the input was rejected.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def evaluate(  # noqa: PLR0913, PLR0917 - one argument for each option
    inputs: tuple[str, ...], out: str, pack: str, cutoff: date | None, as_of: date | None, settings: tuple[tuple[str, str], ...],
    fhir: str | None, evaluator: str, validation: str | None, jobs: int, engine: str, parquet: bool, reproduce: bool,
    fail_on_issues: bool, quiet: bool,
) -> None:  # fmt: skip
    """Evaluate FHIR against a protocol: who meets which criterion, and why.

    INPUT is a Bundle or resource (.json), NDJSON (.ndjson), either packed (.gz), a folder of them, or - for standard input.
    An export may be larger than memory. A run that was stopped goes on when it is called again.

    \b
    marrow evaluate bundle.json --out results
    marrow evaluate export/ --out results --jobs 4
    marrow evaluate export/ --out results --cutoff 2018-04-13 --set ti.capture_complete=true
    """
    options = Options(
        inputs=inputs, out=Path(out), pack=pack, cutoff=cutoff, as_of=as_of, settings=dict(settings), release=fhir,
        evaluator=evaluator, validation=validation, jobs=jobs, quiet=quiet, reproduce=reproduce, parquet=parquet,
        engine=engine,
    )  # fmt: skip
    outcome = run(options)
    if not quiet:
        click.echo(summary(outcome))
    if fail_on_issues and outcome.issues:
        raise click.exceptions.Exit(1)

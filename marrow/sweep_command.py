"""`marrow sweep`: ask the FHIR server for what changed, so that nothing that was lost stays lost."""

import asyncio

import click


@click.command(
    epilog="Exit status: 0 swept and worked; 1 some patients are parked (see `marrow status`), or the server or the database "
    "cannot be asked; 2 it cannot be done like that."
)
@click.option("--whole", is_flag=True, help="Read every known patient anew, which also finds deletions.")
@click.option("--no-work", is_flag=True, help="Only take in what changed; a running service works on it.")
def sweep(whole: bool, no_work: bool) -> None:
    """Take in what changed on the FHIR server since the last sweep, and work on it.

    \b
    marrow sweep            what changed since the last sweep; ever, where there was none
    marrow sweep --whole    read every patient anew, for instance after an outage

    A running `marrow serve` sweeps by itself every MARROW_SWEEP_SECONDS; both may run at the same time. The settings are those of
    `marrow serve`: MARROW_FHIR_BASE_URL is needed.
    """
    from fhir_adapter.client.trouble import ExchangeFailed
    from marrow.service.log import write_lines
    from marrow.service.one_shot import swept
    from marrow.service.settings import settings_of_environment
    from marrow.service.store.rows import InboxFull, StoreUnavailable

    settings = settings_of_environment()
    write_lines(settings.log_format, settings.log_level)
    try:
        found = asyncio.run(swept(settings, whole, work=not no_work))
    except (ExchangeFailed, InboxFull, StoreUnavailable) as failed:
        click.echo(f"marrow: {failed}", err=True)
        raise SystemExit(1) from None
    click.echo(f"{found.seen} resources seen, {found.filed} changes filed, {found.worked} patients worked, {found.parked} parked")
    if found.parked:
        raise SystemExit(1)

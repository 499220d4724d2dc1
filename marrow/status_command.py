"""`marrow status`: what waits, what is parked and why, and what was heard of the subscriptions."""

import click


@click.command(epilog="Exit status: 0 nothing is parked, refused or switched off; 1 something is; 2 the database cannot be read.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@click.option("--patients", is_flag=True, help="Name the parked patients by their id, which is patient data.")
def status(as_json: bool, patients: bool) -> None:
    """Show what the service has to do and what does not succeed.

    \b
    marrow status
    marrow status --json

    Reads the database that MARROW_DATABASE_URL names; the service may run or not.
    """
    import time

    from marrow.lines import encode
    from marrow.service.settings import settings_of_environment
    from marrow.service.standing import standing, told
    from marrow.service.store.rows import StoreUnavailable
    from marrow.service.store.store import Store

    settings = settings_of_environment()
    store = Store(settings.database_url.get_secret_value())
    try:
        store.check()
        found = standing(store, time.time(), settings.time_zone, patients)
    except StoreUnavailable as trouble:
        raise click.ClickException(str(trouble)) from None
    finally:
        store.close()
    click.echo(encode(found).decode() if as_json else "\n".join(told(found)))
    if found["parked"] or found["refused_statements"] or found["subscriptions_in_trouble"]:
        raise SystemExit(1)

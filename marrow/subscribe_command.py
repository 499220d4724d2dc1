"""`marrow subscribe`: the Subscriptions on an EHR's FHIR server that notify Marrow."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir_adapter.client.waiting import Clock
    from marrow.service.settings import Settings
    from marrow.service.subscribing import Standing
    from marrow.service.subscription_plan import Asked

_STYLES = ("auto", "r4", "backport", "r5")
_CONTENTS = ("full-resource", "id-only", "empty")
_HINT = """not active yet: the server tries the endpoint first, so `marrow serve` has to run and to be reached from there
once active, they stay so; call again with a longer --wait, or see --list"""
_ASLEEP = "switched off or given up by the server: --reactivate asks for them again"


@click.command(epilog="Exit status: 0 all are active; 1 some are not, or the server cannot be asked; 2 the call is wrong.")
@click.option("--endpoint", metavar="URL", help="Where the server reaches Marrow, as https://marrow.example/notifications/ehr. "
              "Default: MARROW_PUBLIC_URL with /notifications/ehr.")  # fmt: skip
@click.option("--style", type=click.Choice(_STYLES), default="auto", show_default=True,
              help="r4: by criteria; backport: by topic on R4 and R4B; r5: by topic. auto: as the server can.")  # fmt: skip
@click.option("--topic", "topics", metavar="URL", multiple=True, help="A topic of the server, by its canonical URL; repeatable.")
@click.option("--filter", "filters", metavar="TEXT", multiple=True,
              help="Narrow topics to patients, as `Observation?patient.organization=Organization/1`; repeatable.")  # fmt: skip
@click.option("--types", metavar="A,B", help="Resource types of style r4. Default: all that are read, but Specimen.")
@click.option("--content", type=click.Choice(_CONTENTS), default="full-resource", show_default=True,
              help="What a notification holds; what it does not, is fetched.")  # fmt: skip
@click.option("--wait", type=click.FloatRange(0, 3600), default=60, show_default=True, metavar="SECONDS",
              help="How long the handshakes are waited for.")  # fmt: skip
@click.option("--activate", is_flag=True, help="Set them active ourselves, where the server leaves that to the subscriber.")
@click.option("--reactivate", is_flag=True, help="Ask again for those that ended in an error or were switched off.")
@click.option("--dry-run", is_flag=True, help="Print the Subscriptions without their secrets, and write nothing.")
@click.option("--list", "listing", is_flag=True, help="Print how those of Marrow stand; with --endpoint those for it.")
@click.option("--remove", "removing", is_flag=True, help="Delete those of Marrow for --endpoint.")
def subscribe(  # noqa: PLR0913 - one for each option
    *,
    endpoint: str | None,
    style: str,
    topics: tuple[str, ...],
    filters: tuple[str, ...],
    types: str | None,
    content: str,
    wait: float,
    activate: bool,
    reactivate: bool,
    dry_run: bool,
    listing: bool,
    removing: bool,
) -> int:
    """Have an EHR's FHIR server notify Marrow, and wait until it does.

    \b
    export MARROW_FHIR_BASE_URL=https://ehr.example/fhir MARROW_FHIR_TOKEN=... MARROW_NOTIFICATION_TOKEN=...
    marrow subscribe --endpoint https://marrow.example/notifications/ehr
    marrow subscribe --endpoint https://marrow.example/notifications/ehr --style backport --topic http://ehr.example/topics/labs
    marrow subscribe --list

    Calling it again changes what is different and adds nothing twice. Nothing is left out by code or value: a server says
    nothing of a resource that no longer matches, so a correction would be missed.

    \b
    Settings, as variables of the environment:
      MARROW_FHIR_BASE_URL        address of the FHIR server
      MARROW_FHIR_TOKEN           bearer token for it; or MARROW_FHIR_USER and MARROW_FHIR_PASSWORD;
                                  or MARROW_FHIR_CLIENT_ID and MARROW_FHIR_KEY_FILE (SMART Backend Services)
      MARROW_NOTIFICATION_TOKEN   bearer token that the server shows with each notification
      MARROW_NOTIFICATION_SECRET  secret of its signatures (Medplum)
    """
    import asyncio
    import time

    from fhir_adapter.client.trouble import ExchangeFailed
    from fhir_adapter.client.waiting import Clock
    from marrow.service.settings import settings_of_environment
    from marrow.service.subscription_plan import Asked

    if sum((dry_run, listing, removing)) > 1:
        raise click.UsageError("--dry-run, --list and --remove are three calls; give one of them.")
    settings = settings_of_environment()
    asked = Asked(endpoint, style, topics, filters, types, content, activate)  # type: ignore[arg-type] # click has checked
    clock = Clock(time.time, time.monotonic)
    try:
        if listing:
            return asyncio.run(_list(settings, clock, endpoint))
        if removing:
            return asyncio.run(_remove(settings, clock, asked))
        return asyncio.run(_subscribe(settings, clock, asked, None if dry_run else wait, reactivate))
    except ExchangeFailed as failed:
        click.echo(f"marrow: {failed}", err=True)
        return 1


async def _subscribe(settings: "Settings", clock: "Clock", asked: "Asked", wait: float | None, reactivate: bool) -> int:
    from marrow.service.fhir_access import open_fhir_client
    from marrow.service.subscribing import Patience, settle
    from marrow.service.subscribing import subscribe as place
    from marrow.service.subscription_plan import concerns, planned, shown

    where = asked.where(settings)
    for concern in concerns(where, settings):
        click.echo(f"marrow: {concern}", err=True)
    async with open_fhir_client(settings, clock) as client:
        wanted = await planned(client, asked, settings, hidden=wait is None)
        if wait is None:
            for one in wanted:
                click.echo(shown(one))
            return 0
        placed = await place(client, wanted, where, reactivate)
        standings = await settle(client, placed, Patience(wait, clock))
    return _tell(standings, "active")


async def _list(settings: "Settings", clock: "Clock", endpoint: str | None) -> int:
    from marrow.service.fhir_access import open_fhir_client
    from marrow.service.subscribing import ours

    async with open_fhir_client(settings, clock) as client:
        found = [one for one in await ours(client, endpoint) if one.ours]
    for one in sorted(found, key=lambda one: (one.endpoint, one.about)):
        click.echo(f"{one.status:<10} {one.about}  to {one.endpoint}")
    return 0 if all(one.status == "active" for one in found) else 1


async def _remove(settings: "Settings", clock: "Clock", asked: "Asked") -> int:
    from marrow.service.fhir_access import open_fhir_client
    from marrow.service.subscribing import remove

    where = asked.where(settings)
    async with open_fhir_client(settings, clock) as client:
        return _tell(await remove(client, where), "removed")


def _tell(standings: "Iterable[Standing]", wished: str) -> int:
    """One line for each, and below what to do about those that are not as wished."""
    each = list(standings)
    for one in each:
        click.echo(f"{one.state:<10} {one.about}{f': {one.trouble}' if one.trouble else ''}")
    if wished == "active":
        for line in _HINT.splitlines() if any(one.is_pending for one in each) else ():
            click.echo(f"marrow: {line}", err=True)
        if any(one.state in ("error", "off", "entered-in-error") for one in each):
            click.echo(f"marrow: {_ASLEEP}", err=True)
    return 0 if all(one.state == wished for one in each) else 1

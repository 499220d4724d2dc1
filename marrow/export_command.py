"""`marrow export`: all that a FHIR server has, by its bulk export, into a folder that `marrow evaluate` reads."""

import shlex
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from fhir_adapter.client.bulk_export import Asked
    from fhir_adapter.client.fhir_client import FhirClient
    from fhir_adapter.client.waiting import Clock
    from marrow.export.folder import Folder
    from marrow.export.state import State


@click.command(
    epilog="Exit status: 0 everything is there; 1 something is missing, or the server cannot be asked; 2 the call is wrong; "
    "130 stopped. After 1 and 130, --resume goes on where that is of use."
)
@click.argument("url", required=False, metavar="[URL]")
@click.option("--out", required=True, metavar="DIR", help="Folder for the files; empty, or with an export to go on with.")
@click.option(
    "--type", "types", metavar="A,B", multiple=True, help="Resource types; repeatable. Default: those that Marrow reads."
)
@click.option("--since", metavar="INSTANT", help="Only what changed after it, as 2026-01-31T00:00:00Z.")
@click.option("--group", metavar="ID", help="Only the patients of a Group.")
@click.option("--patients", is_flag=True, help="Of all patients, what belongs to them. Default: all that the server has.")
@click.option("--type-filter", "filters", metavar="TEXT", multiple=True,
              help="Narrow a type by a search, as Observation?status=final; repeatable.")  # fmt: skip
@click.option("--elements", metavar="A,B", help="Only these elements of each resource, where the server can.")
@click.option("--lenient", is_flag=True, help="The server may overlook what it does not know instead of refusing.")
@click.option("--jobs", type=click.IntRange(1, 16), default=4, show_default=True, help="Files to fetch at the same time.")
@click.option("--keep", is_flag=True, help="Leave the export on the server when everything is here.")
@click.option("--resume", is_flag=True, help="Go on with the export in DIR.")
@click.option("--cancel", is_flag=True, help="Give up the export in DIR, here and on the server.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def export(  # noqa: PLR0913 - one for each option
    *,
    url: str | None,
    out: str,
    types: tuple[str, ...],
    since: str | None,
    group: str | None,
    patients: bool,
    filters: tuple[str, ...],
    elements: str | None,
    lenient: bool,
    jobs: int,
    keep: bool,
    resume: bool,
    cancel: bool,
    quiet: bool,
) -> int:
    """Have a FHIR server export its data in bulk (FHIR Bulk Data Access), and fetch the files.

    URL is the server's address; default: MARROW_FHIR_BASE_URL. The files appear in DIR together, when all of them have come.

    \b
    marrow export https://ehr.example/fhir --out monday
    marrow export https://ehr.example/fhir --out tuesday --since 2026-01-31T00:00:00Z
    marrow evaluate monday tuesday --out results
    marrow export --resume --out monday

    \b
    Settings, as variables of the environment:
      MARROW_FHIR_TOKEN           bearer token for the server; or MARROW_FHIR_USER and MARROW_FHIR_PASSWORD;
                                  or MARROW_FHIR_CLIENT_ID and MARROW_FHIR_KEY_FILE (SMART Backend Services)
      MARROW_FHIR_SCOPES          the scopes to ask for, as system/*.rs
      MARROW_FHIR_ALLOWED_HOSTS   other hosts that may hold the files; they are never shown our credentials
    """
    import asyncio
    import time

    from fhir_adapter.client.trouble import ExchangeFailed
    from fhir_adapter.client.waiting import Clock
    from marrow.export.folder import Folder
    from marrow.output import UnwritableOutput

    if group is not None and patients:
        raise click.UsageError("--group and --patients are two different exports; give one of them.")
    if resume and cancel:
        raise click.UsageError("--resume goes on and --cancel gives up; give one of them.")
    if (resume or cancel) and (url, types, since, group, patients, filters, elements, lenient) != _NOTHING:
        raise click.UsageError("--resume and --cancel go by what was asked for before; give them --out only.")
    asked = _asked(types, since, group, patients, filters, elements, lenient)
    clock = Clock(time.time, time.monotonic)
    folder = Folder(out)
    try:
        with folder.held():
            if cancel:
                return asyncio.run(_stoppable(_cancel(folder, clock)))
            state = _kept(folder) if resume else _new(folder, url, asked)
            return asyncio.run(_stoppable(_export(folder, state, clock, jobs, keep, quiet)))
    except ExchangeFailed as failed:
        click.echo(f"marrow: {failed}", err=True)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        shown = shlex.quote(out)
        click.echo(f"marrow: stopped; `marrow export --resume --out {shown}` goes on, `--cancel` gives it up", err=True)
        return 130
    except BrokenPipeError:
        raise  # nobody listens any more, which is no fault of the folder
    except OSError as error:
        raise UnwritableOutput(
            f"{out}: cannot be written ({error.strerror or 'input/output error'}); make room, then go on with --resume"
        ) from None


_NOTHING = (None, (), None, None, False, (), None, False)


def _asked(
    types: tuple[str, ...], since: str | None, group: str | None, patients: bool, filters: tuple[str, ...], elements: str | None,
    lenient: bool,
) -> "Asked":  # fmt: skip
    from fhir_adapter.client.bulk_export import Asked
    from fhir_adapter.client.trouble import ExchangeFailed
    from fhir_adapter.resources import SHAPES

    try:
        return Asked(
            group=group, patients=patients, types=_listed(*types) or tuple(SHAPES), since=since, type_filters=filters,
            elements=_listed(elements or ""), lenient=lenient,
        )  # fmt: skip
    except ExchangeFailed as failed:  # a type or an id that is none: the caller's own
        raise click.UsageError(str(failed)) from None
    except ValueError as error:
        raise click.UsageError(f"--{error}.") from None


def _listed(*texts: str) -> tuple[str, ...]:
    """The names between commas, each once."""
    return tuple(dict.fromkeys(part.strip() for text in texts for part in text.split(",") if part.strip()))


def _new(folder: "Folder", url: str | None, asked: "Asked") -> "State":
    from fhir_adapter.resources import SHAPES
    from marrow.export.state import State
    from marrow.service.settings import settings_of_environment

    folder.check_free()
    base = url or settings_of_environment().fhir_base_url
    if base is None:
        raise click.UsageError("URL is missing; give the address of the FHIR server, or set MARROW_FHIR_BASE_URL.")
    return State(base=base, asked=asked, by_default=asked.types == tuple(SHAPES))


def _kept(folder: "Folder") -> "State":
    from marrow.export.folder import WrongFolder

    state = folder.state()
    if state is None:
        raise WrongFolder(f"{folder.name}: there is no export here to go on with; begin one with its URL")
    return state


def _opened(base: str, clock: "Clock") -> "FhirClient":
    """The server, shown only the credentials that are meant for it."""
    from fhir_adapter.client.address import origin_of
    from marrow.service.fhir_access import open_fhir_client
    from marrow.service.settings import WrongSettings, settings_of_environment

    settings = settings_of_environment()
    if origin_of(base) is None or "?" in base:
        raise click.UsageError("URL: expected https://host/path, without user, query and fragment.")
    if settings.fhir_base_url is not None and origin_of(settings.fhir_base_url) != origin_of(base):
        raise WrongSettings(
            "MARROW_FHIR_BASE_URL: another server than the URL, and the credentials are for one; change one of them"
        )
    return open_fhir_client(settings.model_copy(update={"fhir_base_url": base}), clock)


async def _export(folder: "Folder", state: "State", clock: "Clock", jobs: int, keep: bool, quiet: bool) -> int:
    from marrow.export.run import Export
    from marrow.export.told import Line, concerns, summary

    begun, line = clock.steady(), Line(clock.steady, quiet)
    try:
        async with _opened(state.base, clock) as server:
            found = await Export(server, folder, state, line, jobs, keep).run()
    finally:
        line.clear()
    if not quiet:
        for each in summary(folder.name, found, clock.steady() - begun):
            click.echo(each)
    for each in concerns(folder.name, found):
        click.echo(f"marrow: {each}", err=True)
    return 0 if found.is_whole else 1


async def _stoppable(work: "Coroutine[None, None, int]") -> int:
    """The same, which ends in order on SIGTERM as it does on Ctrl-C."""
    import asyncio
    import signal
    import threading

    task = asyncio.current_task()
    if task is not None and threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


async def _cancel(folder: "Folder", clock: "Clock") -> int:
    from marrow.export.run import give_up

    state = _kept(folder)
    async with _opened(state.base, clock) as server:
        deleted = await give_up(server, folder, state)
    click.echo("given up" if deleted else "given up here; the server does not offer to delete an export")
    return 0

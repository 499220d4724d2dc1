"""The command `marrow`."""

import signal
import sys
import threading
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from engine import __version__
from marrow.fault import unforeseen

COMMANDS: dict[str, tuple[str, str]] = {
    "evaluate": ("marrow.evaluate_command", "Evaluate FHIR Bundles, NDJSON or folders of them."),
    "demo": ("marrow.demo_command", "Evaluate the demonstration cohort and show what the paper prints."),
    "export": ("marrow.export_command", "Fetch a FHIR server's bulk export."),
    "rules": ("marrow.rules_command", "Check and read the rules of a pack."),
    "review": ("marrow.review_command", "Write the rules of a pack for clinicians to check and sign."),
    "serve": ("marrow.serve_command", "Serve evaluation over HTTP, and work beside a FHIR server."),
    "sweep": ("marrow.sweep_command", "Take in what changed on the FHIR server."),
    "status": ("marrow.status_command", "Show what waits and what does not succeed."),
    "subscribe": ("marrow.subscribe_command", "Have a FHIR server notify Marrow."),
}
"""Each command's module, loaded when the command is used, so that help is immediate."""


class Marrow(click.Group):
    """Commands by name; errors as lines that say what, where and what to do, never a traceback, which could hold patient data."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command `{args[0]}`{_near(args[0])}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in COMMANDS.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(
                signal.SIGTERM, signal.default_int_handler
            )  # to be stopped is to be interrupted: what is half done is cleared
        try:
            sys.exit(super().main(*args, **kwargs) or 0)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help())
            sys.exit(2)
        except click.UsageError as error:
            _complain(f"{error.format_message()} See `{error.ctx.command_path if error.ctx else 'marrow'} --help`.")
        except click.ClickException as error:
            _complain(error.format_message())
        except click.exceptions.Abort:
            _complain("stopped; nothing was left half written", 130)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(0)
        except Exception as error:  # noqa: BLE001 - the last stop before a traceback with patient data
            if not _is_told(error):
                _complain(unforeseen(error), 70)
            _complain(str(error), 2 if isinstance(error, ValueError) else 70)


def _is_told(error: Exception) -> bool:
    """Whether an error was made to be read by a person: those of our own, which hold no patient data."""
    return type(error).__module__.partition(".")[0] in ("marrow", "engine", "fhir_adapter")


def _complain(message: str, status: int = 2) -> None:
    for line in message.splitlines():
        click.echo(f"marrow: {line}", err=True)
    sys.exit(status)


@click.group(cls=Marrow, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="marrow")
def main() -> None:
    """Trial criteria that run on FHIR.

    \b
    marrow demo                          the demonstration: 18 synthetic children
    marrow evaluate bundle.json --out o  evaluate your own FHIR data
    marrow rules show severity           read a rule as a clinician would write it
    """


def _near(name: str) -> str:
    near = get_close_matches(name, COMMANDS, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; expected one of {', '.join(COMMANDS)}"

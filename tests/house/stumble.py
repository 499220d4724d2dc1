"""A command that fails in ways that nobody foresaw, with a patient's data in the exception."""

import click
import msgspec

from engine.evaluate.both import Disagreement


@click.command()
@click.argument("kind")
@click.argument("text")
def stumble(kind: str, text: str) -> None:
    match kind:
        case "ValidationError":
            msgspec.convert({text: text}, dict[int, int])
        case "UnicodeDecodeError":
            (text.encode() + b"\xff").decode()
        case "Disagreement":
            raise Disagreement(["criterion meets_saa: met / unknown"])
        case "KeyError":
            {}[text]
        case "RuntimeError":
            raise RuntimeError(text)
        case _:
            int(text)

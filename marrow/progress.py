"""A progress bar on a terminal; nothing in a pipe."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click


class Step(Protocol):
    """Tells of steps that are done."""

    def __call__(self, number: int = 1, /) -> None: ...


@contextmanager
def progress(label: str, length: int, quiet: bool, unit: tuple[str, int] = ("", 1)) -> Iterator[Step]:
    """Gives a function to tell that one of `length` steps is done, or so many more.

    unit: what the rate is told in, and how many steps that is: ("MB", 1_000_000).
    """
    if quiet or length < 2 or not sys.stderr.isatty():
        yield _unseen
        return
    name, size = unit
    begun = time.monotonic()

    def rate(done: int | None) -> str | None:
        seconds = time.monotonic() - begun
        return f"{done / size / seconds:,.1f} {name}/s" if done and seconds > 0 else None

    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True, item_show_func=rate) as bar:

        def done(number: int = 1, /) -> None:
            bar.update(number, bar.pos + number)

        yield done


def _unseen(_: int = 1, /) -> None:
    return None

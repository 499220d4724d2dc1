"""A progress bar on a terminal; nothing in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click


class Step(Protocol):
    """Tells of steps that are done."""

    def __call__(self, number: int = 1, /) -> None: ...


@contextmanager
def progress(label: str, length: int, quiet: bool) -> Iterator[Step]:
    """Gives a function to tell that one of `length` steps is done, or so many more."""
    if quiet or length < 2 or not sys.stderr.isatty():
        yield _unseen
        return
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:

        def done(number: int = 1, /) -> None:
            bar.update(number)

        yield done


def _unseen(_: int = 1, /) -> None:
    return None

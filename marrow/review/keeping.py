"""Marks of several reviewers at once: added to review.json one after the other, and the file is there whole at any time."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from marrow.output import telling, write_lines
from marrow.review.marks import FILE, LARGEST, MOST, Mark, Review, ReviewFault, read_review


def add_marks(folder: Path, pack: str, version: str, marks: Iterable[Mark]) -> Review:
    """Everything that is kept with these marks behind it; what repeats the last mark of its reviewer is not kept twice.

    Waits while another process or thread adds its own. Raises ReviewFault where the file that is there is not one of this pack,
    or is full; UnwritableOutput where the folder takes no more. Then the file is as it was.
    """
    with _alone(folder):
        before = read_review(folder, pack)
        kept = [] if before is None else list(before.marks)
        every = [*kept, *_new(kept, marks)]
        found = Review(pack=pack, version=version, marks=every[:MOST])
        text = json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False).encode()
        if len(every) > MOST or len(text) >= LARGEST:
            raise ReviewFault(f"{FILE} is full; put it away under another name, and begin a new one")
        if len(every) > len(kept):
            write_lines(folder / FILE, [text])
        return found


def _new(kept: Iterable[Mark], marks: Iterable[Mark]) -> Iterator[Mark]:
    last = {(mark.rule, mark.name): mark for mark in kept}
    for mark in marks:
        if last.get((mark.rule, mark.name)) != mark:
            last[mark.rule, mark.name] = mark
            yield mark


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While no other process, and no other thread, is here with this folder."""
    with telling(folder):
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(held)

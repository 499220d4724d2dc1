"""How the input is cut: stretches to be sorted, each a few sections of files, and parts of patients to be evaluated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from marrow.inputs import Input, UnreadableInput

STRETCH = 33_554_432
"""Bytes of input that are sorted at a time."""
PART = 33_554_432
"""Bytes of input that a part of the patients comes to, about; while they are evaluated a few times as much is in memory."""
MOST_PARTS = 4096
_PACKED = 8
"""How many times larger a packed file is taken to be when it is unpacked."""


@dataclass(frozen=True, slots=True)
class Section:
    """Bytes of one file, those of the lines that begin between `start` and `end`; a whole file where it has no end.

    file: its place among the inputs.
    """

    file: int
    start: int
    end: int | None
    is_lines: bool
    is_packed: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is sorted at a time."""

    number: int
    sections: tuple[Section, ...]
    size: int


def stretches(inputs: Iterable[Input]) -> Iterator[Stretch]:
    """The stretches of the inputs, in their order; small files share one, a packed file has one of its own."""
    number, held, size = 0, list[Section](), 0
    for section, length in _sections(inputs):
        if held and (size + length > STRETCH or section.is_packed or held[0].is_packed):
            yield Stretch(number, tuple(held), size)
            number, held, size = number + 1, [], 0
        held.append(section)
        size += length
    if held:
        yield Stretch(number, tuple(held), size)


def _sections(inputs: Iterable[Input]) -> Iterator[tuple[Section, int]]:
    for place, each in enumerate(inputs):
        try:
            size, is_lines, is_packed = each.looks()
        except UnreadableInput:
            size, is_lines, is_packed = 0, False, False  # said where it is read
        if not is_lines or is_packed or size <= STRETCH:
            yield Section(place, 0, None, is_lines, is_packed), size * (_PACKED if is_packed else 1)
            continue
        for start in range(0, size, STRETCH):
            yield Section(place, start, min(start + STRETCH, size), is_lines, is_packed), min(STRETCH, size - start)


def parts_for(size: int) -> int:
    """How many parts an input of so many bytes is divided into."""
    return max(1, min(MOST_PARTS, -(-size // PART)))


def digest_of(home: str) -> int:
    """64 bits that stand for a home, the same in every process."""
    return int.from_bytes(blake2b(home.encode(errors="surrogatepass"), digest_size=8).digest())

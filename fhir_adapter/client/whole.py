"""Whether a downloaded file is whole NDJSON, and if so, its text under its own name."""

import gzip
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

_PIECE = 1024 * 1024
_PACKED = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that is there. size: in bytes of text."""

    lines: int
    size: int


class _Broken(Exception):
    """What came is not whole NDJSON."""


def settle(part: Path, to: Path) -> Whole | None:
    """Move a complete download under its name, unpacked; None, and nothing under that name, where it is not whole NDJSON."""
    part.touch()  # of an empty file nothing came
    text = part.with_name(f"{part.name}-text")
    try:
        with part.open("rb") as file:
            packed = file.read(len(_PACKED)) == _PACKED
            file.seek(0)
            found = _unpacked(file, text) if packed else _counted(_pieces(file))
        with (text if packed else part).open("rb") as file:
            os.fsync(file.fileno())
        (text if packed else part).replace(to)
    except (_Broken, EOFError, gzip.BadGzipFile, zlib.error):
        return None
    finally:
        text.unlink(missing_ok=True)
    return found


def _unpacked(file: BinaryIO, text: Path) -> Whole:
    with gzip.open(file) as packed, text.open("wb") as out:
        return _counted(_written(_pieces(packed), out))


def _pieces(file: "BinaryIO | gzip.GzipFile") -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _written(pieces: Iterator[bytes], out: BinaryIO) -> Iterator[bytes]:
    for piece in pieces:
        out.write(piece)
        yield piece


def _counted(pieces: Iterator[bytes]) -> Whole:
    """How much it is. Raises _Broken for what begins with no object, holds zeros as after a crash, or ends within a line."""
    lines = size = 0
    begun = False
    last: list[bytes] = []
    for piece in pieces:
        size += len(piece)
        if b"\0" in piece:
            raise _Broken
        if not begun and (first := piece.lstrip()[:1]):
            if first != b"{":
                raise _Broken
            begun = True
        whole, newline, rest = piece.rpartition(b"\n")
        if newline:
            lines += whole.count(b"\n") + 1
            last = [rest]
        else:
            last.append(rest)
    rest = b"".join(last).strip()
    if rest and not _is_object(rest):
        raise _Broken
    return Whole(lines + bool(rest), size)


def _is_object(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True

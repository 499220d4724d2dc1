"""What a caller named as input: files, folders and standard input, read piece by piece."""

import gzip
import os
import shutil
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO

import msgspec

SUFFIXES = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
STANDARD_INPUT = "-"
STANDARD_INPUT_NAME = "standard input"
_PACKED = b"\x1f\x8b"
_BLOCK = 1_048_576
"""Bytes that are read at a time."""


class UnreadableInput(ValueError):
    """The caller's fault: an input that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or standard input; `name` is what issues call it, no two alike; named: by the caller, not found in a folder."""

    name: str
    path: Path | None
    named: bool

    def looks(self) -> tuple[int, bool, bool]:
        """Its size in bytes, whether it is to be read line by line, and whether it is packed; raises UnreadableInput.

        Line by line where the file's name says so, else where a first line is a whole object and not all.
        """
        with self.telling(), self._file() as file:
            size = os.fstat(file.fileno()).st_size
            is_packed = file.read(2) == _PACKED
        name = "" if self.path is None else self.path.name
        if name.endswith(SUFFIXES):
            return size, name.endswith((".ndjson", ".ndjson.gz")), is_packed
        with self.telling(), self.opened(is_packed) as text:
            first = text.readline()
            while first and not first.strip():
                first = text.readline()
            return size, _is_object(first) and any(line.strip() for line in text), is_packed

    def lines_between(self, start: int, end: int) -> Iterator[bytes]:
        """The lines that begin from one byte up to another, some at a time; raises UnreadableInput."""
        with self.telling(), self._file() as file:
            if start:
                file.seek(start - 1)
                file.readline()
            at = file.tell()
            while at < end and (data := file.read(min(_BLOCK, end - at))):
                lines = data if data.endswith(b"\n") else data + file.readline()
                yield lines
                at += len(lines)

    def blocks(self, size: int, is_packed: bool) -> Iterator[bytes]:
        """Whole lines, about `size` bytes of them at a time; raises UnreadableInput."""
        with self.telling(), self.opened(is_packed) as text:
            while data := text.read(size):
                yield data if data.endswith(b"\n") else data + text.readline()

    @contextmanager
    def opened(self, is_packed: bool) -> Iterator[IO[bytes]]:
        """Its text, unpacked."""
        with self._file() as file:
            if is_packed:
                with gzip.GzipFile(fileobj=file) as text:
                    yield text  # type: ignore[misc]
            else:
                yield file

    def _file(self) -> BinaryIO:
        assert self.path is not None
        return self.path.open("rb")

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What is wrong with a file, as the caller's fault that it is."""
        where = self.name if self.name == STANDARD_INPUT_NAME else str(self.path)
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableInput(f"{where}: this is not complete gzip; write or copy the file again") from None
        except OSError as error:
            raise UnreadableInput(f"{where}: cannot be read ({error.strerror or 'input/output error'}); check the file") from None

    def spooled(self, folder: Path) -> "Input":
        """The same as a file in a folder, where it is standard input, of which one can read only once."""
        if self.path is not None:
            return self
        path = folder / "input"
        try:
            if sys.stdin is None:
                raise OSError(0, "it is closed")
            with path.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file, 1_048_576)
        except OSError as error:
            reason = error.strerror or "input/output error"
            raise UnreadableInput(f"{self.name}: cannot be read ({reason}); check the file") from None
        return replace(self, path=path)


def find_inputs(names: Iterable[str]) -> list[Input]:
    """Every input that the names stand for, folders with all that is in them, in a fixed order, each once.

    Raises UnreadableInput, with every name that is wrong, where one is not there or a folder holds nothing to read.
    """
    found: dict[str, Input] = {}
    faults: list[str] = []
    for name in names:
        if name == STANDARD_INPUT:
            found[name] = Input(STANDARD_INPUT_NAME, None, True)
            continue
        path = Path(name)
        try:
            inside = list(_inside(path))
        except OSError as error:
            faults.append(f"{name}: cannot be read ({error.strerror or 'input/output error'}); name another file or folder")
            continue
        if not inside:
            faults.append(_nothing_in(path, name))
        for each in inside:
            found.setdefault(str(each), Input(_inner(each, path), each, each == path))
    if faults:
        raise UnreadableInput("\n".join(faults))
    return _told_apart(list(found.values()))


def _told_apart(inputs: list[Input]) -> list[Input]:
    """Inputs that would have the same name, each by its whole path instead: what a fullUrl names is looked up by it."""
    times = Counter(each.name for each in inputs)
    return [replace(each, name=str(each.path)) if each.path and times[each.name] > 1 else each for each in inputs]


def _nothing_in(path: Path, name: str) -> str:
    if path.is_dir():
        return f"{name}: no file in this folder ends in {', '.join(SUFFIXES)}; name a folder of FHIR files"
    return f"{name}: no such file or folder; name a FHIR .json or .ndjson file, a folder of them, or -"


def _inside(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(each for each in path.rglob("*") if each.name.endswith(SUFFIXES) and each.is_file())


def _inner(each: Path, folder: Path) -> str:
    return each.name if each == folder else each.relative_to(folder).as_posix()


def _is_object(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True

"""What a caller named as input: files, folders and standard input, read one at a time."""

import gzip
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

SUFFIXES = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
STANDARD_INPUT = "-"


class UnreadableInput(ValueError):
    """The caller's fault: an input that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or standard input; `name` is what issues call it, no two alike; named: by the caller, not found in a folder."""

    name: str
    path: Path | None
    named: bool

    def read(self) -> bytes:
        """The text, unpacked. Raises UnreadableInput where the file cannot be opened or unpacked."""
        where = self.name if self.path is None else str(self.path)
        try:
            data = _standard_input() if self.path is None else self.path.read_bytes()
        except OSError as error:
            raise UnreadableInput(f"{where}: cannot be read ({error.strerror or 'input/output error'}); check the file") from None
        if not data.startswith(b"\x1f\x8b"):
            return data
        try:
            return gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise UnreadableInput(f"{where}: this is not complete gzip; write or copy the file again") from None

    def is_ndjson(self, data: bytes) -> bool:
        """Whether its text is to be read line by line: the file's name says so, else a first line that is a whole object."""
        if self.path is not None and self.path.name.endswith(SUFFIXES):
            return self.path.name.endswith((".ndjson", ".ndjson.gz"))
        first, _, rest = data.lstrip().partition(b"\n")
        return bool(rest.strip()) and _is_object(first)


def find_inputs(names: Iterable[str]) -> list[Input]:
    """Every input that the names stand for, folders with all that is in them, in a fixed order, each once.

    Raises UnreadableInput, with every name that is wrong, where one is not there or a folder holds nothing to read.
    """
    found: dict[str, Input] = {}
    faults: list[str] = []
    for name in names:
        if name == STANDARD_INPUT:
            found[name] = Input("standard input", None, True)
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


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise OSError(0, "it is closed")
    return sys.stdin.buffer.read()


def _is_object(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True

"""What a caller named as input: files, folders and standard input, read one at a time."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
STANDARD_INPUT = "-"


class UnreadableInput(ValueError):
    """The caller's fault: an input that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or standard input; `name` is what issues call it."""

    name: str
    path: Path | None
    named: bool

    @property
    def is_ndjson(self) -> bool:
        return ".ndjson" in self.name

    def read(self) -> bytes:
        """The text, unpacked. Raises UnreadableInput where the file cannot be opened or unpacked."""
        try:
            data = sys.stdin.buffer.read() if self.path is None else self.path.read_bytes()
        except OSError as error:
            raise UnreadableInput(
                f"{self.name}: cannot be read ({error.strerror or 'input/output error'}); check the file"
            ) from None
        if not data.startswith(b"\x1f\x8b"):
            return data
        try:
            return gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise UnreadableInput(f"{self.name}: this is not complete gzip; write or copy the file again") from None


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
        inside = list(_inside(path))
        if not path.exists():
            faults.append(f"{name}: no such file or folder; name a FHIR .json or .ndjson file, a folder of them, or -")
        elif not inside:
            faults.append(f"{name}: no file in this folder ends in {', '.join(SUFFIXES)}; name a folder of FHIR files")
        for each in inside:
            found.setdefault(str(each), Input(each.name if len(inside) == 1 else _inner(each, path), each, each == path))
    if faults:
        raise UnreadableInput("\n".join(faults))
    return list(found.values())


def _inside(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(each for each in path.rglob("*") if each.name.endswith(SUFFIXES) and each.is_file())


def _inner(each: Path, folder: Path) -> str:
    return each.relative_to(folder).as_posix() if folder.is_dir() else each.name

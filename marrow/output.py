"""Files in the caller's folder, each there whole or not at all."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


class UnwritableOutput(ValueError):
    """The caller's fault: a folder that cannot be written to."""


def output_folder(name: str) -> Path:
    """The folder, made where it is not there."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise UnwritableOutput(
            f"{name}: cannot be written to ({error.strerror or 'input/output error'}); name another folder"
        ) from None


def write_lines(path: Path, lines: Iterable[bytes]) -> int:
    """Write lines under another name, then take the place of the file; how many there were.

    Raises UnwritableOutput, with the file as it was before, where the folder takes no more.
    """
    count = 0

    def ended() -> Iterator[bytes]:
        nonlocal count
        for line in lines:
            yield line + b"\n"
            count += 1

    write_chunks(path, ended())
    return count


def write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    """Write pieces of a text under another name, then take the place of the file; raises as above."""
    partial = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with telling(path):
            with partial.open("xb") as file:
                file.writelines(chunks)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole; raises UnwritableOutput where the folder takes no more."""
    partial = path.with_name(f".{path.name}")
    with telling(path):
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)


def remove(path: Path) -> None:
    """Take away what an earlier run wrote and this one does not."""
    with telling(path):
        path.unlink(missing_ok=True)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """What the system says against a file, as the caller's fault that it is."""
    try:
        yield
    except OSError as error:
        raise UnwritableOutput(
            f"{path}: cannot be written ({error.strerror or 'input/output error'}); make room or name another folder"
        ) from None

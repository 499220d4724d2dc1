"""Files in the caller's folder, each there whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


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
            f"--out {name}: cannot be written to ({error.strerror or 'input/output error'}); name another folder"
        ) from None


def write_lines(path: Path, lines: Iterable[bytes]) -> int:
    """Write lines under another name, then take the place of the file; how many there were."""
    count = 0
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for line in lines:
                file.write(line)
                file.write(b"\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
    return count

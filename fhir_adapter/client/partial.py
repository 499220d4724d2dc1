"""A file that is not whole yet, and beside it what it is a part of, so that another process can go on with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec


class Of(msgspec.Struct, frozen=True):
    """What a part is of. validator: the server's name for these bytes, None where it has none; total: how many they are.

    coding: how they are packed.
    """

    validator: str | None
    total: int | None
    coding: str = ""


_OF = msgspec.json.Decoder(Of)


class Partial:
    """The bytes that came so far, as they were sent. Of what was left by others, only what is told of is used."""

    def __init__(self, path: Path) -> None:
        self._path, self._told = path, path.with_name(f"{path.name}-of")
        self.of = self._read()

    @property
    def size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def begin(self, of: Of) -> None:
        """Forget what came so far; what comes from now on is of this."""
        self.drop()
        self._told.write_bytes(msgspec.json.encode(of))
        self.of = of

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        with self._path.open("ab") as file:
            yield file

    def drop(self) -> None:
        self._told.unlink(missing_ok=True)  # first: without it the rest counts for nothing
        self._path.unlink(missing_ok=True)
        self.of = None

    def _read(self) -> Of | None:
        try:
            return _OF.decode(self._told.read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

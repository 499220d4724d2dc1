"""The folder of an export: the data appear in it together when all have come; until then they wait in a folder inside."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from marrow.export.state import HIDDEN, File, State
from marrow.inputs import SUFFIXES
from marrow.output import output_folder

DELETED = "deleted.ndjson"
"""The deletions, as `marrow evaluate` reads them."""
_STATE = msgspec.json.Decoder(State)


class WrongFolder(ValueError):
    """The caller's fault: a folder that cannot be exported into, or with nothing to go on with."""


class Folder:
    """Where an export goes. Only one process at a time works on it."""

    def __init__(self, name: str) -> None:
        self.name, self.path = name, output_folder(name)
        self._hidden = self.path / HIDDEN
        self._state = self._hidden / "state"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises WrongFolder where another process holds it."""
        self._hidden.mkdir(mode=0o700, exist_ok=True)
        with (self._hidden / "lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise WrongFolder(f"{self.name}: another `marrow export` is at work here; wait for it") from None
            yield

    def check_free(self) -> None:
        """Raises WrongFolder where something is in it that would be taken for a part of the export."""
        state = self.state()
        if state is not None and not state.is_complete and (state.job or state.files):
            raise WrongFolder(
                f"{self.name}: an export that is not finished is here; go on with --resume or give it up with --cancel"
            )
        if any(each.name.endswith(SUFFIXES) for each in self.path.rglob("*")):
            raise WrongFolder(f"{self.name}: there are FHIR files here already; name an empty folder for each export")

    def state(self) -> State | None:
        """How far the export here is; None where there is none. Raises WrongFolder where it cannot be read."""
        try:
            return _STATE.decode(self._state.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):  # not JSON, of another version, or changed by somebody
            raise WrongFolder(
                f"{self.name}: what is kept of the export here cannot be read; export into another folder"
            ) from None

    def keep(self, state: State) -> None:
        """Only the caller may read it: a link to a file can open it for whoever has it."""
        partial = self._state.with_name("state.new")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(state))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._state)

    def waiting(self, file: File) -> Path:
        """Where a file that has come waits for the others."""
        return self._hidden / f"{Path(file.name).name}.whole"

    def part(self, file: File) -> Path:
        """Where a file comes in."""
        return self._hidden / f"{Path(file.name).name}.part"

    def has(self, file: File) -> bool:
        """Whether a file that had come is still there, waiting or in its place."""
        each = (self.waiting(file), self.path / file.name)
        return any(one.is_file() and one.stat().st_size == file.size for one in each)

    def place(self, files: tuple[File, ...]) -> None:
        """Everything into its place; may be called again after it was interrupted."""
        for file in files:
            waiting = self.waiting(file)
            if waiting.exists():
                waiting.replace(self.path / file.name)

    def drop(self) -> None:
        """Take away what is kept of an export, and what of it has come."""
        shutil.rmtree(self._hidden)

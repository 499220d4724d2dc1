"""The folder for what lies between input and results: kept when a run is stopped, so that the same command goes on from there."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from engine import __version__
from marrow.batch.job import Job
from marrow.output import UnwritableOutput, telling
from marrow.packs import pack_files, pack_folder

WORK = ".marrow-run"


def fingerprint(job: Job, pack: str, *, keep: bool) -> str:
    """What pieces and parts depend on: the rules with their settings, and name, size and time of change of each input."""
    values = sorted((name, repr(parameter.value)) for name, parameter in job.pack.parameters.items())
    how = (__version__, keep, job.parts, job.evaluator, job.validation, job.release)
    told = [repr(how), repr(values), repr(sorted(pack_files(pack_folder(pack)).items()))]
    for each in job.inputs:
        with each.telling():
            stat = None if each.path is None else each.path.stat()
        told.append(repr((each.name, each.named, None if stat is None else (stat.st_size, stat.st_mtime_ns))))
    return blake2b("\n".join(told).encode(errors="surrogateescape"), digest_size=16).hexdigest()


@contextmanager
def held(out: Path) -> Iterator[Path]:
    """The work folder of a folder for results, while no other run has it. Raises UnwritableOutput where one has."""
    work = out / WORK
    with telling(work):
        work.mkdir(exist_ok=True)
        lock = (work / "lock").open("wb")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UnwritableOutput(f"{out}: another run is writing there; wait for it or name another folder") from None
        yield work


def begin(work: Path, print_of_run: str) -> None:
    """Make the folder ready: what is there of the very same run is kept, anything else goes."""
    note = work / "run"
    with telling(work):
        if note.exists() and note.read_text() == print_of_run:
            return
        clear(work)
        for name in ("sorted", "parts"):
            (work / name).mkdir(parents=True)
        note.write_text(print_of_run)


def clear(work: Path) -> None:
    """Forget what another run left."""
    for name in ("sorted", "parts"):
        shutil.rmtree(work / name, ignore_errors=True)
    (work / "run").unlink(missing_ok=True)


def done(work: Path) -> None:
    """Nothing has to be kept: the run has come to its end, or cannot go on."""
    shutil.rmtree(work, ignore_errors=True)

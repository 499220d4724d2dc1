"""Calling `marrow`: inside the tests' process where only the answer matters, as a process of its own where the process does."""

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner

from marrow.cli import main
from marrow.demo.cohort import Release, bundles

COMMAND = Path(sys.executable).with_name("marrow")
COHORT = (
    "survival.json", "survival.csv", "survival.svg", "tables.json", "measure-report.json", "evidence.json", "report.html",
)  # fmt: skip
RESULTS = ("conclusions.ndjson", "conditions.ndjson", "issues.ndjson", "bundle.json", *COHORT)
_JSON = msgspec.json.Encoder(decimal_format="number")

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a call came to, as a shell would see it."""

    status: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        """The lines of standard error; each one of Marrow's own, none of a traceback."""
        lines = self.err.splitlines()
        assert all(line.startswith("marrow: ") for line in lines), self.err
        assert "Traceback" not in self.err and "fault in Marrow itself" not in self.err
        return lines


def call(*arguments: str | Path, stdin: Any = None) -> Answer:
    """`marrow` with these arguments, in this process."""
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=stdin, prog_name="marrow")
    return Answer(result.exit_code, result.stdout, result.stderr)


def process(*arguments: str | Path, stdin: bytes = b"", before: Callable[[], object] | None = None) -> Answer:
    """`marrow` as a process with pipes at all three ends; `before` is called in it before it begins."""
    command = [str(COMMAND), *(str(each) for each in arguments)]
    result = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120, preexec_fn=before)
    return Answer(result.returncode, result.stdout.decode(), result.stderr.decode())


def _hear() -> None:
    """Let Ctrl-C through: what runs in the background of a shell, as the tests may, ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def on_a_terminal(*arguments: str | Path, stop: signal.Signals | None = None, when: bytes = b"") -> tuple[int, str, str]:
    """Exit status, standard output (a pipe) and what a terminal at standard error shows.

    stop: a signal to send as soon as the terminal shows `when`; Ctrl-C reaches every process there, the others only the first.
    """
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_hear,  # noqa: PLW1509 - the tests run in no threads
    ) as running:
        os.close(theirs)
        shown = b""
        while chunk := _read(mine):
            shown += chunk
            if stop is not None and when in shown:
                (os.killpg if stop == signal.SIGINT else os.kill)(running.pid, stop)
                stop = None
        assert running.stdout is not None
        printed = running.stdout.read().decode()
        status = running.wait(timeout=60)
    os.close(mine)
    return status, printed, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other end is closed
        return b""


@cache
def child(name: str, release: Release = "R4") -> Json:
    """The Bundle of one child of the demonstration cohort. Shared: copy it before changing it."""
    return dict(bundles(release))[name]


def text(document: Json) -> bytes:
    return _JSON.encode(document)


def write(path: Path, *documents: Json) -> Path:
    """One document as JSON, several as NDJSON, packed where the name says so."""
    data = b"\n".join(text(document) for document in documents)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


def write_lines_by_type(folder: Path, documents: Iterable[Json], packed: bool = False) -> Path:
    """The resources of Bundles as a bulk export: a file for each type, the children's lines in turn."""
    by_type: dict[str, list[Json]] = {}
    waiting = [[entry["resource"] for entry in document["entry"]] for document in documents]
    while any(waiting):
        for resources in waiting:
            if resources:
                resource = resources.pop()
                by_type.setdefault(resource["resourceType"], []).append(resource)
    for kind, resources in by_type.items():
        write(folder / f"{kind}.ndjson{'.gz' if packed else ''}", *resources)
    return folder


def lines(path: Path) -> list[Json]:
    """The objects of an NDJSON file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def outcomes(out: Path) -> dict[str, dict[str, str]]:
    """Each patient's conclusions by name."""
    found: dict[str, dict[str, str]] = {}
    for line in lines(out / "conclusions.ndjson"):
        found.setdefault(line["patient"], {})[line["conclusion"]] = line["outcome"]
    return found


def results(out: Path, *names: str) -> dict[str, bytes]:
    """The bytes of the files in a folder of results: those named, else all."""
    files = (path for path in sorted(out.iterdir()) if path.is_file())
    return {path.name: path.read_bytes() for path in files if not names or path.name in names}

"""A process that is killed, or stopped, in the middle of a file, and another one that goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calls import COMMAND, call
from tests.export.bulk_server import BulkServer
from tests.export.exporting import NAMES, data, sent

HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
"""Lets Ctrl-C through: what runs in the background of a shell, as the tests may, ignores it."""


def held(server: BulkServer, out: Path, *options: str) -> "subprocess.Popen[bytes]":
    """`marrow export` while the second half of its second file does not come."""
    server.files[1].turns = ["hold"]
    command = [sys.executable, "-c", HEARING, str(COMMAND), "export", server.base, "--out", str(out), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert server.held.wait(60)
    return process


def some_of_it_came(out: Path) -> None:
    """Waits until what was sent is on the disk: the process writes on while we look."""
    part = out / ".export" / "Observation.ndjson.part"
    while not part.exists() or part.stat().st_size == 0:
        os.sched_yield()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("validator", ["etag", "none"])
def test_after_kill_9_the_files_are_the_same(server: BulkServer, out: Path, packed: bool, validator: str) -> None:
    server.packed, server.validator = packed, validator
    with held(server, out, "--jobs", "1") as process:
        some_of_it_came(out)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert data(out) == {}
    server.paused.set()
    answer = call("export", "--resume", "--out", out, "--jobs", "1")
    assert (answer.status, answer.err) == (0, "")
    assert data(out) == sent(server, *NAMES)
    assert len(server.jobs) == 1 and not any(server.jobs.values())
    asked = [(one.path[-1], "range" in one.headers) for one in server.requests("files/")]
    assert asked == [("0", False), ("1", False), ("1", validator == "etag"), ("2", False)]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_who_is_stopped_says_how_to_go_on(server: BulkServer, out: Path, stop: signal.Signals) -> None:
    with held(server, out) as process:
        process.send_signal(stop)
        server.paused.set()
        printed, said = process.communicate()
    assert (process.returncode, printed) == (130, b"")
    assert said.decode() == f"marrow: stopped; `marrow export --resume --out {out}` goes on, `--cancel` gives it up\n"
    assert data(out) == {}
    assert call("export", "--resume", "--out", out).status == 0
    assert data(out) == sent(server, *NAMES)


def test_two_processes_do_not_work_on_one_folder(server: BulkServer, out: Path) -> None:
    with held(server, out) as process:
        answer = call("export", "--resume", "--out", out)
        assert answer.status == 2 and "another `marrow export`" in answer.complaints[0]
        server.paused.set()
        _, said = process.communicate()
    assert (process.returncode, said) == (0, b"")
    assert data(out) == sent(server, *NAMES)

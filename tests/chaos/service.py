"""`marrow serve` as a process that is killed and started again on the same port, and whose log is kept."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.chaos.charts import FAMILY, START

COMMAND = str(Path(sys.executable).with_name("marrow"))
TOKEN = "token-of-the-chaos"
_NO_DATABASE = ("marrow: the database", "marrow: the connection to the database", "marrow: too many transactions")
_BAD = re.compile(rf"Traceback|a fault in Marrow itself|{FAMILY}|{START}|{TOKEN}")


class Service:
    """One process at a time, told by `environment`; its standard error goes to `log`, one life after the other."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = _free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}/notifications/ehr"
        self._environment, self._log = environment, log
        self._process: subprocess.Popen[bytes] | None = None
        self.restarts = 0

    def start(self) -> None:
        """Begin another life; it takes notifications some time later."""
        command = [COMMAND, "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=_environment(self._environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
            )

    def is_ready(self) -> bool:
        """Whether it takes requests. Where it ended since it had no database to start with, it is started again, as by a
        supervisor. Raises AssertionError where it ended for any other reason.
        """
        assert self._process is not None
        ended = self._process.poll()
        if ended is not None:
            last = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
            assert last and last[0].startswith(_NO_DATABASE), f"it ended by itself with status {ended}; its log is {self._log}"
            self.restarts += 1
            self.start()
            return False
        connection = HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def wait_until_ready(self, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not self.is_ready():
            assert time.monotonic() < until, f"the service did not take requests within {seconds} s; its log is {self._log}"
            time.sleep(0.05)

    def kill(self) -> None:
        """As when the power goes."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator does it."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def complaints(self) -> list[str]:
        """Lines of the log that may not be there: a traceback, a fault of our own, anything of a patient, a secret."""
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        return [line for line in text.splitlines() if _BAD.search(line)]


def call(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`marrow` with some arguments, to its end."""
    return subprocess.run([COMMAND, *arguments], env=_environment(environment), capture_output=True, check=False, timeout=600)


def status(environment: Mapping[str, str]) -> dict[str, Any]:
    """What `marrow status --json` says."""
    told = call(environment, "status", "--json")
    assert told.returncode in (0, 1), told.stderr.decode()
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MARROW_")}
    return {**inherited, **more}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

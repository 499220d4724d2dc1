"""`marrow serve` as a process of the demonstration's own: started, killed, started again where it was, stopped."""

import os
import re
import secrets
import signal
import subprocess
import sys
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("marrow"))
_ANNOUNCED = re.compile(r"http://\S+:(\d+)(?=;)")
_PATIENCE = 60


class NotServed(RuntimeError):
    """Marrow did not start; what it said is in its log."""


class MarrowProcess:
    """One life at a time. Its database and its log are in `folder`; `environment` is what others that know of it are told."""

    def __init__(self, fhir: str, folder: Path) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MARROW_")}
        self.database = f"sqlite:///{folder / 'marrow.db'}"
        self.log = folder / "marrow.log"
        self.environment = inherited | {
            "MARROW_DATABASE_URL": self.database,
            "MARROW_FHIR_BASE_URL": fhir,
            "MARROW_NOTIFICATION_TOKEN": secrets.token_urlsafe(),
            "MARROW_LOG_FORMAT": "json",
            # one who dies is missed sooner than a hospital needs it: nobody wants to watch for five minutes
            "MARROW_SWEEP_SECONDS": "2",
            "MARROW_LEASE_SECONDS": "2",
        }
        self.address = ""
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin a life, on a free port the first time and there again. Raises NotServed."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [COMMAND, "serve", "--port", self._port],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        announced = _ANNOUNCED.search(self._process.stdout.readline())
        if announced is None:
            raise NotServed("marrow serve did not start")
        self.address, self._port = announced[0], announced[1]

    def kill(self) -> None:
        """As when the power goes."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator does it."""
        self._end(signal.SIGTERM)

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`marrow` with these arguments, told what the service is told."""
        return subprocess.run(
            [COMMAND, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=_PATIENCE * 2,
        )  # fmt: skip

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

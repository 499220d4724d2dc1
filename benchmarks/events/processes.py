"""The processes that are measured: started, waited for, ended; and what they cost."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_COMMAND = Path(sys.executable).with_name("marrow")
_ROOT = Path(__file__).parents[2]
_ANNOUNCED = re.compile(r"http://\S+:(\d+); Ctrl-C stops it$")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A process that listens. cpu: seconds that it has spent so far."""

    port: int
    pid: int

    @property
    def cpu(self) -> float:
        spent = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(spent[11]) + int(spent[12])) / _TICK


@contextmanager
def floor(url: str) -> Iterator[Running]:
    """See `benchmarks.events.floor`."""
    with _running([sys.executable, "-m", "benchmarks.events.floor", url], {}, None) as running:
        yield running


@contextmanager
def service(url: str, fhir: str, log: Path) -> Iterator[Running]:
    """`marrow serve`, which logs to a file as it does by default; no sweep is due while it is measured."""
    settings = {
        "MARROW_DATABASE_URL": url,
        "MARROW_FHIR_BASE_URL": fhir,
        "MARROW_LOG_FORMAT": "json",
        "MARROW_SWEEP_SECONDS": "86400",
        "MARROW_RATE_PER_SECOND": "1000000",
        "MARROW_RATE_BURST": "1000000",
        "MARROW_FHIR_DEADLINE_SECONDS": "600",
    }
    with _running([str(_COMMAND), "serve", "--port", "0"], settings, log) as running:
        yield running


@contextmanager
def _running(command: list[str], settings: dict[str, str], log: Path | None) -> Iterator[Running]:
    environment = {**{name: value for name, value in os.environ.items() if not name.startswith("MARROW_")}, **settings}
    with (
        open(log or os.devnull, "a") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, env=environment, cwd=_ROOT) as process,
    ):
        try:
            assert process.stdout is not None
            announced = _ANNOUNCED.search(process.stdout.readline().strip())
            if announced is None:
                raise RuntimeError(f"{' '.join(command)} did not come up")
            yield Running(int(announced[1]), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

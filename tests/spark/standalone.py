"""A cluster of Spark's own kind on this machine: a master and two workers, each on an address and with a folder of its own.

On one address Spark would try no slow task again: a second attempt has to be somewhere else.
"""

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

import pyspark

from tests.conftest import ROOT

_CLASS = Path(pyspark.__file__).with_name("bin") / "spark-class"
_MASTER, _WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
_HOME = "127.0.0.1"


@dataclass(frozen=True)
class Standalone:
    """environment: in which `marrow evaluate --engine spark` runs on it. events: the folder of Spark's event logs."""

    environment: dict[str, str]
    events: Path


@contextmanager
def standalone(folder: Path, **settings: str) -> Iterator[Standalone]:
    """The cluster while it is needed; settings: of Spark, for whoever evaluates on it, `__` for each dot."""
    events, conf = folder / "events", folder / "conf"
    for each in (events, conf):
        each.mkdir()
    said = {
        "spark.driver.bindAddress": _HOME, "spark.driver.host": _HOME, "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4", "spark.executorEnv.PYTHONPATH": str(ROOT),
        "spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri(), "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false", **{name.replace("__", "."): value for name, value in settings.items()},
    }  # fmt: skip
    (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in said.items()))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
    environment |= {"SPARK_LOCAL_DIRS": str(folder), "SPARK_CONF_DIR": str(conf), "PYSPARK_PYTHON": sys.executable}
    with ExitStack() as stack:

        def begun(until: str, *arguments: str) -> str:
            return stack.enter_context(_begun(environment, until, *arguments))

        master = begun(r"Starting Spark master at (\S+)", _MASTER, "--host", _HOME, "--port", "0", "--webui-port", "0")
        for number in (2, 3):
            place = ["--host", f"127.0.0.{number}", "--work-dir", str(folder / f"worker-{number}"), "--webui-port", "0"]
            begun(r"Successfully registered with (master)", _WORKER, *place, "--cores", "1", "--memory", "1g", master)
        yield Standalone({**environment, "SPARK_MASTER": master, "PYTHONPATH": str(ROOT)}, events)


@contextmanager
def _begun(environment: dict[str, str], until: str, *arguments: str) -> Iterator[str]:
    """What a process of Spark says when it is ready; the process is gone at the end."""
    with subprocess.Popen(
        [_CLASS, *arguments], env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as one:
        try:
            assert one.stderr is not None
            ready = _ready(one.stderr, until)
            Thread(target=deque, args=(one.stderr, 0), daemon=True).start()  # or it would wait for somebody to read on
            yield ready
        finally:
            one.kill()


def _ready(log: IO[str], until: str) -> str:
    said = []
    for line in log:
        said.append(line)
        if match := re.search(until, line):
            return match[1]
    raise AssertionError("".join(said))

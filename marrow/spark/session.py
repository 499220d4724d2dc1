"""A session of Spark: on this machine unless somebody says otherwise, silent, and gone at the end where we began it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "SPARK_MASTER"
"""The variable that names a cluster, as in spark://host:7077; `spark-submit --master` does it too."""
OLDEST_JAVA = 17
_SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""What spark-submit sets for the Python that it starts."""
_ALWAYS: Mapping[str, str] = {
    "spark.sql.execution.arrow.maxBytesPerBatch": "16m",  # lines can be long
    "spark.sql.files.ignoreCorruptFiles": "false",  # a file is read whole or named
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.ui.showConsoleProgress": "false",
}
_HERE: Mapping[str, str] = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
}
"""On this machine nobody else has to reach us."""


class NoSpark(ValueError):
    """The caller's fault: Spark was asked for and cannot be started, or not be reached."""


@contextmanager
def session(jobs: int, more: Mapping[str, str] | None = None) -> Iterator["SparkSession"]:
    """The session that there is, else a new one: on the cluster that is named, or with `jobs` workers on this machine.

    more: settings of Spark on top of ours. Raises NoSpark, in one line.
    """
    _require_pyspark()
    from pyspark.sql import SparkSession

    found = SparkSession.getActiveSession()
    if found is not None:
        yield found
        return
    master = _master(jobs)
    if master is not None and _SUBMITTED not in os.environ:
        _require_java()
    builder = SparkSession.builder.appName("marrow")
    for name, value in {**_ALWAYS, **(_HERE if _is_here(master) else {}), **(more or {})}.items():
        builder = builder.config(name, value)
    if master is not None:
        builder = builder.master(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with tempfile.TemporaryFile() as log:
        with _said_into(log):
            try:
                spark = builder.getOrCreate()
            except Exception as error:  # noqa: BLE001 - whatever Spark throws, of whichever layer
                raise NoSpark(_why(error, log, master)) from None
        try:
            yield spark
        finally:
            with suppress(Exception):  # what was done is done: a cluster that is gone cannot be left more politely
                spark.stop()


def _master(jobs: int) -> str | None:
    """The cluster; None where spark-submit has said it."""
    if os.environ.get(MASTER):
        return os.environ[MASTER]
    return None if _SUBMITTED in os.environ else f"local[{jobs},2]"  # a task that fails is tried once more


def _is_here(master: str | None) -> bool:
    return master is not None and master.startswith("local")


def _require_pyspark() -> None:
    try:
        import pyarrow  # noqa: F401
        import pyspark  # noqa: F401
    except ImportError as error:
        raise NoSpark(
            f"--engine spark needs the library {error.name}, which is not installed; pip install 'marrow-rules[spark]'"
        ) from None


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java") if home is None else shutil.which(str(Path(home) / "bin" / "java"))
    if java is None:
        where = "in JAVA_HOME" if home else "on the path"
        raise NoSpark(f"--engine spark needs Java {OLDEST_JAVA} or newer, and none is {where}; install it or set JAVA_HOME")
    told = subprocess.run([java, "-version"], capture_output=True, check=False, text=True).stderr  # noqa: S603 - the caller's Java
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    if version is None or int(version[1]) < OLDEST_JAVA:
        found = f"this one is {version[1]}" if version else "this one does not say which it is"
        raise NoSpark(f"--engine spark needs Java {OLDEST_JAVA} or newer, and {found}; set JAVA_HOME to another")


@contextmanager
def _said_into(log: IO[bytes]) -> Iterator[None]:
    """While Java is started, standard error goes into a file, and Java's own stays there: its log is not for a terminal."""
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def _why(error: Exception, log: IO[bytes], master: str | None) -> str:
    """Why Spark did not start, as far as it says so in one line."""
    log.seek(0)
    said = [line.strip() for line in log.read().decode(errors="replace").splitlines()]
    kinds = (r"(?:Exception|Error)\b.*?: ?(.+)", r"^Error: (.+)")
    reasons = [match[1] for line in said for kind in kinds if (match := re.search(kind, line)) is not None]
    reason = reasons[0] if reasons else type(error).__name__
    return f"Spark could not be started{f' on {master}' if master else ''}: {reason[:200]}"

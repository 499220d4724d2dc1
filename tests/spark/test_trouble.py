"""On a cluster where tasks are slow, die or are done twice, and when the run itself is killed, results are whole and the same."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from marrow.batch.work import WORK
from tests.cli.calls import Json, child, write, write_lines_by_type
from tests.conftest import ROOT
from tests.spark.test_evaluate import evaluated, export, files
from tests.spark.troubled import NEVER

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.spark.standalone import Standalone

pytestmark = pytest.mark.needs("java", "pyspark")
SKEW = 50
SPARK = ("--parquet", "--quiet", "--engine", "spark")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export in which everything goes wrong but for a torn file, and one patient with 50 times the lines of others."""
    folder = export(tmp_path_factory.mktemp("export"))
    (folder / "more" / "torn.ndjson.gz").unlink()  # sorting would be begun anew
    each = [entry["resource"] for entry in child("msc-05")["entry"] if entry["resource"]["resourceType"] == "Observation"]
    write(folder / "skewed.ndjson", *(_again(one, number) for number in range(SKEW) for one in each))
    return folder


def _again(one: Json, number: int) -> Json:
    day = f"{2010 + number // 12}-{number % 12 + 1:02}-15"
    return one | {"id": f"{one['id'][:58]}-{number}", "effectiveDateTime": day}


@pytest.fixture(scope="module")
def local(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return evaluated(tmp_path_factory.mktemp("local") / "out", exported)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Standalone]":
    from tests.spark.standalone import standalone

    speculation = {f"spark__speculation{name}": value for name, value in {
        "": "true", "__interval": "50ms", "__multiplier": "1.1", "__quantile": "0.1", "__minTaskRuntime": "50ms",
    }.items()}  # fmt: skip
    with standalone(tmp_path_factory.mktemp("cluster"), spark__sql__files__maxPartitionBytes="1m", **speculation) as found:
        yield found


def tasks(events: Path) -> list[Json]:
    """What became of each attempt at a task, as Spark's own log has it."""
    (log,) = events.iterdir()
    told = [json.loads(line) for line in log.read_text().splitlines()]
    return [one["Task Info"] | {"reason": one["Task End Reason"]} for one in told if one["Event"] == "SparkListenerTaskEnd"]


def test_tasks_that_are_slow_or_die_change_nothing(
    cluster: "Standalone", exported: Path, local: dict[str, bytes], tmp_path: Path
) -> None:
    """In each step a first attempt waits until Spark kills it, since another came to its end, and one kills its process."""
    os.mkfifo(tmp_path / NEVER)
    command = [sys.executable, "-m", "tests.spark.troubled", tmp_path, exported, "--out", tmp_path / "out", *SPARK]
    answer = subprocess.run(command, cwd=ROOT, env=cluster.environment, capture_output=True, check=False, text=True, timeout=900)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert files(tmp_path / "out") == local
    happened = {path.name for path in tmp_path.iterdir()} - {NEVER, "out"}
    assert happened == {"sort-waits", "sort-dies", "evaluate-waits", "evaluate-dies"}
    ended = tasks(cluster.events)
    twice = [one for one in ended if one["Speculative"] and one["reason"]["Reason"] == "Success"]
    killed = [one for one in ended if not one["Speculative"] and one["reason"]["Reason"] == "TaskKilled"]
    died = [one for one in ended if one["reason"]["Reason"] == "ExceptionFailure"]
    assert len(twice) >= 2 and len(killed) >= 2 and len(died) >= 2


@pytest.mark.parametrize("step", ["sort", "evaluate"])
def test_a_run_that_is_killed_leaves_nothing_half_written(spark: "SparkSession", tmp_path: Path, step: str) -> None:
    """Results of an earlier run stand until others are whole; called again it is done from the beginning."""
    trouble, out = tmp_path / "trouble", tmp_path / "out"
    trouble.mkdir()
    (trouble / "step").write_text(step)
    os.mkfifo(trouble / "told")
    folder = write_lines_by_type(tmp_path / "export", [child("msc-01"), child("ctl-02")])
    before = evaluated(out, write(tmp_path / "earlier.json", child("ctl-01")))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.spark.troubled", trouble, folder, "--out", out, *SPARK]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as running:
        assert (trouble / "told").read_text().startswith(step)
        running.send_signal(signal.SIGKILL)
    assert files(out) == before and (out / WORK).exists()
    assert evaluated(out, folder, "--engine", "spark") == evaluated(tmp_path / "local", folder)
    assert not (out / WORK).exists()

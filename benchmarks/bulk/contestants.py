"""Who is measured: Marrow, its peers and the floor, each as a command; the peers in environments of their own under build/."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bulk.chart import LAST_DAY

HERE = Path(__file__).parent / "peers"
BUILD = Path("build/bulk/peers")
PYTHON, NODE = BUILD / "python/bin/python", BUILD / "node"
MARROW = Path(sys.executable).with_name("marrow")
CORES = sorted(os.sched_getaffinity(0))

Answers = dict[str, tuple[str, str]]
"""Severity and response at day 90, by patient."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One row of the table. cores: how many it is given. out: where its answers are, if it has any; None reads what it prints.

    reads: whether it has to do with patients at all.
    """

    name: str
    label: str
    command: tuple[str | Path, ...]
    cores: int = 1
    out: Path | None = None
    has_answers: bool = True
    reads: bool = True
    is_slow: bool = False


def contestants(folder: Path, scratch: Path, with_node: bool) -> list[Contestant]:
    """Every row, Marrow's first: the others' answers are compared with its."""
    every = len(CORES)
    found = [
        _marrow("marrow", "Marrow, plain, full evidence", folder, scratch, "plain", 1),
        _marrow("marrow-all", "Marrow, plain, full evidence", folder, scratch, "plain", every),
        _marrow("marrow-both", "Marrow, both evaluators", folder, scratch, "both", 1),
        _loop("loop", 1),
        _loop("loop-all", every),
        _python("duckdb", "DuckDB, hand-written SQL", "duckdb_query.py", folder),
        _python("duckdb-all", "DuckDB, hand-written SQL", "duckdb_query.py", folder, every),
        _python("polars", "Polars, hand-written", "polars_query.py", folder),
        _python("polars-all", "Polars, hand-written", "polars_query.py", folder, every),
        _python("msgspec", "plain Python over msgspec", "plain_python.py", folder),
    ]
    if with_node:
        found += [
            _node("cql", "cql-execution, tuned", "cql_execution.mjs", folder),
            _node("cql-asked", "cql-execution, tuned, given only what is asked for", "cql_execution.mjs", folder, "--only-asked"),
            _node("fqm", "fqm-execution, same measure", "fqm_execution.mjs", folder),
        ]
    floor = (
        ("bytes", "reading the bytes"),
        ("msgspec", "type and id of every line (msgspec)"),
        ("orjson", "every line decoded (orjson)"),
    )
    return found + [_floor(how, label, folder) for how, label in floor]


def _marrow(name: str, label: str, folder: Path, scratch: Path, evaluator: str, jobs: int) -> Contestant:
    out = scratch / name
    command = (
        MARROW,
        "evaluate",
        folder,
        "--out",
        out,
        "--as-of",
        str(LAST_DAY),
        "--evaluator",
        evaluator,
        "--jobs",
        str(jobs),
        "--quiet",
    )
    return Contestant(name, label, command, jobs, out / "conclusions.ndjson", is_slow=evaluator == "both")


def _python(name: str, label: str, program: str, folder: Path, cores: int = 1) -> Contestant:
    return Contestant(name, label, (PYTHON, HERE / program, folder, str(LAST_DAY)), cores)


def _loop(name: str, cores: int) -> Contestant:
    return Contestant(name, "a plain loop", (PYTHON, HERE / "busy.py", str(cores)), cores, has_answers=False, reads=False)


def _floor(how: str, label: str, folder: Path) -> Contestant:
    return Contestant(f"floor-{how}", f"floor: {label}", (PYTHON, HERE / "floor.py", folder, how), has_answers=False)


def _node(name: str, label: str, program: str, folder: Path, *flags: str) -> Contestant:
    memory = f"--max-old-space-size={os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') // 2**20 // 2}"
    young = "--max-semi-space-size=64"  # a tenth less time in collecting garbage
    command: tuple[str | Path, ...] = (
        "node",
        memory,
        young,
        NODE / program,
        NODE / "severity.json",
        folder,
        str(LAST_DAY),
        *flags,
    )
    return Contestant(name, label, command, is_slow=True)


def read_answers(contestant: Contestant, printed: Path) -> Answers:
    """The answers of a run."""
    if contestant.out is None:
        rows = (line.split("\t") for line in printed.read_text(encoding="utf-8").splitlines())
        return {patient: (severity, response) for patient, severity, response in rows}
    said: dict[str, dict[str, str]] = {}
    with contestant.out.open("rb") as lines:
        for line in lines:
            if b'"severity"' in line or b'"response.day_90"' in line:
                one = json.loads(line)
                said.setdefault(one["patient"].rpartition("/")[2], {})[one["conclusion"]] = one["outcome"]
    return {patient: (found["severity"], found["response.day_90"]) for patient, found in said.items()}


# --- environments ---


def prepare(with_node: bool) -> None:
    """Make the environments of the peers where they are missing, or not of these locks."""
    _once(BUILD / "python", ("requirements.txt",), _install_python)
    if with_node:
        _once(NODE, ("package-lock.json", "package.json", *(each.name for each in _programs())), _install_node)


def has_node() -> bool:
    return shutil.which("node") is not None and shutil.which("npm") is not None


def versions(with_node: bool) -> list[str]:
    """Name and version of every peer."""
    listed = _said(PYTHON, "-m", "pip", "--disable-pip-version-check", "list", "--format", "json")
    found = [
        f"{one['name']} {one['version']}"
        for one in json.loads(listed)
        if one["name"] in {"duckdb", "msgspec", "orjson", "polars"}
    ]
    if with_node:
        asked = json.loads((HERE / "package.json").read_text())["dependencies"]
        found += [
            f"Node.js {_said('node', '--version').strip().lstrip('v')}",
            *(f"{name} {version}" for name, version in asked.items()),
        ]
    return found


def _said(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _programs() -> list[Path]:
    return sorted([*HERE.glob("*.mjs"), *HERE.glob("*.cql")])


def _once(folder: Path, names: Sequence[str], make: Callable[[Path], None]) -> None:
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in names)).hexdigest()
    stamp = folder / "made-of"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    print(f"Making {folder}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make(folder)
    stamp.write_text(digest)


def _install_python(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip: list[str | Path] = [
        folder / "bin/python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "-qq",
        "install",
        "--require-hashes",
    ]
    subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)


def _install_node(folder: Path) -> None:
    for path in (HERE / "package.json", HERE / "package-lock.json", HERE / ".npmrc", *_programs()):
        shutil.copy(path, folder)
    subprocess.run(["npm", "ci", "--loglevel=error", "--no-progress"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["node", "translate.mjs", "Severity.cql", "severity.json"], cwd=folder, check=True)

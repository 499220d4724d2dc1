"""How `marrow` ends: 0, 1 or 2, and for each fault of the call one line that says what, where and what to do."""

import gzip
import io
import signal
import subprocess
from pathlib import Path

import pytest

from marrow.batch.work import WORK
from tests.cli.calls import COMMAND, Answer, call, child, lines, process, write

OBSERVATION = {"resourceType": "Observation", "id": "o1", "status": "final"}


def broken(tmp_path: Path) -> Path:
    """A child's Bundle with one observation more, that is not FHIR."""
    bundle = child("msc-01")
    return write(tmp_path / "b.json", bundle | {"entry": [*bundle["entry"], {"resource": OBSERVATION}]})


# --- 0 and 1 ---


def test_issues_alone_are_no_failure(tmp_path: Path, out: Path) -> None:
    answer = call("evaluate", broken(tmp_path), "--out", out)
    assert (answer.status, answer.err) == (0, "")
    assert (
        answer.out.splitlines()[-1] == f"resources: 3 not relevant, 1 rejected, 93 used; issues: 1 (see {out / 'issues.ndjson'})"
    )


def test_fail_on_issues_fails_on_issues_with_everything_written(tmp_path: Path, out: Path) -> None:
    answer = call("evaluate", broken(tmp_path), "--out", out, "--fail-on-issues")
    assert (answer.status, answer.err) == (1, "")
    assert len(lines(out / "issues.ndjson")) == 1
    assert lines(out / "conclusions.ndjson")


def test_fail_on_issues_is_content_without_issues(bundle: Path, out: Path) -> None:
    assert call("evaluate", bundle, "--out", out, "--fail-on-issues").status == 0


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--fail-on-issues"], 1), (["--cutoff", "today"], 2)])
def test_a_shell_sees_the_status(tmp_path: Path, out: Path, options: list[str], status: int) -> None:
    assert process("evaluate", broken(tmp_path), "--out", out, "--quiet", *options).status == status


# --- 2: the call ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cutof", "2018-04-13"], ["No such option '--cutof'", "--cutoff", "See `marrow evaluate --help`."]),
        (["--cutoff", "2018-02-30"], ["--cutoff", "is not a date, as in 2018-04-13"]),
        (["--cutoff", "20180413"], ["--cutoff", "is not a date, as in 2018-04-13"]),
        (["--cutoff", "13.4.2018"], ["--cutoff", "is not a date, as in 2018-04-13"]),
        (["--as-of", "2018-W15-5"], ["--as-of", "is not a date, as in 2018-04-13"]),
        (["--as-of", ""], ["--as-of", "is not a date"]),
        (["--set", "ti.days"], ["--set", "is not NAME=VALUE, as in ti.days=56"]),
        (["--set", "=3"], ["--set", "is not NAME=VALUE"]),
        (["--set", "ti.day=56"], ["--set ti.day:", "no such parameter", "did you mean `ti.days`?"]),
        (["--set", "ti.days=soon"], ["--set ti.days: expected a number"]),
        (["--set", "ti.days=-1"], ["--set ti.days: expected a number from 1 to 365"]),
        (["--set", "ti.capture_complete=perhaps"], ["--set ti.capture_complete", "true or false"]),
        (["--set", "baseline.policy=last"], ["--set baseline.policy", "last_before_atg"]),
        (["--pack", "lan_2020"], ["there is no pack lan_2020", "expected one of lan_2021", "did you mean `lan_2021`?"]),
        (["--fhir", "R3"], ["--fhir", "'R4', 'R4B', 'R5'"]),
        (["--evaluator", "fast"], ["--evaluator", "'plain', 'rete', 'both'"]),
        (["--validation", "none"], ["--validation", "'strict', 'fast'"]),
        (["--jobs", "0"], ["--jobs", "x>=1"]),
        (["--jobs", "many"], ["--jobs", "is not a valid integer range"]),
    ],
    ids=" ".join,
)
def test_a_wrong_option(bundle: Path, out: Path, arguments: list[str], said: list[str]) -> None:
    answer = call("evaluate", bundle, "--out", out, *arguments)
    (complaint,) = answer.complaints
    assert (answer.status, answer.out) == (2, "")
    assert all(part in complaint for part in said), complaint
    assert not out.exists()


def test_all_wrong_settings_are_said_at_once(bundle: Path, out: Path) -> None:
    answer = call("evaluate", bundle, "--out", out, "--set", "ti.day=56", "--set", "severity.anc_lt=x")
    assert answer.status == 2
    assert len(answer.complaints) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["evaluate"], "Missing argument 'INPUT...'"),
        (["evaluate", "x.json"], "Missing option '--out'"),
        (["evalute", "x.json"], "there is no command `evalute`; did you mean `evaluate`?"),
        (["frobnicate"], "there is no command `frobnicate`; expected one of evaluate, demo"),
        (["--verbose"], "No such option '--verbose'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call(arguments: list[str], said: str) -> None:
    answer = call(*arguments)
    assert answer.status == 2
    (complaint,) = answer.complaints
    assert said in complaint and complaint.endswith("--help`.")


def test_a_pack_that_is_broken(bundle: Path, tmp_path: Path, out: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "pack.yaml").write_text("pack: {name: broken}\nseverty: 3\n", encoding="utf-8")
    answer = call("evaluate", bundle, "--out", out, "--pack", tmp_path / "pack")
    assert answer.status == 2
    assert all("pack.yaml" in complaint for complaint in answer.complaints)


# --- 2: the input ---


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("notes.json", b"Dear colleague,", "notes.json: this is not complete, valid JSON; nothing of it was read"),
        ("lines.ndjson", b"{\n{", "lines.ndjson:1: this is not complete, valid JSON; nothing of it was read"),
        ("half.json.gz", gzip.compress(b"{}" * 99, mtime=0)[:-9], "this is not complete gzip; write or copy the file again"),
    ],
)
def test_a_named_input_that_is_no_fhir(folder: Path, tmp_path: Path, out: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    alone = call("evaluate", tmp_path / name, "--out", out)
    assert (alone.status, alone.out) == (2, "")
    (complaint,) = alone.complaints
    assert complaint.endswith(said)
    assert not list(out.iterdir())
    from_pipe = call("evaluate", "-", "--out", out, stdin=data)
    assert from_pipe.status == 2
    assert from_pipe.complaints[0].startswith("marrow: standard input")
    if name.endswith(".json"):
        assert call("evaluate", folder, tmp_path / name, "--out", out).complaints == alone.complaints


def test_in_a_folder_it_costs_only_itself(bundle: Path, tmp_path: Path, out: Path) -> None:
    for name, data in {"a.json": bundle.read_bytes(), "b.json": b"{", "c.ndjson.gz": b"\x1f\x8b", "d.json": b""}.items():
        (tmp_path / name).write_bytes(data)
    answer = call("evaluate", tmp_path, "--out", out)
    assert (answer.status, answer.err) == (0, "")
    told = {line["source"]: (line["code"], line["severity"]) for line in lines(out / "issues.ndjson")}
    assert told == {"b.json": ("not-json", "error"), "c.ndjson.gz": ("unreadable", "error"), "d.json": ("empty", "error")}
    assert len({line["patient"] for line in lines(out / "conclusions.ndjson")}) == 1


def test_a_folder_in_which_nothing_can_be_read(tmp_path: Path, out: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.json.gz").write_bytes(b"\x1f\x8b")
    answer = call("evaluate", tmp_path / "in", "--out", out)
    assert answer.status == 2
    assert answer.complaints == ["marrow: x.json.gz: this file cannot be opened or unpacked; copy it again"]


def test_an_input_that_is_not_there(bundle: Path, tmp_path: Path, out: Path) -> None:
    (tmp_path / "empty").mkdir()
    missing, long = tmp_path / "missing.json", tmp_path / ("x" * 300)
    answer = call("evaluate", bundle, missing, tmp_path / "empty", long, "--out", out)
    endings = ".json, .ndjson, .json.gz, .ndjson.gz"
    assert answer.status == 2
    assert answer.complaints == [
        f"marrow: {missing}: no such file or folder; name a FHIR .json or .ndjson file, a folder of them, or -",
        f"marrow: {tmp_path / 'empty'}: no file in this folder ends in {endings}; name a folder of FHIR files",
        f"marrow: {long}: cannot be read (File name too long); name another file or folder",
    ]
    assert not out.exists()


@pytest.mark.needs("proc")
def test_an_input_that_cannot_be_opened(out: Path) -> None:
    """The memory of a process: a file for whoever looks, and nobody can read its first page."""
    answer = call("evaluate", Path("/proc/self/mem"), "--out", out)
    assert answer.status == 2
    assert answer.complaints == ["marrow: /proc/self/mem: cannot be read (Input/output error); check the file"]


def test_standard_input_that_is_closed(out: Path) -> None:
    command = ["sh", "-c", '"$0" evaluate - --out "$1" <&-', str(COMMAND), str(out)]
    result = subprocess.run(command, capture_output=True, check=False, timeout=60)
    answer = Answer(result.returncode, result.stdout.decode(), result.stderr.decode())
    assert answer.status == 2
    assert answer.complaints == ["marrow: standard input: cannot be read (it is closed); check the file"]


# --- stopped ---


class Interrupted(io.BytesIO):
    """Standard input of somebody who presses Ctrl-C."""

    def read(self, size: int | None = -1) -> bytes:
        if size == 0:
            return b""
        raise KeyboardInterrupt


def test_ctrl_c_ends_without_a_trace(out: Path) -> None:
    answer = call("evaluate", "-", "--out", out, stdin=Interrupted())
    assert answer.status == 130
    assert answer.err.split("\n") == ["", "marrow: stopped; nothing was left half written", ""]
    assert [path.name for path in out.iterdir()] == [WORK]


def test_a_reader_that_goes_away_is_no_fault(bundle: Path, out: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "evaluate", bundle, "--out", out], stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=False
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=60) in (0, 1, -signal.SIGPIPE)
    assert lines(out / "conclusions.ndjson")

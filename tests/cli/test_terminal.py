"""What a person sees: a progress bar on a terminal and none in a pipe, help with an example, the demonstration's figures."""

import json
import re
from pathlib import Path

import click
import pytest

from marrow.cli import COMMANDS, main
from tests.cli.calls import call, lines, on_a_terminal, outcomes, process, results


def test_on_a_terminal_progress_is_shown(long: Path, out: Path) -> None:
    status, printed, shown = on_a_terminal("evaluate", long, "--out", out)
    assert status == 0
    size = long.stat().st_size
    assert re.search(rf"reading.*{size}/{size}", shown) and re.search(r"evaluating.*2/2", shown)
    assert "msc-0" not in shown
    assert printed.splitlines()[-1].startswith("resources: ")


def test_quiet_is_quiet_on_a_terminal_too(long: Path, out: Path) -> None:
    assert on_a_terminal("evaluate", long, "--out", out, "--quiet") == (0, "", "")


def test_one_bundle_needs_no_progress(bundle: Path, out: Path) -> None:
    assert on_a_terminal("evaluate", bundle, "--out", out)[2] == ""


def test_in_a_pipe_there_is_no_progress(long: Path, tmp_path: Path) -> None:
    answer = process("evaluate", long, "--out", tmp_path / "piped")
    assert (answer.status, answer.err) == (0, "")
    assert not re.search(r"[\r\x1b]|reading|evaluating", answer.out)
    on_a_terminal("evaluate", long, "--out", tmp_path / "shown")
    assert results(tmp_path / "piped") == results(tmp_path / "shown")


# --- help ---


def _commands(group: click.Group, *before: str) -> list[tuple[str, ...]]:
    """Every command and every command below one."""
    context = click.Context(group)
    found: list[tuple[str, ...]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found += [(*before, name), *(_commands(command, *before, name) if isinstance(command, click.Group) else [])]
    return found


def test_help_of_every_command_shows_an_example() -> None:
    for path in _commands(main):
        answer = call(*path, "--help")
        assert (answer.status, answer.err) == (0, "")
        examples = [line for line in answer.out.splitlines() if line.strip().startswith(f"marrow {' '.join(path)} ")]
        assert examples, path
        assert call(*path, "-h").out == answer.out


def test_help_names_every_command_and_option() -> None:
    answer = call("--help")
    assert answer.status == 0
    assert all(re.search(rf"^  {name} ", answer.out, re.MULTILINE) for name in COMMANDS)
    options = re.findall(r"--[a-z-]+", call("evaluate", "--help").out)
    promised = ["out", "pack", "cutoff", "as-of", "set", "fhir", "evaluator", "validation", "jobs", "fail-on-issues", "quiet"]
    assert {f"--{name}" for name in promised} <= set(options)


def test_help_without_a_command_is_help_and_a_fault() -> None:
    answer = call()
    assert (answer.status, answer.err) == (2, "")
    assert answer.out.rstrip() == call("--help").out.rstrip()


def test_the_version() -> None:
    assert re.fullmatch(r"marrow, version \d+\.\d+\.\d+\n", call("--version").out)


# --- the demonstration ---

SURVIVAL = {  # the paper's estimates at four years, and the p value of their comparison
    "Failure-free survival (FFS)": ("38.1 ± 17.2", "66.7 ± 15.7", "0.153"),
    "Overall survival (OS)": ("88.9 ± 10.5", "88.9 ± 10.5", "0.929"),
}


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
def test_the_demonstration_computes_what_the_paper_prints(tmp_path: Path, release: str) -> None:
    answer = call("demo", "--out", tmp_path / "out", "--keep-input", tmp_path / "in", "--fhir", release)
    assert (answer.status, answer.err) == (0, "")
    assert "DIFFERENT" not in answer.out
    *_, verdict, report, review = answer.out.splitlines()
    assert re.fullmatch(
        r"(\d+) of \1 numbers in the results of the paper are equal; two evaluators agreed on every child; "
        r"resources: 54 not relevant, 1871 used; issues: 0",
        verdict,
    )
    assert report == f"report: {tmp_path / 'out' / 'report.html'}"
    assert (tmp_path / "out" / "report.html").is_file()
    assert review == f"review: {tmp_path / 'out' / 'review' / 'index.html'}"
    summary = json.loads((tmp_path / "out" / "review" / "summary.json").read_text("utf-8"))
    assert summary["passed"] == summary["scenarios"] > 1000
    assert len(list((tmp_path / "in").iterdir())) == 18


def test_the_demonstration_ends_with_the_tables_of_response_and_survival(tmp_path: Path) -> None:
    shown = call("demo", "--out", tmp_path / "out", "--evaluator", "plain").out
    assert re.search(r"Day 90 .*\n(?:  .*\n)*  Overall response +1 \(11%\) .* 2 \(22%\) ", shown)
    for endpoint, (cells, none, p) in SURVIVAL.items():
        (table,) = re.findall(rf"^{re.escape(endpoint)}.*?(?=\n\n)", shown, re.MULTILINE | re.DOTALL)
        assert re.search(rf"48 months +{cells} .* {none} ", table)
        assert f" {p} [a]" in table and "a: Log-rank test" in table


def test_the_demonstration_has_a_row_for_each_child_and_decides_what_the_paper_prints(tmp_path: Path) -> None:
    answer = call("demo", "--out", tmp_path / "out")
    rows = [line.split() for line in answer.out.splitlines() if re.match(r"(msc|ctl)-0\d ", line)]
    assert [row[0] for row in rows] == [f"{arm}-0{number}" for arm in ("ctl", "msc") for number in range(1, 10)]
    decided = ("severity", "eligibility", "arm", "response.day_90", "failure", "survival")
    for patient, found in outcomes(tmp_path / "out").items():
        assert {found[name] for name in decided}.isdisjoint({"UNDETERMINED", "NOT_DUE", "NOT_APPLICABLE"}), patient


def test_the_demonstration_is_evaluate_on_its_own_input(tmp_path: Path) -> None:
    call("demo", "--out", tmp_path / "demo", "--keep-input", tmp_path / "in")
    call("evaluate", tmp_path / "in", "--out", tmp_path / "evaluate", "--cutoff", "2018-04-13")
    reports = [results(tmp_path / name).pop("report.html") for name in ("demo", "evaluate")]
    assert reports[0] != reports[1]  # only the demonstration is compared with the paper, and says that it is made up
    names = results(tmp_path / "demo").keys() - {"report.html"}
    assert results(tmp_path / "demo", *names) == results(tmp_path / "evaluate", *names)
    assert len(lines(tmp_path / "demo" / "conditions.ndjson")) == 24

"""`make demo-service`, as somebody sees it in a pipe: the milestones of the story in their order, and nothing left running."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from marrow.demo.story import load_story

ROOT = Path(__file__).resolve().parents[3]
MILESTONES = (
    "Marrow beside an EHR",
    "FHIR server  http://127.0.0.1:",
    "Marrow       http://127.0.0.1:",
    "$ marrow subscribe --endpoint http://127.0.0.1:",
    "Subscriptions are active",
    " 1  ",
    "Severity of the aplastic anaemia: cannot be concluded yet; missing: marrow cellularity",
    "Severe aplastic anaemia - active, stage SAA, onset ",
    "(amended)",
    "Very severe aplastic anaemia - active, stage vSAA, onset ",
    "(entered in error)",
    "Very severe aplastic anaemia - withdrawn (entered-in-error)",
    "Severity of the aplastic anaemia: cannot be concluded yet",
    "Very severe aplastic anaemia - active, stage vSAA, onset ",
    "Eligibility: may enter the trial",
    "PUT MedicationAdministration: 5 x rabbit-atg",
    "Haematological response, day 40, day 90, day 180: cannot be concluded yet",
    "Haematological response, day 40: no response",
    "Haematological response, day 90: partial response",
    "Marrow is killed (kill -9)",
    "Marrow is started again",
    "Very severe aplastic anaemia - remission",
    "Haematological response, day 180: complete response",
    "Relapse of aplastic anaemia - active, onset ",
    "$ marrow status",
    "0 are to be delivered",
    "all equal to the batch evaluation of the server's content",
)


def program(folder: Path) -> list[str]:
    return [sys.executable, "-m", "demo.play_story", "--folder", str(folder)]


def marked(folder: Path, **more: str) -> dict[str, str]:
    """The environment of the program, by which everything that it starts can be told."""
    return {**os.environ, "STORY_PLAYED_IN": str(folder), **more}


def alive(folder: Path) -> list[str]:
    """The processes that the program started and that are still there."""
    told = f"STORY_PLAYED_IN={folder}\0".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if told in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.needs("node", "proc")
def test_the_story_is_played_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "played"
    ended = subprocess.run(program(folder), cwd=ROOT, env=marked(folder), capture_output=True, check=False, timeout=300)
    shown = ended.stdout.decode("ascii")
    assert ended.returncode == 0, shown + ended.stderr.decode()
    assert "\x1b" not in shown
    told = " ".join(shown.split())  # however wide the screen is
    at = 0
    for milestone in (" ".join(each.split()) for each in MILESTONES):
        assert milestone in told[at:], f"{milestone!r} is missing, or comes too early, in\n{shown}"
        at = told.index(milestone, at) + len(milestone)
    assert "67 events, 2 Conditions in " in told[at - 200 :]
    assert [step.says for step in load_story().steps if step.says not in told] == []
    assert (folder / "results" / "bundle.json").is_file()
    assert alive(folder) == []


@pytest.mark.needs("node", "proc")
def test_who_stops_it_stops_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    pipe = subprocess.PIPE
    with subprocess.Popen(program(folder), cwd=ROOT, env=marked(folder), stdout=pipe, stderr=pipe) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        for line in running.stdout:
            if b"PUT " in line:
                assert len(alive(folder)) >= 3
                running.send_signal(signal.SIGINT)
                break
        rest, complaints = running.stdout.read(), running.stderr.read()
    assert running.returncode == 130
    assert rest.decode().splitlines()[-1] == "stopped; everything that was started is stopped too"
    assert complaints == b""
    assert alive(folder) == []


@pytest.mark.needs("node", "proc")
def test_what_does_not_come_in_time_fails(tmp_path: Path) -> None:
    folder = tmp_path / "late"
    hasty = [*program(folder), "--patience", "0"]
    ended = subprocess.run(hasty, cwd=ROOT, env=marked(folder), capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 1
    assert "\nFAILED: in time there came no more than {}" in ended.stdout
    assert " ".join(ended.stdout.split()).endswith(f"the log is {folder / 'marrow.log'}")
    assert ended.stderr == ""
    assert alive(folder) == []


def test_without_node_it_says_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "played"
    lonely = marked(folder, PATH=str(tmp_path))
    ended = subprocess.run(program(folder), cwd=ROOT, env=lonely, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("make demo-service: node is not on this machine")
    assert not folder.exists()

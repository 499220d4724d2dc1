"""The service as a process: where it listens, what it says, and that it stops when it is told to."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.calls import COMMAND, call, child, text, write
from tests.service.asking import EVALUATE, FHIR, MARK, TOKEN


@contextmanager
def serving(host: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A service on a free port, and its address."""
    command = [COMMAND, "serve", "--host", host, "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **environment}) as running:
        try:
            assert running.stdout is not None
            announced = re.search(r"(http://\S+:\d+); Ctrl-C stops it$", running.stdout.readline().strip())
            assert announced, running.communicate()
            yield announced[1], running
        finally:
            running.kill()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_service_answers_as_the_command_line_does_and_stops_when_told(tmp_path: Path, stop: signal.Signals) -> None:
    bundle = child("msc-01")
    call("evaluate", write(tmp_path / "in.json", bundle), "--out", tmp_path / "out")
    with serving("127.0.0.1") as (address, running), httpx.Client(base_url=address, timeout=60) as asking:
        answer = asking.post(EVALUATE, content=text(bundle), headers=FHIR)
        assert answer.content == (tmp_path / "out" / "bundle.json").read_bytes()
        assert "server" not in answer.headers
        assert asking.get(f"/Patient/{MARK}").status_code == 404
        assert asking.post(EVALUATE, content=MARK.encode(), headers=FHIR).status_code == 400
        running.send_signal(stop)
        printed, said = running.communicate(timeout=60)
    assert (running.returncode, printed) == (0, "")
    lines = [json.loads(line) for line in said.splitlines()]
    assert all(line["level"] == "info" and line["time"].endswith("Z") for line in lines)
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("POST", "/fhir/$evaluate", 200), ("GET", "?", 404), ("POST", "/fhir/$evaluate", 400),
    ]  # fmt: skip


def test_with_credentials_it_listens_for_others_too() -> None:
    with serving("0.0.0.0", MARROW_API_TOKEN=TOKEN, MARROW_NOTIFICATION_TOKEN=MARK) as (address, _):
        asked = address.replace("0.0.0.0", "127.0.0.1")
        with httpx.Client(base_url=asked, timeout=60) as asking:
            assert asking.get("/fhir/metadata").status_code == 401
            assert asking.get("/fhir/metadata", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


ASKED = ("MARROW_API_TOKEN", "MARROW_NOTIFICATION_TOKEN")


def test_without_credentials_for_notifications_it_listens_for_others_and_is_notified_by_none(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'marrow.db'}"
    with serving("0.0.0.0", MARROW_API_TOKEN=TOKEN, MARROW_DATABASE_URL=database) as (address, _):
        asked = address.replace("0.0.0.0", "127.0.0.1")
        with httpx.Client(base_url=asked, timeout=60, headers={"Host": "marrow.example"}) as asking:
            assert asking.post("/notifications/ehr").status_code == 401
            assert asking.post("/notifications/ehr", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 401
            assert asking.get("/fhir/metadata", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("given", [(), ("MARROW_NOTIFICATION_TOKEN",), ("MARROW_NOTIFICATION_SECRET",)])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_without_credentials_of_callers_it_refuses_to_listen_for_others(
    monkeypatch: pytest.MonkeyPatch, host: str, given: tuple[str, ...]
) -> None:
    for name in (*ASKED, "MARROW_NOTIFICATION_SECRET", "MARROW_JWKS"):
        monkeypatch.delenv(name, raising=False)
    for name in given:
        monkeypatch.setenv(name, TOKEN)
    answer = call("serve", "--host", host, "--port", "0")
    assert (answer.status, answer.out) == (2, "")
    (line,) = answer.complaints
    assert "MARROW_API_TOKEN" in line
    assert ("MARROW_NOTIFICATION_TOKEN" in line) == (not given)
    assert TOKEN not in line


@pytest.mark.parametrize("host", ["192.0.2.1", "x" * 70])
def test_an_address_that_is_not_to_be_had_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    for name in ASKED:
        monkeypatch.setenv(name, TOKEN)
    answer = call("serve", "--host", host, "--port", "0")
    assert (answer.status, answer.out) == (2, "")
    (line,) = answer.complaints
    assert "choose another --host or --port" in line


def test_a_pack_that_is_not_there_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_PACK", "lan_2022")
    answer = call("serve", "--port", "0")
    assert answer.status == 2
    assert answer.complaints[0].startswith("marrow: there is no pack lan_2022")


def test_a_wrong_setting_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_MAX_BODY_BYTES", MARK)
    answer = call("serve", "--port", "0")
    assert answer.status == 2
    assert answer.complaints[0].startswith("marrow: MARROW_MAX_BODY_BYTES: ")
    assert MARK not in answer.err

"""How `marrow sweep`, `status` and `serve` end where what they need does not answer: a line that says so."""

import re
from pathlib import Path

import pytest

from tests.cli.calls import process

NOBODY = "127.0.0.1:1"
NO_DATABASE = f"postgresql://marrow@{NOBODY}/marrow"


def test_a_sweep_of_a_server_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_FHIR_BASE_URL", f"http://{NOBODY}/fhir")
    monkeypatch.setenv("MARROW_FHIR_DEADLINE_SECONDS", "0.2")
    monkeypatch.setenv("MARROW_DATABASE_URL", f"sqlite:///{tmp_path / 'marrow.db'}")
    answer = process("sweep")
    assert (answer.status, answer.out) == (1, "")
    assert [re.split(r" \(|;", each)[0] for each in answer.complaints] == [
        "marrow: GET Patient?_lastUpdated&_sort&_count: no connection to the server"
    ]


@pytest.mark.parametrize("command", ["status", "serve"])
def test_a_database_that_does_not_answer(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_DATABASE_URL", NO_DATABASE)
    answer = process(command, *(("--port", "0") if command == "serve" else ()))
    assert (answer.status, answer.out) == (2, "")
    assert answer.complaints == ["marrow: the database cannot be reached"]


@pytest.mark.parametrize("command", ["sweep", "status", "serve"])
@pytest.mark.parametrize("address", ["mysql://marrow:xyzzy@localhost/marrow", "xyzzy", "sqlite://"])
def test_an_address_that_names_no_database(command: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_DATABASE_URL", address)
    monkeypatch.setenv("MARROW_FHIR_BASE_URL", f"http://{NOBODY}/fhir")
    answer = process(command, *(("--port", "0") if command == "serve" else ()))
    assert (answer.status, answer.out) == (2, "")
    assert answer.complaints == ["marrow: MARROW_DATABASE_URL: expected sqlite:///path or postgresql://user@host/name"]

"""Deletions of an export: what evaluation reads of them, whatever it reads first."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhir_adapter.deletions import dated_deletions
from tests.export.bulk_server import MARK, TIME, BulkServer, Made
from tests.export.exporting import Call, data

Json = dict[str, Any]


def transaction(*urls: str, method: str = "DELETE") -> bytes:
    entries = [{"request": {"method": method, "url": url}} for url in urls]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def test_deletions_are_dated_and_beside_the_data(server: BulkServer, out: Path) -> None:
    content = transaction("Observation/o1", "Patient/p1") + b"\n" + transaction("Consent/c1") + b"\n"
    server.files.append(Made("deleted", "Bundle", content))
    found = Call(server, out).run()
    assert (found.deletions, found.unread, found.files, found.is_whole) == (2, 0, 3, True)
    first, second = (json.loads(line) for line in data(out)["deleted.ndjson"].splitlines())
    assert first == {
        "resourceType": "Bundle",
        "type": "history",
        "entry": [
            {"request": {"method": "DELETE", "url": each}, "response": {"status": "204", "lastModified": TIME}}
            for each in ("Observation/o1", "Patient/p1")
        ],
    }
    assert [entry["request"]["url"] for entry in second["entry"]] == ["Consent/c1"]


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"resourceType": "Patient"}', transaction("Patient/p1", method="PUT"), transaction(MARK), b'"\xff"']
)
def test_what_names_no_deletion_is_none(line: bytes) -> None:
    assert dated_deletions(line, TIME) is None


def test_what_cannot_be_read_as_a_deletion_is_told(server: BulkServer, out: Path) -> None:
    server.files.append(Made("deleted", "Bundle", transaction("Patient/p1") + b"\n" + transaction(MARK) + b"\n"))
    found = Call(server, out).run()
    assert (found.deletions, found.unread, found.is_whole) == (1, 1, False)

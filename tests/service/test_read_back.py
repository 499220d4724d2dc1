"""What was concluded and who asked for it, read back from a real store: page after page, each once, nobody else's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from marrow.service.app import application
from marrow.service.settings import Settings
from marrow.service.store.rows import AuditRow, Claimant, Concluded, Statement
from marrow.service.store.store import Store
from tests.service.asking import ask, fault

NOW, DAY = 1_800_000_000.0, 740_000
WHO = Claimant("tests", 60)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'marrow.db'}")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def app(store: Store) -> FastAPI:
    return application(Settings(), store=store)


def concluded(store: Store, patient: str, *identities: str) -> None:
    """Conditions of a patient; the first is on the server already, in its third version."""
    store.read_again([f"Patient/{patient}"], NOW)
    claimed = store.claim_patient(WHO, NOW, DAY)
    assert claimed is not None
    bodies = [json.dumps({"resourceType": "Condition", "id": each}).encode() for each in identities]
    stated = [
        Statement("Condition", each, f"Patient/{patient}", body, each)
        for each, body in zip(identities, bodies, strict=True)
    ]  # fmt: skip
    assert store.conclude(claimed, Concluded(DAY, {}, tuple(stated)), claimed.generation, NOW)
    assert store.sent(claimed, f"Condition/{identities[0]}", identities[0], "3")
    store.release(claimed, NOW)


def pages(app: FastAPI, path: str) -> Iterator[dict[str, Any]]:
    """The Bundle and those that its links lead to."""
    following: str | None = path
    while following is not None:
        answer = ask(app, "GET", following)
        assert answer.status_code == 200
        bundle = answer.json()
        yield bundle
        url = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), None)
        following = None if url is None else f"{urlsplit(url).path}?{urlsplit(url).query}"


def found(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", ())]


def test_the_conditions_of_a_patient_come_page_after_page(app: FastAPI, store: Store) -> None:
    concluded(store, "p1", "a", "b", "c", "d", "e")
    concluded(store, "p2", "f")
    assert [found(bundle) for bundle in pages(app, "/fhir/Condition?patient=p1&_count=2")] == [["a", "b"], ["c", "d"], ["e"]]
    assert [found(bundle) for bundle in pages(app, "/fhir/Condition?subject=Patient/p2")] == [["f"]]
    assert [found(bundle) for bundle in pages(app, "/fhir/Condition?patient=p3")] == [[]]


def test_one_condition_has_the_servers_version_once_it_is_there(app: FastAPI, store: Store) -> None:
    concluded(store, "p1", "a", "b")
    answers: list[httpx.Response] = [ask(app, "GET", f"/fhir/Condition/{each}") for each in ("a", "b")]
    assert [(each.status_code, each.json()["id"], each.headers.get("etag")) for each in answers] == [
        (200, "a", 'W/"3"'), (200, "b", None),
    ]  # fmt: skip
    assert fault(ask(app, "GET", "/fhir/Condition/nobody"))[:2] == (404, "not-found")


@pytest.mark.parametrize("query", ["", "?code=x&patient=p1", "?patient=p1&patient=p2", "?patient=a%20b", "?patient=p1&_count=x"])
def test_a_search_that_would_find_too_much_is_refused(app: FastAPI, query: str) -> None:
    assert fault(ask(app, "GET", f"/fhir/Condition{query}"))[0] == 400


def test_the_audit_trail_comes_page_after_page_in_the_order_of_events(app: FastAPI, store: Store) -> None:
    rows = [json.dumps({"resourceType": "AuditEvent", "id": str(number)}).encode() for number in range(5)]
    store.write_audit([AuditRow(NOW + number, body) for number, body in enumerate(rows)])
    assert [found(bundle) for bundle in pages(app, "/fhir/AuditEvent?_count=2")] == [["0", "1"], ["2", "3"], ["4"]]


@pytest.mark.parametrize("query", ["?_count=x", "?_after=-1", "?patient=p1"])
def test_the_audit_trail_refuses_what_it_does_not_know(app: FastAPI, query: str) -> None:
    assert fault(ask(app, "GET", f"/fhir/AuditEvent{query}"))[0] == 400


def test_without_a_store_there_is_nothing_to_read(tmp_path: Path) -> None:
    app = application(Settings())
    for path in ("/fhir/Condition?patient=p1", "/fhir/Condition/a", "/fhir/AuditEvent"):
        answer = ask(app, "GET", path)
        assert fault(answer)[0] == 503
        assert int(answer.headers["retry-after"]) > 0

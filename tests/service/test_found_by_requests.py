"""What requests made by machines have found, each as the smallest thing that shows it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from marrow.service.app import application
from marrow.service.exchanges import exchanges
from marrow.service.running import open_store
from marrow.service.settings import Settings
from marrow.service.store.rows import Claimant, Concluded, Statement
from tests.service.asking import ask, fault, service
from tests.service.exchanged import asking, sent, stalled, worked
from tests.service.work.world import PLAIN


def test_what_stands_in_the_query_of_a_notification_is_no_path(app: FastAPI) -> None:
    answer = ask(app, "DELETE", "/notifications/ehr?path=Observation/o1")
    assert fault(answer)[:2] == (400, "required")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/notifications/ehr", "DELETE, OPTIONS, POST, PUT"),
        ("/notifications/ehr/Observation/o1", "DELETE, POST, PUT"),
        ("/fhir/Condition", "GET"),
    ],
)
def test_a_wrong_method_is_answered_with_all_right_ones(app: FastAPI, path: str, allowed: str) -> None:
    answer = ask(app, "PATCH", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_notification_that_does_not_come_is_not_waited_for_without_end() -> None:
    async def waiting() -> int:
        async with asking(service(max_body_seconds=0.01)) as client:
            return (await sent(client, exchanges()["put-form"], stalled())).status_code

    assert asyncio.run(waiting()) == 408


def test_pages_begin_at_an_id_and_at_nothing_else(app: FastAPI) -> None:
    assert fault(ask(app, "GET", "/fhir/Condition?patient=p1&_after=%00"))[:2] == (400, "structure")


@pytest.mark.parametrize(("sent", "tag"), [("digest", 'W/"7"'), ("before", None), (None, None)])
def test_the_version_is_told_of_what_the_server_has(tmp_path: Path, sent: str | None, tag: str | None) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'marrow.db'}")  # type: ignore[arg-type]
    store = open_store(settings)
    store.read_again(["Patient/p1"], 0.0)
    claimed = store.claim_patient(Claimant("tests", 60), 0.0, 1)
    assert claimed is not None
    stated = Statement("Condition", "c1", "Patient/p1", b"{}", "digest")
    store.conclude(claimed, Concluded(1, {}, (stated,)), 1, 0.0)
    store.found(claimed, [replace(stated, sent=sent, version="7")] if sent else [], [])
    answer = ask(application(settings, PLAIN, store), "GET", "/fhir/Condition/c1")
    assert (answer.status_code, answer.headers.get("etag")) == (200, tag)
    store.close()


def test_what_is_found_has_whole_urls(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'marrow.db'}")  # type: ignore[arg-type]
    store = open_store(settings)
    app = application(settings, PLAIN, store)

    async def found() -> dict[str, Any]:
        async with app.router.lifespan_context(app), asking(app) as client:
            await sent(client, exchanges()["transaction"])
            await worked(store)
            answer: dict[str, Any] = (await client.get("/fhir/Condition?patient=p1")).json()
            (entry,) = answer["entry"]
            assert (await client.get(entry["fullUrl"])).json() == entry["resource"]
            return answer

    assert asyncio.run(found())["link"] == [{"relation": "self", "url": "http://localhost/fhir/Condition?patient=p1"}]

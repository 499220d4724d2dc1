"""Whether the service can work: the store is asked, by one at a time, and a fault of it is told in a few words."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from marrow.packs import load_pack
from marrow.service.around import put_around
from marrow.service.metrics import Metrics
from marrow.service.operation import Readiness, serve_operation
from marrow.service.settings import Settings
from marrow.service.store.rows import StoreUnavailable, WrongSchema
from tests.service.asking import MARK, TOKEN, ask


def failing(error: Exception) -> Callable[[], None]:
    def check() -> None:
        raise error

    return check


@pytest.mark.parametrize(
    ("check", "trouble"),
    [
        (lambda: None, None),
        (failing(StoreUnavailable(MARK)), "the database does not answer"),
        (failing(WrongSchema(MARK)), "the database is not as this version needs it"),
        (failing(KeyError(MARK)), "the database is not as this version needs it"),
    ],
)
def test_what_is_wrong_with_the_store_is_told(check: Callable[[], None], trouble: str | None) -> None:
    assert asyncio.run(Readiness(check).trouble()) == trouble


def test_a_store_that_is_slow_is_asked_once_however_many_want_to_know() -> None:
    entered, gate, asked = threading.Event(), threading.Event(), []

    def check() -> None:
        asked.append(1)
        entered.set()
        gate.wait(30)

    async def many() -> list[str | None]:
        readiness = Readiness(check)
        asking = [asyncio.create_task(readiness.trouble()) for _ in range(20)]
        await asyncio.to_thread(entered.wait, 30)
        gate.set()
        return await asyncio.gather(*asking)

    assert asyncio.run(many()) == [None] * 20
    assert asked == [1]


def test_a_store_that_hangs_does_not_answer() -> None:
    gate = threading.Event()

    def hang() -> None:
        gate.wait(30)

    async def once() -> str | None:
        try:
            return await Readiness(hang, patience=0.0).trouble()
        finally:
            gate.set()

    assert asyncio.run(once()) == "the database does not answer"


@pytest.mark.parametrize(("fault", "status"), [(None, 200), (StoreUnavailable(MARK), 503)])
def test_readiness_is_for_everybody_and_health_is_not_readiness(fault: Exception | None, status: int) -> None:
    app = FastAPI()
    put_around(app, Settings(api_token=TOKEN), Metrics())  # type: ignore[arg-type]
    serve_operation(app, load_pack("lan_2021"), (lambda: None) if fault is None else failing(fault))
    answer = ask(app, "GET", "/readyz")
    assert answer.status_code == status
    assert MARK not in answer.text
    assert ask(app, "GET", "/healthz").status_code == 200

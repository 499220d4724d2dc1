"""A sweep that takes longer than a claim lasts stays whose it is: two processes would take it from each other for ever."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from marrow.service.store.rows import Claimant
from marrow.service.work.loops import Work
from tests.service.work.ehr import Ehr
from tests.service.work.world import PACK, World, sqlite

LONG = 30.0
"""Seconds after which the test has failed."""


class Slow(Ehr):
    """Answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self.may_answer.wait()
        return await super().handle_async_request(request)


def test_a_sweep_is_kept_while_the_server_takes_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(sqlite(tmp_path))
    asyncio.run(_swept(world, monkeypatch))
    assert world.store.watermark("ehr", "Patient") is None
    assert world.store.claim_sweep(Claimant("other", 60), "ehr", world.seconds, 300, 86_400) == "none"
    world.store.close()


async def _swept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ehr = slow = Slow()
    renew, loop = world.store.renew_sweep, asyncio.get_running_loop()

    def renewed(who: Claimant, source: str, now: float) -> bool:
        held = renew(who, source, now)
        loop.call_soon_threadsafe(slow.may_answer.set)
        return held

    monkeypatch.setattr(world.store, "renew_sweep", renewed)
    work = Work(replace(world.means(), who=Claimant("tests", 0.03)), PACK, 1, 300, 86_400)
    work.start()
    await asyncio.wait_for(slow.may_answer.wait(), LONG)
    await work.stop(LONG)

"""Bodies that are held at the same time take so much memory and no more, also of callers who have yet to show a signature."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from marrow.service.faults import Refused
from marrow.service.room import Room
from tests.service.asking import service
from tests.service.exchanged import asking

HEADERS = {"content-type": "application/fhir+json", "x-signature": "0" * 64}


async def _parts(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield bytes(size)


async def _read(room: Room, *sizes: int) -> int:
    with room.lent() as counted:
        return sum([len(part) async for part in counted(_parts(*sizes))])


def test_what_was_held_is_free_again_whatever_became_of_it() -> None:
    room = Room(10)
    assert asyncio.run(_read(room, 4, 6)) == 10
    with pytest.raises(Refused) as refused:
        asyncio.run(_read(room, 4, 6, 1))
    assert refused.value.status == 503
    assert asyncio.run(_read(room, 10)) == 10


def test_who_comes_while_others_fill_the_room_is_sent_away() -> None:
    async def sent() -> tuple[list[int], str]:
        held, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"{" * 60
            held.set()
            await go_on.wait()

        app = service(max_waiting=1, max_body_bytes=100, notification_secret="s3cret")
        async with asking(app) as client:

            async def post(content: AsyncIterator[bytes] | bytes) -> httpx.Response:
                return await client.post("/notifications/ehr", content=content, headers=HEADERS)

            first = asyncio.create_task(post(slow()))
            await held.wait()
            second = await post(b"{" * 60)
            go_on.set()
            answers = [second, await first, await post(b"{" * 60)]
            return [answer.status_code for answer in answers], second.headers["retry-after"]

    assert asyncio.run(sent()) == ([503, 401, 401], "5")

"""Who was held up so long that another took the patient over does not put what it knew over what the other wrote."""

import asyncio
import threading

import httpx

from marrow.service.work.changes import work_changes
from marrow.service.work.patients import work_patient
from tests.service.work.children import child
from tests.service.work.world import World


def amended(world: World, value: float) -> None:
    """The neutrophils at baseline are corrected, and that is told."""
    found = next(each for each in child("msc-01") if each["id"] == "msc-01-anc-baseline")
    found["valueQuantity"]["value"] = value
    world.tell(world.ehr.put(found | {"status": "amended"}))


def held_up(world: World, request: httpx.Request) -> None:
    """The first request to put a Condition takes until the claim has lapsed, the facts changed, and another is done with them."""
    if request.method != "PUT" or "/Condition/" not in request.url.path:
        return
    world.ehr.trouble = lambda _: None
    world.later(seconds=61)
    amended(world, 0.1)
    other = threading.Thread(target=world.work)
    other.start()
    other.join()


def test_what_was_known_before_is_not_put_over_what_is_known_now(world: World) -> None:
    world.tell(*[world.ehr.put(each) for each in child("msc-01")])
    world.work()
    amended(world, 0.4)
    world.ehr.trouble = lambda request: held_up(world, request)
    asyncio.run(one_turn(world))
    assert world.outcomes("msc-01")["severity"] == "vSAA"
    assert world.served() == world.batch()


async def one_turn(world: World) -> None:
    """By a process of another name."""
    slow = world.means("slow")
    await work_changes(slow)
    await work_patient(slow, world.pack)

"""Servers that answer from before what they told, whose clock ran ahead, or that count anew: nothing is lost in silence."""

import httpx
import pytest

from fhir_adapter.notification.notice import Change, Notice
from marrow.service.work.means import EHR
from tests.service.work.children import child
from tests.service.work.ehr import BASE, Json
from tests.service.work.world import World

ANC = "msc-01-anc-baseline"


def admitted(world: World) -> Json:
    """A child is worked; the neutrophils at baseline, as they are."""
    world.tell(*[world.ehr.put(each) for each in child("msc-01")])
    world.work()
    world.sweep()
    world.work()
    found: Json = world.ehr.current("Observation", ANC) or {}
    return found


def amended(found: Json, value: float = 0.4) -> Json:
    return found | {"status": "amended", "valueQuantity": found["valueQuantity"] | {"value": value}}


@pytest.mark.parametrize("status", [200, 404])
def test_a_version_that_the_server_told_before_it_could_be_read_is_found_by_the_sweep(world: World, status: int) -> None:
    before = admitted(world)
    world.ehr.put(amended(before))
    stale = httpx.Response(status, json=before if status == 200 else {"resourceType": "OperationOutcome"})
    world.ehr.trouble = lambda request: stale if request.url.path.endswith(ANC) else None
    named = Notice("event", changes=(Change("Observation", ANC, "2", "upsert", server=BASE),))
    assert world.store.take_in(EHR, named, world.seconds).new == 1
    world.work()
    world.ehr.trouble = lambda _: None
    world.sweep()
    world.work()
    assert world.outcomes("msc-01")["severity"] == "SAA"
    assert world.served() == world.batch()


def test_a_clock_that_once_ran_ahead_does_not_end_the_sweeps(world: World) -> None:
    before = admitted(world)
    now = world.ehr.time
    world.ehr.time = now.replace(year=2099)
    world.ehr.put(before | {"id": "ahead"})
    world.sweep()
    world.work()
    world.ehr.time = now.fromtimestamp(world.seconds, now.tzinfo)
    world.ehr.put(amended(before))
    world.sweep()
    world.work()
    assert world.served() == world.batch()


def test_a_404_of_what_stands_before_the_server_takes_nothing_back(world: World) -> None:
    admitted(world)
    stated = world.stated()
    assert stated
    world.ehr.trouble = lambda _: httpx.Response(404, text="default backend - 404")
    world.store.read_again(None, world.seconds)
    world.work()
    world.ehr.trouble = lambda _: None
    world.later(seconds=3600)
    world.work()
    assert world.stated() == stated
    assert world.served() == world.batch()


def test_what_was_deleted_and_made_anew_counts_though_its_versions_begin_again(world: World) -> None:
    before = admitted(world)
    world.tell(world.ehr.put(amended(before)))
    world.tell(world.ehr.delete("Observation", ANC))
    world.work()
    del world.ehr.versions["Observation", ANC]
    world.ehr.put(before)  # version 1, which is known: telling it is a repetition
    world.sweep(whole=True)
    world.work()
    assert world.served() == world.batch()
    assert world.outcomes("msc-01")["severity"] == "vSAA"

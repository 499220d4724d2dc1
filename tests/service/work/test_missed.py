"""Events that a subscription's numbers say were missed, asked of the server by `$events`."""

import json

import httpx
import pytest

from fhir_adapter.notification.call import Call
from fhir_adapter.notification.notice import Notice
from marrow.service.store.rows import TakenIn
from marrow.service.work.loops import Work
from marrow.service.work.missed import ask_missed, gap_of
from tests.service.work.children import child
from tests.service.work.world import World

SUBSCRIPTION = "Subscription/anc"
GONE = "msc-01-anc-baseline"
Json = dict[str, object]


def told(kind: str, number: int, focus: str, method: str) -> Json:
    """A Bundle of R4B that tells of one event by its id."""
    event = {"eventNumber": str(number), "focus": {"reference": focus}}
    status: Json = {"resourceType": "SubscriptionStatus", "status": "active", "type": kind, "notificationEvent": [event]}
    status |= {"subscription": {"reference": SUBSCRIPTION}, "eventsSinceSubscriptionStart": str(number)}
    first = {"resource": status, "request": {"method": "GET", "url": f"{SUBSCRIPTION}/$status"}, "response": {"status": "200"}}
    second = {"fullUrl": focus, "request": {"method": method, "url": focus}, "response": {"status": "204"}}
    return {"resourceType": "Bundle", "type": "history", "entry": [first, second]}


def call(bundle: Json) -> Call:
    return Call("POST", "", {"content-type": "application/fhir+json"}, json.dumps(bundle).encode())


def missing(world: World) -> TakenIn:
    """The child is known; a deletion is the second event and lost on its way; the third comes."""
    world.tell(*[world.ehr.put(each) for each in child("msc-01")])
    world.tell(call(told("event-notification", 1, "Observation/msc-01-plt-baseline", "PUT")))
    world.work()
    world.ehr.delete("Observation", GONE)
    (taken,) = world.tell(call(told("event-notification", 3, "Observation/msc-01-hgb-baseline", "PUT")))
    world.work()
    assert world.served() != world.batch()
    return taken


def answering(world: World, response: httpx.Response) -> list[httpx.URL]:
    """The server answers `$events` so; what it was asked."""
    asked: list[httpx.URL] = []

    def events(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith("/$events"):
            return None
        asked.append(request.url)
        return response

    world.ehr.trouble = events
    return asked


def test_a_lost_deletion_is_found_without_a_whole_sweep(world: World) -> None:
    assert missing(world).alarms == ("gap",)
    asked = answering(world, httpx.Response(200, json=told("query-event", 2, f"Observation/{GONE}", "DELETE")))
    assert world._run(ask_missed(world.means(), (SUBSCRIPTION, 3))) == 1
    world.work()
    assert world.served() == world.batch()
    (url,) = asked
    assert url.path == f"/fhir/{SUBSCRIPTION}/$events"
    assert dict(url.params) == {"eventsSinceNumber": "1", "eventsUntilNumber": "3", "content": "id-only"}


def test_the_work_asks_for_a_gap_before_it_sweeps(world: World) -> None:
    missing(world)
    asked = answering(world, httpx.Response(200, json=told("query-event", 2, f"Observation/{GONE}", "DELETE")))

    async def swept() -> None:
        work = Work(world.means(), world.pack, 1, 300, 86_400)
        work.told(is_alarmed=True, gap=(SUBSCRIPTION, 3))
        await work._sweep()

    world._run(swept())
    assert len(asked) == 1
    world.work()
    assert world.served() == world.batch()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(501),
        httpx.Response(200, json={"resourceType": "Patient"}),
        httpx.Response(200, json=[]),
    ],
    ids=["not there", "not offered", "no Bundle", "no FHIR"],
)
def test_a_server_that_cannot_say_is_no_trouble(world: World, answer: httpx.Response) -> None:
    answering(world, answer)
    assert world._run(ask_missed(world.means(), (SUBSCRIPTION, 3))) == 0


def test_where_the_server_does_not_name_the_subscription_there_is_nothing_to_ask() -> None:
    assert gap_of(Notice("event", event_numbers=(7, 5))) is None
    assert gap_of(Notice("event", SUBSCRIPTION)) is None
    assert gap_of(Notice("event", SUBSCRIPTION, event_numbers=(7, 5))) == (SUBSCRIPTION, 5)

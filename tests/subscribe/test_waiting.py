"""Waiting for handshakes: how long, how often it is looked, and what a server in trouble changes about that."""

import asyncio
import json

import httpx

from marrow.service.subscribing import Patience, Standing, settle
from tests.client.played import Hours, Json, Played, Reply, answered, client_of, outcome, script

PENDING = Standing("Patient", "requested", "s1")


def subscription(status: str) -> Reply:
    return answered({"resourceType": "Subscription", "id": "s1", "status": status, "criteria": "Patient?"})


def settled(server: Played, seconds: float, hours: Hours, *standings: Standing) -> list[Standing]:
    async def play() -> list[Standing]:
        async with client_of(server, tries=1) as client:
            return await settle(client, standings or [PENDING], Patience(seconds, hours.clock, hours.sleep))

    return asyncio.run(play())


def test_it_looks_less_and_less_often_until_the_time_is_up() -> None:
    hours = Hours()
    (standing,) = settled(Played(lambda _: subscription("requested")), 30, hours)
    assert (standing.state, hours.slept) == ("requested", [0.25, 0.5, 1, 2, 4, 8, 8, 6.25])


def test_it_stops_as_soon_as_nothing_is_pending() -> None:
    hours = Hours()
    (standing,) = settled(script(*map(subscription, ["requested", "requested", "active"])), 20, hours)
    assert (standing.state, hours.slept) == ("active", [0.25, 0.5])


def test_what_is_settled_is_not_asked_for() -> None:
    failed, active = Standing("Consent", "failed", trouble="refused"), Standing("Condition", "active", "s2")
    server = script(subscription("error"))
    assert settled(server, 20, Hours(), failed, active, PENDING) == [failed, active, Standing("Patient", "error", "s1")]
    assert server.lines == ["GET /fhir/Subscription/s1"]


def test_a_server_in_trouble_is_waited_for() -> None:
    replies = [answered(outcome("transient"), 503), httpx.ConnectError("refused"), subscription("active")]
    assert settled(script(*replies), 20, Hours()) == [Standing("Patient", "active", "s1")]


def test_the_last_trouble_is_told_where_it_stays() -> None:
    (standing,) = settled(Played(lambda _: answered(outcome("transient"), 503)), 1, Hours())
    assert (standing.state, standing.id) == ("unknown", "s1")
    assert "overloaded or down" in (standing.trouble or "")


def test_one_that_is_gone_or_not_ours_to_read_is_not_waited_for() -> None:
    hours = Hours()
    assert settled(script(answered(status=404)), 20, hours)[0].state == "failed"
    assert settled(script(answered(outcome("forbidden"), 403)), 20, hours)[0].state == "failed"
    assert hours.slept == []


def test_a_status_that_fhir_does_not_have_is_not_repeated() -> None:
    body: Json = {"resourceType": "Subscription", "id": "s1", "status": "Anna Musterkind"}
    (standing,) = settled(script(answered(body)), 0, Hours())
    assert standing.state == "unknown" and "Anna" not in json.dumps([standing.state, standing.trouble, standing.about])

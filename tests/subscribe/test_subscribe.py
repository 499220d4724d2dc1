"""`marrow subscribe` on a server that tries the endpoint first: what is there once, is active, and is never told twice."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from fhir_adapter.write_subscription import TYPES
from tests.cli.calls import COMMAND, Answer, call
from tests.subscribe.topic_server import DOSES, LABS, MARK, TOKEN, Endpoint, TopicServer, endpoint_of

TOPICS = ("--topic", LABS, "--topic", DOSES)
FHIR_TOKEN = "xyzzy-fhir-token"
HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
"""Lets Ctrl-C through: what runs in the background of a shell, as the tests may, ignores it."""
SECRETS = (TOKEN, FHIR_TOKEN, "xyzzy-signing-secret")


def subscribe(endpoint: Endpoint, *options: str) -> Answer:
    answer = call("subscribe", "--endpoint", endpoint.url, *options)
    assert all(secret not in answer.out + answer.err for secret in SECRETS)
    return answer


def shown(endpoint: Endpoint, *options: str) -> list[dict[str, Any]]:
    """What --dry-run prints."""
    answer = subscribe(endpoint, "--dry-run", *options)
    assert (answer.status, answer.err) == (0, "")
    return [json.loads(line) for line in answer.out.splitlines()]


@pytest.mark.parametrize(("version", "kind"), [("4.0.1", "Parameters"), ("4.3.0", "Parameters"), ("5.0.0", "SubscriptionStatus")])
def test_topics_are_active_after_their_handshake(server: TopicServer, endpoint: Endpoint, version: str, kind: str) -> None:
    server.version = version
    answer = subscribe(endpoint, *TOPICS)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [f"active     {LABS}", f"active     {DOSES}"]
    assert [(notice.kind, notice.topic) for notice in endpoint.notices] == [("handshake", LABS), ("handshake", DOSES)]
    assert [notice.subscription for notice in endpoint.notices] == [f"Subscription/{identity}" for identity in server.stored]
    assert {("topic" in one) for one in server.stored.values()} == {kind == "SubscriptionStatus"}
    assert endpoint.refused == 0


@pytest.mark.parametrize("version", ["4.0.1", "5.0.0"])
@pytest.mark.parametrize("refuse_put", [None, 400, 403, 404, 405, 422, 501])
@pytest.mark.parametrize("keeps_tags", [True, False])
def test_a_second_call_adds_and_changes_nothing(
    server: TopicServer, endpoint: Endpoint, version: str, refuse_put: int | None, keeps_tags: bool
) -> None:
    server.version, server.refuse_put, server.keeps_tags = version, refuse_put, keeps_tags
    first, before = subscribe(endpoint, *TOPICS), json.dumps(server.stored)
    assert (first.status, subscribe(endpoint, *TOPICS)) == (0, first)
    assert json.dumps(server.stored) == before
    assert server.written == ["PUT" if refuse_put is None else "POST"] * 2


@pytest.mark.parametrize("refuse_put", [None, 405])
def test_what_is_different_is_written_where_it_is(server: TopicServer, endpoint: Endpoint, refuse_put: int | None) -> None:
    server.refuse_put = refuse_put
    subscribe(endpoint, *TOPICS)
    there = [*server.stored]
    assert subscribe(endpoint, *TOPICS, "--content", "id-only").status == 0
    assert [*server.stored] == there
    assert server.written[2:] == ["PUT", "PUT"]
    assert {one["channel"]["_payload"]["extension"][0]["valueCode"] for one in server.stored.values()} == {"id-only"}
    assert len(endpoint.notices) == 4


def test_a_server_without_search_is_asked_by_id(server: TopicServer, endpoint: Endpoint) -> None:
    server.search = 403
    assert subscribe(endpoint, *TOPICS).status == 0
    assert subscribe(endpoint, *TOPICS).status == 0
    assert server.written == ["PUT", "PUT"]


@pytest.mark.parametrize(("rivals", "status", "state"), [(2, 0, "active"), (3, 1, "failed")])
def test_who_writes_at_the_same_time_is_not_overwritten_unread(
    server: TopicServer, endpoint: Endpoint, rivals: int, status: int, state: str
) -> None:
    subscribe(endpoint, "--topic", LABS)
    server.rivals = rivals
    answer = subscribe(endpoint, "--topic", LABS, "--content", "empty")
    assert (answer.status, answer.out.split()[0]) == (status, state)
    assert ("changed by somebody else" in answer.out) == (state == "failed")


def test_one_that_is_never_active_is_said(server: TopicServer, endpoint: Endpoint) -> None:
    server.handshakes = False
    answer = subscribe(endpoint, *TOPICS, "--wait", "0")
    assert answer.status == 1
    assert answer.out.splitlines() == [f"requested  {LABS}", f"requested  {DOSES}"]
    assert "`marrow serve` has to run" in answer.complaints[0]


@pytest.mark.parametrize("version", ["4.0.1", "5.0.0"])
def test_an_error_stays_until_it_is_asked_for_again(server: TopicServer, endpoint: Endpoint, version: str) -> None:
    server.version, endpoint.open = version, False
    first = subscribe(endpoint, *TOPICS)
    assert (first.status, first.out.splitlines()) == (1, [f"error      {LABS}", f"error      {DOSES}"])
    assert MARK not in first.out + first.err and "--reactivate" in first.complaints[-1]
    endpoint.open = True
    assert subscribe(endpoint, *TOPICS) == first
    assert server.written == ["PUT", "PUT"]
    again = subscribe(endpoint, *TOPICS, "--reactivate")
    assert (again.status, again.err) == (0, "")
    assert {one["status"] for one in server.stored.values()} == {"active"} and len(server.stored) == 2


def test_what_an_operator_switched_off_stays_off(server: TopicServer, endpoint: Endpoint) -> None:
    subscribe(endpoint, "--topic", LABS)
    for one in server.stored.values():
        one["status"] = "off"
    assert subscribe(endpoint, "--topic", LABS, "--content", "id-only").out == f"off        {LABS}\n"
    assert server.written == ["PUT"]
    assert subscribe(endpoint, "--topic", LABS, "--reactivate").status == 0


def test_one_by_criteria_for_each_type_that_is_read(server: TopicServer, endpoint: Endpoint) -> None:
    server.topics, server.handshakes = (), False
    answer = subscribe(endpoint, "--wait", "0")
    assert answer.out.splitlines() == [f"requested  {kind}" for kind in TYPES]
    assert {one["criteria"] for one in server.stored.values()} == {f"{kind}?" for kind in TYPES}


def test_the_token_reaches_the_endpoint_and_no_other_eye(
    server: TopicServer, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARROW_FHIR_TOKEN", FHIR_TOKEN)
    monkeypatch.setenv("MARROW_NOTIFICATION_SECRET", SECRETS[2])
    assert subscribe(endpoint, *TOPICS).status == 0
    assert TOKEN in json.dumps(server.stored)
    for options in (
        [],
        ["--list"],
        ["--dry-run"],
        ["--style", "r4", "--dry-run"],
        ["--style", "r4", "--wait", "0"],
        ["--remove"],
    ):
        subscribe(endpoint, *([] if "r4" in options else TOPICS), *options)
    (by_type, *_) = shown(endpoint, "--style", "r4")
    assert by_type["channel"]["header"] == ["Authorization: Bearer HIDDEN"]
    assert {one["valueString"] for one in by_type["extension"]} == {"HIDDEN"}


@pytest.mark.parametrize(
    ("version", "topics", "options", "element"),
    [
        ("4.0.1", (), [], "criteria"),
        ("4.0.1", (LABS,), ["--topic", LABS], "_payload"),
        ("4.0.1", (), ["--topic", LABS], "_payload"),
        ("4.3.0", (), ["--topic", LABS], "_payload"),
        ("5.0.0", (), ["--topic", LABS], "topic"),
        ("4.0.1", (), ["--topic", LABS, "--style", "r5"], "topic"),
        ("5.0.0", (LABS,), ["--style", "r4"], "criteria"),
    ],
)
def test_the_style_is_what_the_server_can(
    server: TopicServer, endpoint: Endpoint, version: str, topics: tuple[str, ...], options: list[str], element: str
) -> None:
    server.version, server.topics = version, topics
    found = shown(endpoint, *options)
    style = {"criteria": "criteria" in found[0] and "_payload" not in found[0]["channel"], "topic": "topic" in found[0]}
    assert {**style, "_payload": "_payload" in found[0].get("channel", {})} == {
        name: name == element for name in ("criteria", "topic", "_payload")
    }
    assert server.written == []


def test_a_server_that_leaves_it_to_the_subscriber_is_given_active_ones(server: TopicServer, endpoint: Endpoint) -> None:
    server.topics = ()
    assert {one["status"] for one in shown(endpoint)} == {"requested"}
    assert {one["status"] for one in shown(endpoint, "--activate")} == {"active"}
    server.software = "Medplum"
    assert {one["status"] for one in shown(endpoint)} == {"active"}


@pytest.mark.parametrize("is_strict", [True, False])
def test_those_of_marrow_are_listed_and_removed_and_no_others(server: TopicServer, endpoint: Endpoint, is_strict: bool) -> None:
    server.is_strict = is_strict
    others = {"resourceType": "Subscription", "status": "active", "criteria": "Patient?", "meta": {"versionId": "1"}}
    server.stored["other"] = {**others, "id": "other", "channel": {"endpoint": endpoint.url}}
    subscribe(endpoint, *TOPICS)
    elsewhere = call("subscribe", "--endpoint", f"{server.base}/notifications/ehr", *TOPICS)
    assert (elsewhere.status, elsewhere.out.split()[0]) == (1, "error")
    here = [f"active     {topic}  to {endpoint.url}" for topic in (DOSES, LABS)]
    assert subscribe(endpoint, "--list") == Answer(0, "\n".join(here) + "\n", "")
    every = call("subscribe", "--list")
    assert (every.status, len(every.out.splitlines())) == (1, 4)
    removed = subscribe(endpoint, "--remove")
    assert (removed.status, sorted(removed.out.splitlines())) == (0, [f"removed    {DOSES}", f"removed    {LABS}"])
    assert [endpoint_of(one) == endpoint.url for one in server.stored.values()] == [True, False, False]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], f"--topic: expected the canonical URL of a topic; the server offers: {LABS}, {DOSES}"),
        (["--topic", "labs"], "--topic: expected the canonical URL of a topic"),
        (["--style", "r4", *TOPICS], "--topic: Subscriptions of style r4 are by type"),
        (["--types", "Patient", *TOPICS], "--types: a topic decides its types"),
        (["--style", "r4", "--types", "Patient,Device"], "--types: expected some of Patient,Observation,"),
        (["--style", "r4", "--types", ","], "--types: expected some of"),
        (["--style", "r4", "--content", "id-only"], "--content, --filter: Subscriptions by criteria send the whole resource"),
        (["--style", "r4", "--filter", "Patient?organization=1"], "--content, --filter: Subscriptions by criteria"),
        ([*TOPICS, "--filter", "Observation?value-quantity=lt5"], "--filter: a filter by what can be corrected"),
        ([*TOPICS, "--filter", "Observation?patient=1&code=x"], "--filter: a filter by what can be corrected"),
        ([*TOPICS, "--filter", "Observation"], "--filter: a filter: expected a type that is read"),
        (["--endpoint", "marrow.example"], "--endpoint: expected https://host/path"),
        (["--endpoint", "https://u:p@marrow.example/"], "--endpoint: expected https://host/path"),
        (["--endpoint", "https://marrow.example/?a=b"], "--endpoint: expected https://host/path"),
        (["--list", "--remove"], "--dry-run, --list and --remove are three calls"),
        (["--wait", "-1"], "--wait"),
    ],
)
def test_a_wrong_call_is_named_and_writes_nothing(server: TopicServer, endpoint: Endpoint, options: list[str], said: str) -> None:
    answer = subscribe(endpoint, *options)
    assert (answer.status, answer.out, server.written) == (2, "", [])
    assert said in answer.complaints[-1]


def test_without_an_endpoint_the_public_address_is_used(server: TopicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--endpoint: not given; expected where the server reaches Marrow" in call("subscribe", *TOPICS).complaints[0]
    monkeypatch.setenv("MARROW_PUBLIC_URL", "https://marrow.example/")
    found = call("subscribe", "--dry-run", *TOPICS)
    assert json.loads(found.out.splitlines()[0])["channel"]["endpoint"] == "https://marrow.example/notifications/ehr"


def test_a_server_that_says_nothing_of_subscriptions_needs_a_style(server: TopicServer, endpoint: Endpoint) -> None:
    server.subscribes = False
    assert "has no Subscription" in subscribe(endpoint).complaints[0]
    assert subscribe(endpoint, "--style", "r4", "--dry-run").status == 0


def test_what_can_be_read_on_the_way_is_warned_of(server: TopicServer) -> None:
    answer = call("subscribe", "--endpoint", "http://marrow.example/hook", "--dry-run", *TOPICS)
    assert answer.status == 0
    assert [line.partition(":")[2].strip()[:32] for line in answer.complaints] == [
        "--endpoint is not https: patient",
        "--endpoint does not end in /noti",
    ]


@pytest.mark.parametrize("token", [None, "two words", "Umlaut-ä", "a:b"])
def test_notifications_from_elsewhere_need_a_token_that_every_server_hands_on(
    monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.setenv("MARROW_NOTIFICATION_TOKEN", token or "")
    answer = call("subscribe", "--endpoint", "https://marrow.example/notifications/ehr", *TOPICS)
    assert (answer.status, len(answer.complaints)) == (2, 1)
    assert answer.complaints[0].startswith("marrow: MARROW_NOTIFICATION_TOKEN: ")
    assert token is None or token not in answer.err


@pytest.mark.parametrize("status", [500, 401])
def test_a_server_that_cannot_be_asked_is_said(
    endpoint: Endpoint, server: TopicServer, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    server.search = status
    monkeypatch.setenv("MARROW_FHIR_DEADLINE_SECONDS", "0.2")
    answer = subscribe(endpoint, *TOPICS)
    assert (answer.status, answer.out, len(answer.complaints), server.written) == (1, "", 1, [])
    assert "GET Subscription" in answer.complaints[0]
    assert endpoint.url not in answer.err


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_the_waiting_gets_one_line(server: TopicServer, endpoint: Endpoint, stop: signal.Signals) -> None:
    server.handshakes = False
    arguments = ["subscribe", "--endpoint", endpoint.url, "--wait", "3600", "--topic", LABS]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", HEARING, COMMAND, *arguments], stdout=pipe, stderr=pipe, text=True, env=dict(os.environ)
    ) as waiting:
        assert server.asked.wait(60)
        waiting.send_signal(stop)
        out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, out, err.strip()) == (130, "", "marrow: stopped; nothing was left half written")

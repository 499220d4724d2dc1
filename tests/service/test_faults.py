"""Every fault is an OperationOutcome that says what to do, and nothing of what was sent."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from engine.judgement import Evaluator
from marrow.service.app import application
from marrow.service.settings import Settings
from tests.cli.calls import child, text
from tests.service.asking import (
    EVALUATE,
    FHIR,
    MARK,
    Differing,
    Stumbling,
    ask,
    client,
    evaluate,
    fault,
    in_parts,
    logged,
    service,
)  # fmt: skip


def broken_bodies() -> dict[str, tuple[int, str, bytes]]:
    """By name: status, part of the message, and the body, each with a marker in it."""
    marked = {"resourceType": "Patient", "id": MARK, "name": [{"family": MARK}]}
    nonsense = {"resourceType": MARK, "id": MARK}
    return {
        "empty": (400, "there is nothing in it", b""),
        "prose": (400, "not complete, valid JSON", MARK.encode()),
        "half": (400, "not complete, valid JSON", text({"resourceType": "Bundle", "entry": [{"resource": marked}]})[:-5]),
        "list": (400, "expected one JSON object", json.dumps([marked]).encode()),
        "lines": (400, "not complete, valid JSON", b"\n".join([text(marked)] * 2)),
        "wide": (400, "not UTF-8", MARK.encode("utf-16")),
        "latin": (400, "not UTF-8", f'{{"resourceType": "Bundle", "id": "{MARK}-\xe9"}}'.encode("latin-1")),
        "resource": (400, "expected a FHIR Bundle", text(marked)),
        "typeless": (400, "expected a FHIR Bundle", text({"id": MARK})),
        "nonsense": (422, "names no FHIR resource type", text({"resourceType": "Bundle", "entry": [{"resource": nonsense}]})),
        "entries": (422, "another JSON type", text({"resourceType": "Bundle", "entry": {MARK: MARK}})),
        "entry": (422, "another JSON type", text({"resourceType": "Bundle", "entry": [MARK]})),
    }  # fmt: skip


@pytest.mark.parametrize("name", broken_bodies())
def test_what_is_no_bundle_of_fhir(app: FastAPI, caplog: pytest.LogCaptureFixture, name: str) -> None:
    status, message, body = broken_bodies()[name]
    with caplog.at_level(logging.INFO, "marrow"):
        answer = evaluate(app, body)
    assert fault(answer)[0] == status
    assert message in fault(answer)[2]
    assert MARK.lower() not in (answer.text + caplog.text).lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-ndjson"},
        {"Content-Type": "application/fhir+xml"},
        {"Content-Type": "application/fhir+json; charset=latin-1"},
        {"Content-Type": MARK},
        {"Content-Type": ""},
        {**FHIR, "Content-Encoding": "br"},
        {**FHIR, "Content-Encoding": "gzip, gzip"},
    ],
    ids=lambda headers: " ".join(headers.values()) or "none",
)
def test_what_is_not_read_is_not_looked_at(app: FastAPI, headers: dict[str, str]) -> None:
    answer = ask(app, "POST", EVALUATE, MARK.encode(), headers)
    assert fault(answer)[:2] == (415, "not-supported")
    assert MARK not in answer.text


@pytest.mark.parametrize("damage", ["cut", "plain", "tail"])
def test_gzip_that_is_broken(app: FastAPI, damage: str) -> None:
    packed = gzip.compress(text(child("msc-01")))
    body = {"cut": packed[:-4], "plain": text(child("msc-01")), "tail": packed + b"more"}[damage]
    assert fault(evaluate(app, body, Content_Encoding="gzip"))[::2] == (400, "this is not complete gzip; send it again")


@pytest.mark.parametrize(
    "query",
    ["?as_of=2014", "?as_of=20140601", "?cutoff=1401580800", f"?cutoff={MARK}", "?as_of=", "?as_of=2014-06-01&as_of=2014-06-02",
     f"?asof={MARK}", f"?{MARK}=1"],
)  # fmt: skip
def test_what_is_asked_for_wrongly(app: FastAPI, query: str) -> None:
    answer = evaluate(app, text(child("msc-01")), query)
    assert fault(answer)[0] == 400
    assert MARK not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", EVALUATE, 405), ("DELETE", "/healthz", 405), ("GET", f"/{MARK}", 404), ("POST", "/", 405)],
)
def test_where_there_is_nothing(app: FastAPI, caplog: pytest.LogCaptureFixture, method: str, path: str, status: int) -> None:
    with caplog.at_level(logging.INFO, "marrow"):
        answer = ask(app, method, path)
    assert fault(answer)[0] == status
    assert MARK not in answer.text + caplog.text


# --- size, time and number ---


def test_a_body_that_says_that_it_is_too_large_is_not_read() -> None:
    asked_for: list[None] = []
    body = in_parts([b" " * 600] * 1000, lambda: asked_for.append(None))
    answer = evaluate(service(max_body_bytes=1000), body, Content_Length="600000")
    assert fault(answer)[:2] == (413, "too-long")
    assert asked_for == []


def test_a_body_that_turns_out_too_large_is_not_read_to_its_end() -> None:
    asked_for: list[None] = []
    body = in_parts([b" " * 600] * 1000, lambda: asked_for.append(None))
    answer = evaluate(service(max_body_bytes=1000), body)
    assert fault(answer)[:2] == (413, "too-long")
    assert len(asked_for) <= 3


@pytest.mark.parametrize("members", [1, 50])
def test_gzip_that_unpacks_to_too_much(members: int) -> None:
    body = gzip.compress(b" " * (5_000_000 // members)) * members
    assert len(body) < 10_000
    assert fault(evaluate(service(max_body_bytes=10_000), body, Content_Encoding="gzip"))[:2] == (413, "too-long")


def test_the_largest_body_is_read() -> None:
    body = text({"resourceType": "Bundle", "type": "collection"})
    assert evaluate(service(max_body_bytes=len(body)), body).status_code == 200
    assert evaluate(service(max_body_bytes=len(body) - 1), body).status_code == 413


async def stalled(begun: asyncio.Event, go_on: asyncio.Event) -> AsyncIterator[bytes]:
    begun.set()
    await go_on.wait()
    yield text({"resourceType": "Bundle", "type": "collection"})


def test_a_body_that_does_not_come_in_time() -> None:
    async def waiting() -> tuple[int, str, str]:
        async with client(service(max_body_seconds=0.01)) as asking:
            return fault(await asking.post(EVALUATE, content=stalled(asyncio.Event(), asyncio.Event()), headers=FHIR))

    assert asyncio.run(waiting())[:2] == (408, "timeout")


def test_who_comes_while_too_many_are_served_is_asked_to_come_again() -> None:
    async def crowd() -> list[int]:
        begun, go_on = asyncio.Event(), asyncio.Event()
        async with client(service(max_waiting=1)) as asking:
            first = asyncio.create_task(asking.post(EVALUATE, content=stalled(begun, go_on), headers=FHIR))
            await begun.wait()
            second = await asking.post(EVALUATE, content=b"{}", headers=FHIR)
            assert fault(second)[:2] == (503, "transient")
            assert int(second.headers["retry-after"]) > 0
            assert (await asking.get("/healthz")).status_code == 200
            go_on.set()
            third = await asking.post(EVALUATE, content=b"{}", headers=FHIR) if (await first) else second
            return [(await first).status_code, third.status_code]

    assert asyncio.run(crowd()) == [200, 400]


# --- faults of ours ---


@pytest.mark.parametrize(
    ("judge", "message", "expected"),
    [
        (Differing(), "the two evaluators disagree", {"event": "evaluators disagree", "on": "criterion meets_saa"}),
        (Stumbling(), "a fault in Marrow itself", {"error": "KeyError", "place": "asking.py"}),
    ],
    ids=["disagreement", "unforeseen"],
)
def test_a_fault_of_ours_concludes_nothing_and_says_nothing_of_the_patient(
    caplog: pytest.LogCaptureFixture, judge: Evaluator, message: str, expected: dict[str, str]
) -> None:
    app = application(Settings(), judge)
    with caplog.at_level(logging.INFO, "marrow"):
        answer = evaluate(app, text(child("msc-01")))
    assert fault(answer)[:2] == (500, "exception")
    assert fault(answer)[2].startswith(message)
    line = next(one for one in logged(caplog) if one["event"] != "request")
    assert {name: str(line[name]).partition(":")[0] for name in expected} == expected
    said = answer.text + caplog.text
    assert all(mark not in said for mark in (MARK, "Traceback", "msc-01"))

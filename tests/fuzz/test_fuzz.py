"""Broken requests, the same ones each time: nothing falls over, nothing is told of what was sent, what is right is worked."""

import asyncio
import logging
import random
import time
from itertools import islice
from pathlib import Path

import pytest

from marrow.service.app import application
from marrow.service.running import open_store
from marrow.service.settings import Settings
from tests.fuzz.mutations import CHANGES, MARKERS
from tests.fuzz.oracle import Answer, faults, faults_of_log
from tests.fuzz.run import Report, cases, conclude, fuzzed, pelt
from tests.fuzz.seeds import seeds
from tests.fuzz.wire import to_application
from tests.service.asking import EVALUATE, TOKEN, Stumbling
from tests.service.work.world import PLAIN

IN_PROCESS, OVER_SOCKETS = 1100, 400


def test_broken_requests_over_sockets(tmp_path: Path) -> None:
    report = Report()
    with fuzzed(tmp_path) as service:
        pelt(service, report, cases(random.Random(1), seeds(), service.token), time.monotonic() + 600, OVER_SOCKETS)
        conclude(service, report)
    assert report.findings == {}
    assert report.statuses.total() == OVER_SOCKETS
    assert {200, 400, 404, 415} <= set(report.statuses)


def test_broken_requests_in_this_process(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'marrow.db'}", notification_token=TOKEN)  # type: ignore[arg-type]
    app, report = application(settings, PLAIN, open_store(settings)), Report()

    async def pelted() -> None:
        async with app.router.lifespan_context(app):
            for case in islice(cases(random.Random(2), seeds(), TOKEN), IN_PROCESS):
                answer = await to_application(app, case)
                report.statuses[answer.status] += 1
                report.note(faults(answer, case.target, case.method), case)

    with caplog.at_level(logging.DEBUG, "marrow"):
        asyncio.run(pelted())
    report.note(faults_of_log("\n".join(record.getMessage() for record in caplog.records if record.name.startswith("marrow"))))
    assert report.findings == {}
    assert report.statuses.total() == IN_PROCESS


def test_a_service_that_stumbles_is_found(caplog: pytest.LogCaptureFixture) -> None:
    app, report = application(Settings(), Stumbling()), Report()
    example = seeds()[[each.path for each in seeds()].index(EVALUATE)]

    async def pelted() -> None:
        for case in islice(cases(random.Random(3), [example], TOKEN), 60):
            answer = await to_application(app, case)
            report.note(faults(answer, case.target, case.method), case)

    with caplog.at_level(logging.DEBUG, "marrow"):
        asyncio.run(pelted())
    assert set(report.findings) == {"status 500"}
    assert faults_of_log(caplog.text)


def test_the_same_seed_makes_the_same_cases() -> None:
    first, second = (list(islice(cases(random.Random(7), seeds(), TOKEN), 300)) for _ in range(2))
    assert first == second
    assert {name for case in first for name in case.changes} == {change.__name__ for change in CHANGES}


OUTCOME = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"structure","diagnostics":"what to do"}]}'
FHIR = {"content-type": "application/fhir+json"}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Answer(400, FHIR, OUTCOME), 0),
        (Answer(503, {**FHIR, "retry-after": "5"}, OUTCOME), 0),
        (Answer(503, FHIR, OUTCOME), 1),
        (Answer(500, FHIR, OUTCOME), 1),
        (Answer(400, {}, OUTCOME), 1),
        (Answer(400, FHIR, OUTCOME.replace(b"what to do", MARKERS[0].encode())), 1),
        (Answer(400, {**FHIR, "x-marker": MARKERS[1].upper()}, OUTCOME), 1),
        (Answer(400, FHIR, b"{}"), 1),
        (Answer(404, {"content-type": "application/json"}, b'{"message":"nothing here"}'), 1),
        (Answer(0), 0),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer_is_seen(answer: Answer, wrong: int) -> None:
    assert len(faults(answer, b"/notifications/ehr", b"POST")) == wrong


def test_what_is_wrong_with_a_log_is_seen() -> None:
    assert faults_of_log('{"event": "request", "status": 200}') == []
    told = f"Traceback (most recent call last):\n{MARKERS[0]}\na fault in Marrow itself"
    assert len(faults_of_log(told)) == 3

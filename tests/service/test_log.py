"""The log's lines: their form, their request's id, and that a careless call cannot say anything of a patient."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
import structlog
from fastapi import FastAPI

from marrow.service.log import Lines, prepare
from tests.service.asking import MARK, TOKEN, ask, logged
from tests.service.doors import behind_the_door

HERE = {"Host": "localhost"}


@pytest.fixture
def log() -> Any:
    prepare()
    return structlog.get_logger("marrow.service")


def record(name: str, message: object, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    told = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord(name, logging.WARNING, "/somewhere/asking.py", 31, message, arguments, told)


def raised(error: KeyError) -> KeyError:
    try:
        raise error
    except KeyError as caught:
        return caught


def test_a_field_that_is_not_on_the_list_is_left_out(log: Any, caplog: pytest.LogCaptureFixture) -> None:
    log.warning("what happened", patient=MARK, url=f"/{MARK}", name=MARK, message=MARK, count=3, code="gap")
    assert logged(caplog) == [{"event": "what happened", "count": 3, "code": "gap"}]


@pytest.mark.parametrize(
    "fields",
    [
        {"count": MARK}, {"status": [MARK]}, {"route": f"/Patient?name={MARK}"}, {"code": f"{MARK}, born 1187"}, {"method": MARK},
        {"kind": f"no {MARK}/1"}, {"error": f"KeyError('{MARK}')"}, {"on": f"criterion x: met / {MARK}"}, {"place": f"/{MARK}:1"},
        {"request_id": f"{MARK} 1"}, {"code": {MARK: 1}}, {"code": f"a\n{MARK}"}, {"code": "a\n"},
    ],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
def test_a_field_that_looks_otherwise_is_left_out(log: Any, caplog: pytest.LogCaptureFixture, fields: dict[str, Any]) -> None:
    log.warning("what happened", **fields)
    assert logged(caplog) == [{"event": "what happened"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", "counter-reset"), ("code", "StoreUnavailable"), ("code", "evaluators-disagree: criterion meets_saa"),
        ("route", "/fhir/$evaluate"), ("route", "/notifications/{source}/{path:path}"), ("kind", "Observation"), ("seconds", 1.5),
        ("place", "app.py:12"), ("on", "criterion meets_saa, conclusion response.day_90 outcome CR"),
    ],
)  # fmt: skip
def test_what_is_said_as_it_is_meant(log: Any, caplog: pytest.LogCaptureFixture, name: str, value: object) -> None:
    log.warning("what happened", **{name: value})
    assert logged(caplog) == [{"event": "what happened", name: value}]


@pytest.mark.parametrize("how", [True, None])
def test_of_an_exception_kind_and_place_are_said(log: Any, caplog: pytest.LogCaptureFixture, how: bool | None) -> None:
    try:
        raise KeyError(MARK)
    except KeyError as error:
        log.error("a fault", exc_info=how or error)
    (line,) = logged(caplog)
    assert (line["error"], line["place"].partition(":")[0]) == ("KeyError", "test_log.py")
    assert MARK not in str(line)


def test_lines_of_libraries_say_where_and_not_what() -> None:
    text = Lines("json").format(record("asyncio", f"Task exception was never retrieved: {MARK}", error=raised(KeyError(MARK))))
    line = json.loads(text)
    assert (line["event"], line["logger"], line["error"]) == ("a line of a library", "asyncio", "KeyError")
    assert MARK not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("name", ["marrow.service", "uvicorn.error"])
def test_lines_of_the_standard_library_are_said_without_what_is_filled_in(name: str) -> None:
    line = json.loads(Lines("json").format(record(name, "it cannot be read: %s", MARK)))
    assert (line["event"], line["place"]) == ("it cannot be read: %s", "asking.py:31")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_is_one_line(form: Any) -> None:
    found = Lines(form).format(record("marrow.service", {"event": "request", "status": 200}))
    assert "\n" not in found
    if form == "json":
        assert json.loads(found) | {"time": ""} == {"time": "", "level": "warning", "event": "request", "status": 200}
    else:
        assert found.endswith(" WARNING request status=200")


# --- ids of requests ---


def test_a_request_keeps_the_id_that_it_came_with(caplog: pytest.LogCaptureFixture) -> None:
    app = behind_the_door()
    with caplog.at_level(logging.INFO, "marrow"):
        answer = ask(app, "GET", "/", headers={"X-Request-ID": "trace.7_a-B"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "trace.7_a-B"
    assert [one["request_id"] for one in logged(caplog)] == ["trace.7_a-B"]


@pytest.mark.parametrize("sent", [None, "", "a b", "x" * 65, "a/b", "\xe9", "a\tb", "{}"])
def test_a_request_without_a_sane_id_is_given_one(sent: str | None) -> None:
    app = behind_the_door()
    headers = {} if sent is None else {"X-Request-ID": sent.encode("latin-1")}
    ids = {ask(app, "GET", "/", headers=headers).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(one) == 36 for one in ids)


def test_two_ids_are_none() -> None:
    answer = ask(behind_the_door(), "GET", "/", headers=[("X-Request-ID", "a"), ("X-Request-ID", "b")])
    assert len(answer.headers.get_list("x-request-id")[0]) == 36


def test_every_answer_has_an_id(caplog: pytest.LogCaptureFixture) -> None:
    app = behind_the_door(api_token=TOKEN, rate_burst=1, rate_per_second=1)
    with caplog.at_level(logging.INFO, "marrow"):
        ids = [ask(app, "GET", "/").headers["x-request-id"] for _ in range(3)]
    assert ids == [one["request_id"] for one in logged(caplog)]
    assert [one["status"] for one in logged(caplog)] == [401, 429, 429]


def test_a_line_from_inside_a_request_has_its_id(caplog: pytest.LogCaptureFixture) -> None:
    app = behind_the_door()

    @app.put("/inside")
    def inside() -> None:
        structlog.get_logger("marrow.service.work").warning("from a thread")

    ask(app, "PUT", "/inside", headers={"X-Request-ID": "first"})
    structlog.get_logger("marrow.service.work").warning("from nowhere")
    assert [(one["event"], one.get("request_id")) for one in logged(caplog) if one["event"] != "request"] == [
        ("from a thread", "first"), ("from nowhere", None),
    ]  # fmt: skip


def test_the_line_counts_the_bytes_of_the_answer(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "marrow"):
        answer = ask(app, "GET", "/docs")
    assert logged(caplog)[0]["bytes"] == len(answer.content)
    assert logged(caplog)[0]["duration_ms"] >= 0


# --- the whole process ---

CARELESS = f"""
import logging, sys, threading, warnings
from marrow.service.log import write_lines
write_lines(sys.argv[1] or None, "info")
def fail():
    raise KeyError("{MARK}")
class Gone:
    def __del__(self):
        raise KeyError("{MARK}")
thread = threading.Thread(target=fail); thread.start(); thread.join()
gone = Gone(); del gone
warnings.warn("{MARK}")
logging.getLogger("marrow").info("%d", "{MARK}")
logging.getLogger("sqlalchemy").warning("{MARK}")
logging.getLogger("httpx").info("GET /{MARK}")
"""


@pytest.mark.parametrize("form", ["json", "text", ""])
def test_nothing_in_the_process_says_more_than_it_may(form: str) -> None:
    ran = subprocess.run([sys.executable, "-c", CARELESS, form], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    assert MARK not in ran.stderr
    assert "Traceback" not in ran.stderr
    lines = ran.stderr.splitlines()
    assert len(lines) == 4
    if form != "text":
        assert [json.loads(line).get("error") for line in lines] == ["KeyError", "KeyError", None, None]

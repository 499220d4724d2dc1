"""Asking the service inside the tests' process, and evaluators that do what real ones must not."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from engine.evaluate.both import Disagreement
from engine.judgement import Judgement
from engine.snapshot import Snapshot
from engine.truth import Truth
from marrow.service.app import application
from marrow.service.settings import Settings

EVALUATE = "/fhir/$evaluate"
FHIR = {"Content-Type": "application/fhir+json"}
TOKEN = "a-token-of-the-tests"
MARK = "Wanda-Plantagenet"


class Differing:
    """Says of every snapshot that the evaluators disagree."""

    def judge(self, snapshot: Snapshot) -> Judgement:
        raise Disagreement([f"criterion meets_saa: met / {MARK}"])

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        raise Disagreement([f"criterion {name}: met / {MARK}"])


class Stumbling:
    """Fails in a way that nobody foresaw, with a patient's data in the exception."""

    def judge(self, snapshot: Snapshot) -> Judgement:
        raise KeyError(MARK)

    def criterion(self, name: str, snapshot: Snapshot) -> Truth:
        raise KeyError(MARK)


def service(**settings: Any) -> FastAPI:
    """The service with these settings."""
    return application(Settings(**settings))


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


def ask(app: FastAPI, method: str, path: str, content: Any = None, headers: Any = None) -> httpx.Response:
    """One request and its whole answer; an exception that leaves the application fails the test."""

    async def asked() -> httpx.Response:
        async with client(app) as asking:
            return await asking.request(method, path, content=content, headers=headers)

    return asyncio.run(asked())


def evaluate(app: FastAPI, content: Any, query: str = "", **headers: str) -> httpx.Response:
    """A Bundle to $evaluate; headers with _ for -."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(app, "POST", EVALUATE + query, content, {**FHIR, **more})


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, issue type and message of an OperationOutcome."""
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = json.loads(answer.content)
    (issue,) = outcome.pop("issue")
    assert outcome == {"resourceType": "OperationOutcome"}
    assert issue["severity"] == ("fatal" if answer.status_code >= 500 else "error")
    return answer.status_code, issue["code"], issue["diagnostics"]


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of every line that Marrow logged."""
    return [one.msg for one in caplog.records if one.name.startswith("marrow") and isinstance(one.msg, dict)]


def in_parts(parts: Sequence[bytes], told: Callable[[], None] = lambda: None) -> AsyncIterator[bytes]:
    """A body that comes in parts; told: called for each that was asked for."""

    async def coming() -> AsyncIterator[bytes]:
        for part in parts:
            told()
            yield part

    return coming()

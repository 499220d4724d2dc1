"""Requests and the answers that the service gives to them: the examples of its documentation, a file for each."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from marrow.service.faults import FHIR_JSON

FOLDER = Path(__file__).with_name("examples")
OPERATIONS = "operations.json"


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """operation: method and path as the document names them. also: the tags whose operations refuse in the same words.

    given: what has to be so for this answer, in words. path, query, headers: of the request. request: JSON, or text as it is
    sent; None: no body. answer: JSON or text; None: no body.
    """

    operation: str
    summary: str
    status: int
    also: tuple[str, ...] = ()
    given: str = ""
    path: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    request: Any = None
    answer_type: str = FHIR_JSON
    answer: Any = None

    @property
    def takes(self) -> str:
        """The media type of the request."""
        return self.headers.get("content-type", FHIR_JSON).partition(";")[0]


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is told of an operation beside its schema. parameters: by name, what is added to each."""

    tag: str
    description: str
    summary: str | None = None
    parameters: Mapping[str, dict[str, Any]] = {}


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """operations.json: of every operation, and of all together."""

    tags: tuple[dict[str, str], ...]
    operations: Mapping[str, Operation]
    schemas: Mapping[str, dict[str, Any]]


@cache
def told() -> Told:
    return msgspec.json.decode((FOLDER / OPERATIONS).read_bytes(), type=Told)


@cache
def exchanges() -> Mapping[str, Exchange]:
    """By name, in the order of the names."""
    files = sorted(FOLDER.glob("*/*.json"))
    return {path.stem: msgspec.json.decode(path.read_bytes(), type=Exchange) for path in files}

"""Every example of the documentation is sent to the service, which answers as is written there; and none is missing."""

import json
import re
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from schemathesis.openapi import from_dict

from engine import __version__
from marrow.service.docs_page import docs_page
from marrow.service.exchanges import FOLDER, OPERATIONS, exchanges, told
from marrow.service.faults import FHIR_JSON
from tests.service.asking import ask, service
from tests.service.exchanged import GIVEN, answers

WRITTEN, VERSION = "2026-11-21", "0.1.0"
"""The day on which the answers were written down: what is concluded as of today names the day."""
Json = dict[str, Any]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, httpx.Response]:
    found: dict[str, httpx.Response] = {}
    for given in GIVEN:
        found |= answers(given, tmp_path_factory.mktemp("examples"))
    return found


@cache
def documented() -> Json:
    found: Json = json.loads(ask(service(), "GET", "/openapi.json").content)
    return found


def operations() -> dict[str, Json]:
    return {f"{method.upper()} {path}": said for path, each in documented()["paths"].items() for method, said in each.items()}


def test_what_the_examples_ask_for_can_be_given() -> None:
    assert {each.given for each in exchanges().values()} == set(GIVEN)
    assert len(list(FOLDER.glob("*/*.json"))) == len(exchanges())
    assert {each.operation for each in exchanges().values()} <= set(operations())


def as_written(text: str, expected: Any) -> str:
    """An answer as if it were of the day and of the version of which the files are."""
    dated = f"as of {WRITTEN}." in str(expected)
    text = re.sub(r"as of \d{4}-\d\d-\d\d\.", f"as of {WRITTEN}.", text) if dated else text
    return text.replace(f'"{__version__}"', f'"{VERSION}"')


@pytest.mark.parametrize("name", exchanges())
def test_an_example_is_answered_as_is_written(answered: dict[str, httpx.Response], name: str) -> None:
    expected, answer = exchanges()[name], answered[name]
    assert answer.status_code == expected.status
    assert answer.headers["content-type"] == expected.answer_type
    said = as_written(answer.text, expected.answer)
    if "json" in expected.answer_type and said:
        assert json.loads(said) == expected.answer
    elif expected.answer is not None:
        assert said == expected.answer


def test_every_operation_is_told_of_with_examples() -> None:
    for name, said in operations().items():
        assert name in told().operations, f"{name}: say what it is for in {FOLDER.name}/{OPERATIONS}"
        assert said["summary"]
        assert said["description"]
        assert set(said["tags"]) <= {tag["name"] for tag in told().tags}
        for parameter in said.get("parameters", ()):
            assert {"description", "example", "schema"} <= set(parameter), (name, parameter["name"])
        for media_type, content in said.get("requestBody", {}).get("content", {}).items():
            assert media_type == "application/json" or "examples" in content, name


def test_every_refusal_has_an_example() -> None:
    for name, said in operations().items():
        for status, answer in said["responses"].items():
            if status != "200" and FHIR_JSON in answer.get("content", {}):
                shown = [key for content in answer["content"].values() for key in content.get("examples", ())]
                assert shown, (name, status)
                assert {exchanges()[key].status for key in shown} == {int(status)}
                fitting = [exchanges()[key].operation == name or {*exchanges()[key].also} & {*said["tags"]} for key in shown]
                assert all(fitting)


def test_the_document_is_openapi() -> None:
    assert documented()["openapi"] == "3.1.0"
    from_dict(documented()).validate()
    for each in documented()["components"]["schemas"].values():
        Draft202012Validator.check_schema(each)


def test_examples_fit_their_schemas() -> None:
    components = documented()["components"]
    for said in operations().values():
        contents = [*said.get("requestBody", {}).get("content", {}).values()]
        contents += [each for answer in said["responses"].values() for each in answer.get("content", {}).values()]
        for content in contents:
            checker = Draft202012Validator({**content["schema"], "components": components})
            for example in content.get("examples", {}).values():
                assert checker.is_valid(example["value"]), example["summary"]


def test_nothing_is_told_of_what_the_framework_might_answer() -> None:
    assert "ValidationError" not in json.dumps(documented())


def test_the_page_shows_the_examples() -> None:
    page = docs_page(documented())
    assert "Very severe aplastic anaemia" in page
    assert page.count("<details>") > len(exchanges())
    assert all(f"<h2>{tag['name']}</h2>" in page for tag in told().tags)

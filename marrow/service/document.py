"""The OpenAPI document for a reader: what every operation is for, grouped, with examples of what it takes and answers."""

from collections.abc import Iterator
from typing import Any

import msgspec
from fastapi import FastAPI

from marrow.service.exchanges import Exchange, Operation, exchanges, told

Json = dict[str, Any]
_OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""What FastAPI says it may answer, and never does: parameters are read by us."""


def document(app: FastAPI) -> None:
    """Let the application's document tell it; to be called when all else is said of it."""
    plain = app.openapi

    def documented() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(msgspec.json.decode(msgspec.json.encode(plain())))  # its parts may be one object
        return app.openapi_schema

    app.openapi = documented  # type: ignore[method-assign]


def _completed(found: Json) -> Json:
    found["info"]["license"] = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    found["info"]["contact"] = {"name": "The authors of Marrow"}
    found["tags"] = list(told().tags)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for name in _OF_THE_FRAMEWORK:
        schemas.pop(name, None)
    schemas.update(told().schemas)
    for name, operation in _operations(found):
        _without_framework(operation)
        if name in told().operations:
            _tell(operation, told().operations[name])
        _show(name, operation)
    shared: Json = _shared(found)
    return shared


def _operations(found: Json) -> Iterator[tuple[str, Json]]:
    for path, each in found["paths"].items():
        for method, operation in each.items():
            yield f"{method.upper()} {path}", operation


def _without_framework(operation: Json) -> None:
    if "HTTPValidationError" in str(operation["responses"].get("422")):
        del operation["responses"]["422"]


def _tell(operation: Json, said: Operation) -> None:
    operation["tags"] = [said.tag]
    operation["description"] = said.description
    operation["summary"] = said.summary or operation["summary"]
    for parameter in operation.get("parameters", ()):
        more = said.parameters.get(parameter["name"], {})
        schema = {**parameter.get("schema", {}), **more.get("schema", {})}
        schema.pop("title", None)
        parameter.update({**more, "schema": schema})


def _show(name: str, operation: Json) -> None:
    """Its examples; where a refusal has none of its own, that of operations which refuse in the same words."""
    own = {key: each for key, each in exchanges().items() if each.operation == name}
    taken = operation.get("requestBody", {}).get("content", {})
    for key, each in own.items():
        if each.status < 300 and each.request is not None and each.takes in taken:
            example = {"summary": each.summary, "value": each.request}
            says = _says(each)
            taken[each.takes].setdefault("examples", {})[key] = example | ({"description": says} if says else {})
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            fitting = {key: each for key, each in own.items() if _answers(each, status, media_type)} or {
                key: each
                for key, each in exchanges().items()
                if _answers(each, status, media_type) and {*each.also} & {*operation.get("tags", ())}
            }
            if fitting:
                content["examples"] = {key: {"summary": each.summary, "value": each.answer} for key, each in fitting.items()}


def _answers(each: Exchange, status: str, media_type: str) -> bool:
    return each.answer is not None and str(each.status) == status and each.answer_type == media_type


def _says(each: Exchange) -> str:
    """What of a request is not its body."""
    parts = [f"?{name}={value}" for name, value in each.query.items()]
    parts += [f"/{value}" for name, value in each.path.items() if name in ("type", "id")]
    parts += [f"{name}: {value}" for name, value in each.headers.items() if name != "content-type"]
    return f"With {', '.join(parts)}" if parts else ""


def _shared(node: Any) -> Any:
    """The same, where a resource that has a schema of its own is named by it."""
    if isinstance(node, list):
        return [_shared(each) for each in node]
    if not isinstance(node, dict):
        return node
    name = _named(node)
    if name in told().schemas and node is not told().schemas[name]:
        return {"$ref": f"#/components/schemas/{name}"}
    return {key: _shared(each) for key, each in node.items()}


def _named(node: Json) -> str:
    """The resource type of which this is a schema."""
    properties = node.get("properties")
    found = properties.get("resourceType") if isinstance(properties, dict) else None
    return str(found.get("const", "")) if isinstance(found, dict) else ""

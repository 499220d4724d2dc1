"""Whether an item has the shape that its section asks for, and what is wrong in a pack author's words."""

import types
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from engine.pack.node import Bound, Dotted, Name, Reference
from engine.pack.parse import Path, suggestion

_WORDS = {
    "string_type": "a text",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "names with their values",
    "model_type": "names with their values",
    "model_attributes_type": "names with their values",
    "none_required": "nothing",
}
_PATTERNS = {
    str(next(part.pattern for part in get_args(kind)[1:])): words
    for kind, words in (
        (Name, "a name in small letters, digits and _"),
        (Dotted, "a name in small letters, digits and _, with dots"),
        (Bound, "the name of a measure or criterion, or name@window"),
        (Reference, "a parameter's name, as in group.name"),
    )
}


def checked(model: type[BaseModel], raw: Any) -> tuple[Any, list[tuple[Path, str]]]:
    """The item, or None and what is wrong: where inside it, and what was expected."""
    try:
        return _adapter(model).validate_python(raw), []
    except ValidationError as error:
        return None, list(_told(model, raw, error))


@cache
def _adapter(model: type[BaseModel]) -> TypeAdapter[Any]:
    """Made once for each kind of item: a pack has hundreds of items, and is compiled under many settings."""
    return TypeAdapter(model)


def _told(model: type[BaseModel], raw: Any, error: ValidationError) -> Iterator[tuple[Path, str]]:
    """One fault for each place: what several readings of it would have expected is one sentence."""
    expected: Mapping[Path, dict[str, None]] = defaultdict(dict)
    near: dict[Path, str] = {}
    for detail in error.errors(include_url=False):
        path = _aligned(raw, tuple(detail["loc"]))
        match detail["type"]:
            case "missing" if isinstance(detail["loc"][-1], str):
                yield path, f"`{_text((*path, str(detail['loc'][-1])))}` is missing"
            case "extra_forbidden":
                yield path, f"`{_text(path)}` is not expected here{suggestion(str(path[-1]), _fields_at(model, path[:-1]))}"
            case "value_error":
                path = path[: _depth_of_node(raw, path)]
                yield path, f"{f'`{_text(path)}`: ' if path else ''}{detail['msg'].removeprefix('Value error, ')}"
            case "too_short" if len(detail["input"]) >= detail["ctx"]["min_length"]:
                continue  # pydantic counts items that are sound, and the others are told already
            case _:
                options = _options(detail)
                expected[path][_expectation(detail, options)] = None
                near[path] = near.get(path) or suggestion(str(detail["input"]), options)
    for path, words in expected.items():
        yield path, f"{f'`{_text(path)}`: ' if path else ''}expected {' or '.join(words)}{near[path]}"


def _options(detail: Any) -> list[str]:
    """The words that a literal may be."""
    if detail["type"] != "literal_error":
        return []
    return [option.strip("' ") for option in str(detail["ctx"]["expected"]).replace(" or ", ", ").split(",")]


def _expectation(detail: Any, options: list[str]) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "literal_error":
            return ", ".join(options)
        case "string_pattern_mismatch":
            return _PATTERNS.get(context["pattern"], f"a text like {context['pattern']}")
        case "too_short":
            return f"at least {context['min_length']}"
        case "too_long" | "missing":
            return "two values"  # every list of a fixed length is a pair
        case "string_type" if not isinstance(detail["input"], list | dict):
            return "a text (in quotes where it looks like a number)"
        case kind:
            return _WORDS.get(kind, str(detail["msg"]).removeprefix("Input should be "))


def _depth_of_node(raw: Any, path: Path) -> int:
    """How many steps lead to a node: the kind that a union tried may be called like a field of it."""
    node, depth = raw, 0
    for length, step in enumerate(path, start=1):
        node = node[step]
        depth = length if isinstance(node, dict) else depth
    return depth


def _text(path: Path) -> str:
    """A path as people write it: when.all[0].below."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path if step != "[key]")
    return text.removeprefix(".")


def _aligned(node: Any, loc: Path) -> Path:
    """The steps of pydantic's location that are in the item: it also names the kinds of a union that it tried."""
    if not loc:
        return ()
    first, *rest = loc
    skipped = _aligned(node, tuple(rest))
    inside = isinstance(node, dict) and first in node
    if not inside and not (isinstance(node, list) and isinstance(first, int) and first < len(node)):
        return skipped
    entered = (first, *_aligned(node[first], tuple(rest)))
    return entered if len(entered) > len(skipped) else skipped


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """What may be written at a path: the fields of every kind of node that can stand there."""
    kinds: list[Any] = [model]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    return list(dict.fromkeys(name for kind in kinds for name in _fields(kind)))


def _fields(kind: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items()]


def _inside(kind: type[BaseModel], step: str | int) -> Iterator[type[BaseModel]]:
    for name, field in kind.model_fields.items():
        if step in (name, field.alias):
            yield from _models(field.annotation)
    if isinstance(step, int):
        yield kind  # an item of a list: the list's kinds are already known


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Annotated, Union, types.UnionType, list, tuple, dict):
        for part in get_args(annotation):
            yield from _models(part)

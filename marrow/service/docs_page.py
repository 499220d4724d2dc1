"""The OpenAPI document as a plain page for people, which loads nothing."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

Json = dict[str, Any]


def docs_page(document: Json) -> str:
    """HTML of every path by its group: what it does, its parameters, its answers, and examples of them."""
    info = document["info"]
    groups = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    for _, _, said in _operations(document):
        groups.setdefault(_group(said), "")
    parts = "".join(_of_group(document, name, says) for name, says in groups.items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(info["title"])}</title></head><body><main>'
        f"<h1>{_text(info['title'])} {_text(info['version'])}</h1><p>{_text(info.get('description', ''))}</p>"
        f'<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>{parts}</main></body></html>'
    )


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, each in document["paths"].items():
        for method, said in each.items():
            yield path, method, said


def _group(said: Json) -> str:
    return str(next(iter(said.get("tags", ())), "Others"))


def _of_group(document: Json, name: str, says: str) -> str:
    parts = [_operation(path, method, said) for path, method, said in _operations(document) if _group(said) == name]
    return f"<section><h2>{_text(name)}</h2><p>{_text(says)}</p>{''.join(parts)}</section>"


def _operation(path: str, method: str, said: Json) -> str:
    parameters = [
        f"<li><code>{_text(one['name'])}</code>: {_text(one.get('description', ''))}</li>" for one in said.get("parameters", ())
    ]
    body = said.get("requestBody", {})
    taken = body.get("content", {})
    sent = (
        [f"<li>the body: {_text(body.get('description', ''))} ({_text(', '.join(taken))}){_examples(taken)}</li>"] if body else []
    )
    answers = [
        f"<li><code>{_text(status)}</code>: {_text(one['description'])}{_examples(one.get('content', {}))}</li>"
        for status, one in said["responses"].items()
    ]
    takes = f"<h4>Takes</h4><ul>{''.join([*sent, *parameters])}</ul>" if sent or parameters else ""
    return (
        f"<section><h3><code>{_text(method.upper())} {_text(path)}</code></h3><p>{_text(said.get('summary', ''))}</p>"
        f"<p>{_text(said.get('description', ''))}</p>{takes}<h4>Answers</h4><ul>{''.join(answers)}</ul></section>"
    )


def _examples(contents: Json) -> str:
    shown = {name: each for content in contents.values() for name, each in content.get("examples", {}).items()}
    return "".join(_example(each) for each in shown.values())


def _example(each: Json) -> str:
    value = each["value"]
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    more = f"<p>{_text(each['description'])}</p>" if "description" in each else ""
    return f"<details><summary>{_text(each.get('summary', 'for example'))}</summary>{more}<pre>{_text(text)}</pre></details>"


def _text(said: str) -> str:
    return escape(said)

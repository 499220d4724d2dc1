"""The OpenAPI document as a plain page for people, which loads nothing."""

from html import escape
from typing import Any


def docs_page(document: dict[str, Any]) -> str:
    """HTML of every path: what it does, its parameters and its answers."""
    info = document["info"]
    paths = [_operation(path, method, said) for path, each in document["paths"].items() for method, said in each.items()]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(info["title"])}</title></head><body><main>'
        f"<h1>{_text(info['title'])} {_text(info['version'])}</h1><p>{_text(info.get('description', ''))}</p>"
        f'<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>{"".join(paths)}</main></body></html>'
    )


def _operation(path: str, method: str, said: dict[str, Any]) -> str:
    parameters = [
        f"<li><code>{_text(one['name'])}</code>: {_text(one.get('description', ''))}</li>" for one in said.get("parameters", ())
    ]
    body = said.get("requestBody", {})
    sent = [f"<li>the body: {_text(body.get('description', ''))} ({_text(', '.join(body['content']))})</li>"] if body else []
    answers = [f"<li><code>{_text(status)}</code>: {_text(one['description'])}</li>" for status, one in said["responses"].items()]
    takes = f"<h3>Takes</h3><ul>{''.join([*sent, *parameters])}</ul>" if sent or parameters else ""
    return (
        f"<section><h2><code>{_text(method.upper())} {_text(path)}</code></h2><p>{_text(said.get('summary', ''))}</p>"
        f"{takes}<h3>Answers</h3><ul>{''.join(answers)}</ul></section>"
    )


def _text(said: str) -> str:
    return escape(said)

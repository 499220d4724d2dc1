"""Templates filled in: what every page has around it, and how days and numbers are written on all of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED
from engine.describe import unit_text
from engine.moment import day_text
from engine.pack.program import Pack

TEMPLATES = Path(__file__).with_name("templates")
STATUSES = {"met": "met", "not_met": "not met", "unknown": "not known"}
SIGNS = {"met": "✓", "not_met": "✗", "unknown": "?"}
_UNDRAWN = {UNDETERMINED: "open", NOT_DUE: "not due yet", NOT_APPLICABLE: "does not apply"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWER = re.compile(r"(?:x10\^|\b10\*)(\d+)")
_THIN = "\N{NARROW NO-BREAK SPACE}"
_HTML = {"text/html": {"schema": {"type": "string"}}}


@dataclass(frozen=True, slots=True)
class Message:
    """A page that says why there is no other. link: an address from here, and its words."""

    status: int
    title: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    link: tuple[str, str] | None = None


NOT_NOW = Message(503, "Not now", "The database does not answer. Load this page again in a moment.", {"Retry-After": "5"})


@dataclass(frozen=True, slots=True)
class Here:
    """Where a page stands, and who reads it: None where nobody signed in."""

    path: str
    person: str | None = None


def here(request: Request) -> Here:
    return Here(request.url.path, getattr(request.state, "person", None))


def page(pack: Pack, at: Here, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template; addresses in it are relative to where it stands."""
    return HTMLResponse(text(pack, at, name, **values), status)


def text(pack: Pack, at: Here, name: str, **values: Any) -> str:
    """The HTML of a template."""
    manifest = pack.manifest
    values |= {
        "root": "../" * (at.path.count("/") - 1),
        "path": at.path,
        "manifest": manifest,
        "address": manifest.url if manifest.url.startswith(("https://", "http://")) else "",
        "person": at.person,
    }
    return _environment().get_template(name).render(values)


def message(pack: Pack, at: Here, told: Message) -> HTMLResponse:
    """A page that says why there is no other."""
    found = page(pack, at, "message.html", told.status, title=told.title, text=told.text, link=told.link)
    found.headers.update(told.headers)
    return found


def answers(done: str, **others: str) -> dict[int | str, dict[str, Any]]:
    """What a page may answer, for the OpenAPI document."""
    said = {200: done, **{int(name.strip("_")): words for name, words in others.items()}, 503: "the database does not answer"}
    return {status: {"description": words, "content": _HTML} for status, words in said.items()}


def outcome_text(outcome: str) -> str:
    """An outcome in a few words; codes stay as they are."""
    return _UNDRAWN.get(outcome) or outcome.replace("_", " ")


def outcome_kind(outcome: str) -> str:
    """The class by which a page marks an outcome: drawn, open, or none."""
    return "open" if outcome == UNDETERMINED else "none" if outcome in _UNDRAWN else "drawn"


def unit(code: str | None) -> str:
    """A unit as people read it: 10⁹/L; nothing for a bare number."""
    if code in (None, "1"):
        return ""
    before, ten, after = unit_text(code).partition("10^")
    digits = len(after) - len(after.lstrip("0123456789"))
    return f"{before.removesuffix('x')}10{after[:digits].translate(_RAISED)}{after[digits:]}" if ten else before


def typeset(words: str) -> str:
    """A sentence of the engine with its powers of ten raised."""
    return _POWER.sub(lambda found: f"×10{found[1].translate(_RAISED)}", words)


def days_text(days: int) -> str:
    """A number of days in words, from today on."""
    if days == 0:
        return "today"
    many = f"{abs(days)} day{'s' if abs(days) != 1 else ''}"
    return f"in {many}" if days > 0 else f"{many} ago"


def number(value: int) -> str:
    """A whole number, in groups of three digits from five on."""
    return f"{value:,}".replace(",", _THIN) if abs(value) >= 10_000 else str(value)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    filters = {"day": day_text, "days": days_text, "number": number, "outcome": outcome_text, "kind": outcome_kind}
    made.filters |= filters | {"typeset": typeset, "unit": unit}
    made.globals |= {"statuses": STATUSES, "signs": SIGNS}
    return made

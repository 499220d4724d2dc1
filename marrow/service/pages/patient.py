"""`GET /patients/{id}`: everything that is concluded of a patient, in sentences, with its criteria and what it rests on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.conclusion import NOT_APPLICABLE, NOT_DUE
from engine.pack.program import Pack
from fhir_adapter.reference import ID
from marrow.service.store.rows import StoreUnavailable
from marrow.service.telling import Telling, tell
from marrow.service.work.calls import aside

TEMPLATES = Path(__file__).with_name("templates")
_STATUSES = {"met": "met", "not_met": "not met", "unknown": "not known"}
_UNDRAWN = (NOT_APPLICABLE, NOT_DUE)


class Files(Protocol):
    """The lines of what is concluded of a patient (`Patient/id`), by conclusion. Raises StoreUnavailable."""

    def conclusions(self, patient: str, /) -> Mapping[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Message:
    """A page that says why there is no other."""

    status: int
    title: str
    text: str
    headers: Mapping[str, str]


_NOBODY = Message(404, "Nothing is concluded of this patient", "No patient of this id has been evaluated here.", {})
_NOT_NOW = Message(503, "Not now", "The database does not answer. Load this page again in a moment.", {"Retry-After": "5"})


def add_pages(app: FastAPI, pack: Pack, store: Callable[[], Files | None]) -> None:
    """The routes. store: None while there is none."""
    style = (TEMPLATES / "page.css").read_bytes()

    @app.get("/patients/{id}", summary="The page of a patient", response_class=HTMLResponse, responses=_ANSWERS)
    async def patient(id: str) -> Response:
        known = store()
        if known is None or ID.fullmatch(id) is None:
            return _message(pack, _NOBODY)
        try:
            lines = await aside(known.conclusions, f"Patient/{id}")
        except StoreUnavailable:
            return _message(pack, _NOT_NOW)
        if not lines:
            return _message(pack, _NOBODY)
        return HTMLResponse(patient_page(pack, id, lines))

    @app.get("/static/page.css", include_in_schema=False)
    async def stylesheet() -> Response:
        return Response(style, media_type="text/css; charset=utf-8")


def patient_page(pack: Pack, identity: str, lines: Mapping[str, bytes]) -> str:
    """The page of a patient, conclusions in the order of the pack."""
    told = list(_told(pack, lines))
    days = sorted({telling.as_of for telling in told})
    return _rendered(pack, "patient.html", patient=identity, tellings=told, days=days, statuses=_STATUSES, undrawn=_UNDRAWN)


def _told(pack: Pack, lines: Mapping[str, bytes]) -> Iterator[Telling]:
    for name in pack.conclusions:
        telling = tell(pack, lines[name]) if name in lines else None
        if telling is not None:
            yield telling


def _message(pack: Pack, message: Message) -> Response:
    page = _rendered(pack, "message.html", title=message.title, text=message.text)
    return HTMLResponse(page, message.status, dict(message.headers))


def _rendered(pack: Pack, name: str, **values: Any) -> str:
    manifest = pack.manifest
    address = manifest.url if manifest.url.startswith(("https://", "http://")) else ""
    return _environment().get_template(name).render(manifest=manifest, address=address, **values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


_HTML = {"text/html": {"schema": {"type": "string"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "what is concluded, for people", "content": _HTML},
    404: {"description": "nothing is concluded of this patient", "content": _HTML},
    503: {"description": "the database does not answer", "content": _HTML},
}

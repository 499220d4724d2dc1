"""`GET /patients/{id}`: everything that is concluded of a patient, in sentences, with its criteria and what it rests on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from engine.conclusion import NOT_APPLICABLE, NOT_DUE
from engine.pack.program import Pack
from fhir_adapter.reference import ID
from marrow.service.pages.rendering import NOT_NOW, Here, Message, answers, here, message, text
from marrow.service.store.rows import StoreUnavailable
from marrow.service.telling import Telling, tell
from marrow.service.work.calls import aside

_UNDRAWN = (NOT_APPLICABLE, NOT_DUE)
_ANSWERS = answers("what is concluded, for people", _404="nothing is concluded of this patient")


class Files(Protocol):
    """The lines of what is concluded of a patient (`Patient/id`), by conclusion. Raises StoreUnavailable."""

    def conclusions(self, patient: str, /) -> Mapping[str, bytes]: ...


_NOBODY = Message(404, "Nothing is concluded of this patient", "No patient of this id has been evaluated here.")


def add_pages(app: FastAPI, pack: Pack, store: Callable[[], Files | None]) -> None:
    """The routes. store: None while there is none."""

    @app.get("/patients/{id}", summary="The page of a patient", response_class=HTMLResponse, responses=_ANSWERS)
    async def patient(request: Request, id: str) -> Response:
        known = store()
        if known is None or ID.fullmatch(id) is None:
            return message(pack, here(request), _NOBODY)
        try:
            lines = await aside(known.conclusions, f"Patient/{id}")
        except StoreUnavailable:
            return message(pack, here(request), NOT_NOW)
        if not lines:
            return message(pack, here(request), _NOBODY)
        return HTMLResponse(patient_page(pack, here(request), id, lines))


def patient_page(pack: Pack, at: Here, identity: str, lines: Mapping[str, bytes]) -> str:
    """The page of a patient, conclusions in the order of the pack."""
    told = list(_told(pack, lines))
    days = sorted({telling.as_of for telling in told})
    return text(pack, at, "patient.html", patient=identity, tellings=told, days=days, undrawn=_UNDRAWN)


def _told(pack: Pack, lines: Mapping[str, bytes]) -> Iterator[Telling]:
    for name in pack.conclusions:
        telling = tell(pack, lines[name]) if name in lines else None
        if telling is not None:
            yield telling

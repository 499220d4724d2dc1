"""`GET /patients/{id}`: what is concluded of a patient and why; and what would be, with other values, which is kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from fhir_adapter.reference import ID
from marrow.service.body import form_of
from marrow.service.faults import Refused
from marrow.service.pages.case import Case, Cases
from marrow.service.pages.chart import Span, chart
from marrow.service.pages.lacking import Lacking
from marrow.service.pages.reached import reached
from marrow.service.pages.rendering import NOT_NOW, Here, Message, answers, here, message, page
from marrow.service.pages.setting import Files, Setting
from marrow.service.pages.timeline_svg import NARROW, WIDE, timeline_svg
from marrow.service.pages.trying import Tried, addable, fields, tried
from marrow.service.store.rows import Record, StoreUnavailable
from marrow.service.work.calls import aside

_NOBODY = Message(404, "Nothing is concluded of this patient", "No patient of this id has been evaluated here.")
_BUSY = Message(503, "Not now", "Too much is being computed. Load this page again in a moment.", {"Retry-After": "2"})
_ANSWERS = answers("what is concluded, for people", _404="nothing is concluded of this patient")
_TRIED = _ANSWERS | answers(
    "what would be concluded, for people", _400="too many fields", _408="the form did not come in time", _413="too large a form"
)
_MOST_FORM = 100_000


class _Line(msgspec.Struct):
    as_of: str


_LINE = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True)
class View:
    """How the time line is looked at."""

    span: Span = "windows"
    scale: str = ""


def add_pages(app: FastAPI, setting: Setting) -> None:
    """The routes."""
    pages = Pages(setting)

    @app.get("/patients/{id}", summary="The page of a patient", response_class=HTMLResponse, responses=_ANSWERS)
    async def patient(request: Request, id: str) -> Response:
        return await pages.answer(here(request), id, _view(request))

    @app.post(
        "/patients/{id}/try", summary="What would be concluded with other values", response_class=HTMLResponse,
        responses=_TRIED, openapi_extra=_FORM,
    )  # fmt: skip
    async def attempt(request: Request, id: str) -> Response:
        given = dict(await form_of(request.stream(), _MOST_FORM))
        return await pages.answer(here(request), id, _view(request), given)


class Pages:
    """The pages of patients by one setting."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._cases = Cases(setting.pack, setting.evaluator, setting.release)
        self._lacking = Lacking(setting.pack)

    async def answer(self, at: Here, identity: str, view: View, given: Mapping[str, str] | None = None) -> Response:
        """given: the form of a trial."""
        pack, turns, store = self._setting.pack, self._setting.turns, self._setting.store()
        if store is None or ID.fullmatch(identity) is None:
            return message(pack, at, _NOBODY)
        try:
            lines, record = await aside(_kept, store, f"Patient/{identity}")
        except StoreUnavailable:
            return message(pack, at, NOT_NOW)
        if not lines:
            return message(pack, at, _NOBODY)
        try:
            with turns.place():
                return await turns.take(partial(self.page, at, identity, lines, record, view, given))
        except Refused:
            return message(pack, at, _BUSY)

    def page(
        self, at: Here, identity: str, lines: Mapping[str, bytes], filed: Record, view: View, given: Mapping[str, str] | None
    ) -> HTMLResponse:
        """The page of lines and of the record that they were drawn from."""
        pack = self._setting.pack
        days = sorted({_LINE.decode(line).as_of for line in lines.values()})
        record = self._cases.read(f"Patient/{identity}", filed)
        case = None if record is None else self._cases(record, date.fromisoformat(days[-1]).toordinal())
        told = list(reached(pack, lines, case, self._lacking))
        values = self._drawn(case, identity, view) | self._attempt(case, filed, given)
        return page(
            pack, at, "patient.html", patient=identity, days=days, reached=told, view=view, server=self._setting.server,
            glance=told, is_stale=case is not None and not all(each.is_kept for each in told), **values,
        )  # fmt: skip

    def _drawn(self, case: Case | None, identity: str, view: View) -> dict[str, Any]:
        found = None if case is None else chart(case, view.span, view.scale)
        title = f"Time line of patient {identity}"
        drawings = [] if found is None else [Markup(timeline_svg(found, *each, title)) for each in ((WIDE, "w"), (NARROW, "n"))]  # noqa: S704 (ours)
        return {"chart": found, "drawings": drawings, "title": title}

    def _attempt(self, case: Case | None, filed: Record, given: Mapping[str, str] | None) -> dict[str, Any]:
        """The form, and what it came to; nothing where the record changed since the form was shown."""
        if case is None:
            return {"fields": (), "tried": None, "addable": (), "generation": 0, "given": {}}
        moved = given is not None and given.get("generation") != str(filed.generation)
        says = ("the record has changed since this page was loaded: look at the values and try again",)
        found = None if given is None else Tried({}, says) if moved else tried(self._cases, case, given)
        kept = {} if given is None or moved else given
        return {
            "fields": fields(case, kept), "tried": found, "addable": addable(case.pack), "generation": filed.generation,
            "given": kept,
        }  # fmt: skip


def _kept(store: Files, patient: str) -> tuple[Mapping[str, bytes], Record]:
    lines = store.conclusions(patient)
    return lines, store.record(patient) if lines else Record((), (), 0)


def _view(request: Request) -> View:
    asked = request.query_params
    return View(
        "all" if asked.get("span") == "all" else "windows",
        scale if (scale := asked.get("scale", "")) in ("log", "linear") else "",
    )


_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "the form of the page",
        "content": {"application/x-www-form-urlencoded": {"schema": {"type": "string"}}},
    }
}

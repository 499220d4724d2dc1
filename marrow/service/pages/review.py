"""`/review`: the living specification of the pack in use, and the marks that reviewers give its rules."""

import os
from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from engine.pack.program import Pack
from marrow.output import UnwritableOutput
from marrow.packs import pack_folder
from marrow.review.digest import digest
from marrow.review.keeping import add_marks
from marrow.review.marks import FILE, Mark, Review, ReviewFault, read_review, review_of
from marrow.review.page import Served, page, policy
from marrow.review.rules import rules_of
from marrow.review.site import Site, with_marks
from marrow.service.body import body_of, in_time
from marrow.service.faults import FHIR_JSON, Refused
from marrow.service.from_page import require_own_page
from marrow.service.pages.building import LOG, Building
from marrow.service.pages.rendering import Message, answers, here, message
from marrow.service.settings import Settings, WrongSettings
from marrow.service.work.calls import aside

_SOON = Message(
    202, "The rules are being put together",
    "Every scenario of the rules is run, which takes a minute or more, once. They are shown here as soon as they are there.",
    {"Retry-After": "5", "Refresh": "5"},
)  # fmt: skip
_NOT = Message(500, "The rules cannot be shown", "They could not be put together here. The service's log says where it failed.")
_POST_TO = "review/marks"


def add_review(app: FastAPI, pack: Pack, settings: Settings, today: Callable[[], int]) -> None:
    """The routes. today: proleptic ordinal, of which marks are dated. Raises WrongSettings."""
    building, kept = Building(settings.pack), Marks(pack, settings)

    @app.get("/review", summary="The rules, for clinicians", response_class=HTMLResponse, responses=_PAGE)
    async def review(request: Request) -> Response:
        if building.has_failed:
            return message(pack, here(request), _NOT)
        if building.site is None:
            building.begin()
            return message(pack, here(request), _SOON)
        try:
            html = await aside(kept.page, building.site, request)
        except ReviewFault as fault:
            LOG.error("the marks cannot be read", code="marks")
            return message(pack, here(request), Message(500, "The marks cannot be read", str(fault)))
        return HTMLResponse(html, headers={"content-security-policy": f"{policy(is_served=True)}; frame-ancestors 'none'"})

    @app.post("/review/marks", summary="Marks of a reviewer", response_class=Response, responses=_KEPT, openapi_extra=_TAKES)
    async def mark(request: Request) -> Response:
        require_own_page(request.scope, settings.public_url)
        sent = body_of(request.headers, request.stream(), settings.max_body_bytes)
        given = await in_time(sent, settings.max_body_seconds)
        found = await aside(kept.add, given, signer_of(request), date.fromordinal(today()))
        return Response(found.model_dump_json(), media_type="application/json")


def signer_of(request: Request) -> str | None:
    """The name of who signed in at the provider: marks are signed with it, and no other."""
    signer: str | None = getattr(request.state, "signer", None)
    return signer


class Marks:
    """The marks of one pack, in the folder that is set, or beside the pack. Raises WrongSettings."""

    def __init__(self, pack: Pack, settings: Settings) -> None:
        self._pack = pack
        self._folder = pack_folder(settings.pack) if settings.review_dir is None else Path(settings.review_dir)
        self._can_keep = self._folder.is_dir() and os.access(self._folder, os.W_OK)
        if settings.review_dir is not None and not self._can_keep:
            raise WrongSettings("MARROW_REVIEW_DIR: there is no such folder, or it cannot be written to")

    def page(self, site: Site, request: Request) -> str:
        """The page with the marks as they are now. Where none can be kept, it saves them as a file. Raises ReviewFault."""
        found = read_review(self._folder, self._pack.name)
        served = Served(_POST_TO if self._can_keep else None, signer_of(request), here(request).person)
        return page(with_marks(site, () if found is None else found.marks), served)

    def add(self, data: bytes, signer: str | None, today: date) -> Review:
        """Everything that is kept with these marks, dated today and signed by who signed in. Raises Refused."""
        try:
            given = review_of(data, "the marks", self._pack.name).marks
        except ReviewFault as fault:
            raise Refused(422, str(fault)) from None
        self._require_as_they_are(given)
        signed = {"date": today} | ({} if signer is None else {"name": signer})
        try:
            return add_marks(
                self._folder, self._pack.name, self._pack.version, [each.model_copy(update=signed) for each in given]
            )
        except (ReviewFault, UnwritableOutput) as fault:
            LOG.error("marks cannot be kept", code="marks", exc_info=fault)
            raise Refused(503, f"the marks cannot be kept: {FILE} cannot be read or written; tell who runs the service") from None

    def _require_as_they_are(self, marks: list[Mark]) -> None:
        """A mark is given to a rule as it is: one of a page that was loaded before a change is not taken. Raises Refused."""
        changed = sorted({mark.rule for mark in marks if self._digests.get(mark.rule) != mark.digest})
        if changed:
            named = ", ".join(name for name in changed if name in self._digests) or "a rule that is no more"
            raise Refused(409, f"not as the reviewer saw it: {named}; load the page again, read it, and mark it anew")

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {name: digest(self._pack, rule) for name, rule in rules_of(self._pack).items()}


_OUTCOME = {FHIR_JSON: {"schema": {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}}}}
_SCHEMA: dict[str, Any] = {"type": "object", "required": ["pack", "version", "marks"], "properties": {"marks": {"type": "array"}}}
_PAGE = answers("the rules of the pack, for people", _202="they are being put together", _500="they cannot be put together")
_REFUSED = {
    400: "gzip that is broken",
    403: "sent by a page that is not of this service, or by a token without the scope",
    408: "the marks did not come in time",
    409: "a rule is no longer what was marked",
    413: "the body is too large",
    415: "not JSON in UTF-8",
    422: "not marks of this pack",
    503: "the marks cannot be kept",
}
_KEPT: dict[int | str, dict[str, Any]] = {
    200: {"description": "every mark that is kept", "content": {"application/json": {"schema": _SCHEMA}}},
    **{status: {"description": says, "content": _OUTCOME} for status, says in _REFUSED.items()},
}
_TAKES: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}}}

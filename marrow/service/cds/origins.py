"""Pages in a browser that may ask CDS Hooks: those that are named, and no others (CORS)."""

from collections.abc import Iterable

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from fhir_adapter.client.address import origin_of
from marrow.service.settings import Settings, WrongSettings

_PREFIX = "/cds-services"


def let_in(app: FastAPI, settings: Settings) -> None:
    """To be put around everything else, since a browser asks first without credentials. Raises WrongSettings."""
    wrong = [each for each in settings.cds_origins if not _is_origin(each)]
    if wrong:
        raise WrongSettings("MARROW_CDS_ORIGINS: expected origins as https://ehr.example, without a path, by commas")
    if settings.cds_origins:
        app.add_middleware(Origins, origins=settings.cds_origins)


class Origins:
    """CORS for the paths of CDS Hooks alone."""

    def __init__(self, app: ASGIApp, origins: Iterable[str]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["X-Request-Id"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_hook = scope["type"] == "http" and (scope["path"] == _PREFIX or scope["path"].startswith(f"{_PREFIX}/"))
        await (self._open if is_hook else self._app)(scope, receive, send)


def _is_origin(text: str) -> bool:
    """Whether a browser would write an origin so: `*` and `null` are everybody's."""
    return origin_of(text) is not None and text == text.lower() and text.count("/") == len("//") and "?" not in text

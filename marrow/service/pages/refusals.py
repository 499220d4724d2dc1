"""What is not served, said to people on a page; programs are told it as an OperationOutcome."""

from starlette.responses import Response
from starlette.types import Scope

from engine.pack.program import Pack
from marrow.service.answer_headers import OWN_FILES
from marrow.service.caller import header
from marrow.service.faults import Refused, as_outcome
from marrow.service.login.routes import login_address
from marrow.service.pages.rendering import Here, Message, message

_OF_PROGRAMS = (
    "/fhir", "/notifications", "/cds-services", "/review/marks", "/static", "/metrics", "/openapi.json", "/healthz", "/readyz",
    "/.well-known",
)  # fmt: skip
"""Paths, and all below them, that no page stands at."""
_TITLES = {
    400: "This was not understood",
    401: "Sign in first",
    403: "This is not allowed",
    404: "There is no page here",
    405: "This cannot be done here",
    408: "It took too long",
    413: "This is too much",
    421: "Not from here",
    429: "Too many requests",
    503: "Not now",
}
_FAULT = "Something went wrong"
_SAYS = {
    401: "You are not signed in, or not any more.",
    404: "Nothing stands at this address. The list of patients leads to every page.",
    405: "This address is of a form. Go back to the page that it stands on.",
}
"""Instead of what programs are told."""


class Refusals:
    """How one service says what it does not serve."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def __call__(self, scope: Scope, refused: Refused) -> Response:
        """A page where a browser asks for one of the pages, else an OperationOutcome."""
        if not _reads_pages(scope):
            return as_outcome(scope, refused)
        status, path = refused.status, scope["path"]
        says = _SAYS.get(status) or f"{refused.message[:1].upper()}{refused.message[1:]}."
        link = {
            401: (login_address(path.removesuffix("/try"), ""), "Sign in"),
            404: (f"{'../' * (path.count('/') - 1)}./", "Patients"),
        }
        at = Here(path, scope.get("state", {}).get("person"))
        told = Message(
            status, _TITLES.get(status, _FAULT), says, {**refused.headers, "content-security-policy": OWN_FILES}, link.get(status)
        )
        return message(self._pack, at, told)


def _reads_pages(scope: Scope) -> bool:
    path = scope["path"]
    if any(path == each or path.startswith(f"{each}/") for each in _OF_PROGRAMS):
        return False
    return "text/html" in (header(scope, b"accept") or "")

"""Requests that show or change a patient's data, and who signed in, told to the audit before they are answered."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fhir_adapter.reference import ID
from marrow.service.audit import Happening, Interaction, Outcome
from marrow.service.audit_writer import AuditWriter
from marrow.service.caller import address_key, address_of
from marrow.service.faults import Refused
from marrow.service.rates import Rates

_STRANGERS, _STRANGERS_PER_SECOND = 16, 0.1
"""Logins that failed, of one address: more are in the log only, since anybody could fill the audit with them."""
RULES, MARKS = "the rules of the pack", "the marks of reviewers"
AUDITED: tuple[tuple[str, str, Interaction], ...] = (
    ("POST", r"/fhir/\$evaluate", "operation"),
    ("GET", r"/fhir/(Condition|AuditEvent)", "search-type"),
    ("GET", r"/fhir/(?P<what>(Condition|AuditEvent)/[^/]+)", "read"),
    ("POST", r"/cds-services/[^/]+", "operation"),
    ("GET", r"/", "search-type"),
    ("GET", r"/patients/(?P<patient>[^/]+)(/.*)?", "read"),
    ("POST", r"/patients/(?P<patient>[^/]+)/try", "operation"),
    ("GET", r"/review", "read"),
    ("POST", r"/review/marks", "update"),
    ("POST", r"/login", "login"),
    ("GET", r"/login/callback", "login"),
    ("POST", r"/logout", "logout"),
    ("POST|PUT|DELETE", r"/notifications/.*", "operation"),
)
"""Method, path and what it is called. A path inside says which patient it is about with `concerns`, and who with `comes_from`."""
PAGES = {"/review": RULES, "/review/marks": MARKS}
"""What pages that are of no patient are called."""


async def concerns(request: Request, patient: str) -> None:
    """Say whose data (`Patient/id`) a request is about, where its URL does not."""
    request.state.patient = patient


def comes_from(request: Request, who: str) -> None:
    """Say who it is that asks, where that is known only inside: who signs in or out."""
    request.state.who = who


class Audited:
    """What cannot be recorded is not served. now: seconds since 1970."""

    def __init__(self, app: ASGIApp, audit: AuditWriter, now: Callable[[], float]) -> None:
        self._app, self._audit, self._now = app, audit, now
        self._strangers = Rates(_STRANGERS_PER_SECOND, _STRANGERS, now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = None if scope["type"] != "http" else _row(scope["method"], scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        if self._audit.is_full:
            raise Refused(503, "who asks what cannot be recorded now; try again", {"Retry-After": "5"})
        interaction, named = found
        told = False

        def tell(outcome: Outcome) -> None:
            nonlocal told
            if not told:
                told = True
                if self._is_in_vain(scope, interaction, outcome):
                    return
                self._audit.note(_happening(scope, interaction, outcome, named, self._now()))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell(_outcome(message["status"]))
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            tell(_outcome(error.status) if isinstance(error, Refused) else "failed")
            raise

    def _is_in_vain(self, scope: Scope, interaction: Interaction, outcome: Outcome) -> bool:
        """Whether it is not worth a row: who was signed in nowhere signs out, or a stranger fails to sign in again and again."""
        if interaction not in ("login", "logout") or "who" in scope["state"]:
            return False
        return interaction == "logout" or (outcome != "done" and self._strangers.take(address_key(scope)) is not None)


def _row(method: str, path: str) -> tuple[Interaction, dict[str, str | None]] | None:
    for methods, pattern, interaction in AUDITED:
        found = re.fullmatch(pattern, path, re.DOTALL) if method in methods.split("|") else None
        if found is not None:
            return interaction, found.groupdict()
    return None


def _outcome(status: int) -> Outcome:
    return "done" if status < 400 else "refused" if status < 500 else "failed"


def _happening(scope: Scope, interaction: Interaction, outcome: Outcome, named: dict[str, str | None], now: float) -> Happening:
    state, what = scope["state"], named.get("what")
    return Happening(
        at=now,
        interaction=interaction,
        outcome=outcome,
        who=state.get("who") or state["caller"].name,
        address=address_of(scope),
        patient=state.get("patient") or _patient(named.get("patient") or _searched(scope)),
        what=what if what is not None and ID.fullmatch(what.partition("/")[2]) else None,
        request_id=state["request_id"],
        page=PAGES.get(scope["path"]),
    )


def _patient(identity: str | None) -> str | None:
    """A reference, where it is an id: anything else is no patient, and may be anything."""
    found = (identity or "").removeprefix("Patient/")
    return f"Patient/{found}" if ID.fullmatch(found) else None


def _searched(scope: Scope) -> str | None:
    try:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=50)
    except ValueError:
        return None
    named = [*query.get("patient", ()), *query.get("subject", ())]
    return named[0] if len(named) == 1 else None

"""Who may come in, by path: notifications by their own credentials, everything else by the API token or a token with scopes."""

import time
from collections.abc import Awaitable, Callable

from starlette.types import Scope

from fhir_adapter.notification.signature import is_bearer
from marrow.service.caller import Caller, by_address, by_credential, header
from marrow.service.faults import Refused
from marrow.service.guard import PREFIX, NotificationGuard
from marrow.service.here import is_from_here
from marrow.service.login.routes import PAGES, login_address
from marrow.service.login.session import Sessions
from marrow.service.scopes import lacking
from marrow.service.settings import Settings

PROBES = ("/healthz", "/readyz")
OPEN_TO_ALL = (*PROBES, "/.well-known/jwks.json")
LOGIN = ("/login", "/login/provider", "/login/callback", "/logout")
"""Open to all as well, like the files of pages: they show nothing of a patient."""
STATIC = "/static/"
TokenCheck = Callable[[str], Awaitable[Caller | None]]
"""Who a bearer token of another system stands for, None where it is not good. Raises Refused (503) where nobody can tell now."""

_NOT_FROM_HERE = "without credentials only this machine is served, by the name localhost or its address; set {}"


class Entry:
    """Lets in or refuses. check: None where no tokens of other systems are accepted. sessions: of people; now: since 1970."""

    def __init__(
        self,
        settings: Settings,
        check: TokenCheck | None = None,
        sessions: Sessions | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._sessions, self._now = sessions, now
        self._is_guarded = is_guarded(settings)
        self._people_sign_in = settings.api_token is not None or settings.oidc_issuer is not None
        self._token, self._check = settings.api_token, check
        self._guard = NotificationGuard(settings)
        self._notifications_are_guarded = notifications_are_guarded(settings)

    async def caller(self, scope: Scope) -> Caller:
        """Raises Refused: 401, 403, 421, or 503."""
        path: str = scope["path"]
        if path in OPEN_TO_ALL or path in LOGIN or path.startswith(STATIC):
            return by_address("anybody", scope)
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return self._notifying(scope)
        if not self._is_guarded:
            if not is_from_here(scope):
                raise Refused(421, _NOT_FROM_HERE.format("MARROW_API_TOKEN"))
            return by_address("this machine", scope)
        if PAGES.fullmatch(path):
            return await self._reading(scope, path)
        return await self._asking(scope, path)

    async def _reading(self, scope: Scope, path: str) -> Caller:
        """A person who signed in, or a program with a token; a browser with neither is sent to sign in."""
        person = None if self._sessions is None else self._sessions.person(header(scope, b"cookie"), self._now())
        if person is not None:
            scope["state"] |= {"person": person.name, "signer": person.signer}
            return by_credential(person.known_as, person.subject)
        if header(scope, b"authorization") is None and self._people_sign_in and _is_browser(scope):
            where = login_address(path, scope.get("query_string", b"").decode("latin-1"))
            raise Refused(303, "sign in first", {"Location": where})
        return await self._asking(scope, path)

    def _notifying(self, scope: Scope) -> Caller:
        found = self._guard.caller(scope)
        if found is not None:
            return found
        if self._notifications_are_guarded:
            raise _unknown("the token for notifications")
        if not self._is_guarded:
            raise Refused(421, _NOT_FROM_HERE.format("MARROW_NOTIFICATION_TOKEN"))
        raise _unknown("a token for notifications, and none is set; set MARROW_NOTIFICATION_TOKEN")

    async def _asking(self, scope: Scope, path: str) -> Caller:
        sent = header(scope, b"authorization")
        if self._token is not None and is_bearer(sent, self._token.get_secret_value()):
            return by_credential("api token", self._token.get_secret_value())
        if self._check is None:
            raise _unknown("the service's token")
        scheme, _, token = (sent or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unknown("a token")
        found = await self._check(token.strip())
        if found is None:
            raise _unknown("a token that is good now", 'Bearer error="invalid_token"')
        needed = None if found.scopes is None else lacking(scope["method"], path, found.scopes)
        if needed is not None:
            how = f'Bearer error="insufficient_scope", scope="{needed}"'
            raise Refused(403, f"the token does not allow this; it needs the scope {needed}", {"WWW-Authenticate": how})
        return found


def is_guarded(settings: Settings) -> bool:
    """Whether callers need credentials."""
    return settings.api_token is not None or settings.jwks is not None or settings.oidc_issuer is not None


def notifications_are_guarded(settings: Settings) -> bool:
    return settings.notification_token is not None or settings.notification_secret is not None


def _is_browser(scope: Scope) -> bool:
    """Whether a page is asked for by somebody who can read it."""
    return scope["method"] in ("GET", "HEAD") and "text/html" in (header(scope, b"accept") or "")


def _unknown(what: str, how: str = "Bearer") -> Refused:
    return Refused(401, f"expected `Authorization: Bearer` with {what}", {"WWW-Authenticate": how})

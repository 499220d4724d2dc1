"""`/login` and `/logout`: the doors of the pages for people, beside the bearer tokens of programs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

from engine.pack.program import Pack
from marrow.service.audited import comes_from
from marrow.service.body import form_of
from marrow.service.login.provider import NotLetIn, Provider
from marrow.service.login.session import COOKIE, OWNER, Person, Sessions
from marrow.service.pages.rendering import here, page
from marrow.service.settings import Settings

PAGES = re.compile(r"/(patients/[A-Za-z0-9.-]{1,64}(/try)?|review(/marks)?)?")
"""What people read, and where a session is good."""
_MOST_FORM, _TO_AND_FRO = 10_000, 600


def add_login(app: FastAPI, settings: Settings, pack: Pack, sessions: Sessions, now: Callable[[], float]) -> None:
    """The routes, where anybody can sign in at all. now: seconds since 1970. Raises WrongSettings."""
    provider = None if settings.oidc_issuer is None else Provider(settings)
    token = None if settings.api_token is None else settings.api_token.get_secret_value()
    if provider is None and token is None:
        return
    door = _Door(pack, sessions, now, provider, has_token=token is not None, is_https=_is_https(settings))
    _add_token(app, door, token)
    if provider is not None:
        key = sessions.other_key
        app.add_middleware(
            SessionMiddleware, secret_key=key, session_cookie="marrow_login", path="/login", max_age=_TO_AND_FRO,
            same_site="lax", https_only=_is_https(settings),
        )  # fmt: skip
        _add_provider(app, door, provider)


@dataclass(frozen=True, slots=True)
class _Door:
    """What the routes share."""

    pack: Pack
    sessions: Sessions
    now: Callable[[], float]
    provider: Provider | None
    has_token: bool
    is_https: bool

    def shown(self, request: Request, to: str, status: int = 200, fault: str = "") -> Response:
        """The page to sign in on. to: where to go on to."""
        named = None if self.provider is None else self.provider.name
        return page(
            self.pack, here(request), "login.html", status, provider=named, by_token=self.has_token, fault=fault, to=to
        )  # fmt: skip

    def signed_in(self, request: Request, person: Person, root: str, to: str) -> Response:
        """On to a page, with the cookie. root: from here to the root, as `./` or `../`."""
        comes_from(request, person.known_as)
        answer = RedirectResponse(root + to.removeprefix("/"), 303)
        value = self.sessions.sealed(person, self.now())
        answer.set_cookie(
            COOKIE, value, max_age=self.sessions.seconds, path="/", secure=self.is_https, httponly=True, samesite="lax"
        )
        return answer


def _add_token(app: FastAPI, door: _Door, token: str | None) -> None:
    @app.get("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        return door.shown(request, _wanted(request.query_params.get("to", "")))

    @app.post("/login", include_in_schema=False)
    async def by_token(request: Request) -> Response:
        sent = dict(await form_of(request.stream(), _MOST_FORM))
        given, to = sent.get("token", "").strip(), _wanted(sent.get("to", ""))
        if token is None or not compare_digest(given.encode(), token.encode()):
            return door.shown(request, to, 403, "This is not the token of this service.")
        return door.signed_in(request, OWNER, "./", to)

    @app.post("/logout", include_in_schema=False)
    async def logout(request: Request) -> Response:
        person = door.sessions.person(request.headers.get("cookie"), door.now())
        if person is not None:
            comes_from(request, person.known_as)
        answer = RedirectResponse("login", 303)
        answer.delete_cookie(COOKIE, path="/", secure=door.is_https, httponly=True, samesite="lax")
        return answer


def _add_provider(app: FastAPI, door: _Door, provider: Provider) -> None:
    @app.get("/login/provider", include_in_schema=False)
    async def away(request: Request) -> Response:
        request.session["to"] = _wanted(request.query_params.get("to", ""))
        return await provider.away(request)

    @app.get("/login/callback", include_in_schema=False)
    async def back(request: Request) -> Response:
        to = _wanted(str(request.session.get("to", "")))
        try:
            person = await provider.person(request)
        except NotLetIn as refused:
            if refused.person is not None:
                comes_from(request, refused.person.known_as)
            return door.shown(request, to, 403, refused.says)
        request.session.clear()
        return door.signed_in(request, person, "../", to)


def _is_https(settings: Settings) -> bool:
    return (settings.public_url or "").startswith("https://")


def login_address(path: str, query: str) -> str:
    """Where who is not signed in is sent from a page, to come back to it."""
    root = "../" * (path.count("/") - 1)
    to = path + (f"?{query}" if query else "")
    return f"{root}login?to={quote(to, safe='')}" if path != "/" or query else f"{root}login"


def _wanted(to: str) -> str:
    """A page of ours to go on to; the list where it is none, since anything might be asked for here."""
    path, _, query = to.partition("?")
    return to if PAGES.fullmatch(path) and not path.endswith(("/try", "/marks")) and re.fullmatch(r"[\w.=&%+~-]*", query) else "/"

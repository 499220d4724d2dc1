"""Who an OpenID provider says it is: the authorization code flow with PKCE, by Authlib."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response

from marrow.service.faults import Refused
from marrow.service.here import is_loopback
from marrow.service.login.session import Person
from marrow.service.settings import Settings, WrongSettings

_NAME = "provider"
_LONGEST = 120
_TOGETHER = ("MARROW_OIDC_ISSUER", "MARROW_OIDC_CLIENT_ID", "MARROW_PUBLIC_URL")


class NotLetIn(Exception):
    """The provider, or our list of groups, does not let this person in.

    says: why, without anything that the provider sent. person: who it is, where the provider has said it.
    """

    def __init__(self, says: str, person: Person | None = None) -> None:
        self.says, self.person = says, person
        super().__init__(says)


class Provider:
    """One OpenID provider. Nothing is asked of it before somebody signs in. Raises WrongSettings."""

    def __init__(self, settings: Settings) -> None:
        from authlib.integrations.starlette_client import OAuth

        issuer, public = settings.oidc_issuer or "", settings.public_url or ""
        if not issuer or settings.oidc_client_id is None or not public:
            raise WrongSettings(f"people sign in by OpenID Connect with all of {', '.join(_TOGETHER)}; one of them is not set")
        if not _is_safe(issuer):
            raise WrongSettings("MARROW_OIDC_ISSUER: expected an https address")
        secret = settings.oidc_client_secret
        self._groups = settings.oidc_groups
        self._back = f"{public.rstrip('/')}/login/callback"
        self._issuer = issuer
        self.name = urlsplit(issuer).hostname or issuer
        self._client = OAuth()
        self._client.register(
            _NAME,
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.oidc_scopes,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "none" if secret is None else "client_secret_basic",
                "timeout": 10,
            },
        )

    async def away(self, request: Request) -> Response:
        """Where to send who wants to sign in. Raises Refused (503) where the provider does not answer."""
        try:
            found: Response = await self._client.create_client(_NAME).authorize_redirect(request, self._back)
        except Exception:  # noqa: BLE001 - whatever the network or the provider's answer was, nobody can sign in now
            raise Refused(503, "the OpenID provider does not answer; try again", {"Retry-After": "5"}) from None
        return found

    async def person(self, request: Request) -> Person:
        """Who came back. Raises NotLetIn, Refused."""
        from authlib.common.errors import AuthlibBaseError

        try:
            token = await self._client.create_client(_NAME).authorize_access_token(request)
        except AuthlibBaseError:
            raise NotLetIn("The provider did not confirm who you are, or it took too long. Sign in again.") from None
        except Exception:  # noqa: BLE001 - as above
            raise Refused(503, "the OpenID provider does not answer; try again", {"Retry-After": "5"}) from None
        return self._let_in(token.get("userinfo", {}))

    def _let_in(self, claims: Mapping[str, Any]) -> Person:
        """The person of an ID token that was checked. Raises NotLetIn."""
        subject = claims.get("sub")
        if str(claims.get("iss", "")).rstrip("/") != self._issuer.rstrip("/") or not isinstance(subject, str):
            raise NotLetIn("The provider did not say who you are.")
        names = (claims.get(key) for key in ("name", "preferred_username", "email"))
        named = next((each for each in names if isinstance(each, str) and each.strip()), subject)
        person = Person(named[:_LONGEST], subject[:_LONGEST])
        if self._groups and self._groups.isdisjoint(_listed(claims.get("groups"))):
            raise NotLetIn("You are known to the provider, and in none of the groups that are let in here.", person)
        return person


def _is_safe(issuer: str) -> bool:
    try:
        parts = urlsplit(issuer)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)))


def _listed(groups: object) -> set[str]:
    return {each for each in groups if isinstance(each, str)} if isinstance(groups, list) else set()

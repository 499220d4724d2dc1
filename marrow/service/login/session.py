"""The cookie of who signed in: signed, so that nobody can make one up, and good for so many hours."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_bytes

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import cookie_parser

from marrow.service.settings import Settings

COOKIE = "marrow_session"
_SALT = "marrow session 1"


@dataclass(frozen=True, slots=True)
class Person:
    """Who reads the pages. name: for the page and the audit; subject: what the provider calls the person for good."""

    name: str
    subject: str

    @property
    def known_as(self) -> str:
        """What the audit calls them."""
        return f"person {self.name} ({self.subject})"

    @property
    def signer(self) -> str | None:
        """The name that they sign with; None of who has the token, and may be anybody."""
        return None if self == OWNER else self.name


OWNER = Person("who has the service's token", "api token")


class Sessions:
    """One process makes them and reads them, or all that share MARROW_SESSION_KEY."""

    def __init__(self, settings: Settings) -> None:
        key = token_bytes(32) if settings.session_key is None else settings.session_key.get_secret_value().encode()
        self.other_key = sha256(b"login" + key).hexdigest()
        self._serializer = URLSafeSerializer(key, salt=_SALT)
        self._by = _credentials(settings)
        self.seconds = settings.session_seconds

    def sealed(self, person: Person, now: float) -> str:
        """The cookie's value. now: seconds since 1970."""
        return str(self._serializer.dumps([person.name, person.subject, int(now + self.seconds), self._by]))

    def opened(self, cookie: str, now: float) -> Person | None:
        """Who the cookie stands for; None where it is not ours, too old, or made before the credentials were changed."""
        try:
            name, subject, until, by = self._serializer.loads(cookie)
        except (BadSignature, ValueError, TypeError):
            return None
        return Person(name, subject) if now < until and compare_digest(by, self._by) else None

    def person(self, header: str | None, now: float) -> Person | None:
        """Who the header `Cookie` of a request stands for."""
        cookie = cookie_parser(header or "").get(COOKIE)
        return None if cookie is None else self.opened(cookie, now)


def _credentials(settings: Settings) -> str:
    """A digest of what people sign in with: with other credentials, they have to sign in again."""
    token = "" if settings.api_token is None else settings.api_token.get_secret_value()
    told = "\0".join((token, settings.oidc_issuer or "", settings.oidc_client_id or "", *sorted(settings.oidc_groups)))
    return sha256(told.encode()).hexdigest()[:32]

"""Proving who we are with what does not change: nothing, a bearer token, or a name and a password."""

from base64 import b64encode
from dataclasses import dataclass, field

from fhir_adapter.client.courier import Courier


@dataclass(frozen=True, slots=True)
class Fixed:
    """A header that is always the same; none for servers that ask for none."""

    value: str | None = field(default=None, repr=False)

    async def header(self, courier: Courier) -> str | None:
        return self.value

    def forget(self, header: str) -> bool:
        return False


NO_AUTH = Fixed()


def bearer(token: str) -> Fixed:
    """A static token. Raises ValueError for one that cannot stand in a header, without saying it."""
    return Fixed(f"Bearer {_printable(token, 'bearer token')}")


def basic(user: str, password: str) -> Fixed:
    """A name and a password. Raises ValueError for a name with a colon."""
    if ":" in user:
        raise ValueError("the user name for the FHIR server has a colon, which basic authentication cannot say")
    return Fixed(f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}")


def _printable(secret: str, what: str) -> str:
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ValueError(f"the {what} for the FHIR server: expected printable ASCII without spaces")
    return secret

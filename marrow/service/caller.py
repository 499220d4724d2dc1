"""Who asks: what the audit calls them, whose requests are counted together, and what they may."""

from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

Scopes = frozenset[tuple[str, str]]
"""Resource type or `*`, and one of the letters `cruds` of SMART."""


@dataclass(frozen=True, slots=True)
class Caller:
    """name: for the audit, never a credential. key: of the rate limit. scopes: None where everything is allowed."""

    name: str
    key: str
    scopes: Scopes | None = None


def by_credential(name: str, credential: str, scopes: Scopes | None = None) -> Caller:
    """Known by what was shown, of which only a digest is kept."""
    return Caller(name, sha256(credential.encode("utf-8", "surrogatepass")).hexdigest(), scopes)


def by_address(name: str, scope: Scope) -> Caller:
    return Caller(name, address_key(scope))


def address_of(scope: Scope) -> str | None:
    """The address that the request came from, None where there is none, as on a socket of files."""
    client = scope.get("client")
    return client[0] if client else None


def address_key(scope: Scope) -> str:
    """Addresses that are counted together: of IPv6 those of one network, since a caller has all of it."""
    address = address_of(scope) or ""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def header(scope: Scope, name: bytes) -> str | None:
    """A header that was sent once; None where it was not, or more than once."""
    sent = [value for each, value in scope["headers"] if each == name]
    return sent[0].decode("latin-1") if len(sent) == 1 else None

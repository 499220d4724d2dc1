"""Whether a request comes from this machine itself, and is meant for it: who has no credentials is served nothing else."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import Scope

from marrow.service.caller import address_of, header

_HANDED_ON = frozenset((b"forwarded", b"via", b"x-forwarded-for", b"x-real-ip"))


def is_from_here(scope: Scope) -> bool:
    """Whether a program on this machine asks, by a name of loopback.

    Not a page in a browser that has another name lead here, and not a proxy that hands on what others ask.
    """
    if any(name in _HANDED_ON for name, _ in scope["headers"]):
        return False
    return is_loopback(address_of(scope)) and is_loopback(_named(scope))


def is_loopback(host: str | None) -> bool:
    """Whether an address, or `localhost`, is this machine's own."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _named(scope: Scope) -> str | None:
    try:
        return urlsplit(f"//{header(scope, b'host') or ''}").hostname
    except ValueError:
        return None

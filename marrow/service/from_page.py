"""Whether what changes something comes from a page of this service: not from another page in the same browser."""

from urllib.parse import urlsplit

from starlette.types import Scope

from marrow.service.caller import header
from marrow.service.faults import Refused


def require_own_page(scope: Scope, public_url: str | None) -> None:
    """Raises Refused (403) where a browser says that another site's page asks.

    Browsers say it by `Sec-Fetch-Site`, older ones by `Origin`, which is ours where it has the name that was asked for, or that
    of MARROW_PUBLIC_URL. Who says neither is no browser, and has shown credentials that a browser does not send by itself.
    """
    site, origin = header(scope, b"sec-fetch-site"), header(scope, b"origin")
    if site is not None:
        is_own = site == "same-origin"
    else:
        is_own = origin is None or _host(origin) in {_host(f"//{header(scope, b'host') or ''}"), _host(public_url or "")} - {""}
    if not is_own:
        raise Refused(403, "this is done on a page of this service only; where a proxy renames it, set MARROW_PUBLIC_URL")


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""

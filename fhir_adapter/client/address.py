"""Which addresses may be asked, and how they are told without what they name: an id in a URL is patient data."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.reference import ID
from fhir_adapter.resource_types import RESOURCE_TYPES

_PORTS = {"https": 443, "http": 80}
_OPERATION = re.compile(r"\$[A-Za-z][A-Za-z0-9\-.]{0,63}")
_PLAIN = re.compile(r"[\x21-\x7e]{1,8192}")
_SPOKEN = RESOURCE_TYPES | {"metadata", "_history", "_search"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answers: scheme, host and port."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin | None:
    """The origin of an absolute URL; None where it is none, or holds credentials or a fragment."""
    parts = _split(url)
    if parts is None or parts.scheme not in _PORTS or not parts.hostname:
        return None
    if "@" in parts.netloc or parts.fragment:
        return None
    port = _port(parts)
    return None if port is None else Origin(parts.scheme, parts.hostname.rstrip(".").lower(), port)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The server's own address and the other hosts that may be asked. Raises ValueError for a base that is no address."""

    base: str
    allowed: frozenset[str]

    def __post_init__(self) -> None:
        if origin_of(self.base) is None or "?" in self.base:
            raise ValueError("the address of the FHIR server: expected https://host/path, without user, query and fragment")

    def here(self, path: str) -> str:
        """The URL of a path below the server's address."""
        return f"{self.base.rstrip('/')}/{path}" if path else self.base.rstrip("/")

    def is_own(self, url: str) -> bool:
        """Whether the server itself answers there: only it is shown our credentials."""
        return origin_of(url) == origin_of(self.base)

    def follow(self, url: str, link: str) -> str | None:
        """Where a link in the answer of `url` leads; None where that is another host, or none."""
        if _split(link) is None:
            return None
        target = urljoin(url, link)
        found = origin_of(target)
        return target if found is not None and found == origin_of(url) else None

    def guard(self, url: str, route: str) -> str:
        """An address given by others, as it is; raises ExchangeFailed, told as `route`, for one that may not be asked."""
        found, own = origin_of(url), origin_of(self.base)
        if found is None or own is None or found.scheme not in ("https", own.scheme):
            raise ExchangeFailed("address", route)
        if found != own and not self._is_allowed(found):
            raise ExchangeFailed("host-not-allowed", route)
        return url

    def _is_allowed(self, origin: Origin) -> bool:
        allowed = {host.lower() for host in self.allowed}
        return f"{origin.host}:{origin.port}" in allowed or (origin.host in allowed and origin.port == _PORTS[origin.scheme])


def route_of(path: str) -> str:
    """A path as it may be told: types, operations and the like; `{id}` for anything else."""
    segments = path.partition("?")[0].split("/")
    return "/".join(part if part in _SPOKEN or _OPERATION.fullmatch(part) else "{id}" for part in segments if part)


def checked_type(kind: str) -> str:
    if kind not in RESOURCE_TYPES:
        raise ExchangeFailed("bad-name", "a resource type")
    return kind


def checked_id(kind: str, identity: str) -> str:
    """An id or a version as FHIR allows it: nothing else gets into a path or a header."""
    if ID.fullmatch(identity) is None or set(identity) == {"."}:
        raise ExchangeFailed("bad-name", kind)
    return identity


def checked_path(path: str) -> str:
    """A path of types, ids and operations below the server's address."""
    for part in path.split("/"):
        if part not in _SPOKEN and _OPERATION.fullmatch(part) is None:
            checked_id(route_of(path), part)
    return path


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url) if _PLAIN.fullmatch(url) else None
    except ValueError:
        return None


def _port(parts: SplitResult) -> int | None:
    try:
        return _PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        return None

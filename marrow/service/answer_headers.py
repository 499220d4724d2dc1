"""What every answer tells browsers and caches: keep it nowhere, frame it nowhere, and load nothing but what its path may."""

Headers = tuple[tuple[bytes, bytes], ...]
_SHUT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
_NOTHING = f"{_SHUT}; form-action 'none'"
OWN_FILES = (
    f"{_SHUT}; form-action 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'"
)
CONTENT_POLICIES: tuple[tuple[str, str], ...] = (
    ("/patients", OWN_FILES),
    ("/review", OWN_FILES),
    ("/login", OWN_FILES),
)
"""What pages below a path may load; `/` alone is one as well. Everything else loads nothing."""

_ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


def headers_for(path: str) -> Headers:
    """The headers of an answer to this path."""
    return (*_ALWAYS, (b"content-security-policy", _policy(path).encode("ascii")))


def _policy(path: str) -> str:
    if path == "/":
        return OWN_FILES
    return next((policy for prefix, policy in CONTENT_POLICIES if path == prefix or path.startswith(f"{prefix}/")), _NOTHING)

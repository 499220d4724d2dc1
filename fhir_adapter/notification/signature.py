"""Whether a call comes from who it says: secrets are compared in a time that says nothing about them."""

import hmac
from hashlib import sha256

_SCHEME = "bearer "


def constant_time_equal(given: str | None, expected: str) -> bool:
    """Whether a secret is the expected one, in the same time wherever, and in whatever length, it differs.

    Nothing is equal to an empty secret: one that was never set must not let anybody in.
    """
    same = hmac.compare_digest(_digest(given or ""), _digest(expected))
    return same and bool(expected)


def is_bearer(header: str | None, token: str) -> bool:
    """Whether an Authorization header carries the token."""
    found = header or ""
    is_scheme = found[: len(_SCHEME)].lower() == _SCHEME
    return constant_time_equal(found[len(_SCHEME) :].strip(), token) and is_scheme


def verify_signature(body: bytes, header: str | None, secret: str) -> bool:
    """Whether `header` (Medplum: x-signature) is the HMAC-SHA256 of the body in hex, under the secret that was agreed.

    Of the body as it came: Medplum signs a deletion as `{}`. Releases of it signed something else there (its issue 4198);
    those deletions do not verify, and are found by the next sweep.
    """
    expected = hmac.new(secret.encode("utf-8", "surrogatepass"), body, sha256).hexdigest()
    return constant_time_equal((header or "").strip().lower(), expected) and bool(secret)


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()

"""Tokens as an authorization server issues them, good and bad, and the keys that it publishes."""

import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.api_jws import PyJWS

from tests.client.key_texts import ec_key, jwk, rsa_key
from tests.client.played import MIDNIGHT

ISSUER, AUDIENCE, CLIENT = "https://login.example/realm", "https://marrow.example/fhir", "laboratory"


_OF_THE_PRIVATE_HALF = ("d", "p", "q", "dp", "dq", "qi", "key_ops")


@cache
def p256_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


KEYS = {"RS256": rsa_key, "RS384": rsa_key, "ES256": p256_key, "ES384": ec_key}


def public(members: str, **further: Any) -> dict[str, Any]:
    """The public half of a JWK."""
    return {name: value for name, value in json.loads(members).items() if name not in _OF_THE_PRIVATE_HALF} | further


def published(**more: Any) -> bytes:
    """One key of each kind, named by its kind."""
    keys = [public(jwk(key()), kid=kid) for kid, key in (("rsa", rsa_key), ("p256", p256_key), ("p384", ec_key))]
    return json.dumps({"keys": [*keys, *more.values()]}).encode()


KIDS = {"RS256": "rsa", "RS384": "rsa", "ES256": "p256", "ES384": "p384"}


def claims(**changed: Any) -> dict[str, Any]:
    """What a good token says; None takes a claim away."""
    good = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": CLIENT, "client_id": CLIENT, "scope": "system/*.rs",
        "iat": MIDNIGHT, "nbf": MIDNIGHT, "exp": MIDNIGHT + 300,
    }  # fmt: skip
    return {name: value for name, value in (good | changed).items() if value is not None}


def token(algorithm: str = "RS384", kid: str | None = None, header: dict[str, Any] | None = None, **changed: Any) -> str:
    """A token that is signed as its header says."""
    key = KEYS[algorithm]()
    said = json.dumps(claims(**changed)).encode()
    return PyJWS().encode(said, key, algorithm, headers={"kid": kid or KIDS[algorithm], **(header or {})})


def unsigned(header: dict[str, Any], signature: bytes = b"") -> str:
    """A token with any header, whatever stands for its signature."""
    parts = [json.dumps(header).encode(), json.dumps(claims()).encode(), signature]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

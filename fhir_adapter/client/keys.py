"""The keys that prove who we are: read from PEM or JWK, and their public halves for the server to check with."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Algorithm = Literal["RS384", "ES384"]
_THUMBED = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}
"""The public members of a key, sorted as RFC 7638 wants them."""
_SHORTEST_RSA = 2048
_EXPECTED = "expected an RSA key of 2048 bits or more, or an EC key on P-384, as PEM or JWK, private and not encrypted"


class UnusableKey(ValueError):
    """A key that cannot sign for us; nothing of it is told."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name under which its public half is published."""

    private: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)
    algorithm: Algorithm
    kid: str

    def sign(self, claims: dict[str, Any]) -> str:
        """A JWT of the claims, with `alg`, `kid` and `typ` in its header."""
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers={"kid": self.kid, "typ": "JWT"})

    @property
    def public(self) -> dict[str, Any]:
        """The public JWK."""
        members = _public_members(self.private)
        return {**members, "kid": self.kid, "alg": self.algorithm, "use": "sig", "key_ops": ["verify"]}


def signing_key(text: str, kid: str | None = None) -> SigningKey:
    """A key from PEM or JWK text; named by `kid`, else as the JWK says, else by its thumbprint. Raises UnusableKey."""
    try:
        named, private = _from_jwk(text) if text.lstrip().startswith("{") else (None, _from_pem(text))
    except (ValueError, TypeError, KeyError, AttributeError, jwt.PyJWTError):
        private = None
    if private is None:
        raise UnusableKey(f"the key cannot be read; {_EXPECTED}")
    algorithm = _algorithm(private)
    if algorithm is None:
        raise UnusableKey(f"a key of another kind, or too short; {_EXPECTED}")
    return SigningKey(private, algorithm, kid or named or _thumbprint(_public_members(private)))


def jwks(keys: Iterable[SigningKey]) -> dict[str, Any]:
    """The key set to publish: the public halves, nothing else."""
    return {"keys": [key.public for key in keys]}


def _from_pem(text: str) -> Any:
    return load_pem_private_key(text.encode(), password=None)


def _from_jwk(text: str) -> tuple[str | None, Any]:
    members = json.loads(text)
    read = {"RSA": RSAAlgorithm.from_jwk, "EC": ECAlgorithm.from_jwk}[members["kty"]]
    kid = members.get("kid")
    return kid if isinstance(kid, str) else None, read(members)


def _algorithm(private: object) -> Algorithm | None:
    match private:
        case RSAPrivateKey(key_size=size) if size >= _SHORTEST_RSA:
            return "RS384"
        case EllipticCurvePrivateKey(curve=curve) if curve.name == "secp384r1":
            return "ES384"
        case _:
            return None


def _public_members(private: RSAPrivateKey | EllipticCurvePrivateKey) -> dict[str, Any]:
    if isinstance(private, RSAPrivateKey):
        members = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        members = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: members[name] for name in _THUMBED[members["kty"]]}


def _thumbprint(members: dict[str, Any]) -> str:
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode("ascii")

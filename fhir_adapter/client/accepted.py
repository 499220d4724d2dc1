"""Tokens that other systems show us: JWTs of one issuer, for us, signed with a published key, and good now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.api_jws import PyJWS

LEEWAY = 60.0
"""Seconds by which clocks may differ."""
_LONGEST = 16_384
_SHORTEST_RSA = 2048
_PUBLIC = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}
_CURVES = {"secp256r1": ("ES256",), "secp384r1": ("ES384",)}
_SIGNED = PyJWS(algorithms=["RS256", "RS384", "ES256", "ES384"])
_BROKEN = (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, RecursionError)

PublicKeys = Mapping[tuple[str, str], RSAPublicKey | EllipticCurvePublicKey]
"""By `kid` and the algorithm that may be used with the key: so a token cannot choose another."""


class NoKeys(ValueError):
    """A key set in which there is no key to check with; nothing of it is told."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Whose token it is, as its issuer calls them, and the scopes that it has."""

    client: str = field(repr=False)
    scopes: tuple[str, ...]


class _Header(msgspec.Struct):
    alg: str
    kid: str


class _Claims(msgspec.Struct):
    iss: str
    aud: str | list[str]
    exp: float
    nbf: float | None = None
    iat: float | None = None
    scope: str | list[str] | None = None
    scp: str | list[str] | None = None
    client_id: str | None = None
    azp: str | None = None
    sub: str | None = None


def public_keys(text: bytes) -> PublicKeys:
    """The keys of a JWK Set that can be checked with; others in it are passed over. Raises NoKeys where there is none."""
    try:
        listed = json.loads(text)["keys"]
        found = [one for each in listed for one in _usable(each)]
    except _BROKEN:
        found = []
    if not found:
        raise NoKeys(
            "expected a JWK Set with a public RSA key of 2048 bits or more, or an EC key on P-256 or P-384, each with its kid"
        )
    return dict(reversed(found))  # of two with one name, the first


def named_key(token: str) -> tuple[str, str] | None:
    """Which key a token says that it was signed with, and how; None where it is no JWT, or none that is read here."""
    if len(token) > _LONGEST or token.count(".") != 2:
        return None
    try:
        said = jwt.get_unverified_header(token)
        header = msgspec.convert(said, _Header)
    except (*_BROKEN, msgspec.ValidationError):
        return None
    return None if "crit" in said else (header.kid, header.alg)


def accept(token: str, keys: PublicKeys, issuer: str, audience: str, now: float) -> Accepted | None:
    """Whose token it is; None where it is not good. now: seconds since 1970."""
    named = named_key(token)
    key = None if named is None else keys.get(named)
    if named is None or key is None:
        return None
    try:
        payload = _SIGNED.decode_complete(token, key, algorithms=[named[1]])["payload"]
        claims = msgspec.json.decode(payload, type=_Claims)
    except (*_BROKEN, msgspec.DecodeError):
        return None
    audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if claims.iss != issuer or audience not in audiences or not _is_good(claims, now):
        return None
    return Accepted(_named(claims), _listed(claims.scope if claims.scope is not None else claims.scp))


def _is_good(claims: _Claims, now: float) -> bool:
    begins = max(claims.nbf or 0.0, claims.iat or 0.0)
    return begins - LEEWAY <= now < claims.exp + LEEWAY


def _named(claims: _Claims) -> str:
    found = claims.client_id or claims.azp or claims.sub or ""
    return found if 0 < len(found) <= 200 and found.isprintable() else "not named"


def _listed(scopes: str | list[str] | None) -> tuple[str, ...]:
    return tuple(scopes.split(" ") if isinstance(scopes, str) else scopes or ())


def _usable(members: Any) -> list[tuple[tuple[str, str], RSAPublicKey | EllipticCurvePublicKey]]:
    """A key under each algorithm that it may be used with; none where it is for something else, or cannot be read."""
    try:
        kid, public = members["kid"], {name: members[name] for name in _PUBLIC[members["kty"]]}
        key = (RSAAlgorithm if members["kty"] == "RSA" else ECAlgorithm).from_jwk(public)
    except (*_BROKEN, jwt.InvalidKeyError):
        return []
    if not isinstance(kid, str) or members.get("use", "sig") != "sig" or "verify" not in members.get("key_ops", ["verify"]):
        return []
    match key:
        case RSAPublicKey(key_size=size) if size >= _SHORTEST_RSA:
            algorithms: tuple[str, ...] = ("RS256", "RS384")
        case EllipticCurvePublicKey(curve=curve):
            algorithms = _CURVES.get(curve.name, ())
        case _:
            return []
    return [((kid, each), key) for each in algorithms if members.get("alg", each) == each]

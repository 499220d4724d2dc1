"""Keys that the tests make, and the texts that they come in."""

import json
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, secret: bytes | None = None) -> str:
    hidden = NoEncryption() if secret is None else BestAvailableEncryption(secret)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden).decode()


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, **further: str) -> str:
    members = (
        RSAAlgorithm.to_jwk(key, as_dict=True) if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm.to_jwk(key, as_dict=True)
    )
    return json.dumps({**members, **further})

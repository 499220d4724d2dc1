"""Tokens that others show us: which are accepted, and that all of the ways to forge one are not."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256, sha384
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fhir_adapter.client.accepted import Accepted, NoKeys, accept, public_keys
from fhir_adapter.client.key_source import FRESH, LAST, PAUSE, KeySource, KeysUnavailable, of_file, of_url
from fhir_adapter.client.trouble import ExchangeFailed
from tests.client.issued import AUDIENCE, CLIENT, ISSUER, KIDS, claims, p256_key, public, published, token, unsigned
from tests.client.key_texts import ec_key, jwk, rsa_key
from tests.client.played import MIDNIGHT, Hours, Played


def accepted(sent: str, keys: bytes | None = None, now: float = MIDNIGHT) -> Accepted | None:
    return accept(sent, public_keys(keys or published()), ISSUER, AUDIENCE, now)


@pytest.mark.parametrize("algorithm", KIDS)
def test_a_token_of_each_algorithm_is_accepted(algorithm: str) -> None:
    assert accepted(token(algorithm)) == Accepted(CLIENT, ("system/*.rs",))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"aud": ["https://other.example", AUDIENCE]}, Accepted(CLIENT, ("system/*.rs",))),
        ({"nbf": None, "iat": None}, Accepted(CLIENT, ("system/*.rs",))),
        ({"scope": ["system/A.rs", "system/B.rs"]}, Accepted(CLIENT, ("system/A.rs", "system/B.rs"))),
        ({"scope": None, "scp": "a b"}, Accepted(CLIENT, ("a", "b"))),
        ({"scope": None}, Accepted(CLIENT, ())),
        ({"client_id": None, "azp": "other"}, Accepted("other", ("system/*.rs",))),
        ({"client_id": None, "sub": "third"}, Accepted("third", ("system/*.rs",))),
        ({"client_id": "x\ny", "sub": "third"}, Accepted("not named", ("system/*.rs",))),
    ],
)  # fmt: skip
def test_what_a_good_token_may_say(changed: dict[str, Any], expected: Accepted) -> None:
    assert accepted(token(**changed)) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://login.example/realm/"}, {"iss": None}, {"iss": [ISSUER]}, {"aud": "https://marrow.example"}, {"aud": []},
        {"aud": None}, {"exp": None}, {"exp": MIDNIGHT - 60}, {"exp": True}, {"exp": str(MIDNIGHT + 300)}, {"exp": float("inf")},
        {"exp": float("nan")}, {"nbf": MIDNIGHT + 61}, {"iat": MIDNIGHT + 61}, {"nbf": "soon"}, {"scope": 7}, {"scope": {"a": 1}},
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_that_is_wrong_or_missing(changed: dict[str, Any]) -> None:
    assert accepted(token(**changed)) is None


@pytest.mark.parametrize(("now", "good"), [(-60, True), (-60.5, False), (359, True), (360, False)])
def test_clocks_may_differ_by_a_minute(now: float, good: bool) -> None:
    assert (accepted(token(), now=MIDNIGHT + now) is not None) is good


def test_a_token_that_was_changed_after_it_was_signed() -> None:
    head, body, signature = token().split(".")
    other = urlsafe_b64encode(json.dumps(claims(scope="system/*.cruds")).encode()).rstrip(b"=").decode()
    assert accepted(f"{head}.{other}.{signature}") is None
    assert accepted(f"{head}.{body}.{signature[:-4]}AAAA") is None
    assert accepted(f"{head}.{body}.") is None


def with_public_key_as_secret(digest: Callable[..., Any], algorithm: str) -> str:
    """The old trick: an HMAC under the text of the public key, which everybody has."""
    secret = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body, _ = unsigned({"alg": algorithm, "kid": "rsa"}).split(".")
    return f"{head}.{body}." + urlsafe_b64encode(hmac.new(secret, f"{head}.{body}".encode(), digest).digest()).decode()


FORGED: dict[str, Callable[[], str]] = {
    "none": lambda: unsigned({"alg": "none", "kid": "rsa"}),
    "None": lambda: unsigned({"alg": "None", "kid": "rsa"}, b"x"),
    "hs256": lambda: with_public_key_as_secret(sha256, "HS256"),
    "hs384": lambda: with_public_key_as_secret(sha384, "HS384"),
    "an algorithm that is not listed": lambda: jwt.encode(claims(), rsa_key(), "RS512", headers={"kid": "rsa"}),
    "padded otherwise": lambda: jwt.encode(claims(), rsa_key(), "PS384", headers={"kid": "rsa"}),
    "another key under the name": lambda: token("ES384", kid="rsa"),
    "a name that is not known": lambda: token(kid="other"),
    "no name": lambda: jwt.encode(claims(), rsa_key(), "RS384"),
    "its own key": lambda: token("ES384", kid="mine", header={"jwk": public(jwk(ec_key()))}),
    "a key elsewhere": lambda: token("ES384", kid="mine", header={"jku": "https://evil.example/keys", "x5u": "https://evil.example"}),
    "critical": lambda: unsigned({"alg": "RS384", "kid": "rsa", "crit": ["b64"], "b64": False}),
    "critical and signed": lambda: token(header={"crit": ["exp"], "exp": 1}),
    "no header": lambda: "e30.e30.e30",
    "two parts": lambda: token().rpartition(".")[0],
    "four parts": lambda: f"{token()}.",
    "text": lambda: "a.b.c",
    "latin": lambda: "\xe9.\xe9.\xe9",
    "nothing": lambda: "",
    "long": lambda: token(pad="x" * 20_000),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_is_forged(name: str) -> None:
    assert accepted(FORGED[name]()) is None


@pytest.mark.parametrize(
    "keys",
    [
        b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b'{"keys": [7, null, {}]}', b"\xff",
        json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa", "alg": "HS256"}]}).encode(),
        json.dumps({"keys": [public(jwk(rsa_key(1024)), kid="rsa")]}).encode(),
        json.dumps({"keys": [public(jwk(rsa_key()), kid="rsa", use="enc")]}).encode(),
        json.dumps({"keys": [public(jwk(rsa_key()), kid="rsa", key_ops=["sign"])]}).encode(),
        json.dumps({"keys": [public(jwk(rsa_key()), kid="rsa", alg="PS384")]}).encode(),
        json.dumps({"keys": [public(jwk(rsa_key()))]}).encode(),
        json.dumps({"keys": [public(jwk(ec_key()), kid="p384", x="AAAA")]}).encode(),
    ],
    ids=range(14),
)  # fmt: skip
def test_a_key_set_without_a_key_to_check_with(keys: bytes) -> None:
    with pytest.raises(NoKeys, match=r"^expected a JWK Set"):
        public_keys(keys)


def test_a_key_that_names_its_algorithm_serves_for_that_one_only() -> None:
    keys = json.dumps({"keys": [public(jwk(rsa_key()), kid="rsa", alg="RS384")]}).encode()
    assert accepted(token("RS384"), keys)
    assert accepted(token("RS256"), keys) is None


def test_of_a_key_that_was_published_with_its_private_half_only_the_public_one_is_kept() -> None:
    keys = json.dumps({"keys": [json.loads(jwk(p256_key(), kid="p256"))]}).encode()
    assert accepted(token("ES256"), keys)


# --- where keys come from ---

NAMED = ("rsa", "RS384")


class Shelf:
    """A place of keys that can be out of reach, and counts who looks."""

    def __init__(self, *found: bytes | Exception) -> None:
        self.found, self.looked = list(found), 0

    async def __call__(self) -> bytes:
        self.looked += 1
        found = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        await asyncio.sleep(0)
        if isinstance(found, Exception):
            raise found
        return found


def play(steps: Callable[[KeySource, Hours], Awaitable[None]], shelf: Shelf) -> None:
    async def whole() -> None:
        hours = Hours()
        await steps(KeySource(shelf, hours.clock), hours)

    asyncio.run(whole())


def test_keys_are_read_once_and_kept() -> None:
    shelf = Shelf(published())

    async def steps(source: KeySource, hours: Hours) -> None:
        await asyncio.gather(*(source.keys(NAMED) for _ in range(50)))
        hours.passed = FRESH - 1
        assert NAMED in await source.keys(NAMED)
        assert shelf.looked == 1
        hours.passed = FRESH
        await source.keys(NAMED)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert shelf.looked == 2

    play(steps, shelf)


def test_a_new_key_is_found_and_unknown_ones_are_looked_for_once_a_minute() -> None:
    new = public(jwk(rsa_key()), kid="new")
    shelf = Shelf(published(), published(new=new))

    async def steps(source: KeySource, hours: Hours) -> None:
        await source.keys(NAMED)
        assert ("new", "RS384") not in await source.keys(("new", "RS384"))
        hours.passed = PAUSE
        assert ("new", "RS384") in await source.keys(("new", "RS384"))
        for number in range(100):
            await source.keys((f"unknown-{number}", "RS384"))
        assert shelf.looked == 2

    play(steps, shelf)


@pytest.mark.parametrize("trouble", [OSError(), ExchangeFailed("unreachable", "GET"), b"nonsense"], ids=["file", "net", "text"])
def test_keys_that_cannot_be_read_again_serve_for_an_hour(trouble: bytes | Exception) -> None:
    shelf = Shelf(published(), trouble)

    async def steps(source: KeySource, hours: Hours) -> None:
        await source.keys(NAMED)
        for hours.passed in (FRESH, LAST - 1):
            assert NAMED in await source.keys(NAMED)
        hours.passed = LAST
        with pytest.raises(KeysUnavailable):
            await source.keys(NAMED)
        shelf.found = [published()]
        hours.passed = LAST + PAUSE
        assert NAMED in await source.keys(NAMED)

    play(steps, shelf)


def test_keys_that_were_never_had_open_nothing() -> None:
    async def steps(source: KeySource, hours: Hours) -> None:
        for _ in range(3):
            with pytest.raises(KeysUnavailable):
                await source.keys(NAMED)

    play(steps, Shelf(OSError()))


def test_a_file_of_keys(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(published())
    assert asyncio.run(of_file(tmp_path / "keys.json")()) == published()
    with pytest.raises(OSError, match="other"):
        asyncio.run(of_file(tmp_path / "other")())


KEYS_URL = "https://login.example/keys"


def test_keys_at_an_address_are_asked_for_without_credentials() -> None:
    server = Played(lambda _: httpx.Response(200, content=published()))
    assert asyncio.run(of_url(KEYS_URL, None, Hours().clock, server)()) == published()
    (asked,) = server.asked
    assert str(asked.url) == KEYS_URL
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("target", ["https://evil.example/keys", "http://login.example/keys", "https://login.example:444/keys"])
def test_another_host_is_never_followed(target: str) -> None:
    server = Played(lambda _: httpx.Response(302, headers={"location": target}))
    with pytest.raises(ExchangeFailed):
        asyncio.run(of_url(KEYS_URL, None, Hours().clock, server)())
    assert {one.url.host for one in server.asked} == {"login.example"}
    assert {one.url.port for one in server.asked} == {None}


@pytest.mark.parametrize(
    "url",
    ["http://login.example/keys", "ftp://login.example", "https://", "https://a:b@login.example/k", "https://login.example/?a=b"],
)
def test_an_address_that_is_not_asked(url: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        of_url(url, None, Hours().clock)


@pytest.mark.parametrize("large", [2 * 1024 * 1024])
def test_a_key_set_that_is_too_large_is_not_read(large: int) -> None:
    server = Played(lambda _: httpx.Response(200, content=b" " * large))
    with pytest.raises(ExchangeFailed, match="larger than the limit"):
        asyncio.run(of_url(KEYS_URL, None, Hours().clock, server)())

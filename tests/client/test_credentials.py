"""Proving who we are: fixed credentials, and SMART Backend Services against a token server that checks everything."""

import asyncio
import json

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from fhir_adapter.client.auth import NO_AUTH, basic, bearer
from fhir_adapter.client.backend import BackendServices
from fhir_adapter.client.courier import Auth
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.keys import SigningKey, UnusableKey, jwks, signing_key
from fhir_adapter.client.trouble import ExchangeFailed
from tests.client.key_texts import ec_key, jwk, pem, rsa_key
from tests.client.played import BASE, Hours, Played, answered, client_of, done, patient, script
from tests.client.tokens import CLIENT_ID, SCOPES, TOKEN_URL, Clinic

PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


TEXTS = {
    "RS384 PEM": lambda: pem(rsa_key()),
    "ES384 PEM": lambda: pem(ec_key()),
    "RS384 JWK": lambda: jwk(rsa_key()),
    "ES384 JWK": lambda: jwk(ec_key()),
}


def clinic_of(key: SigningKey, hours: Hours, good_for: float = 300) -> Clinic:
    return Clinic(json.loads(json.dumps(jwks([key]))), hours, good_for)


def service(key: SigningKey, token_url: str | None = None) -> BackendServices:
    return BackendServices(CLIENT_ID, key, SCOPES, token_url)


async def read(client: FhirClient) -> object:
    return await client.read("Patient", "p1")


@pytest.mark.parametrize(
    ("auth", "header"),
    [(NO_AUTH, None), (bearer("a.b-c"), "Bearer a.b-c"), (basic("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")],
    ids=["none", "bearer", "basic"],
)
def test_what_does_not_change_is_sent_and_not_repeated(auth: Auth, header: str | None) -> None:
    server = script(answered(patient()), answered(status=401))
    assert done(client_of(server, auth=auth), read)
    assert server.asked[0].headers.get("authorization") == header
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server, auth=auth), read)
    assert (raised.value.code, raised.value.whose, len(server.asked)) == ("unauthorised", "ours", 2)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "ä"])
def test_a_token_that_cannot_be_sent_is_refused_without_saying_it(token: str) -> None:
    with pytest.raises(ValueError, match=r"^the bearer token for the FHIR server: expected printable ASCII without spaces$"):
        bearer(token)
    with pytest.raises(ValueError, match="has a colon"):
        basic("a:b", token)


@pytest.mark.parametrize("text", TEXTS)
def test_a_token_is_had_for_a_signed_statement(text: str) -> None:
    hours = Hours()
    key = signing_key(TEXTS[text]())
    clinic = clinic_of(key, hours)
    server = Played(clinic)
    assert key.algorithm == text[:5]
    assert done(client_of(server, hours, auth=service(key)), read)
    assert (clinic.refused, len(clinic.statements)) == ([], 1)
    assert server.lines == ["GET /fhir/.well-known/smart-configuration", "POST /auth/token", "GET /fhir/Patient/p1"]


def test_a_token_address_that_is_given_is_not_looked_for() -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    server = Played(clinic_of(key, hours))
    assert done(client_of(server, hours, auth=service(key, TOKEN_URL)), read)
    assert server.lines == ["POST /auth/token", "GET /fhir/Patient/p1"]


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours)

    async def at(client: FhirClient) -> list[int]:
        found = []
        for moment in (0, 200, 239, 240, 479, 480):
            hours.passed = moment
            await client.read("Patient", "p1")
            found.append(len(clinic.statements))
        return found

    assert done(client_of(Played(clinic), hours, auth=service(key)), at) == [1, 1, 1, 2, 2, 3]
    assert clinic.refused == []


@pytest.mark.parametrize("good_for", [0, 1, 20])
def test_a_token_of_a_few_seconds_serves_too(good_for: float) -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours, good_for + 0.1)
    assert done(client_of(Played(clinic), hours, auth=service(key)), read)


def test_callers_share_one_request_for_a_token() -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours)

    async def slowly(request: httpx.Request) -> httpx.Response | Exception:
        for _ in range(5):
            await asyncio.sleep(0)
        return clinic(request)

    async def many(client: FhirClient) -> int:
        return len(await asyncio.gather(*(read(client) for _ in range(25))))

    assert done(client_of(Played(slowly), hours, auth=service(key)), many) == 25
    assert (len(clinic.statements), clinic.refused) == (1, [])


def test_a_caller_who_gives_up_takes_nothing_from_the_others() -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours)

    async def slowly(request: httpx.Request) -> httpx.Response | Exception:
        for _ in range(5):
            await asyncio.sleep(0)
        return clinic(request)

    async def two(client: FhirClient) -> object:
        first, second = asyncio.create_task(read(client)), asyncio.create_task(read(client))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert done(client_of(Played(slowly), hours, auth=service(key)), two)
    assert len(clinic.statements) == 1


def test_a_token_that_is_withdrawn_is_renewed_once() -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours)
    server = Played(clinic)

    async def withdrawn(client: FhirClient) -> object:
        await read(client)
        clinic.granted.clear()
        clinic.granted["other"] = 0
        return await read(client)

    assert done(client_of(server, hours, auth=service(key)), withdrawn)
    assert server.lines[2:] == ["GET /fhir/Patient/p1", "GET /fhir/Patient/p1", "POST /auth/token", "GET /fhir/Patient/p1"]


def test_a_server_that_accepts_no_token_is_not_asked_for_ever() -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours, good_for=0)
    server = Played(clinic)
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server, hours, auth=service(key)), read)
    assert (raised.value.code, len(clinic.statements)) == ("unauthorised", 2)
    assert server.lines.count("GET /fhir/Patient/p1") == 2


def test_a_request_for_a_token_is_tried_again_with_a_new_statement() -> None:
    hours, key = Hours(), signing_key(TEXTS["RS384 PEM"]())
    clinic = clinic_of(key, hours)

    def lost(request: httpx.Request) -> httpx.Response | Exception:
        reply = clinic(request)
        first = str(request.url) == TOKEN_URL and len(clinic.statements) == 1
        return httpx.ReadTimeout("x") if first else reply

    assert done(client_of(Played(lost), hours, auth=service(key)), read)
    assert (len({one["jti"] for one in clinic.statements}), clinic.refused) == (2, [])


def test_the_fake_token_server_does_refuse() -> None:
    """What the tests above rest on: a replay, another key and a wrong audience are noticed."""
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours)
    server = Played(clinic)
    done(client_of(server, hours, auth=service(key)), read)
    again = httpx.Request("POST", TOKEN_URL, content=server.asked[1].content, headers=server.asked[1].headers)
    assert clinic.grant(again).status_code == 400
    assert clinic.refused == ["replay"]
    clinic.token_url = "https://ehr.example/other"
    with pytest.raises(jwt.InvalidAudienceError):
        clinic.grant(again)
    stranger = clinic_of(signing_key(pem(ec.generate_private_key(ec.SECP384R1())), key.kid), hours)
    with pytest.raises(jwt.InvalidSignatureError):
        stranger.grant(again)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answered({"error": "invalid_client", "error_description": "Wanda"}, 400), "refused"),
        (answered({"error": "invalid_client"}, 401), "unauthorised"),
        (answered({"token_type": "bearer"}), "no-token"),
        (answered({"access_token": "a b", "token_type": "bearer"}), "no-token"),
        (answered({"access_token": "", "token_type": "bearer"}), "no-token"),
        (answered({"access_token": "abc", "token_type": "mac"}), "no-token"),
        (answered([1]), "not-json"),  # type: ignore[arg-type]
        (answered(status=404), "refused"),
    ],
)
def test_where_no_token_is_given_that_is_said(reply: httpx.Response, code: str) -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours)
    clinic.faults = [reply] * 9
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(Played(clinic), hours, auth=service(key)), read)
    assert (raised.value.code, raised.value.route) == (code, "POST the token address")
    assert raised.value.issues == (("invalid_client",) if "error" in json.loads(reply.content or b"{}") else ())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"token_endpoint": "https://evil.example/token"}, "host-not-allowed"),
        ({"token_endpoint": "http://ehr.example/token"}, "address"),
        ({"token_endpoint": "/token"}, "no-token-address"),
        ({"token_endpoint": 7}, "no-token-address"),
        ({}, "no-token-address"),
    ],
)
def test_only_a_good_token_address_is_believed(body: dict[str, object], code: str) -> None:
    server = Played(lambda _: answered(body))
    with pytest.raises(ExchangeFailed) as raised:
        done(client_of(server, auth=service(signing_key(TEXTS["ES384 PEM"]()))), read)
    assert (raised.value.code, len(server.asked)) == (code, 1)


def test_a_token_server_on_another_host_can_be_allowed() -> None:
    hours, key = Hours(), signing_key(TEXTS["ES384 PEM"]())
    clinic = clinic_of(key, hours)
    clinic.token_url = "https://login.example/token"
    client = client_of(Played(clinic), hours, auth=service(key), allowed_hosts=frozenset({"login.example"}))
    assert done(client, read)


def test_only_public_halves_are_published() -> None:
    keys = [signing_key(TEXTS["RS384 JWK"](), "one"), signing_key(jwk(ec_key(), kid="two"))]
    published = jwks(keys)["keys"]
    assert [set(key) for key in published] == [
        {"kty", "n", "e", "kid", "alg", "use", "key_ops"},
        {"kty", "crv", "x", "y", "kid", "alg", "use", "key_ops"},
    ]
    assert [(key["kid"], key["alg"], key["use"]) for key in published] == [("one", "RS384", "sig"), ("two", "ES384", "sig")]
    assert not any(name in key for key in published for name in PRIVATE)


def test_a_key_without_a_name_is_named_by_its_thumbprint() -> None:
    """The example of RFC 7638, section 3.1, has this thumbprint; PEM and JWK of one key have the same."""
    from fhir_adapter.client.keys import _thumbprint

    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5haj"
        "rn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    assert _thumbprint({"kty": "RSA", "n": modulus, "e": "AQAB"}) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert signing_key(pem(rsa_key())).kid == signing_key(jwk(rsa_key())).kid


@pytest.mark.parametrize(
    "text",
    [
        lambda: "",
        lambda: "-----BEGIN PRIVATE KEY-----\nsecretsecret\n-----END PRIVATE KEY-----",
        lambda: pem(rsa_key(), b"word"),
        lambda: pem(rsa_key(1024)),
        lambda: pem(ec.generate_private_key(ec.SECP256R1())),
        lambda: pem(ed25519.Ed25519PrivateKey.generate()),
        lambda: jwk(ec_key().public_key()),  # type: ignore[arg-type]
        lambda: jwk(ec_key()).replace('"d"', '"e"'),
        lambda: '{"kty": "oct", "k": "c2VjcmV0"}',
        lambda: '{"keys": []}',
        lambda: "{secret",
        lambda: "[]",
    ],
)
def test_a_key_that_cannot_sign_is_refused_without_saying_it(text: object) -> None:
    with pytest.raises(UnusableKey, match="expected an RSA key of 2048 bits or more, or an EC key on P-384") as raised:
        signing_key(text())  # type: ignore[operator]
    assert "secret" not in str(raised.value)


def test_what_proves_who_we_are_is_not_shown() -> None:
    key = signing_key(TEXTS["ES384 PEM"](), "one")
    assert repr(key) == "SigningKey(algorithm='ES384', kid='one')"
    assert repr(service(key)) == "BackendServices(ES384)"
    assert repr(bearer("secret")) == repr(basic("user", "secret")) == "Fixed()"
    assert BASE not in repr(client_of(script()))

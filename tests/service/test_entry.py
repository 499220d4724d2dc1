"""Which credentials open which paths: those of notifications, the API token, and tokens of other systems with their scopes."""

import hmac
import json
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import FastAPI

from fhir_adapter.client.keys import signing_key
from marrow.service.scopes import lacking, read_scopes
from marrow.service.settings import WrongSettings
from tests.client.issued import AUDIENCE, CLIENT, ISSUER, published, token, unsigned
from tests.client.key_texts import ec_key, pem
from tests.client.played import Hours
from tests.service.asking import MARK, TOKEN, ask, fault, service
from tests.service.doors import ELSEWHERE, ask_from, behind_the_door

NOTIFIED, TOLD, SECRET = "/notifications/ehr", "a-token-of-the-ehr", "a-secret-of-the-ehr"
HERE = ("127.0.0.1", 40000)
BODY = b'{"resourceType":"Observation","id":"o1"}'


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def status(app: FastAPI, method: str, path: str, content: bytes = b"", **headers: str) -> int:
    return ask_from(app, method, path, content=content, **headers).status_code


# --- notifications ---


def test_each_token_opens_its_own_paths_only() -> None:
    app = behind_the_door(api_token=TOKEN, notification_token=TOLD)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert status(app, method, NOTIFIED, Authorization=f"Bearer {TOLD}") == 200
        assert status(app, method, NOTIFIED, Authorization=f"Bearer {TOKEN}") == 401
        assert status(app, method, NOTIFIED) == 401
    for path in (
        "/fhir/Condition",
        "/patients/p1",
        "/metrics",
        "/docs",
        "/notification",
        "/notificationsx",
        "//notifications/ehr",
    ):
        assert status(app, "GET", path, Authorization=f"Bearer {TOKEN}") == 200
        assert status(app, "GET", path, Authorization=f"Bearer {TOLD}") == 401
    assert status(app, "GET", "/notifications", Authorization=f"Bearer {TOKEN}") == 401


@pytest.mark.parametrize(
    "sent",
    ["", TOLD, f"Basic {TOLD}", "Bearer", f"Bearer {TOLD}x", f"Bearer {TOLD[:-1]}", f"Bearer {TOLD.upper()}", f"Bearer {TOLD} x"],
)
def test_a_notification_without_the_token_is_not_read(sent: str) -> None:
    answer = ask_from(behind_the_door(notification_token=TOLD), "POST", NOTIFIED, HERE, BODY, Authorization=sent)
    assert fault(answer)[:2] == (401, "login")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOLD not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(scheme: str) -> None:
    assert status(behind_the_door(notification_token=TOLD), "POST", NOTIFIED, Authorization=f"{scheme} {TOLD}") == 200


def test_what_is_signed_is_taken() -> None:
    app = behind_the_door(notification_secret=SECRET)
    assert status(app, "POST", NOTIFIED, BODY, x_signature=signature(BODY)) == 200
    assert status(app, "POST", NOTIFIED, BODY, x_signature=signature(BODY).upper()) == 200
    assert status(app, "POST", NOTIFIED, b"", x_signature=signature(b"")) == 200


@pytest.mark.parametrize(
    "sent", ["", signature(BODY, "other"), signature(BODY + b" "), signature(BODY)[:-1], f"sha256={signature(BODY)}"]
)
def test_what_is_not_signed_rightly_is_not_taken(sent: str) -> None:
    app = behind_the_door(notification_secret=SECRET)
    assert status(app, "POST", NOTIFIED, BODY, x_signature=sent) == 401
    assert status(app, "POST", NOTIFIED, BODY) == 401


def test_where_both_are_agreed_both_are_asked_for() -> None:
    app = behind_the_door(notification_token=TOLD, notification_secret=SECRET)
    right, signed = f"Bearer {TOLD}", signature(BODY)
    assert status(app, "POST", NOTIFIED, BODY, Authorization=right, x_signature=signed) == 200
    assert status(app, "POST", NOTIFIED, BODY, Authorization=right, x_signature=signature(b"")) == 401
    assert status(app, "POST", NOTIFIED, BODY, Authorization=right) == 401
    assert status(app, "POST", NOTIFIED, BODY, x_signature=signed) == 401


DELETED = {"x_medplum_deleted_resource": "Observation/o1"}


@pytest.mark.parametrize(
    ("method", "body", "more"), [("DELETE", b"", {}), ("POST", b"{}", DELETED), ("DELETE", b" {} ", DELETED)]
)
def test_a_deletion_that_is_signed_wrongly_is_believed_with_the_token_only(
    method: str, body: bytes, more: dict[str, str]
) -> None:
    both = behind_the_door(notification_token=TOLD, notification_secret=SECRET)
    wrong = {"x_signature": signature(b"something else"), **more}
    assert status(both, method, NOTIFIED, body, Authorization=f"Bearer {TOLD}", **wrong) == 200
    assert status(both, method, NOTIFIED, body, Authorization="Bearer other", **wrong) == 401
    assert status(behind_the_door(notification_secret=SECRET), method, NOTIFIED, body, **wrong) == 401


@pytest.mark.parametrize(
    ("method", "body", "more"),
    [("POST", b"{}", {}), ("DELETE", BODY, {}), ("POST", BODY, DELETED), ("POST", b"{}", {"x_medplum_deleted_resource": "?"})],
)
def test_nothing_else_passes_for_a_deletion(method: str, body: bytes, more: dict[str, str]) -> None:
    app = behind_the_door(notification_token=TOLD, notification_secret=SECRET)
    wrong = {"x_signature": signature(b"something else"), "Authorization": f"Bearer {TOLD}", **more}
    assert status(app, method, NOTIFIED, body, **wrong) == 401


@pytest.mark.parametrize(("api_token", "refusal"), [(None, (421, "security")), (TOKEN, (401, "login"))])
def test_where_nothing_was_agreed_only_this_machine_notifies(api_token: str | None, refusal: tuple[int, str]) -> None:
    app = behind_the_door(api_token=api_token)
    assert ask_from(app, "POST", NOTIFIED, HERE).status_code == 200
    assert ask_from(app, "POST", NOTIFIED, ("::1", 40000)).status_code == 200
    for peer in (ELSEWHERE, ("10.0.0.1", 1), None, ("", 0), ("localhost.example", 1)):
        answer = ask_from(app, "POST", NOTIFIED, peer)
        assert fault(answer)[:2] == refusal
        assert "MARROW_NOTIFICATION_TOKEN" in answer.text
    for handed_on in (
        {"Host": "marrow.example"},
        {"X_Forwarded_For": "192.0.2.7"},
        {"Forwarded": "for=192.0.2.7"},
        {"Via": "1.1 x"},
    ):
        assert ask_from(app, "POST", NOTIFIED, HERE, **handed_on).status_code == refusal[0]


def test_without_any_credentials_others_are_not_served() -> None:
    app = behind_the_door()
    assert ask_from(app, "GET", "/fhir/Condition", HERE).json()["caller"] == "this machine"
    assert fault(ask_from(app, "GET", "/fhir/Condition"))[:2] == (421, "security")
    assert ask_from(app, "GET", "/fhir/Condition", HERE, X_Forwarded_For="192.0.2.7").status_code == 421


# --- tokens of other systems ---


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    """What is set for tokens of an issuer whose keys lie in a file."""
    (tmp_path / "keys.json").write_bytes(published())
    return {"jwks": str(tmp_path / "keys.json"), "token_issuer": ISSUER, "token_audience": AUDIENCE}


def test_a_token_of_another_system_opens_what_its_scopes_name(keys: dict[str, str]) -> None:
    app = behind_the_door(**keys)
    answer = ask_from(app, "GET", "/fhir/Condition", Authorization=f"Bearer {token(scope='system/Condition.rs')}")
    assert (answer.status_code, answer.json()["caller"]) == (200, f"client {CLIENT}")
    lacking = ask_from(app, "GET", "/fhir/AuditEvent", Authorization=f"Bearer {token(scope='system/Condition.rs')}")
    assert fault(lacking)[:2] == (403, "forbidden")
    assert lacking.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="system/AuditEvent.s"'


def test_a_token_that_is_not_good_opens_nothing(keys: dict[str, str]) -> None:
    hours = Hours()
    app = behind_the_door(hours.clock, **keys)
    for sent in (token(aud="other"), token(iss="other"), unsigned({"alg": "none", "kid": "rsa"}), MARK, f"{MARK}.{MARK}.{MARK}"):
        answer = ask_from(app, "GET", "/fhir/metadata", HERE, Authorization=f"Bearer {sent}")
        assert fault(answer)[:2] == (401, "login")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert MARK not in answer.text
    good = f"Bearer {token()}"
    assert ask_from(app, "GET", "/fhir/metadata", Authorization=good).status_code == 200
    hours.passed = 400
    assert ask_from(app, "GET", "/fhir/metadata", Authorization=good).status_code == 401
    assert ask_from(app, "GET", "/fhir/metadata", HERE).headers["www-authenticate"] == "Bearer"


def test_no_token_of_another_system_notifies(keys: dict[str, str]) -> None:
    assert status(behind_the_door(notification_token=TOLD, **keys), "POST", NOTIFIED, Authorization=f"Bearer {token()}") == 401


def test_the_static_token_is_accepted_beside_them(keys: dict[str, str]) -> None:
    app = behind_the_door(api_token=TOKEN, **keys)
    assert ask_from(app, "GET", "/patients/p1", Authorization=f"Bearer {TOKEN}").json()["caller"] == "api token"
    assert ask_from(app, "GET", "/patients/p1", Authorization=f"Bearer {token()}").json()["caller"] == f"client {CLIENT}"


def test_without_keys_nobody_can_tell_and_it_is_tried_again(keys: dict[str, str]) -> None:
    app = behind_the_door(**keys)
    Path(keys["jwks"]).unlink()
    answer = ask_from(app, "GET", "/fhir/metadata", Authorization=f"Bearer {token()}")
    assert fault(answer)[:2] == (503, "transient")
    assert int(answer.headers["retry-after"]) > 0


ENOUGH = {
    "GET /fhir/Condition": [
        "system/Condition.rs", "system/Condition.s", "system/Condition.read", "system/*.rs", "system/*.*", "system/*.cruds",
        "openid system/Observation.rs system/Condition.*",
    ],
    "HEAD /fhir/Condition/c1": ["system/Condition.r"],
    "GET /fhir/Condition/c1": ["system/Condition.r"],
    "GET /fhir/AuditEvent": ["system/AuditEvent.rs"],
    "GET /fhir/metadata": [""],
    "POST /fhir/$evaluate": ["system/Bundle.r", "system/Bundle.read", "system/*.rs"],
    "GET /cds-services": [""],
    "POST /cds-services/x": ["system/Condition.rs"],
    "GET /docs": [""],
    "GET /openapi.json": [""],
    "GET /patients/p1": ["system/*.rs"],
    "GET /": ["system/*.read"],
    "GET /metrics": ["system/*.r system/*.s"],
}  # fmt: skip
TOO_LITTLE = {
    "GET /fhir/Condition": [
        "", "system/Condition.r", "system/Condition.write", "system/Condition.cud", "user/Condition.rs", "patient/*.rs",
        "system/Observation.rs", "system/Condition.rs?patient=p1", "system/Condition.sr", "system/condition.rs",
        "System/Condition.rs", "system/Condition.rs,x", "system/Condition.", "system/Condition.rs\nx",
    ],
    "GET /fhir/Condition/c1": ["system/Condition.s"],
    "DELETE /fhir/Condition/c1": ["system/Condition.cruds"],
    "POST /fhir/$evaluate": ["", "system/Condition.cruds"],
    "GET /fhir/AuditEvent": ["system/Condition.rs"],
    "GET /fhir/AuditEvent/x": ["system/AuditEvent.s"],
    "POST /cds-services/x": [""],
    "GET /patients/p1": ["system/Condition.rs"],
    "GET /metrics": [""],
    "GET /review": ["system/*.r"],
    "GET /fhir/metadata/../Condition": [""],
    "GET /fhir/metadata/": [""],
    "GET /fhir/metadata\n": [""],
    "GET /docs/x": [""],
}  # fmt: skip


def lacks(call: str, scopes: str) -> str | None:
    method, _, path = call.partition(" ")
    return lacking(method, path, read_scopes(scopes.split(" ")))


@pytest.mark.parametrize(("call", "scopes"), [(call, each) for call, scopes in ENOUGH.items() for each in scopes])
def test_a_scope_that_is_enough(call: str, scopes: str) -> None:
    assert lacks(call, scopes) is None


@pytest.mark.parametrize(("call", "scopes"), [(call, each) for call, scopes in TOO_LITTLE.items() for each in scopes])
def test_a_scope_that_is_not_enough(call: str, scopes: str) -> None:
    assert lacks(call, scopes) is not None


@pytest.mark.parametrize("left_out", ["jwks", "token_issuer", "token_audience"])
def test_tokens_need_keys_issuer_and_audience(keys: dict[str, str], left_out: str) -> None:
    with pytest.raises(WrongSettings, match=f"^MARROW_{left_out.upper()}: not set"):
        behind_the_door(**{name: value for name, value in keys.items() if name != left_out})


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("/nowhere/keys.json", "cannot be read"),
        ("http://login.example/keys", "expected an https"),
        ("ftp://login.example", "https"),
    ],
)
def test_keys_that_cannot_be_had_are_told_at_the_start(place: str, message: str) -> None:
    with pytest.raises(WrongSettings, match=rf"^MARROW_JWKS: .*{message}"):
        behind_the_door(jwks=place, token_issuer=ISSUER, token_audience=AUDIENCE)


def test_a_file_without_keys_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(f'{{"{MARK}": 1}}')
    with pytest.raises(WrongSettings, match=r"^MARROW_JWKS: expected a JWK Set") as told:
        behind_the_door(jwks=str(tmp_path / "keys.json"), token_issuer=ISSUER, token_audience=AUDIENCE)
    assert MARK not in str(told.value)


# --- our own keys ---


def test_our_public_key_is_for_everybody(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(pem(ec_key()))
    app = service(api_token=TOKEN, fhir_key_file=str(tmp_path / "key.pem"))
    answer = ask(app, "GET", "/.well-known/jwks.json", headers={"Host": "marrow.example"})
    (key,) = answer.json()["keys"]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert key == signing_key(pem(ec_key())).public
    assert "d" not in key
    assert json.loads(ask(app, "GET", "/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}).content)["paths"].keys() >= {
        "/.well-known/jwks.json"
    }


def test_without_a_key_none_is_published() -> None:
    assert fault(ask(service(), "GET", "/.well-known/jwks.json"))[0] == 404

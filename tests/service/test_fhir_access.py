"""How the service is told of the FHIR server: one way to prove who we are, and what is wrong is named by its variable."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from fhir_adapter.client.auth import NO_AUTH, Fixed
from fhir_adapter.client.backend import BackendServices
from fhir_adapter.client.waiting import Clock
from marrow.service.fhir_access import open_fhir_client, signing_key_of
from marrow.service.settings import Settings, WrongSettings
from tests.client.key_texts import ec_key, pem

CLOCK = Clock(wall=lambda: 0.0, steady=lambda: 0.0)
BASE = "https://ehr.example/fhir"
SECRET = "xyzzy-secret"


def opened(**told: Any) -> object:
    """How the client that is made proves who we are."""

    async def play() -> object:
        async with open_fhir_client(Settings(**{"fhir_base_url": BASE, **told}), CLOCK) as client:
            return client._auth

    return asyncio.run(play())


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "key.pem"
    path.write_text(pem(ec_key()))
    return str(path)


def test_without_credentials_none_are_shown() -> None:
    assert opened() == NO_AUTH


def test_a_token_is_shown_as_it_is() -> None:
    assert opened(fhir_token=SecretStr(SECRET)) == Fixed(f"Bearer {SECRET}")


def test_a_name_and_a_password_are_shown_together() -> None:
    assert opened(fhir_user="marrow", fhir_password=SecretStr("pass")) == Fixed("Basic bWFycm93OnBhc3M=")


def test_a_client_with_a_key_asks_for_tokens(key_file: str) -> None:
    auth = opened(fhir_client_id="marrow", fhir_key_file=key_file, fhir_token_url="https://ehr.example/token")
    assert isinstance(auth, BackendServices) and repr(auth) == "BackendServices(ES384)"
    key = signing_key_of(Settings(fhir_key_file=key_file))
    assert key is not None and "d" not in key.public
    assert signing_key_of(Settings()) is None


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"fhir_base_url": None}, "MARROW_FHIR_BASE_URL: not set"),
        ({"fhir_base_url": f"https://u:{SECRET}@ehr.example"}, "MARROW_FHIR_BASE_URL: expected https://host/path"),
        ({"fhir_base_url": f"https://ehr.example?{SECRET}"}, "MARROW_FHIR_BASE_URL: expected https://host/path"),
        ({"fhir_client_id": SECRET}, "MARROW_FHIR_CLIENT_ID: of no use without MARROW_FHIR_KEY_FILE; set both"),
        ({"fhir_key_file": SECRET}, "MARROW_FHIR_KEY_FILE: of no use without MARROW_FHIR_CLIENT_ID; set both"),
        ({"fhir_token_url": BASE}, "MARROW_FHIR_TOKEN_URL: of no use without MARROW_FHIR_CLIENT_ID; set both"),
        ({"fhir_user": SECRET}, "MARROW_FHIR_USER: of no use without MARROW_FHIR_PASSWORD; set both"),
        ({"fhir_password": SecretStr(SECRET)}, "MARROW_FHIR_PASSWORD: of no use without MARROW_FHIR_USER; set both"),
        ({"fhir_token": SecretStr(f"{SECRET} {SECRET}")}, "MARROW_FHIR_TOKEN: the bearer token"),
        ({"fhir_user": f"{SECRET}:", "fhir_password": SecretStr("p")}, "MARROW_FHIR_USER: the user name"),
        ({"fhir_client_id": "c", "fhir_key_file": f"/{SECRET}"}, "MARROW_FHIR_KEY_FILE: cannot be read; expected a file"),
        ({"fhir_client_id": "c", "fhir_key_file": __file__}, "MARROW_FHIR_KEY_FILE: the key cannot be read; expected"),
        ({"fhir_client_id": "c", "fhir_key_file": "k", "fhir_token_url": SECRET}, "MARROW_FHIR_TOKEN_URL: expected https"),
        ({"fhir_ca_file": f"/{SECRET}"}, "MARROW_FHIR_CA_FILE: cannot be read as certificates; expected a file in PEM"),
        ({"fhir_ca_file": __file__}, "MARROW_FHIR_CA_FILE: cannot be read as certificates; expected a file in PEM"),
        (
            {"fhir_token": SecretStr(SECRET), "fhir_user": SECRET, "fhir_password": SecretStr(SECRET)},
            "MARROW_FHIR_TOKEN, MARROW_FHIR_USER: more than one way to prove who we are; set one of them only",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_variable_and_without_its_value(told: dict[str, Any], complaint: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        opened(**told)
    assert str(raised.value).startswith(complaint)
    assert SECRET not in str(raised.value) and raised.value.__cause__ is None


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(WrongSettings) as raised:
        opened(fhir_client_id="c", fhir_user="u", fhir_token=SecretStr("t"))
    assert [line.split(":")[0] for line in str(raised.value).splitlines()] == [
        "MARROW_FHIR_CLIENT_ID",
        "MARROW_FHIR_USER",
        "MARROW_FHIR_CLIENT_ID, MARROW_FHIR_TOKEN, MARROW_FHIR_USER",
    ]

"""What the service is told by its environment."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "MARROW_"
_MEBIBYTE = 1024 * 1024
WRITTEN = ("Condition", "Observation", "ResearchSubject", "Provenance", "Device", "Subscription")
"""The types that are written on the FHIR server; the last one by `marrow subscribe` alone."""


class WrongSettings(ValueError):
    """The operator's fault: a variable of the environment that cannot be used."""


class Settings(BaseSettings):
    """One field for each variable, `MARROW_` before its name; an empty variable counts as not set.

    max_body_bytes: of a request, as it is sent and again when it is unpacked. max_body_seconds: until all of it has come.
    max_waiting: requests that are read or evaluated at the same time; more are turned away. fhir_*: the EHR's FHIR server and how
    it is told who asks. database_url: of SQLAlchemy. time_zone: in which a day begins, by its IANA name. workers: patients worked
    at the same time. judges: processes that evaluate. lease_seconds: after which work of a process that died is taken over.
    sweep_seconds, reread_seconds: between sweeps for what changed, and between those that read every patient whole.
    oidc_*: the OpenID provider that people sign in with, and of which of its groups one has to be; session_*: what their cookies
    are signed with, and how long they are good. jwks: the keys of who gives tokens to other systems, a file or an https URL;
    token_issuer and token_audience: what these tokens must name. rate_*: requests that one caller may make. log_format: json
    unless standard error is a terminal.
    cds_origins: the pages in a browser that may ask CDS Hooks, by scheme and host. review_dir: the folder in which marks of
    reviewers are kept, where it is not the pack's own.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    pack: str = "lan_2021"
    review_dir: str | None = None
    api_token: SecretStr | None = Field(default=None, min_length=1)
    max_body_bytes: int = Field(default=16 * _MEBIBYTE, gt=0)
    max_body_seconds: float = Field(default=60, gt=0, le=3600)
    max_waiting: int = Field(default=16, gt=0)
    database_url: SecretStr = SecretStr("sqlite:///marrow.db")
    max_inbox: int = Field(default=100_000, gt=0)
    fhir_base_url: str | None = None
    fhir_server_names: Annotated[tuple[str, ...], NoDecode] = ()
    fhir_release: Literal["R4", "R4B", "R5"] | None = None
    fhir_token: SecretStr | None = Field(default=None, min_length=1)
    fhir_user: str | None = None
    fhir_password: SecretStr | None = None
    fhir_client_id: str | None = None
    fhir_key_file: str | None = None
    fhir_token_url: str | None = None
    fhir_scopes: str = " ".join(("system/*.rs", *(f"system/{kind}.cruds" for kind in WRITTEN)))
    fhir_ca_file: str | None = None
    fhir_allowed_hosts: Annotated[frozenset[str], NoDecode] = frozenset()
    fhir_deadline_seconds: float = Field(default=60, gt=0)
    notification_token: SecretStr | None = Field(default=None, min_length=1)
    notification_secret: SecretStr | None = Field(default=None, min_length=1)
    time_zone: str = "UTC"
    workers: int = Field(default=4, gt=0, le=64)
    judges: int = Field(default=1, gt=0, le=64)
    lease_seconds: float = Field(default=15, gt=0, le=3600)
    sweep_seconds: float = Field(default=300, gt=0)
    reread_seconds: float = Field(default=86_400, gt=0)
    public_url: str | None = None
    cds_origins: Annotated[tuple[str, ...], NoDecode] = ()
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = Field(default=None, min_length=1)
    oidc_scopes: str = "openid profile"
    oidc_groups: Annotated[frozenset[str], NoDecode] = frozenset()
    session_key: SecretStr | None = Field(default=None, min_length=32)
    session_seconds: int = Field(default=28_800, gt=0, le=604_800)
    jwks: str | None = None
    token_issuer: str | None = None
    token_audience: str | None = None
    rate_per_second: float = Field(default=1000, gt=0)
    rate_burst: int = Field(default=2000, gt=0)
    log_format: Literal["json", "text"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("fhir_server_names", "fhir_allowed_hosts", "cds_origins", "oidc_groups", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("api_token", "notification_token", "notification_secret", "fhir_token")
    @classmethod
    def _is_there(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            raise PydanticCustomError("blank", "there are only spaces in it; set a secret, or nothing")
        return value


def settings_of_environment() -> Settings:
    """The settings; raises WrongSettings with every variable that is wrong, and none of their values.

    Those that are not in the environment are read from files of their name in the folder MARROW_SECRETS_DIR, where that is set.
    """
    folder = os.environ.get(f"{PREFIX}SECRETS_DIR") or None
    if folder is not None and not Path(folder).is_dir():
        raise WrongSettings(f"{PREFIX}SECRETS_DIR: there is no such folder")
    try:
        return Settings(_secrets_dir=folder)
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False, include_context=False)
        raise WrongSettings("\n".join(f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in told)) from None

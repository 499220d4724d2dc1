"""What the service is told by its environment."""

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "MARROW_"
_MEBIBYTE = 1024 * 1024


class WrongSettings(ValueError):
    """The operator's fault: a variable of the environment that cannot be used."""


class Settings(BaseSettings):
    """One field for each variable, `MARROW_` before its name; an empty variable counts as not set.

    max_body_bytes: of a request, as it is sent and again when it is unpacked. max_body_seconds: until all of it has come.
    max_waiting: requests that are read or evaluated at the same time; more are turned away.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    pack: str = "lan_2021"
    api_token: SecretStr | None = Field(default=None, min_length=1)
    max_body_bytes: int = Field(default=16 * _MEBIBYTE, gt=0)
    max_body_seconds: float = Field(default=60, gt=0, le=3600)
    max_waiting: int = Field(default=16, gt=0)


def settings_of_environment() -> Settings:
    """The settings; raises WrongSettings with every variable that is wrong, and none of their values."""
    try:
        return Settings()
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False, include_context=False)
        raise WrongSettings("\n".join(f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in told)) from None

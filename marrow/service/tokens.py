"""Bearer tokens of other systems, as the settings say whose: checked against the issuer's keys."""

from pathlib import Path

from fhir_adapter.client.accepted import NoKeys, accept, named_key, public_keys
from fhir_adapter.client.key_source import KeySource, KeysUnavailable, Reading, of_file, of_url
from fhir_adapter.client.waiting import Clock
from marrow.service.caller import Caller, by_credential
from marrow.service.entry import TokenCheck
from marrow.service.faults import Refused
from marrow.service.scopes import read_scopes
from marrow.service.settings import Settings, WrongSettings

_PAUSE = {"Retry-After": "60"}


def token_check(settings: Settings, clock: Clock) -> TokenCheck | None:
    """None where no tokens are accepted. Raises WrongSettings; an address is not asked before a token comes."""
    named = {
        "MARROW_JWKS": settings.jwks,
        "MARROW_TOKEN_ISSUER": settings.token_issuer,
        "MARROW_TOKEN_AUDIENCE": settings.token_audience,
    }
    if not any(named.values()):
        return None
    missing = [name for name, value in named.items() if value is None]
    if missing or settings.jwks is None or settings.token_issuer is None or settings.token_audience is None:
        raise WrongSettings(f"{', '.join(missing)}: not set; tokens are accepted with all of {', '.join(named)}")
    return checking(
        KeySource(_reading(settings, settings.jwks, clock), clock), settings.token_issuer, settings.token_audience, clock
    )


def checking(source: KeySource, issuer: str, audience: str, clock: Clock) -> TokenCheck:
    """Tokens of one issuer for one audience."""

    async def check(token: str) -> Caller | None:
        named = named_key(token)
        if named is None:
            return None
        try:
            keys = await source.keys(named)
        except KeysUnavailable:
            raise Refused(503, "the keys that tokens are checked with cannot be had now; try again", _PAUSE) from None
        found = accept(token, keys, issuer, audience, clock.wall())
        return None if found is None else by_credential(f"client {found.client}", found.client, read_scopes(found.scopes))

    return check


def _reading(settings: Settings, place: str, clock: Clock) -> Reading:
    if "://" in place:
        try:
            return of_url(place, settings.fhir_ca_file, clock)
        except ValueError as error:
            raise WrongSettings(f"MARROW_JWKS: {error}") from None
    path = Path(place)
    try:
        public_keys(path.read_bytes())
    except OSError:
        raise WrongSettings("MARROW_JWKS: cannot be read; expected a file with a JWK Set, or an https address") from None
    except NoKeys as error:
        raise WrongSettings(f"MARROW_JWKS: {error}") from None
    return of_file(path)

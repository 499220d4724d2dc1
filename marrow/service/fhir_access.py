"""The EHR's FHIR server, as the service is told of it: its address, and how we prove who we are."""

from pathlib import Path

from fhir_adapter.client.address import origin_of
from fhir_adapter.client.auth import NO_AUTH, basic, bearer
from fhir_adapter.client.backend import BackendServices
from fhir_adapter.client.courier import Auth
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.keys import SigningKey, UnusableKey, signing_key
from fhir_adapter.client.settings import Settings as Limits
from fhir_adapter.client.waiting import Clock
from marrow.service.settings import Settings, WrongSettings

_TOGETHER = {
    "MARROW_FHIR_CLIENT_ID": "MARROW_FHIR_KEY_FILE",
    "MARROW_FHIR_KEY_FILE": "MARROW_FHIR_CLIENT_ID",
    "MARROW_FHIR_TOKEN_URL": "MARROW_FHIR_CLIENT_ID",
    "MARROW_FHIR_USER": "MARROW_FHIR_PASSWORD",
    "MARROW_FHIR_PASSWORD": "MARROW_FHIR_USER",
}
"""By variable, the one without which it is of no use."""
_KINDS = ("MARROW_FHIR_CLIENT_ID", "MARROW_FHIR_TOKEN", "MARROW_FHIR_USER")
"""The variables that begin each way to prove who we are: SMART Backend Services, a bearer token, a name and a password."""


def open_fhir_client(settings: Settings, clock: Clock) -> FhirClient:
    """A client of the EHR's FHIR server, for one event loop; to be closed.

    Raises WrongSettings, which names the variables and none of their values, where it is not told how to be reached.
    """
    base = settings.fhir_base_url
    if base is None:
        raise WrongSettings("MARROW_FHIR_BASE_URL: not set; expected the address of the FHIR server, as https://ehr.example/fhir")
    if origin_of(base) is None or "?" in base:
        raise WrongSettings("MARROW_FHIR_BASE_URL: expected https://host/path, without user, query and fragment")
    limits = Limits(
        deadline=settings.fhir_deadline_seconds, allowed_hosts=settings.fhir_allowed_hosts, ca_file=settings.fhir_ca_file
    )
    auth = _auth(settings)
    try:
        return FhirClient(base, auth, limits, clock=clock)
    except OSError:  # of what is opened here, only the certificates are a file
        raise WrongSettings("MARROW_FHIR_CA_FILE: cannot be read as certificates; expected a file in PEM") from None


def signing_key_of(settings: Settings) -> SigningKey | None:
    """The private key of MARROW_FHIR_KEY_FILE, whose public half the FHIR server checks with. Raises WrongSettings."""
    if settings.fhir_key_file is None:
        return None
    try:
        return signing_key(Path(settings.fhir_key_file).read_text(encoding="utf-8"))
    except UnusableKey as error:
        raise WrongSettings(f"MARROW_FHIR_KEY_FILE: {error}") from None
    except (OSError, ValueError):
        raise WrongSettings("MARROW_FHIR_KEY_FILE: cannot be read; expected a file with the private key, as PEM or JWK") from None


def _auth(settings: Settings) -> Auth:
    _check(settings)
    key = signing_key_of(settings)
    if settings.fhir_client_id is not None and key is not None:
        return BackendServices(settings.fhir_client_id, key, settings.fhir_scopes, settings.fhir_token_url)
    try:
        if settings.fhir_token is not None:
            return bearer(settings.fhir_token.get_secret_value())
        if settings.fhir_user is not None and settings.fhir_password is not None:
            return basic(settings.fhir_user, settings.fhir_password.get_secret_value())
    except ValueError as error:  # its words name the fault and no secret
        raise WrongSettings(f"{'MARROW_FHIR_TOKEN' if settings.fhir_token else 'MARROW_FHIR_USER'}: {error}") from None
    return NO_AUTH


def _check(settings: Settings) -> None:
    """One way to prove who we are, and all that it needs."""
    given = {
        "MARROW_FHIR_CLIENT_ID": settings.fhir_client_id,
        "MARROW_FHIR_KEY_FILE": settings.fhir_key_file,
        "MARROW_FHIR_TOKEN_URL": settings.fhir_token_url,
        "MARROW_FHIR_TOKEN": settings.fhir_token,
        "MARROW_FHIR_USER": settings.fhir_user,
        "MARROW_FHIR_PASSWORD": settings.fhir_password,
    }
    named = {name for name, value in given.items() if value is not None}
    lonely = [(name, other) for name, other in _TOGETHER.items() if name in named and other not in named]
    faults = [f"{name}: of no use without {other}; set both" for name, other in lonely]
    kinds = [name for name in _KINDS if name in named]
    if len(kinds) > 1:
        faults.append(f"{', '.join(kinds)}: more than one way to prove who we are; set one of them only")
    if settings.fhir_token_url is not None and origin_of(settings.fhir_token_url) is None:
        faults.append("MARROW_FHIR_TOKEN_URL: expected https://host/path, without user and fragment")
    if faults:
        raise WrongSettings("\n".join(faults))

"""SMART Backend Services: a signed statement of who we are for a token that is good for a few minutes."""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

import msgspec

from fhir_adapter.client.address import origin_of
from fhir_adapter.client.courier import Courier
from fhir_adapter.client.exchange import Errand
from fhir_adapter.client.keys import SigningKey
from fhir_adapter.client.trouble import ExchangeFailed

DISCOVERY = ".well-known/smart-configuration"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_GOOD_FOR = 240
"""Seconds that a statement is good for; 300 are allowed, and clocks differ."""
_MARGIN = 60.0
"""Seconds before its end, at most, in which a token is not used any more; of a short one, a fourth of its time."""
_UNSAID = 300.0
"""Seconds that a token is good for where the server does not say."""
_JSON = {"Accept": "application/json"}
_ROUTE = "POST the token address"


class _Configuration(msgspec.Struct):
    token_endpoint: str


class _Granted(msgspec.Struct):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_in: float = _UNSAID


@dataclass(frozen=True, slots=True)
class _Token:
    header: str = field(repr=False)
    until: float


class BackendServices:
    """Tokens for client credentials with `private_key_jwt`, kept until shortly before their end; callers share one request.

    token_url: where tokens are given; found by the server's SMART configuration where it is None. One event loop only.
    """

    def __init__(self, client_id: str, key: SigningKey, scopes: str, token_url: str | None = None) -> None:
        self._client_id, self._key, self._scopes = client_id, key, scopes
        self._token_url = token_url
        self._token: _Token | None = None
        self._asking: asyncio.Task[_Token] | None = None

    def __repr__(self) -> str:
        return f"BackendServices({self._key.algorithm})"

    async def header(self, courier: Courier) -> str:
        """A header that is good now; raises ExchangeFailed where no token is given."""
        if self._token is not None and courier.clock.steady() < self._token.until:
            return self._token.header
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(courier))
            self._asking.add_done_callback(self._asked)
        return (await asyncio.shield(self._asking)).header

    def forget(self, header: str) -> bool:
        """Drop a token that is not accepted, unless there is a newer one by now."""
        if self._token is not None and self._token.header == header:
            self._token = None
        return True

    def _asked(self, task: "asyncio.Task[_Token]") -> None:
        self._asking = None
        if not task.cancelled() and task.exception() is None:
            self._token = task.result()

    async def _ask(self, courier: Courier) -> _Token:
        url = self._token_url or await _discover(courier)
        headers = {**_JSON, "Content-Type": "application/x-www-form-urlencoded"}
        errand = Errand("POST", url, _ROUTE, body=lambda: self._form(url, courier.clock.wall()), headers=headers)
        asked = courier.clock.steady()
        answer = await courier.carry(errand, "read")  # asking twice does nothing: each try has a statement of its own
        granted = _granted(answer.body)
        if granted is None:
            raise ExchangeFailed("no-token", _ROUTE, status=answer.status)
        self._token_url = url
        good_for = max(granted.expires_in, 0.0)
        return _Token(f"Bearer {granted.access_token}", asked + good_for - min(_MARGIN, good_for / 4))

    def _form(self, url: str, now: float) -> bytes:
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": url,
            "exp": int(now) + _GOOD_FOR,
            "jti": uuid4().hex,
        }
        fields = {
            "grant_type": "client_credentials",
            "scope": self._scopes,
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._key.sign(claims),
        }
        return urlencode(fields).encode("ascii")


async def _discover(courier: Courier) -> str:
    addresses = courier.addresses
    errand = Errand("GET", addresses.here(DISCOVERY), f"GET {DISCOVERY}", headers=_JSON)
    answer = await courier.carry(errand, "read")
    try:
        found = msgspec.json.decode(answer.body, type=_Configuration).token_endpoint
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ExchangeFailed("no-token-address", errand.route, status=answer.status) from None
    if origin_of(found) is None:
        raise ExchangeFailed("no-token-address", errand.route, status=answer.status)
    return addresses.guard(found, _ROUTE)


def _granted(body: bytes) -> _Granted | None:
    """What the server gives; None where it is no token that can stand in a header."""
    try:
        found = msgspec.json.decode(body, type=_Granted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    token = found.access_token
    usable = token.isascii() and token.isprintable() and " " not in token and found.token_type.lower() == "bearer"
    return found if token and usable else None

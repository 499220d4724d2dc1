"""Which Subscriptions are wanted: by what was asked, by the settings, and by what the server says that it can."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from fhir_adapter.capability import Offer, read_capability
from fhir_adapter.client.address import origin_of
from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.resources import SHAPES
from fhir_adapter.write_subscription import TYPES, Channel, Content, Filter, Status, Style, Wanted, subscriptions
from marrow.service.settings import Settings, WrongSettings

T = TypeVar("T")

SOURCE = "notifications/ehr"
"""Where the notifications of MARROW_FHIR_BASE_URL come in."""
_SELF_ACTIVATED = frozenset(("medplum",))
"""Servers that leave it to the subscriber to set a Subscription active, by the name of their software."""
_HIDDEN = "HIDDEN"


class WrongCall(ValueError):
    """The operator's fault: options that cannot be used, or not on this server."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for, as it was written."""

    endpoint: str | None
    style: Literal["auto"] | Style = "auto"
    topics: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    types: str | None = None
    content: Content = "full-resource"
    activate: bool = False

    def where(self, settings: Settings) -> str:
        """The endpoint. Raises WrongCall for none, and for what is no address."""
        if self.endpoint is not None:
            found = self.endpoint
        elif settings.public_url is not None:
            found = f"{settings.public_url.rstrip('/')}/{SOURCE}"
        else:
            raise WrongCall(
                "--endpoint: not given; expected where the server reaches Marrow, as https://marrow.example/" + SOURCE
            )
        if origin_of(found) is None or "?" in found:
            raise WrongCall("--endpoint: expected https://host/path, without user, query and fragment")
        return found


async def planned(client: FhirClient, asked: Asked, settings: Settings, hidden: bool = False) -> tuple[Wanted, ...]:
    """The Subscriptions to put. hidden: without their secrets, to be shown.

    Raises WrongCall and WrongSettings for what cannot be asked for, and ExchangeFailed where the server is not to be asked.
    """
    channel = _channel(asked, settings, hidden)
    filters = _said("--filter", lambda: tuple(Filter(text) for text in asked.filters))
    offer = await _offer(client)
    style = _style(asked, offer)
    subjects = _types(asked) if style == "r4" else _topics(asked, offer)
    status: Status = "active" if asked.activate or (offer is not None and offer.software in _SELF_ACTIVATED) else "requested"
    return _said("--content, --filter", lambda: subscriptions(style, subjects, channel, filters, status))


def shown(wanted: Wanted) -> str:
    """A Subscription as one line of JSON."""
    return msgspec.json.encode(wanted.resource).decode()


def concerns(endpoint: str, settings: Settings) -> list[str]:
    """What is possible and not wise."""
    found = []
    if _is_open(endpoint):
        found.append("--endpoint is not https: patient data and the token are sent there for everybody on the way to read")
    if settings.fhir_base_url is not None and _is_open(settings.fhir_base_url):
        found.append("MARROW_FHIR_BASE_URL is not https: tokens are sent there for everybody on the way to read")
    if not urlsplit(endpoint).path.rstrip("/").endswith(f"/{SOURCE}"):
        found.append(f"--endpoint does not end in /{SOURCE}, where Marrow takes the notifications of this server")
    return found


def _channel(asked: Asked, settings: Settings, hidden: bool) -> Channel:
    endpoint = asked.where(settings)
    if settings.notification_token is None and not _is_loopback(endpoint):
        raise WrongSettings("MARROW_NOTIFICATION_TOKEN: not set; notifications from another machine have to show it")
    secrets = [
        None if one is None else one.get_secret_value() for one in (settings.notification_token, settings.notification_secret)
    ]
    try:
        Channel(endpoint, token=secrets[0])
    except ValueError as error:  # its words name the fault and no secret
        raise WrongSettings(f"MARROW_NOTIFICATION_TOKEN: {error}") from None
    token, secret = (_HIDDEN if hidden and one is not None else one for one in secrets)
    return Channel(endpoint, token, secret, asked.content)


async def _offer(client: FhirClient) -> Offer | None:
    """What the server says of itself; None where it says nothing."""
    try:
        statement = await client.capability()
    except ExchangeFailed as failed:
        if failed.passing or failed.status in (None, 401):
            raise
        return None
    return read_capability(statement) if isinstance(statement, bytes) else None


def _style(asked: Asked, offer: Offer | None) -> Style:
    if asked.style != "auto":
        return asked.style
    if offer is None:
        raise WrongCall("--style auto: the server has no capability statement that can be read; say which style it takes")
    if not offer.subscribes:
        raise WrongCall("--style auto: the server's capability statement has no Subscription; say a style to try all the same")
    if offer.release == "R5":
        return "r5"
    return "backport" if asked.topics or offer.topics else "r4"


def _types(asked: Asked) -> tuple[str, ...]:
    if asked.topics:
        raise WrongCall("--topic: Subscriptions of style r4 are by type; leave it out, or say --style backport")
    if asked.types is None:
        return TYPES
    named = tuple(name.strip() for name in asked.types.split(",") if name.strip())
    unknown = [name for name in named if name not in SHAPES]
    if unknown or not named:
        raise WrongCall(f"--types: expected some of {','.join(SHAPES)}, with commas")
    return named


def _topics(asked: Asked, offer: Offer | None) -> tuple[str, ...]:
    if asked.types is not None:
        raise WrongCall("--types: a topic decides its types; leave it out, or say --style r4")
    if asked.topics and all(":" in topic and topic.isprintable() and " " not in topic for topic in asked.topics):
        return asked.topics
    offered = ", ".join(offer.topics) if offer is not None and offer.topics else "none that it names; ask its operator"
    raise WrongCall(f"--topic: expected the canonical URL of a topic; the server offers: {offered}")


def _said(option: str, make: Callable[[], T]) -> T:
    """What is made of an option; its fault named after it."""
    try:
        return make()
    except ValueError as error:
        raise WrongCall(f"{option}: {error}") from None


def _is_open(url: str) -> bool:
    """Whether what is sent there can be read on the way."""
    return urlsplit(url).scheme == "http" and not _is_loopback(url)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

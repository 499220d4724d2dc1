"""The Subscriptions that make a FHIR server notify us: by criteria (R4), by topic on R4 and R4B (backport), by topic (R5).

Nothing is left out by code, status or value: a server says nothing of a resource that no longer matches, so what was corrected
would stay as it was.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal
from urllib.parse import parse_qsl

from fhir_adapter.identity import Resource
from fhir_adapter.resources import SHAPES

Style = Literal["r4", "backport", "r5"]
Content = Literal["full-resource", "id-only", "empty"]
Status = Literal["requested", "active"]

TYPES = tuple(kind for kind in SHAPES if kind != "Specimen")
"""What is subscribed to where nobody says otherwise: the types that are read, but those that only others refer to."""
SYSTEM = "urn:marrow:subscription"
"""The system of the tag and the identifier by which ours are known."""
FILTERS = frozenset(("patient", "subject", "individual", "organization"))
"""The search parameters that say whose a resource is, which a correction of its content does not change."""

_BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
_DEFINITIONS = "http://hl7.org/fhir/StructureDefinition"
_DELETES = "http://hapifhir.io/fhir/StructureDefinition/subscription-send-delete-messages"
_SECRETS = tuple(f"https://{host}/fhir/StructureDefinition/subscription-secret" for host in ("www.medplum.com", "medplum.com"))
"""Medplum's releases look for the one or the other."""
_JSON = "application/fhir+json"
_REASON = "Marrow evaluates the criteria of a trial again when a patient's record changes"
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


@dataclass(frozen=True, slots=True)
class Channel:
    """Where notifications go and what they hold. token, secret: by which they are known; heartbeat, timeout: seconds.

    Raises ValueError for a token that some server would not hand on as it is.
    """

    endpoint: str
    token: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    content: Content = "full-resource"
    heartbeat: int = 3600
    timeout: int = 60
    most_events: int = 64

    def __post_init__(self) -> None:
        if self.token is not None and _TOKEN.fullmatch(self.token) is None:
            raise ValueError("the token of notifications: expected letters, digits and -._~+/, as a bearer token is written")

    @property
    def authorization(self) -> str | None:
        return None if self.token is None else f"Bearer {self.token}"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a topic is narrowed to: `Observation?patient=Patient/1`. Raises ValueError for what could hide a correction."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        kind = self.text.partition("?")[0]
        if kind not in SHAPES or not self.pairs or not all(value for _, value in self.pairs):
            raise ValueError("a filter: expected a type that is read and a search parameter, as `Observation?patient=Patient/1`")
        if not all(part in FILTERS for name, _ in self.pairs for part in name.split(".")):
            raise ValueError(
                f"a filter by what can be corrected would hide the correction: expected {', '.join(sorted(FILTERS))}"
            )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.text.partition("?")[2], keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One Subscription that is to be there. about: its resource type or topic; key: its id where the server lets us choose."""

    about: str
    key: str
    resource: Resource = field(repr=False)


def subscriptions(
    style: Style, subjects: Iterable[str], channel: Channel, filters: Iterable[Filter] = (), status: Status = "requested"
) -> tuple[Wanted, ...]:
    """One for each subject: a resource type in the R4 style, else the canonical URL of a topic.

    status: `active` for a server that leaves that to the subscriber. Raises ValueError where the style cannot say it.
    """
    narrowed = tuple(filters)
    if style == "r4" and (channel.content == "id-only" or narrowed):
        raise ValueError(
            "Subscriptions by criteria send the whole resource or nothing, of all patients: ids and filters need topics"
        )
    return tuple(_wanted(style, subject, channel, narrowed, status) for subject in dict.fromkeys(subjects))


def key_of(style: Style, subject: str, endpoint: str) -> str:
    """40 characters of style, subject and endpoint, and of nothing else; good as an id, with a letter as some servers want."""
    return f"marrow-{blake2b(chr(10).join((style, subject, endpoint)).encode(), digest_size=16).hexdigest()}"


def _wanted(style: Style, subject: str, channel: Channel, filters: tuple[Filter, ...], status: Status) -> Wanted:
    key = key_of(style, subject, channel.endpoint)
    begun: Resource = {"resourceType": "Subscription", "id": key, "meta": {"tag": [{"system": SYSTEM, "code": key}]}}
    match style:
        case "r4":
            said = _by_criteria(subject, channel)
        case "backport":
            said = _by_backported_topic(subject, channel, filters)
            begun["meta"] = {"profile": [f"{_BACKPORT}/backport-subscription"], **begun["meta"]}
        case "r5":
            said = _by_topic(subject, key, channel, filters)
    return Wanted(subject, key, {**begun, **said, "status": status})


def _by_criteria(kind: str, channel: Channel) -> Resource:
    payload = {} if channel.content == "empty" else {"payload": _JSON}
    signed = {} if channel.secret is None else {"extension": [{"url": url, "valueString": channel.secret} for url in _SECRETS]}
    return {
        **signed,
        "reason": _REASON,
        "criteria": f"{kind}?",  # HAPI refuses a type without the question mark, Medplum takes both
        "channel": {"extension": [{"url": _DELETES, "valueBoolean": True}], **_rest_hook(channel), **payload, **_header(channel)},
    }


def _by_backported_topic(topic: str, channel: Channel, filters: tuple[Filter, ...]) -> Resource:
    limits = [
        {"url": f"{_BACKPORT}/backport-heartbeat-period", "valueUnsignedInt": channel.heartbeat},
        {"url": f"{_BACKPORT}/backport-timeout", "valueUnsignedInt": channel.timeout},
        {"url": f"{_BACKPORT}/backport-max-count", "valuePositiveInt": channel.most_events},
    ]
    narrowed = [{"url": f"{_BACKPORT}/backport-filter-criteria", "valueString": one.text} for one in filters]
    content = {"url": f"{_BACKPORT}/backport-payload-content", "valueCode": channel.content}
    return {
        "reason": _REASON,
        "criteria": topic,
        **({"_criteria": {"extension": narrowed}} if narrowed else {}),
        "channel": {
            "extension": limits,
            **_rest_hook(channel),
            "payload": _JSON,
            "_payload": {"extension": [content]},
            **_header(channel),
        },
    }


def _by_topic(topic: str, key: str, channel: Channel, filters: tuple[Filter, ...]) -> Resource:
    narrowed = [
        {"resourceType": f"{_DEFINITIONS}/{one.text.partition('?')[0]}", "filterParameter": name, "value": value}
        for one in filters
        for name, value in one.pairs
    ]
    shown = channel.authorization
    return {
        "identifier": [{"system": SYSTEM, "value": key}],
        "name": "Marrow",
        "topic": topic,
        "reason": _REASON,
        **({"filterBy": narrowed} if narrowed else {}),
        "channelType": {"system": "http://terminology.hl7.org/CodeSystem/subscription-channel-type", "code": "rest-hook"},
        "endpoint": channel.endpoint,
        **({} if shown is None else {"parameter": [{"name": "Authorization", "value": shown}]}),
        "heartbeatPeriod": channel.heartbeat,
        "timeout": channel.timeout,
        "contentType": _JSON,
        "content": channel.content,
        "maxCount": channel.most_events,
    }


def _rest_hook(channel: Channel) -> Resource:
    return {"type": "rest-hook", "endpoint": channel.endpoint}


def _header(channel: Channel) -> Resource:
    return {} if channel.token is None else {"header": [f"Authorization: {channel.authorization}"]}

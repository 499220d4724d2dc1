"""A Subscription as a server has it: how it stands, whether it is ours, and whether it says what is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fhir_adapter.elements import Coding, Identifier, Shape
from fhir_adapter.filing import file_of
from fhir_adapter.resources import SHAPES
from fhir_adapter.write_subscription import SYSTEM, Wanted, key_of

STATUSES = frozenset(("requested", "active", "error", "off", "entered-in-error"))
_SERVERS_OWN = ("id", "meta", "text", "status", "error")
"""The elements that a server may write as it likes."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """status: one of FHIR's, else `unknown`. about: its type or topic. key: as of a Wanted that is the same; ours: by its tag."""

    id: str
    version: str | None
    status: str
    about: str
    endpoint: str = field(repr=False)
    key: str
    ours: bool
    said: bytes = field(repr=False)

    def says(self, wanted: Wanted) -> bool:
        """Whether it already says what is wanted, but for how it stands."""
        return self.said == _substance(wanted.resource)


class _Meta(Shape):
    tag: tuple[Coding, ...] = ()


class _Channel(Shape):
    endpoint: str = ""


class _Subscription(Shape):
    status: str = ""
    meta: _Meta | None = None
    identifier: tuple[Identifier, ...] = ()
    criteria: str = ""
    topic: str = ""
    endpoint: str = ""
    channel: _Channel | None = None


_SUBSCRIPTION = msgspec.json.Decoder(_Subscription)


def read_subscription(raw: bytes) -> Subscribed | None:
    """None for what is no Subscription with an id."""
    filed = file_of(raw)
    if filed is None or filed.type != "Subscription" or filed.raw is None:
        return None
    try:
        found = _SUBSCRIPTION.decode(filed.raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    endpoint = found.endpoint or (found.channel.endpoint if found.channel is not None else "")
    tags = found.meta.tag if found.meta is not None else ()
    marks = [*((tag.system, tag.code) for tag in tags), *((one.system, one.value) for one in found.identifier)]
    keys = [key for system, key in marks if system == SYSTEM and key]
    return Subscribed(
        id=filed.id,
        version=filed.version,
        status=found.status if found.status in STATUSES else "unknown",
        about=found.topic or found.criteria.removesuffix("?"),
        endpoint=endpoint,
        key=keys[0] if keys else _key(found, endpoint),
        ours=bool(keys),
        said=_substance(msgspec.json.decode(filed.raw)),
    )


def _key(found: _Subscription, endpoint: str) -> str:
    """The key that one of ours would have: some servers do not keep tags."""
    if found.topic:
        return key_of("r5", found.topic, endpoint)
    kind = found.criteria.removesuffix("?")
    if kind in SHAPES:
        return key_of("r4", kind, endpoint)
    return key_of("backport", found.criteria, endpoint)


def _substance(resource: Mapping[str, Any]) -> bytes:
    said = {name: value for name, value in resource.items() if name not in _SERVERS_OWN}
    return msgspec.json.encode(said, order="deterministic")

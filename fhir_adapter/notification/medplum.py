"""What Medplum says in headers about a notification: whose it is, what was done, and which resource is no more."""

from collections.abc import Mapping

from fhir_adapter.notification.notice import Change, Interaction
from fhir_adapter.notification.refused import Refused
from fhir_adapter.notification.target import target
from fhir_adapter.reference import ID

SIGNATURE = "x-signature"
"""The header for `verify_signature`."""

_SUBSCRIPTION, _INTERACTION = "x-medplum-subscription", "x-medplum-interaction"
_DELETED = "x-medplum-deleted-resource"
_INTERACTIONS: dict[str, Interaction] = {"create": "upsert", "update": "upsert", "delete": "delete"}


def is_medplum(headers: Mapping[str, str]) -> bool:
    """Whether any of its headers is there."""
    return any(name in headers for name in (_SUBSCRIPTION, _INTERACTION, _DELETED))


def subscription_of(headers: Mapping[str, str]) -> str | None:
    """`Subscription/id`; other servers do not say it."""
    identity = headers.get(_SUBSCRIPTION, "").strip().removeprefix("Subscription/")
    return f"Subscription/{identity}" if ID.fullmatch(identity) else None


def interaction_of(headers: Mapping[str, str]) -> Interaction:
    """What was done; a resource that came without the header was written."""
    return _INTERACTIONS.get(headers.get(_INTERACTION, "").strip().lower(), "upsert")


def deletion_of(headers: Mapping[str, str]) -> Change | None:
    """The deletion that the headers tell, since the body of one is `{}`; raises Refused where they name no resource."""
    text = headers.get(_DELETED)
    if text is None:
        return None
    named = target(text)
    if named is None:
        raise Refused("deleted-resource")
    return Change(named.type, named.id, named.version, "delete", server=named.server)

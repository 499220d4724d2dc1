"""Who did what to whose data, as an AuditEvent of R4: told without values, and without anything that opens a door."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from fhir_adapter.identity import Resource, reference

Interaction = Literal["read", "search-type", "create", "update", "delete", "operation", "login", "logout"]
Outcome = Literal["done", "refused", "failed"]

_ACTIONS: dict[Interaction, str] = {
    "read": "R", "search-type": "R", "create": "C", "update": "U", "delete": "D", "operation": "E", "login": "E", "logout": "E",
}  # fmt: skip
_AUTHENTICATION = {"login": "110122", "logout": "110123"}
"""What DICOM calls them; everything else is an interaction of FHIR's REST."""
_OUTCOMES: dict[Outcome, str] = {"done": "0", "refused": "4", "failed": "8"}
"""Success, minor failure: the caller's, and serious failure: ours or another server's."""
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_PROFILES = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_SOURCE, _DESTINATION = "110153", "110152"
"""The roles of DICOM for who asks and who is asked."""


@dataclass(frozen=True, slots=True, repr=False)
class Happening:
    """What a caller did, or Marrow itself. at: seconds since 1970. who: the caller by name, None: Marrow; address: the caller's.

    patient: `Patient/id`, what: `Type/id` of the resource that was read or written, each where it is known. page: what was
    looked at or changed that is no resource.
    """

    at: float
    interaction: Interaction
    outcome: Outcome
    who: str | None = None
    address: str | None = None
    patient: str | None = None
    what: str | None = None
    request_id: str | None = None
    page: str | None = None


def audit_event(happening: Happening, identity: str, marrow: Resource) -> Resource:
    """The AuditEvent. identity: its id; marrow: a reference to the Device that Marrow is."""
    found: Resource = {
        "resourceType": "AuditEvent",
        "id": identity,
        **_kind(happening.interaction),
        "action": _ACTIONS[happening.interaction],
        "recorded": datetime.fromtimestamp(happening.at, UTC).isoformat(timespec="milliseconds"),
        "outcome": _OUTCOMES[happening.outcome],
        "agent": _agents(happening, marrow),
        "source": {
            "observer": marrow,
            "type": [{"system": f"{_TERMINOLOGY}/security-source-type", "code": "4", "display": "Application Server"}],
        },
    }
    entities = [*_about(happening), *_asked_as(happening)]
    return {**found, "entity": entities} if entities else found


def _kind(interaction: Interaction) -> Resource:
    if interaction in _AUTHENTICATION:
        subtype = {"system": _DICOM, "code": _AUTHENTICATION[interaction], "display": interaction.capitalize()}
        return {"type": {"system": _DICOM, "code": "110114", "display": "User Authentication"}, "subtype": [subtype]}
    return {
        "type": {"system": f"{_TERMINOLOGY}/audit-event-type", "code": "rest", "display": "Restful Operation"},
        "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": interaction}],
    }


def _agents(happening: Happening, marrow: Resource) -> list[Resource]:
    ours = {"type": _role(_SOURCE if happening.who is None else _DESTINATION), "who": marrow, "requestor": happening.who is None}
    if happening.who is None:
        return [ours]
    theirs: Resource = {"type": _role(_SOURCE), "who": {"display": happening.who}, "requestor": True}
    if happening.address is not None:
        theirs["network"] = {"address": happening.address, "type": "2"}
    return [theirs, ours]


def _about(happening: Happening) -> list[Resource]:
    found = []
    if happening.patient is not None:
        found.append({"what": reference(happening.patient), "type": _entity("1"), "role": _object_role("1")})
    if happening.what is not None and happening.what != happening.patient:
        found.append({"what": reference(happening.what), "type": _entity("2"), "role": _object_role("4")})
    if happening.page is not None:
        found.append({"what": {"display": happening.page}, "type": _entity("2"), "role": _object_role("4")})
    return found


def _asked_as(happening: Happening) -> list[Resource]:
    if happening.request_id is None:
        return []
    return [{"what": {"identifier": {"value": happening.request_id}}, "type": {"system": _PROFILES, "code": "XrequestId"}}]


def _role(code: str) -> Resource:
    return {"coding": [{"system": _DICOM, "code": code}]}


def _entity(code: str) -> Resource:
    return {"system": f"{_TERMINOLOGY}/audit-entity-type", "code": code}


def _object_role(code: str) -> Resource:
    return {"system": f"{_TERMINOLOGY}/object-role", "code": code}

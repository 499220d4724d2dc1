"""Why a notification is not taken: a code, the HTTP status of the answer and a sentence for whoever runs the sending server."""

from dataclasses import dataclass
from http import HTTPStatus

_BAD, _LARGE, _MEDIA = HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of refusal. issue_type: the FHIR IssueType, for an OperationOutcome. All of them are the sender's to mend."""

    status: HTTPStatus
    issue_type: str
    message: str


REASONS: dict[str, Reason] = {
    # the call
    "method": Reason(HTTPStatus.METHOD_NOT_ALLOWED, "not-supported", "expected a notification by POST, PUT or DELETE"),
    "path": Reason(
        HTTPStatus.NOT_FOUND,
        "not-found",
        "expected the endpoint as it was given, or /{{type}}/{{id}} of a FHIR resource below it",
    ),
    "path-differs": Reason(_BAD, "conflict", "the path names another resource than the body; send one resource to its own path"),
    "nothing-named": Reason(_BAD, "required", "neither path nor body names a resource; PUT and DELETE go to /{{type}}/{{id}}"),
    "deleted-resource": Reason(_BAD, "value", "the header x-medplum-deleted-resource is not a reference; expected Type/id"),
    # the body
    "too-large": Reason(
        _LARGE, "too-long", "the body is longer than {limit} bytes; send fewer resources at once, or their ids only"
    ),
    "too-deep": Reason(_BAD, "too-costly", "the JSON is nested deeper than {limit} levels; FHIR needs fewer"),
    "too-many-entries": Reason(_LARGE, "too-costly", "more than {limit} entries or resources at once; lower the maxCount"),
    "too-many-events": Reason(_LARGE, "too-costly", "more than {limit} events at once; lower the maxCount or the batch size"),
    "compressed": Reason(_MEDIA, "not-supported", "the body is compressed; send it without a content-encoding"),
    "xml": Reason(_MEDIA, "not-supported", "this is XML; set the payload of the Subscription to application/fhir+json"),
    "encoding": Reason(_BAD, "structure", "the body is not UTF-8; send FHIR JSON as UTF-8"),
    "not-json": Reason(_BAD, "structure", "the body is not complete, valid JSON; nothing of it was read"),
    "not-a-notification": Reason(
        _BAD, "structure", "expected one FHIR resource or Bundle, or a list of Event Grid events of FHIR resources"
    ),
    "structure": Reason(_BAD, "structure", "an element of the notification has another JSON type than FHIR gives it"),
    # what it says
    "unknown-resource-type": Reason(_BAD, "not-supported", "resourceType names no FHIR resource type of R4, R4B or R5"),
    "id-missing": Reason(_BAD, "required", "the resource has no id; a server notifies of resources that it has stored"),
    "id-invalid": Reason(_BAD, "value", "the id is not a FHIR id (letters, digits, - and ., at most 64)"),
    "bundle-empty": Reason(_BAD, "required", "the Bundle has neither a status of the subscription nor a resource"),
    "status-several": Reason(_BAD, "structure", "the Bundle has more than one status; send one subscription's at a time"),
    "status-type": Reason(
        _BAD, "code-invalid", "expected the type handshake, heartbeat, event-notification, query-status or query-event"
    ),
    "status-contradiction": Reason(_BAD, "conflict", "the status says two things under one name; send {name} once"),
    "early-backport": Reason(
        _BAD,
        "not-supported",
        "this is the subscriptions backport in its draft 0.1.0, with the status in Bundle.meta; expected 1.0.0 or later, "
        "with Parameters or a SubscriptionStatus as first entry",
    ),
}


class Refused(Exception):
    """The sender's fault that costs the whole call. words: names and limits of ours, never anything that was sent."""

    def __init__(self, code: str, **words: str) -> None:
        reason = REASONS[code]
        self.code, self.status, self.issue_type = code, int(reason.status), reason.issue_type
        self.message = reason.message.format(**words)
        super().__init__(f"{code}: {self.message}")

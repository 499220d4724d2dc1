"""Who may notify: whoever shows the token and signs as was agreed; where nothing was agreed, this machine alone."""

from fastapi import Request
from starlette.types import Scope

from fhir_adapter.notification.medplum import SIGNATURE, deletion_of
from fhir_adapter.notification.refused import Refused as NotRead
from fhir_adapter.notification.signature import is_bearer, verify_signature
from marrow.service.caller import Caller, by_address, by_credential, header
from marrow.service.here import is_from_here
from marrow.service.settings import Settings

PREFIX = "/notifications"
_NOTHING = (b"", b"{}")


class NotificationGuard:
    """What is configured is asked for: the token, the signature, or both. Their values are compared in constant time."""

    def __init__(self, settings: Settings) -> None:
        self._token, self._secret = settings.notification_token, settings.notification_secret

    def caller(self, scope: Scope) -> Caller | None:
        """Who the headers say notifies; None where they may not. With a secret, the body has yet to be looked at."""
        if self._token is not None:
            sent, token = header(scope, b"authorization"), self._token.get_secret_value()
            return by_credential("notification token", token) if is_bearer(sent, token) else None
        if self._secret is not None:
            return by_address("notification signature", scope)
        return by_address("this machine", scope) if is_from_here(scope) else None

    def admits(self, request: Request) -> bool:
        """Whether the body may be read at all."""
        return self.caller(request.scope) is not None

    def signed(self, request: Request, body: bytes) -> bool:
        """Whether the body is signed, where a secret is configured.

        Some servers sign deletions wrongly, so with the right token, and nothing in the body, a deletion is believed without.
        """
        if self._secret is None:
            return True
        sent = header(request.scope, SIGNATURE.encode())
        right = verify_signature(body, sent, self._secret.get_secret_value())
        return right or (self._token is not None and self.admits(request) and _is_deletion(request, body))


def _is_deletion(request: Request, body: bytes) -> bool:
    if body.strip() not in _NOTHING:
        return False
    try:
        return request.method == "DELETE" or deletion_of(request.headers) is not None
    except NotRead:
        return False

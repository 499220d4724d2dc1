"""What can go wrong between us and a server: whose fault it is, what happened, what to do; never an id, a URL or a secret."""

from dataclasses import dataclass
from typing import Literal

Whose = Literal["the server's", "the network's", "the sender's", "ours"]


@dataclass(frozen=True, slots=True)
class Kind:
    """passing: whether the same call may well succeed later."""

    whose: Whose
    what: str
    remedy: str
    passing: bool = False


_LATER = "try again later"
_READ_AGAIN = "read it again before writing: it may have been applied"

TROUBLES: dict[str, Kind] = {
    # on the way
    "unreachable": Kind("the network's", "no connection to the server", "check that it runs and its address is right", True),
    "untrusted": Kind("the server's", "its certificate is not one that we trust", "set the file of its certificate authority"),
    "busy": Kind("ours", "no connection was free in time", "allow more connections, or ask for less at once", True),
    "timeout": Kind("the network's", "the server did not answer in time", f"{_LATER}, or wait longer", True),
    "cut": Kind("the network's", "the connection was cut before an answer came", _LATER, True),
    "half": Kind("the network's", "only a part of the answer came", f"{_LATER}; {_READ_AGAIN}", True),
    "deadline": Kind("the network's", "the time for the whole call ran out", f"{_LATER}, or wait longer", True),
    "protocol": Kind("ours", "the request cannot be sent as HTTP", "this is a fault in Marrow: report it"),
    # what the server answers
    "not-json": Kind("the server's", "the answer is not JSON", "check that the address is that of a FHIR server"),
    "not-fhir": Kind("the server's", "the answer is not what was asked for", "check that the address is that of a FHIR server"),
    "too-large": Kind("the server's", "the answer is larger than the limit", "ask for smaller pages, or raise the limit"),
    "unauthorised": Kind("ours", "the server does not accept our credentials", "check token, client id and key"),
    "forbidden": Kind("ours", "the server does not allow this to us", "ask its operator for the scope"),
    "refused": Kind("ours", "the server refuses the request", "see its issue codes, and its own log"),
    "unsupported": Kind("the server's", "the server does not offer this", "see its capability statement"),
    "overloaded": Kind("the server's", "the server is overloaded or down for a while", _LATER, True),
    "broken": Kind("the server's", "the server failed", f"{_LATER}; if it stays, see its own log", True),
    "conflict": Kind("the server's", "it stays in conflict with what is written", "see who else writes this resource", True),
    "odd-status": Kind("the server's", "the server answers in a way that FHIR does not know", "see its own log"),
    # where it leads us
    "redirected": Kind("the server's", "it redirects to another host, or too often", "give the address that it redirects to"),
    "next-elsewhere": Kind("the server's", "the next page is on another host", "set the server's own base address right"),
    "next-again": Kind("the server's", "the next page is one that was read before", "report it to the server's operator"),
    "page-expired": Kind("the server's", "the next page is not there any more", "search again, or ask for larger pages", True),
    "too-many-pages": Kind("the server's", "there are more pages than allowed", "ask for less at once, or raise the limit"),
    "host-not-allowed": Kind("the sender's", "the address names a host that is not allowed", "add it to the allowed hosts"),
    "address": Kind("the sender's", "this is not an address that is asked", "expected https, a host, no user and no fragment"),
    # exports and their files
    "no-job": Kind("the server's", "it does not tell where the export is followed", "check that it offers Bulk Data Access"),
    "job-gone": Kind("the server's", "the export is not there any more", "export again, into another folder"),
    "not-manifest": Kind("the server's", "the list of the exported files cannot be read", "see the server's own log"),
    "other-manifest": Kind("the server's", "it lists other files than before", "export again, into another folder"),
    "export-failed": Kind("the server's", "the export failed", "see its issue codes, and its own log"),
    "file-gone": Kind("the server's", "the file is not there any more", "export again, into another folder: links expire"),
    "not-ndjson": Kind("the server's", "what comes is not NDJSON, or not whole", "export again; if it stays, see its own log"),
    # how we prove who we are
    "no-token-address": Kind("the server's", "it does not tell where tokens are given", "set the token address"),
    "no-token": Kind("the server's", "the answer has no bearer token", "check the token address"),
    # what we are asked to do
    "bad-name": Kind("ours", "this is no resource type, id, version or operation of FHIR", "expected names as FHIR has them"),
}

STATUSES: dict[int, str] = {
    401: "unauthorised",
    403: "forbidden",
    405: "unsupported",
    429: "overloaded",
    501: "unsupported",
    503: "overloaded",
}
"""What a status means where it is not what was asked for; others by their first digit."""

_BY_DIGIT = {3: "redirected", 4: "refused", 5: "broken"}


def trouble_of(status: int) -> str:
    """The kind of trouble that a status is."""
    return STATUSES.get(status) or _BY_DIGIT.get(status // 100, "odd-status")


class ExchangeFailed(Exception):
    """A call that came to no result. route: the path without ids; issues: FHIR issue codes and OAuth error codes of the answer.

    retry_after: seconds that the server asked to wait, where it did and there was no time for it.
    """

    def __init__(
        self,
        code: str,
        route: str,
        *,
        status: int | None = None,
        issues: tuple[str, ...] = (),
        tries: int = 1,
        retry_after: float | None = None,
    ) -> None:
        self.code, self.route, self.status, self.issues = code, route, status, issues
        self.tries, self.retry_after = tries, retry_after
        super().__init__(code, route)

    @property
    def whose(self) -> Whose:
        return TROUBLES[self.code].whose

    @property
    def passing(self) -> bool:
        """Whether the same call may well succeed later."""
        return TROUBLES[self.code].passing

    def __str__(self) -> str:
        kind = TROUBLES[self.code]
        status = None if self.status is None else f"status {self.status}"
        tries = f"{self.tries} tries" if self.tries > 1 else None
        told = ", ".join(part for part in (status, *self.issues, tries) if part)
        return f"{self.route}: {kind.what}{f' ({told})' if told else ''}; the fault is {kind.whose}; {kind.remedy}"

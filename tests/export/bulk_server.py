"""A server of FHIR Bulk Data Access with SMART Backend Services, written by hand from the guides, on a real socket.

What it has and how it misbehaves are here, how it answers in tests/export/serving.py. It checks what a client shows: the signed
statement, the token, Prefer and Accept.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any
from uuid import uuid4

import jwt

Json = dict[str, Any]
CLIENT = "marrow-under-test"
GROUP = "ward-of-anna-musterkind"
MARK = "Anna Musterkind"
"""What a server may write into an error or a header, and nobody may print."""
TIME = "2026-03-01T12:00:00Z"
HANG_UP = 0
"""A status for no answer at all."""
NDJSON = "application/fhir+ndjson"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Made:
    """A file of an export. turns: how the next requests of it go wrong, one after the other; see Handler.file.

    led_to: where a request of it is sent on to.
    """

    section: str
    kind: str
    content: bytes
    turns: list[str] = field(default_factory=list)
    count: int | None = None
    url: str | None = None
    led_to: str | None = None
    gone: bool = False
    generation: int = 0


@dataclass
class BulkServer:
    """keys: the public keys of the client, by kid; None where no token is asked for. uses: how many requests a token is good for.

    polls: how often it says that it is not done. kick_offs, statuses: answers that come before the right ones. validator: how a
    file's bytes are named. pages: on how many pages the manifest is. refused_types: such a kick-off is refused.
    paused: an Event that a turn `hold` waits for, in the middle of a file; held: set when it waits.
    """

    files: list[Made] = field(default_factory=list)
    keys: dict[str, Any] | None = None
    uses: int = 1000
    polls: int = 0
    kick_offs: list[tuple[int, Json | None, dict[str, str]]] = field(default_factory=list)
    statuses: list[tuple[int, Json | None, dict[str, str]]] = field(default_factory=list)
    progress: str = "50%"
    retry_after: str | None = "0"
    ranges: bool = True
    validator: str = "etag"
    packed: bool = False
    pages: int = 1
    get_kick_off: bool = True
    deletes: bool = True
    files_with_token: bool = True
    refused_types: frozenset[str] = frozenset()
    base: str = ""
    now: Callable[[], float] = time.time
    asked: list[Asked] = field(default_factory=list)
    jobs: dict[str, bool] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    statements: set[str] = field(default_factory=set)
    paused: Event = field(default_factory=Event)
    held: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def requests(self, what: str) -> list[Asked]:
        return [one for one in self.asked if what in one.path]

    def expire_links(self) -> None:
        """The files move to other addresses, which the job's manifest names."""
        for one in self.files:
            one.generation += 1

    def grant(self, form: dict[str, list[str]]) -> tuple[int, Json]:
        """A token for a signed statement that is as SMART Backend Services wants it."""
        try:
            statement = form["client_assertion"][0]
            kid = jwt.get_unverified_header(statement)["kid"]
            found = jwt.decode(
                statement, self.public_key(kid), algorithms=["RS384", "ES384"], audience=f"{self.base}/token",
                options={"require": ["iss", "sub", "aud", "exp", "jti"], "verify_exp": False},
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError):
            return 400, {"error": "invalid_client", "error_description": MARK}
        good = (
            form.get("grant_type") == ["client_credentials"] and form.get("client_assertion_type") == [ASSERTION]
            and found["iss"] == found["sub"] == CLIENT and found["jti"] not in self.statements
            and 0 < found["exp"] - self.now() <= 300 and "system/" in form["scope"][0]
        )  # fmt: skip
        if not good:
            return 400, {"error": "invalid_request"}
        self.statements.add(found["jti"])
        token = f"xyzzy-{uuid4().hex}"
        self.tokens[token] = self.uses
        return 200, {"access_token": token, "token_type": "bearer", "expires_in": 300, "scope": form["scope"][0]}

    def public_key(self, kid: str) -> Any:
        """Raises KeyError for one that is not known."""
        if self.keys is None:
            raise KeyError(kid)
        return self.keys[kid]

    def lets_in(self, header: str | None) -> bool:
        if self.keys is None:
            return True
        token = (header or "").removeprefix("Bearer ")
        with self.lock:
            if self.tokens.get(token, 0) < 1:
                return False
            self.tokens[token] -= 1
            return True

    def manifest(self, job: str, page: int) -> Json:
        """One page of the files of a job."""
        size = -(-len(self.files) // self.pages) if self.files else 1
        found: Json = {"transactionTime": TIME, "request": f"{self.base}/$export", "requiresAccessToken": self.files_with_token,
                       "output": [], "error": [], "deleted": []}  # fmt: skip
        for number, one in [*enumerate(self.files)][page * size : (page + 1) * size]:
            url = one.url or f"{self.base}/files/{job}/{one.generation}/{number}"
            listed = {"type": one.kind, "url": url} | ({} if one.count is None else {"count": one.count})
            found[one.section].append(listed)
        if page + 1 < self.pages:
            found["link"] = [{"relation": "next", "url": f"{self.base}/jobs/{job}/{page + 1}"}]
        return found


def outcome(*codes: str) -> Json:
    issues = [{"severity": "error", "code": code, "diagnostics": MARK} for code in codes]
    return {"resourceType": "OperationOutcome", "issue": issues}


def lines(kind: str, first: int, last: int, text: Callable[[int], str] = lambda number: MARK) -> bytes:
    """NDJSON of invented resources."""
    each = ({"resourceType": kind, "id": f"{kind.lower()}-{number}", "text": text(number)} for number in range(first, last))
    return b"".join(json.dumps(one).encode() + b"\n" for one in each)

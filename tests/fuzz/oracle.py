"""What must be true of every answer to a broken request, and of what a service has written of itself."""

import json
from dataclasses import dataclass, field

from tests.fuzz.mutations import MARKERS

_OF_THE_SERVER = (b"Invalid HTTP request received.", b"1e\r\nInvalid HTTP request received.\r\n0\r\n\r\n")
"""What uvicorn says of bytes that are no HTTP, before anything of ours is asked: as it is, or in chunks."""

_PAGES = (b"/patients/", b"/review", b"/login")
"""Pages are for people: what is wrong is said on a page."""


@dataclass(frozen=True)
class Answer:
    """status: 0 where the connection ended without one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def faults(answer: Answer, target: bytes, method: bytes) -> list[str]:
    """What is wrong with an answer, in words without its content."""
    if answer.status == 0:
        return []
    found = []
    if answer.status >= 500 and not (answer.status == 503 and "retry-after" in answer.headers):
        found.append(f"status {answer.status}")
    if answer.status >= 400:
        told = answer.body.decode("utf-8", "replace") + str(answer.headers)
        found += [f"an error tells marker {number}" for number in tells(told)]
        if method != b"HEAD" and not _is_outcome(answer, target):
            found.append(f"the body of {answer.status} is no OperationOutcome")
    return found


def tells(text: str) -> list[int]:
    """The numbers of the markers that stand in a text."""
    lowered = text.lower()
    return [number for number, marker in enumerate(MARKERS) if marker.lower() in lowered]


def faults_of_log(text: str) -> list[str]:
    found = [f"the log tells marker {number}" for number in tells(text)]
    found += ["the log has a traceback"] if "Traceback" in text else []
    return found + [f"the log: {line[:300]}" for line in text.splitlines() if "a fault in Marrow" in line]


def _is_outcome(answer: Answer, target: bytes) -> bool:
    if answer.body in _OF_THE_SERVER:
        return answer.status == 400
    if target.startswith(_PAGES) and answer.headers.get("content-type", "").startswith("text/html"):
        return b"<h1" in answer.body
    try:
        found = json.loads(answer.body)
    except ValueError:
        return False
    if target.startswith(b"/cds-services") and set(found) == {"message"}:
        return True
    issues = found.get("issue")
    kind = answer.headers.get("content-type") == "application/fhir+json" and found.get("resourceType") == "OperationOutcome"
    return kind and bool(issues) and all({"severity", "code", "diagnostics"} <= set(each) for each in issues)

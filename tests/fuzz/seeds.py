"""What is mutated: the examples of the documentation, calls as servers make them, and what HL7 publishes where it is there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marrow.service.exchanges import exchanges
from tests.conftest import ROOT
from tests.service.exchanged import content_of

WIRE = ROOT / "tests" / "wire" / "notifications"
PACKAGES = tuple(ROOT / "node_modules" / f"hl7.fhir.{release}.examples" for release in ("r4", "r4b", "r5"))
BESIDE = ROOT.parent / "shared" / "examples" / "hl7-subscriptions-backport"
_KINDS = ("Subscription", "SubscriptionStatus", "Bundle-notification", "Bundle-subscription", "SubscriptionTopic")
_LARGEST = 60_000


@dataclass(frozen=True)
class Seed:
    """A request that is mostly right."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def seeds(everything: bool = False) -> list[Seed]:
    """The same in the same order wherever it is run. everything: also what may not be there."""
    found = [*_documented(), *_recorded()]
    return [*found, *_published()] if everything else found


def _documented() -> Iterator[Seed]:
    for each in exchanges().values():
        method, _, path = each.operation.partition(" ")
        if method != "GET":
            yield Seed(method, path.format(**each.path), {"content-type": each.takes, **each.headers}, content_of(each))


def _recorded() -> Iterator[Seed]:
    for path in sorted(WIRE.glob("*.json")):
        call: dict[str, Any] = json.loads(path.read_text())
        body = json.dumps(call["body"]).encode() if call.get("body") is not None else b""
        yield Seed(call["method"], f"/notifications/ehr{call['path']}", call["headers"], body)


def _published() -> Iterator[Seed]:
    files = [path for folder in PACKAGES for path in sorted(folder.glob("*.json")) if path.name.startswith(_KINDS)]
    for path in [*files, *sorted(Path(BESIDE).glob("*.json"))]:
        if path.stat().st_size < _LARGEST:
            yield Seed("POST", "/notifications/ehr", {"content-type": "application/fhir+json"}, path.read_bytes())

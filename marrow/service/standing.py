"""How the work stands: numbers and codes; patients are named only where that is asked for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marrow.service.store.store import Store

_SHOWN = 1000
_WELL = (None, "active", "requested")


def standing(store: Store, now: float, zone: str, with_patients: bool = False) -> dict[str, Any]:
    """What waits and what is in trouble. Raises StoreUnavailable."""
    today = datetime.fromtimestamp(now, UTC).astimezone(UTC if zone == "UTC" else ZoneInfo(zone)).toordinal()
    counts = asdict(store.counts(now, today))
    parked = store.parked(_SHOWN)
    heard = store.heard()
    oldest = counts.pop("oldest")
    found: dict[str, Any] = {
        **counts,
        "oldest_waiting_seconds": None if oldest is None else max(0, round(now - oldest)),
        "parked_by_reason": dict(sorted(Counter(each.code for each in parked).items())),
        "postponed_by_reason": dict(store.postponed(_SHOWN)),
        "refused_statements": store.troubles(),
        "issues": dict(sorted(store.issues().items())),
        "subscriptions": [
            {
                "source": each.source,
                "subscription": each.subscription,
                "state": each.state,
                "last_event": each.last,
                "heard_seconds_ago": max(0, round(now - each.heard)),
                "alarms": each.alarms,
            }
            for each in heard
        ],
        "subscriptions_in_trouble": sum(each.state not in _WELL for each in heard),
    }
    if with_patients:
        found["parked_patients"] = [{"patient": each.patient, "why": each.code, "tried": each.tried} for each in parked]
    return found


def told(found: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    oldest = found["oldest_waiting_seconds"]
    yield f"changes    {found['waiting']} wait, {found['postponed']} of them are put off" + (
        "" if oldest is None else f"; the oldest since {oldest} s"
    )
    yield from _reasons(found["postponed_by_reason"])
    known = f"{found['patients']} known with {found['resources']} resources"
    yield f"patients   {known}, {found['due']} due, {found['parked']} parked"
    yield from _reasons(found["parked_by_reason"])
    yield f"statements {found['undelivered']} are to be delivered, {found['troubled']} of them in trouble"
    yield from _reasons(found["refused_statements"])
    if found["issues"]:
        yield "issues     in what is filed; a resource or value with an error is not used"
        yield from _reasons(found["issues"])
    if not found["subscriptions"]:
        yield "no notification was heard of a subscription; `marrow subscribe` makes them"
    for each in found["subscriptions"]:
        state = each["state"] or "its state is not told"
        name = each["subscription"] or "subscriptions that the server does not name"
        last = "" if each["last_event"] is None else f", event {each['last_event']}"
        yield f"{name}: {state}, heard {each['heard_seconds_ago']} s ago{last}, {each['alarms']} alarms"
    for each in found.get("parked_patients", ()):
        yield f"parked: {each['patient']}, {each['why']}, tried {each['tried']} times"


def _reasons(numbers: dict[str, int]) -> Iterator[str]:
    for code, number in sorted(numbers.items(), key=lambda each: (-each[1], each[0])):
        yield f"           {number} x {code}"

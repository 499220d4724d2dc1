"""Events that a subscription's numbers say were missed: asked of the server by `$events`, where it has that."""

import structlog

from fhir_adapter.client.answer import Answer
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.notice import Notice
from fhir_adapter.notification.read import read_notification
from fhir_adapter.notification.refused import Refused
from marrow.service.work.calls import aside
from marrow.service.work.means import EHR, Means

LOG = structlog.get_logger("marrow.service.work")
_MOST = 100
"""Events before the one that came; servers keep few, and the sweep finds the rest."""

_LIMITS = Limits()
Gap = tuple[str, int]
"""`Subscription/id`, and the number of the event that came too early."""


def gap_of(notice: Notice) -> Gap | None:
    """What to ask for after an alarm; None where the server does not say of which subscription."""
    if notice.subscription is None or not notice.event_numbers:
        return None
    return notice.subscription, min(notice.event_numbers)


async def ask_missed(means: Means, gap: Gap) -> int:
    """Take in the events before a gap's end; how many were new. Raises StoreUnavailable and InboxFull, and nothing else.

    Unlike a sweep it also tells of deletions. That a server cannot say is no trouble: the sweep follows anyway.
    """
    subscription, number = gap
    asked = [("eventsSinceNumber", str(max(1, number - _MOST))), ("eventsUntilNumber", str(number)), ("content", "id-only")]
    assert means.client is not None
    try:
        answer = await means.client.operation(f"{subscription}/$events", asked)
        if not isinstance(answer, Answer):
            return 0
        notice = read_notification(Call("POST", "", {"content-type": "application/fhir+json"}, answer.body), _LIMITS)
    except (ExchangeFailed, Refused) as error:
        LOG.info("missed events cannot be asked for", code=getattr(error, "code", ""))
        return 0
    changes = Notice("query-event", changes=notice.changes)
    return (await aside(means.store.take_in, EHR, changes, means.now())).new

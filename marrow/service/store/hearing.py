"""What is heard of each Subscription, and what in that is a reason to doubt that everything was told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_, update

from fhir_adapter.notification.notice import Notice
from marrow.service.store.database import insert, parts
from marrow.service.store.rows import Heard
from marrow.service.store.tables import subscriptions

Alarms = tuple[str, ...]
_HIGHEST = 2**62


@dataclass(frozen=True, slots=True)
class Voice:
    """What was heard of one Subscription: its state, and the highest number since its counter began."""

    state: str | None = None
    last: int | None = None
    alarms: int = 0


def hear(connection: Connection, heard: Sequence[tuple[str, Notice, int]], now: float) -> list[Alarms]:
    """The alarms of each notification, in turn; beside it, how many changes were new in it."""
    names = sorted({_name(source, notice) for source, notice, _ in heard if _came(notice)})
    if not names:
        return [() for _ in heard]
    new = [{"source": source, "subscription": subscription, "heard": now, "alarms": 0} for source, subscription in names]
    connection.execute(insert(connection, subscriptions).on_conflict_do_nothing(), new)
    voices = _voices(connection, names)
    alarms: list[Alarms] = []
    for source, notice, fresh in heard:
        if not _came(notice):
            alarms.append(())
            continue
        name = _name(source, notice)
        voices[name], raised = listen(voices[name], notice, fresh)
        alarms.append(raised)
    key = subscriptions.c.source == bindparam("of_source"), subscriptions.c.subscription == bindparam("of_subscription")
    changed = update(subscriptions).where(*key).values(
        state=bindparam("to_state"), last=bindparam("to_last"), alarms=bindparam("to_alarms"), heard=now
    )  # fmt: skip
    connection.execute(changed, [_row(name, voices[name]) for name in names])
    return alarms


def listen(voice: Voice, notice: Notice, fresh: int) -> tuple[Voice, Alarms]:
    """What is known after a notification, and what was alarming in it; fresh: how many changes were new."""
    alarms: list[str] = []
    numbers = _numbers(notice)
    last = voice.last
    if numbers and notice.subscription is not None and not _is_repeated(voice, notice, numbers, fresh):
        alarm = _alarm(last, notice, numbers)
        alarms += [alarm] if alarm else []
        last = numbers[-1]
    state = _state(notice)
    if state in ("error", "off"):
        alarms.append(state)
    return replace(voice, state=state or voice.state, last=last, alarms=voice.alarms + len(alarms)), tuple(alarms)


def all_heard(connection: Connection) -> list[Heard]:
    """Every Subscription of which something was heard."""
    query = select(subscriptions).order_by(subscriptions.c.source, subscriptions.c.subscription)
    return [Heard(row.source, row.subscription, row.state, row.last, row.heard, row.alarms) for row in connection.execute(query)]


def _numbers(notice: Notice) -> tuple[int, ...]:
    """The numbers of the events, else the last one, in order. An answer to a question tells old events anew."""
    total = () if notice.events_since_start is None else (notice.events_since_start,)
    told = notice.event_numbers if notice.kind == "event" else ()
    return tuple(sorted(number for number in told or total if 0 <= number < _HIGHEST))


def _alarm(last: int | None, notice: Notice, numbers: tuple[int, ...]) -> str | None:
    """What is wrong with numbers that follow on the last one. Who brings no event tells only of those that should be here."""
    if last is not None and numbers[-1] < last:
        return "counter-reset"
    step = 1 if notice.kind == "event" else 0
    expected = numbers[0] if last is None else last + step
    for number in numbers:
        if number > expected:
            return "gap"
        expected = max(expected, number + step)
    return None


def _is_repeated(voice: Voice, notice: Notice, numbers: tuple[int, ...], fresh: int) -> bool:
    """Whether an old notification was sent again: everything in it is known, and nothing is said beyond that."""
    known = voice.last is not None and numbers[-1] <= voice.last
    return known and notice.kind == "event" and bool(notice.changes) and fresh == 0


def _state(notice: Notice) -> str | None:
    """The state of the Subscription; anything longer than a code is none."""
    state = notice.state
    return state if state is not None and state.isascii() and state.isprintable() and len(state) <= 32 else None


def _came(notice: Notice) -> bool:
    """Whether the server spoke by itself: what was asked of it says nothing of a Subscription that is silent."""
    return notice.kind not in ("query-event", "query-status")


def _name(source: str, notice: Notice) -> tuple[str, str]:
    return source, notice.subscription or ""


def _voices(connection: Connection, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Voice]:
    """What is known of each; nobody else hears them until this transaction ends."""
    voices: dict[tuple[str, str], Voice] = {}
    key = tuple_(subscriptions.c.source, subscriptions.c.subscription)
    for part in parts(names):
        query = select(subscriptions).where(key.in_(part)).order_by(*key.clauses).with_for_update()
        for row in connection.execute(query):
            voices[row.source, row.subscription] = Voice(row.state, row.last, row.alarms)
    return voices


def _row(name: tuple[str, str], voice: Voice) -> dict[str, Any]:
    source, subscription = name
    return {
        "of_source": source,
        "of_subscription": subscription,
        "to_state": voice.state,
        "to_last": voice.last,
        "to_alarms": voice.alarms,
    }

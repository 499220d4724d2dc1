"""Numbers and states of a Subscription raise alarms: reasons to sweep, never to conclude."""

import pytest

from fhir_adapter.notification.notice import Notice
from marrow.service.store.rows import Heard, TakenIn
from marrow.service.store.store import Store
from tests.service.store.telling import ANN, NOW, change, event


def wants_sweep(store: Store) -> bool:
    """Whether a sweep is wanted, beside those that are due by the clock."""
    return store.claim_sweep(ANN, "emr", NOW + 1, 1e9, 1e9) != "none"


@pytest.fixture
def swept(store: Store) -> Store:
    """A store that has just swept."""
    store.claim_sweep(ANN, "emr", NOW, 1e9, 1e9)
    store.finish_sweep(ANN, "emr", NOW, whole=True)
    return store


@pytest.mark.parametrize(
    ("before", "then", "alarms"),
    [
        ((), (7,), ()),
        ((1,), (2,), ()),
        ((1,), (3, 2), ()),
        ((1,), (1,), ()),
        ((1,), (3,), ("gap",)),
        ((1,), (2, 4), ("gap",)),
        ((5,), (1,), ("counter-reset",)),
        ((5,), (2**70,), ()),
        ((5,), (-1,), ()),
    ],
)
def test_numbers(swept: Store, before: tuple[int, ...], then: tuple[int, ...], alarms: tuple[str, ...]) -> None:
    if before:
        swept.take_in("emr", event(change("Observation/o1"), numbers=before), NOW)
    assert swept.take_in("emr", event(change("Observation/o2"), numbers=then), NOW) == TakenIn(1, 0, alarms)
    assert wants_sweep(swept) is bool(alarms)


def test_after_a_reset_counting_begins_anew(swept: Store) -> None:
    for number, alarms in ((9, ()), (1, ("counter-reset",)), (2, ())):
        taken = swept.take_in("emr", event(change(f"Observation/o{number}"), numbers=(number,)), NOW)
        assert taken.alarms == alarms
    assert swept.heard() == [Heard("emr", "Subscription/s1", None, 2, NOW, 1)]


def test_a_notification_that_is_sent_again_alarms_nobody(swept: Store) -> None:
    swept.take_in("emr", event(change("Observation/o1"), numbers=(1,)), NOW)
    swept.take_in("emr", event(change("Observation/o2"), numbers=(2,)), NOW)
    assert swept.take_in("emr", event(change("Observation/o1"), numbers=(1,)), NOW) == TakenIn(0, 1)
    assert swept.heard()[0].last == 2


@pytest.mark.parametrize(("total", "alarms"), [(5, ()), (6, ("gap",)), (7, ("gap",)), (4, ("counter-reset",))])
def test_a_heartbeat_tells_how_many_there_were(swept: Store, total: int, alarms: tuple[str, ...]) -> None:
    swept.take_in("emr", event(change(), numbers=(5,)), NOW)
    assert swept.take_in("emr", Notice("heartbeat", "Subscription/s1", events_since_start=total), NOW).alarms == alarms


def test_events_without_numbers_are_counted_by_their_total(swept: Store) -> None:
    for total, alarms in ((3, ()), (4, ()), (6, ("gap",))):
        notice = Notice("event", "Subscription/s1", events_since_start=total, changes=(change(version=str(total)),))
        assert swept.take_in("emr", notice, NOW).alarms == alarms


def test_an_answer_that_tells_old_events_again_alarms_nobody(swept: Store) -> None:
    swept.take_in("emr", event(change(), numbers=(5,)), NOW)
    answer = Notice("query-event", "Subscription/s1", events_since_start=5, event_numbers=(1, 3))
    assert swept.take_in("emr", answer, NOW).alarms == ()


def test_numbers_of_nobody_are_not_counted(swept: Store) -> None:
    for number in (1, 9):
        taken = swept.take_in("emr", event(change(version=str(number)), numbers=(number,), subscription=None), NOW)
        assert taken.alarms == ()
    assert swept.heard() == [Heard("emr", "", None, None, NOW, 0)]


def test_each_subscription_counts_for_itself(swept: Store) -> None:
    for source, subscription, number in (
        ("emr", "Subscription/a", 1),
        ("emr", "Subscription/b", 7),
        ("lab", "Subscription/a", 9),
    ):
        taken = swept.take_in(source, event(change(), numbers=(number,), subscription=subscription), NOW)
        assert taken.alarms == ()
    assert [(each.source, each.subscription, each.last) for each in swept.heard()] == [
        ("emr", "Subscription/a", 1),
        ("emr", "Subscription/b", 7),
        ("lab", "Subscription/a", 9),
    ]


@pytest.mark.parametrize(
    ("state", "alarms", "kept"),
    [
        ("active", (), "active"),
        ("error", ("error",), "error"),
        ("off", ("off",), "off"),
        ("x" * 33, (), None),
        ("a\x00", (), None),
    ],
    ids=["active", "error", "off", "long", "no code"],
)
def test_states(swept: Store, state: str, alarms: tuple[str, ...], kept: str | None) -> None:
    assert swept.take_in("emr", Notice("heartbeat", "Subscription/s1", state=state), NOW).alarms == alarms
    assert swept.heard() == [Heard("emr", "Subscription/s1", kept, None, NOW, len(alarms))]
    assert wants_sweep(swept) is bool(alarms)


@pytest.mark.parametrize("notice", [Notice("event", sweep=True), Notice("event", skipped=1)], ids=["sweep", "skipped"])
def test_what_is_not_among_the_changes_is_swept_for(swept: Store, notice: Notice) -> None:
    assert swept.take_in("emr", notice, NOW) == TakenIn(0, 0)
    assert wants_sweep(swept)


def test_the_changes_of_a_handshake_are_taken_in(swept: Store) -> None:
    assert swept.take_in("emr", Notice("handshake", "Subscription/s1", changes=(change(),)), NOW) == TakenIn(1, 0)
    assert not wants_sweep(swept)


def test_many_notifications_in_one_commit_are_heard_one_after_the_other(swept: Store) -> None:
    batch = [("emr", event(change(version=str(number)), numbers=(number,))) for number in (1, 2, 4)]
    alarms = [each.alarms for each in swept.take_in_all(batch, NOW) if isinstance(each, TakenIn)]
    assert alarms == [(), (), ("gap",)]

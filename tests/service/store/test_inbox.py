"""Every change is stored once, worked by one, and forgotten only when it may be."""

import pytest
from sqlalchemy import create_engine, select

from marrow.service.store.rows import Claimant, InboxFull, Settled, TakenIn
from marrow.service.store.store import Store
from marrow.service.store.tables import inbox
from tests.service.store.telling import ANN, BOB, DAY, HOUR, NOW, change, event, filed, shelf


def test_what_is_told_twice_is_stored_once(store: Store) -> None:
    assert store.take_in("emr", event(change(), change("Observation/o2")), NOW) == TakenIn(2, 0)
    assert store.take_in("emr", event(change(), change("Observation/o3"), change()), NOW) == TakenIn(1, 2)
    assert len(store.claim_changes(ANN, NOW, 10)) == 3


def test_what_two_sources_tell_is_two_changes(store: Store) -> None:
    store.take_in("emr", event(change()), NOW)
    assert store.take_in("lab", event(change()), NOW) == TakenIn(1, 0)


def test_many_notifications_share_one_commit_and_know_of_each_other(store: Store) -> None:
    batch = [("emr", event(change())), ("emr", event(change(), change("Observation/o2"))), ("lab", event(change()))]
    assert store.take_in_all(batch, NOW) == [TakenIn(1, 0), TakenIn(1, 1), TakenIn(1, 0)]
    assert store.take_in_all([], NOW) == []


def test_what_marrow_wrote_is_not_stored(store: Store) -> None:
    assert store.take_in("emr", event(change("Condition/c1", own=True)), NOW) == TakenIn(0, 1)
    assert store.claim_changes(ANN, NOW, 10) == []


def test_a_change_comes_back_as_it_was_told(store: Store) -> None:
    store.take_in("emr", event(change("Observation/o1", 'x"1', "upsert", b"\x00\xff")), NOW)
    (back,) = store.claim_changes(ANN, NOW, 10)
    assert (back.source, back.type, back.id, back.version) == ("emr", "Observation", "o1", 'x"1')
    assert (back.interaction, back.resource, back.foreign, back.tried, back.mark) == ("upsert", b"\x00\xff", False, 0, 0)


@pytest.mark.parametrize(
    ("server", "foreign"), [(None, False), ("https://ours.example/fhir", False), ("https://other.example", True)]
)
def test_what_another_server_names_is_told_apart(store: Store, server: str | None, foreign: bool) -> None:
    store.take_in("emr", event(change(server=server)), NOW)
    (back,) = store.claim_changes(ANN, NOW, 10)
    assert back.foreign is foreign


def test_what_another_server_named_first_does_not_hide_what_ours_says(store: Store) -> None:
    store.take_in("emr", event(change(server="https://other.example")), NOW)
    assert store.take_in("emr", event(change()), NOW) == TakenIn(1, 0)


def test_when_as_much_waits_as_may_more_is_refused(url: str) -> None:
    store = Store(url, most_waiting=2)
    store.migrate()
    store.take_in("emr", event(change(), change("Observation/o2")), NOW)
    with pytest.raises(InboxFull):
        store.take_in("emr", event(change("Observation/o3")), NOW)
    assert store.take_in("emr", event(numbers=(1,)), NOW) == TakenIn(0, 0)  # nothing to store: it is heard
    (first, _) = store.claim_changes(ANN, NOW, 10)
    store.settle(ANN, [Settled(first.number, None)], NOW)
    taken = store.take_in_all([("emr", event(change("Observation/o3"))), ("emr", event(change("Observation/o4")))], NOW)
    assert taken[0] == TakenIn(1, 0)
    assert isinstance(taken[1], InboxFull)
    store.close()


def test_the_oldest_come_first_and_never_twice(store: Store) -> None:
    for number in range(5):
        store.take_in("emr", event(change(f"Observation/o{number}")), NOW)
    assert [each.id for each in store.claim_changes(ANN, NOW, 2)] == ["o0", "o1"]
    assert [each.id for each in store.claim_changes(BOB, NOW, 9)] == ["o2", "o3", "o4"]
    assert store.claim_changes(ANN, NOW, 9) == []


def test_a_claim_is_void_in_the_end_and_counts_as_tried(store: Store) -> None:
    store.take_in("emr", event(change()), NOW)
    assert store.claim_changes(ANN, NOW, 9)[0].tried == 0
    assert store.claim_changes(BOB, NOW + 59, 9) == []
    assert store.claim_changes(BOB, NOW + 60, 9)[0].tried == 1


def test_a_claim_does_not_hold_for_years_when_the_clock_steps_back(store: Store) -> None:
    store.take_in("emr", event(change()), NOW)
    store.claim_changes(ANN, NOW, 9)
    assert store.claim_changes(BOB, NOW - HOUR / 2, 9) == []
    assert len(store.claim_changes(BOB, NOW - HOUR, 9)) == 1


def test_what_was_never_postponed_waits_for_nothing_when_the_clock_steps_back(store: Store) -> None:
    store.take_in("emr", event(change()), NOW)
    assert len(store.claim_changes(ANN, NOW - 1, 9)) == 1


def test_a_long_claim_holds_as_long_as_it_says(store: Store) -> None:
    patient_one = Claimant("ann", 3 * HOUR)
    store.take_in("emr", event(change()), NOW)
    store.claim_changes(patient_one, NOW, 9)
    assert store.claim_changes(patient_one, NOW + 1, 9) == []


def test_what_is_postponed_comes_back_then(store: Store) -> None:
    store.take_in("emr", event(change()), NOW)
    (first,) = store.claim_changes(ANN, NOW, 9)
    store.postpone(ANN, first.number, "server-down", NOW + 100)
    assert store.claim_changes(BOB, NOW + 99, 9) == []
    assert store.postponed(9) == [("server-down", 1)]
    assert store.claim_changes(BOB, NOW + 100, 9)[0].tried == 1


def test_what_is_postponed_comes_back_when_the_clock_steps_back(store: Store) -> None:
    store.take_in("emr", event(change()), NOW)
    (first,) = store.claim_changes(ANN, NOW, 9)
    store.postpone(ANN, first.number, "server-down", NOW + 100)
    assert len(store.claim_changes(ANN, NOW - 3 * HOUR, 9)) == 1


def test_only_who_holds_a_change_postpones_or_finishes_it(store: Store) -> None:
    store.take_in("emr", event(change()), NOW)
    (first,) = store.claim_changes(ANN, NOW, 9)
    store.claim_changes(BOB, NOW + 60, 9)
    store.postpone(ANN, first.number, "late", NOW)
    assert store.postponed(9) == []
    assert store.settle(ANN, [Settled(first.number, None)], NOW) == []
    assert store.counts(NOW, 1).waiting == 1
    store.settle(BOB, [Settled(first.number, None)], NOW)
    assert store.counts(NOW, 1).waiting == 0


def test_a_version_that_was_worked_is_known_for_two_weeks(store: Store) -> None:
    store.take_in("emr", event(change(resource=b"x")), NOW)
    (first,) = store.claim_changes(ANN, NOW, 9)
    store.settle(ANN, [Settled(first.number, filed())], NOW)
    assert store.tidy(NOW + 13 * DAY) == 0
    assert store.take_in("emr", event(change(resource=b"x")), NOW) == TakenIn(0, 1)
    assert store.tidy(NOW + 15 * DAY) == 1
    assert store.take_in("emr", event(change(resource=b"x")), NOW) == TakenIn(1, 0)


def test_of_what_was_worked_no_content_is_kept(store: Store, url: str) -> None:
    store.take_in("emr", event(change(resource=b"x")), NOW)
    (first,) = store.claim_changes(ANN, NOW, 9)
    store.settle(ANN, [Settled(first.number, filed())], NOW)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert connection.execute(select(inbox.c.version, inbox.c.resource)).all() == [("1", None)]
    engine.dispose()


def test_what_has_no_version_is_another_change_as_soon_as_it_was_worked(store: Store) -> None:
    named = event(change(version=None, interaction="unknown"))
    store.take_in("emr", named, NOW)
    assert store.take_in("emr", named, NOW) == TakenIn(0, 1)
    (first,) = store.claim_changes(ANN, NOW, 9)
    store.settle(ANN, [Settled(first.number, filed())], NOW)
    assert store.take_in("emr", named, NOW) == TakenIn(1, 0)


def test_what_is_named_again_while_it_is_worked_is_worked_again(store: Store) -> None:
    """The server may have been asked before that happened of which the second call tells."""
    named = event(change(version=None, interaction="unknown"))
    store.take_in("emr", named, NOW)
    (first,) = store.claim_changes(ANN, NOW, 9)
    assert store.take_in("emr", named, NOW) == TakenIn(0, 1)
    store.settle(ANN, [Settled(first.number, filed(raw=b"asked before"), first.mark)], NOW)
    (again,) = store.claim_changes(ANN, NOW, 9)
    store.settle(ANN, [Settled(again.number, filed(number=2, raw=b"asked after"), again.mark)], NOW)
    assert store.claim_changes(ANN, NOW, 9) == []
    assert shelf(store) == {"Observation/o1": b"asked after"}


def test_what_cannot_be_put_in_order_stays_claimed_until_the_server_was_asked(store: Store) -> None:
    store.take_in("emr", event(change(version=None, resource=b"a")), NOW)
    (first,) = store.claim_changes(ANN, NOW, 9)
    assert store.settle(ANN, [Settled(first.number, filed(number=None, raw=b"a"))], NOW) == []
    store.take_in("emr", event(change(version=None, resource=b"b")), NOW)
    (second,) = store.claim_changes(ANN, NOW, 9)
    assert second.mark == 1
    assert store.settle(ANN, [Settled(second.number, filed(number=None, raw=b"b"))], NOW) == [second.number]
    assert store.claim_changes(BOB, NOW, 9) == []
    assert store.settle(ANN, [Settled(second.number, filed(number=None, raw=b"b"), second.mark)], NOW) == []
    assert shelf(store) == {"Observation/o1": b"b"}
    assert store.counts(NOW, 1).waiting == 0


def test_many_changes_are_settled_at_once(store: Store) -> None:
    """More than a statement takes; half of them concern the same resources."""
    changes = [change(f"Observation/o{number % 600}", str(number)) for number in range(1200)]
    assert store.take_in("emr", event(*changes), NOW) == TakenIn(1200, 0)
    waiting = store.claim_changes(ANN, NOW, 2000)
    answers = [Settled(each.number, filed(f"Observation/{each.id}", int(each.version or 0))) for each in waiting]
    assert store.settle(ANN, answers, NOW) == []
    assert store.counts(NOW, 1).resources == 600
    assert store.claim_changes(ANN, NOW, 1) == []

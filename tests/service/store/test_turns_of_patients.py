"""One worker at a time has a patient; who lost the claim changes nothing."""

from collections.abc import Callable

import pytest

from marrow.service.store.rows import AuditRow, Claimed, Concluded, Parked, WrongPack
from marrow.service.store.store import Store
from tests.service.store.telling import ANN, BOB, HOUR, NOW, TODAY, change, done, event, filed, shelf, statement, told, turn

CONCLUDED = Concluded(TODAY, {"severity": b"line"}, (statement(),), {"unit-unknown": 2})


def test_who_is_due_longest_comes_first_and_nobody_twice(store: Store) -> None:
    store.read_again(["Patient/late"], NOW)
    store.read_again(["Patient/early"], NOW - 9)
    first, second = store.claim_patient(ANN, NOW, TODAY), store.claim_patient(BOB, NOW, TODAY)
    assert first is not None and second is not None
    assert (first.patient, second.patient) == ("Patient/early", "Patient/late")
    assert store.claim_patient(ANN, NOW, TODAY) is None


def test_each_claim_has_a_token_of_its_own_and_a_lapsed_one_counts_as_tried(store: Store) -> None:
    told(store, filed())
    first = turn(store)
    assert store.claim_patient(BOB, NOW + 59, TODAY) is None
    second = store.claim_patient(BOB, NOW + 60, TODAY)
    assert second is not None
    assert (second.token, second.tried) == (first.token + 1, 1)


def test_a_claim_that_is_renewed_holds_longer(store: Store) -> None:
    told(store, filed())
    first = turn(store)
    assert store.renew(ANN, first, NOW + 50)
    assert store.claim_patient(BOB, NOW + 100, TODAY) is None
    assert store.claim_patient(BOB, NOW + 110, TODAY) is not None
    assert not store.renew(ANN, first, NOW + 111)


def test_claims_and_waiting_end_when_the_clock_steps_back(store: Store) -> None:
    told(store, filed())
    turn(store)
    assert store.claim_patient(BOB, NOW - HOUR / 2, TODAY) is None
    again = store.claim_patient(BOB, NOW - 2 * HOUR, TODAY)
    assert again is not None
    store.release(again, NOW - 2 * HOUR, again=NOW, code="server-down")
    assert store.claim_patient(BOB, NOW - HOUR, TODAY) is None
    assert store.claim_patient(BOB, NOW - 3 * HOUR, TODAY) is not None


def test_on_another_day_everybody_is_evaluated_again(store: Store) -> None:
    told(store, filed())
    store.read_again(["Patient/p2"], NOW)
    claimed = turn(store)
    store.conclude(claimed, CONCLUDED, 1, NOW)
    store.release(claimed, NOW)
    done(store)  # p2 was never concluded: no day counts only when due
    assert store.claim_patient(ANN, NOW, TODAY) is None
    for day in (TODAY + 1, TODAY - 1):
        tomorrow = store.claim_patient(ANN, NOW, day)
        assert tomorrow is not None
        assert (tomorrow.patient, tomorrow.day) == ("Patient/p1", TODAY)
        assert store.claim_patient(BOB, NOW, day) is None
        with_day = Concluded(TODAY, {}, ())
        store.conclude(tomorrow, with_day, 1, NOW)
        store.release(tomorrow, NOW)


def test_by_other_rules_everybody_is_evaluated_again_by_who_started_last(store: Store, url: str) -> None:
    store.move_in("pack", "old")
    told(store, filed())
    store.read_again(["Patient/p2"], NOW)
    claimed = turn(store)
    store.conclude(claimed, CONCLUDED, 1, NOW)
    store.release(claimed, NOW)
    done(store)
    for basis in ("new", "again"):  # before and after the one that was in force, in the order of their bytes
        other = Store(url)
        other.move_in("pack", basis)
        assert store.counts(NOW, TODAY).due == 0
        assert store.claim_patient(ANN, NOW, TODAY) is None, "who works by the old rules leaves it alone, or it would never end"
        assert other.counts(NOW, TODAY).due == 1
        claimed = turn(other)
        assert other.claim_patient(BOB, NOW, TODAY) is None
        other.conclude(claimed, CONCLUDED, 1, NOW)
        other.release(claimed, NOW)
        assert other.claim_patient(ANN, NOW, TODAY) is None
        assert other.counts(NOW, TODAY).due == 0
        other.close()


def test_a_database_serves_one_pack(store: Store, url: str) -> None:
    store.move_in("pack", "1")
    other = Store(url)
    with pytest.raises(WrongPack, match="belongs to the pack pack; each pack needs"):
        other.move_in("other", "1")
    other.close()
    store.move_in("pack", "2")


def test_who_was_concluded_by_a_process_that_died_is_still_due(store: Store) -> None:
    """On a new day nothing but the claim says that there is something to deliver."""
    told(store, filed())
    claimed = turn(store)
    store.conclude(claimed, CONCLUDED, 1, NOW)
    store.release(claimed, NOW)
    tomorrow = store.claim_patient(ANN, NOW, TODAY + 1)
    assert tomorrow is not None
    store.conclude(tomorrow, Concluded(TODAY + 1, {}, (statement(digest="new"),)), 1, NOW)
    assert store.claim_patient(BOB, NOW + 60, TODAY + 1) is not None


def test_what_changed_during_a_turn_makes_another(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    told(store, filed(number=2))
    store.release(claimed, NOW)
    assert done(store) == ["Patient/p1"]


def test_what_changed_before_the_record_was_read_is_in_the_evaluation(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    told(store, filed(number=2))
    store.conclude(claimed, CONCLUDED, store.record("Patient/p1").generation, NOW)
    store.release(claimed, NOW)
    assert done(store) == []


def test_what_does_not_succeed_is_parked_until_then(store: Store) -> None:
    told(store, filed())
    store.release(turn(store), NOW, again=NOW + 100, code="evaluators-disagree")
    assert store.parked(9) == [Parked("Patient/p1", "evaluators-disagree", 1, NOW + 100)]
    assert store.claim_patient(ANN, NOW + 99, TODAY) is None
    told(store, filed(number=2))  # a change: it is tried at once, and what was tried in vain stays counted
    claimed = turn(store)
    assert claimed.tried == 1
    store.release(claimed, NOW, again=NOW + 100, code="evaluators-disagree")
    assert store.parked(9)[0].tried == 2
    store.release(turn(store, now=NOW + 100), NOW + 100)
    assert store.parked(9) == []
    told(store, filed(number=3))
    assert turn(store).tried == 0


def test_what_changed_meanwhile_is_not_waited_for(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    told(store, filed(number=2))
    store.release(claimed, NOW, again=NOW + 100, code="server-down")
    assert turn(store).tried == 1


def test_a_patient_is_read_whole(store: Store) -> None:
    told(store, filed("Observation/gone"), filed("Observation/kept", 5, b"five"))
    marks = {each.ref: each.mark for each in store.record("Patient/p1").resources}
    claimed = turn(store)
    assert not claimed.is_read
    whole = [filed("Patient/p1", raw=b"p1"), filed("Observation/kept", 4, b"older"), filed("Observation/new")]
    assert store.file_whole(claimed, whole, [("Observation/gone", marks["Observation/gone"])], NOW)
    assert shelf(store) == {"Observation/kept": b"five", "Observation/new": b"one", "Patient/p1": b"p1"}
    store.release(claimed, NOW)
    assert done(store) == []  # what was read in this turn is evaluated in this turn
    told(store, filed(number=9))
    again = turn(store)
    assert (again.is_read, again.known) == (True, True)


def test_a_patient_whom_the_server_does_not_have_is_not_known(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    assert store.file_whole(claimed, [], [("Observation/o1", 1)], NOW)
    assert shelf(store) == {}
    store.release(claimed, NOW)
    store.read_again(None, NOW)
    assert not turn(store).known


def test_who_was_known_once_stays_known(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    store.file_whole(claimed, [filed(number=2)], [], NOW)
    store.file_whole(claimed, [], [("Observation/o1", 1)], NOW)  # an answer from before the other
    assert list(shelf(store)) == ["Observation/o1"]
    store.release(claimed, NOW)
    store.read_again(None, NOW)
    assert turn(store).known


def test_what_was_filed_after_the_server_was_read_is_not_deleted(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    told(store, filed(number=2, raw=b"two"))
    assert store.file_whole(claimed, [], [("Observation/o1", 1)], NOW)
    assert shelf(store) == {"Observation/o1": b"two"}


def test_where_the_order_cannot_be_told_the_server_counts_if_nothing_changed_since(store: Store) -> None:
    told(store, filed(number=None, raw=b"told"))
    claimed = turn(store)
    assert store.file_whole(claimed, [filed(number=None, raw=b"read")], [], NOW)
    assert shelf(store) == {"Observation/o1": b"read"}
    told(store, filed(number=None, raw=b"told later"), mark=2)
    assert store.file_whole(claimed, [filed(number=None, raw=b"read before")], [], NOW)
    assert shelf(store) == {"Observation/o1": b"told later"}
    store.release(claimed, NOW)
    assert not turn(store).is_read  # so that it is read again


def test_who_is_to_be_read_again_while_being_read_is_read_again(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    assert store.read_again(None, NOW) == 1
    store.file_whole(claimed, [filed()], [], NOW)
    store.release(claimed, NOW)
    assert not turn(store).is_read


def test_unknown_patients_can_be_read_as_well(store: Store) -> None:
    assert store.read_again(["Patient/b", "Patient/a", "Patient/a"], NOW) == 2
    assert done(store) == ["Patient/a", "Patient/b"]
    assert store.read_again([], NOW) == 0
    assert store.read_again(None, NOW) == 2
    assert done(store) == ["Patient/a", "Patient/b"]


def test_what_is_asked_beside_is_filed_and_makes_the_others_due(store: Store) -> None:
    given = [filed(f"MedicationAdministration/a{n}", patient=f"Patient/p{n}", leads_to="Medication/m1") for n in (1, 2)]
    told(store, *given)
    claimed = turn(store)
    done(store)
    assert store.file(claimed, [filed("Medication/m1", patient=None)], NOW)
    assert done(store) == ["Patient/p2"]
    store.release(claimed, NOW)
    assert done(store) == []


def test_an_evaluation_replaces_the_last(store: Store) -> None:
    told(store, filed(), filed("Observation/o2"))
    claimed = turn(store)
    sound = (("Observation/o1", 1, True), ("Observation/o2", 7, True))
    first = Concluded(TODAY, {"arm": b"a", "severity": b"s"}, (statement(), statement("Condition/c2")), {"x": 1, "y": 2}, sound)
    assert store.conclude(claimed, first, 2, NOW)
    assert [each.is_sound for each in store.record("Patient/p1").resources] == [True, None]  # the other was another version
    assert store.conclude(claimed, Concluded(TODAY, {"arm": b"b"}, (statement(digest="d2", body=b"new"),), {"y": 1}), 2, NOW)
    assert store.conclusions("Patient/p1") == {"arm": b"b"}
    assert store.issues() == {"y": 1}
    assert [(each.ref, each.digest, each.body) for each in store.statements("Patient/p1")] == [
        ("Condition/c1", "d2", b"new"),
        ("Condition/c2", "d1", b"body"),
    ]


LOST: dict[str, Callable[[Store, Claimed], object]] = {
    "renew": lambda store, claimed: store.renew(ANN, claimed, NOW),
    "file_whole": lambda store, claimed: store.file_whole(claimed, [filed(number=9, raw=b"x")], [("Observation/o2", 1)], NOW),
    "file": lambda store, claimed: store.file(claimed, [filed(number=9, raw=b"x")], NOW),
    "conclude": lambda store, claimed: store.conclude(
        claimed, Concluded(TODAY, {"x": b""}, (statement(digest="x"),), {"x": 1}, (("Observation/o1", 1, True),)), 1, NOW
    ),
    "found": lambda store, claimed: store.found(claimed, [statement("Condition/c9")], ["Condition/c1"]),
    "sending": lambda store, claimed: store.sending(claimed, ["Condition/c1"]),
    "sent": lambda store, claimed: store.sent(claimed, "Condition/c1", "d1", "1"),
    "troubled": lambda store, claimed: store.troubled(claimed, "Condition/c1", "refused"),
    "release": lambda store, claimed: _is_said(store.release(claimed, NOW, again=NOW, code="x")),  # type: ignore[func-returns-value]
}


@pytest.mark.parametrize("way", ["taken", "released"])
@pytest.mark.parametrize("name", LOST)
def test_a_lost_claim_changes_nothing(store: Store, name: str, way: str) -> None:
    told(store, filed(), filed("Observation/o2"))
    claimed = turn(store)
    assert store.conclude(claimed, CONCLUDED, 2, NOW)
    if way == "taken":
        assert store.claim_patient(BOB, NOW + 60, TODAY) is not None
    else:
        store.release(claimed, NOW)
    before = _everything(store)
    assert LOST[name](store, claimed) is False
    assert _everything(store) == before


def _is_said(nothing: None) -> bool:
    return nothing is not None


def _everything(store: Store) -> list[object]:
    return [
        store.record("Patient/p1"),
        store.statements("Patient/p1"),
        store.conclusions("Patient/p1"),
        store.issues(),
        store.counts(NOW, TODAY),
        store.parked(9),
        store.claim_patient(ANN, NOW + 30, TODAY),
    ]


def test_what_there_is_is_counted(store: Store) -> None:
    told(store, filed(), filed("Observation/o2", raw=None), filed("Patient/p2", patient="Patient/p2"))
    claimed = turn(store)
    store.conclude(claimed, Concluded(TODAY, {}, (statement(), statement("Condition/c2"))), 1, NOW)
    store.sent(claimed, "Condition/c2", "d1", "1")
    store.troubled(claimed, "Condition/c1", "refused")
    store.release(claimed, NOW, again=NOW + 9, code="refused")
    store.take_in("emr", event(change("Observation/a"), change("Observation/b")), NOW + 1)
    (first, _) = store.claim_changes(ANN, NOW + 2, 9)
    store.postpone(ANN, first.number, "server-down", NOW + 99)
    counts = store.counts(NOW + 2, TODAY)
    assert (counts.waiting, counts.postponed, counts.oldest) == (2, 1, NOW + 1)
    assert (counts.patients, counts.due, counts.parked) == (2, 1, 1)
    assert (counts.undelivered, counts.troubled, counts.resources) == (1, 1, 2)
    assert store.counts(NOW + 200, TODAY + 1).due == 2


def test_audit_is_read_on_from_a_number(store: Store) -> None:
    store.write_audit([])
    store.write_audit([AuditRow(NOW, b"1"), AuditRow(NOW, b"2", "Patient/p1")])
    store.write_audit([AuditRow(NOW, b"3")])
    page = store.audit(0, 2)
    assert [body for _, body in page] == [b"1", b"2"]
    assert [body for _, body in store.audit(page[-1][0], 9)] == [b"3"]

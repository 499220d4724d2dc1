"""What the server is to have, and what it has, is known before and after it is sent."""

from dataclasses import replace

import pytest

from marrow.service.store.rows import Claimed, Concluded
from marrow.service.store.store import Store
from tests.service.store.telling import NOW, TODAY, filed, statement, told, turn


@pytest.fixture
def claimed(store: Store) -> Claimed:
    """A patient of whom one statement was concluded."""
    told(store, filed())
    mine = turn(store)
    store.conclude(mine, Concluded(TODAY, {}, (statement(),)), 1, NOW)
    return mine


def test_what_is_concluded_waits_until_it_was_sent(store: Store, claimed: Claimed) -> None:
    (waiting,) = store.statements("Patient/p1")
    assert waiting == statement()
    assert waiting.waits
    assert store.sending(claimed, ["Condition/c1"])
    assert store.statements("Patient/p1")[0].tried == 1
    assert store.sent(claimed, "Condition/c1", "d1", "7")
    (there,) = store.statements("Patient/p1")
    assert (there.waits, there.sent, there.version) == (False, "d1", "7")


def test_what_is_the_same_in_substance_is_left_as_it_is(store: Store, claimed: Claimed) -> None:
    store.sending(claimed, ["Condition/c1"])
    store.troubled(claimed, "Condition/c1", "refused")
    store.conclude(claimed, Concluded(TODAY, {}, (statement(body=b"other evidence"),)), 1, NOW)
    (kept,) = store.statements("Patient/p1")
    assert (kept.body, kept.tried, kept.trouble) == (b"body", 1, "refused")
    assert store.troubles() == {"refused": 1}


def test_what_is_new_in_substance_is_sent_anew(store: Store, claimed: Claimed) -> None:
    store.sending(claimed, ["Condition/c1"])
    store.sent(claimed, "Condition/c1", "d1", "7")
    store.troubled(claimed, "Condition/c1", "refused")
    store.conclude(claimed, Concluded(TODAY, {}, (statement(digest="d2", body=b"new"),)), 1, NOW)
    (kept,) = store.statements("Patient/p1")
    assert (kept.body, kept.digest, kept.sent, kept.version, kept.tried, kept.trouble) == (b"new", "d2", "d1", "7", 0, None)
    assert kept.waits


def test_what_arrives_ends_its_trouble(store: Store, claimed: Claimed) -> None:
    store.troubled(claimed, "Condition/c1", "refused")
    store.sent(claimed, "Condition/c1", "d1", None)
    assert store.troubles() == {}


def test_what_the_server_has_of_ours_is_found(store: Store, claimed: Claimed) -> None:
    there = [statement(digest="x", sent="old", version="3"), statement("Condition/c2", "d9", b"theirs", version="4")]
    assert store.found(claimed, there, [])
    known, unknown = store.statements("Patient/p1")
    assert (known.body, known.digest, known.sent, known.version) == (b"body", "d1", "old", "3")
    assert (unknown.body, unknown.digest, unknown.sent, unknown.version, unknown.waits) == (b"theirs", "d9", "d9", "4", False)


def test_what_the_server_lost_is_sent_again(store: Store, claimed: Claimed) -> None:
    store.sent(claimed, "Condition/c1", "d1", "7")
    assert store.found(claimed, [], ["Condition/c1", "Condition/never"])
    (kept,) = store.statements("Patient/p1")
    assert (kept.sent, kept.version, kept.waits) == (None, None, True)


def test_conditions_are_read_in_pages(store: Store, claimed: Claimed) -> None:
    more = [statement(f"Condition/{name}") for name in ("a", "c10", "Z")] + [statement("Device/d"), statement("Provenance/p")]
    store.conclude(claimed, Concluded(TODAY, {}, tuple(more)), 1, NOW)
    assert [each.id for each in store.conditions(None, 3)] == ["Z", "a", "c1"]
    assert [each.id for each in store.conditions("Patient/p1", 3, "c1")] == ["c10"]
    assert store.conditions("Patient/p2", 3) == []
    found = store.condition("c10")
    assert found is not None
    assert found.ref == "Condition/c10"
    assert store.condition("d") is None


def test_what_belongs_to_no_patient_alone_is_delivered_with_whoever_comes_next(store: Store, claimed: Claimed) -> None:
    device = statement("Device/d")
    store.conclude(claimed, Concluded(TODAY, {}, (device,)), 1, NOW)
    store.sending(claimed, ["Device/d"])
    told(store, filed("Observation/o2", patient="Patient/p2"))
    other = turn(store, "Patient/p2")
    for_other = Concluded(TODAY, {}, (replace(device, patient="Patient/p2"),))
    store.conclude(other, for_other, 1, NOW)
    (passed_on,) = store.statements("Patient/p2")
    assert (passed_on.ref, passed_on.tried) == ("Device/d", 1), "it may have arrived"
    store.sent(claimed, "Device/d", "d1", "7")
    store.conclude(claimed, Concluded(TODAY, {}, (device,)), 1, NOW)
    assert [each.ref for each in store.statements("Patient/p1")] == ["Condition/c1"], "what was delivered stays where it is"

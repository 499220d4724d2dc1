"""Whatever the order in which versions come, the newest is filed, and whom it concerns is due."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_adapter.filing import Filed
from marrow.service.store.rows import Settled
from marrow.service.store.store import Store
from tests.service.store.telling import ANN, NOW, TODAY, change, done, event, filed, shelf, told, turn

LAB, MEDICATION = "Observation/o1", "Medication/m1"


@pytest.mark.parametrize(
    ("first", "then", "stays", "untold"),
    [
        (filed(number=1), filed(number=2, raw=b"two"), b"two", False),
        (filed(number=2), filed(number=1, raw=b"old"), b"one", False),
        (filed(number=2, updated=1), filed(number=1, raw=b"old", updated=9), b"one", True),
        (filed(number=2, updated=9), filed(number=1, raw=b"old", updated=1), b"one", False),
        (filed(number=1), filed(number=1), b"one", False),
        (filed(number=1), filed(number=1, raw=b"two"), b"one", True),
        (filed(number=None, updated=1), filed(number=None, updated=2, raw=b"two"), b"two", False),
        (filed(number=None, updated=2), filed(number=None, updated=1, raw=b"old"), b"one", False),
        (filed(number=None, updated=1), filed(number=None, updated=1), b"one", False),
        (filed(number=None, updated=1), filed(number=None, updated=1, raw=b"two"), b"one", True),
        (filed(number=1, updated=1), filed(number=None, updated=2, raw=b"two"), b"two", False),
        (filed(number=None), filed(number=None), b"one", False),
        (filed(number=None), filed(number=None, raw=b"two"), b"one", True),
        (filed(number=1), filed(number=None, raw=b"two"), b"one", True),
        (filed(number=1), filed(number=None, raw=None), b"one", True),
        (filed(number=1), filed(number=2, raw=None), None, False),
        (filed(number=2, raw=None), filed(number=1), None, False),
        (filed(number=2, raw=None), filed(number=3), b"one", False),
        (filed(number=None, raw=None), filed(number=3), None, True),
    ],
)
def test_what_is_told(store: Store, first: Filed, then: Filed, stays: bytes | None, untold: bool) -> None:
    assert told(store, first) == []
    assert bool(told(store, then)) is untold
    assert shelf(store) == ({} if stays is None else {LAB: stays})


@pytest.mark.parametrize(
    ("first", "then", "mark", "stays", "untold"),
    [
        (filed(number=1), filed(number=1, raw=b"two"), 1, b"two", False),
        (filed(number=1), filed(number=1, raw=b"two"), 0, b"one", True),
        (filed(number=None, updated=5), filed(number=None, updated=1, raw=b"two"), 1, b"two", False),
        (filed(number=None), filed(number=None, raw=None), 1, None, False),
        (filed(number=None), filed(number=None, raw=b"two"), 2, b"one", True),
        (filed(number=7), filed(number=1, raw=b"two"), 1, b"one", False),
        (filed(number=7, updated=1), filed(number=1, raw=b"two", updated=9), 1, b"two", False),
        (filed(number=7, updated=1), filed(number=1, raw=b"two", updated=9), 0, b"one", True),
        (filed(number=7, updated=9), filed(number=1, raw=b"two", updated=1), 1, b"one", False),
        (filed(number=7), filed(number=8, raw=b"two"), 0, b"two", False),
    ],
)
def test_what_the_server_answers(store: Store, first: Filed, then: Filed, mark: int, stays: bytes | None, untold: bool) -> None:
    told(store, first)
    assert bool(told(store, then, mark=mark)) is untold
    assert shelf(store) == ({} if stays is None else {LAB: stays})


def test_an_answer_about_what_is_not_filed_any_more_is_asked_again(store: Store) -> None:
    assert told(store, filed(), mark=3) == [filed()]
    assert told(store, filed(), mark=0) == []


def test_versions_that_are_settled_together_are_put_in_order(store: Store) -> None:
    _tell_in_batches(store, [filed(number=1), filed(number=3, raw=b"three"), filed(number=2)], 3)
    assert shelf(store) == {LAB: b"three"}


@pytest.mark.parametrize("which", [filed("Condition/c1", own=True), filed("Slot/s1")], ids=["own", "not read"])
def test_what_does_not_matter_is_finished_without_being_filed(store: Store, which: Filed) -> None:
    assert told(store, which) == []
    assert store.counts(NOW, TODAY).resources == 0
    assert done(store) == []


def test_what_is_filed_anew_grows_its_mark_and_is_to_be_validated_again(store: Store) -> None:
    told(store, filed(number=1))
    assert [(each.mark, each.is_sound) for each in store.record("Patient/p1").resources] == [(1, None)]
    told(store, filed(number=1), filed(number=2))
    assert [each.mark for each in store.record("Patient/p1").resources] == [2]


def test_a_change_makes_its_patient_due(store: Store) -> None:
    told(store, filed())
    claimed = turn(store)
    assert (claimed.generation, claimed.is_read, claimed.known, claimed.day, claimed.tried) == (1, False, False, None, 0)
    store.release(claimed, NOW)
    told(store, filed(number=2))
    assert turn(store).generation == 2


def test_what_changes_nothing_makes_nobody_due(store: Store) -> None:
    told(store, filed(number=2))
    done(store)
    told(store, filed(number=2), filed(number=1, raw=b"old"))
    assert done(store) == []


def test_what_moves_to_another_patient_makes_both_due(store: Store) -> None:
    told(store, filed())
    done(store)
    told(store, filed(number=2, patient="Patient/p2"))
    assert done(store) == ["Patient/p1", "Patient/p2"]
    assert shelf(store) == {}


def test_what_is_deleted_makes_whom_it_belonged_to_due(store: Store) -> None:
    told(store, filed())
    done(store)
    told(store, filed(number=2, raw=None))
    assert done(store) == ["Patient/p1"]


def test_a_medication_makes_those_due_who_were_given_it(store: Store) -> None:
    given = [filed(f"MedicationAdministration/a{n}", patient=f"Patient/p{n}", leads_to=MEDICATION) for n in (1, 2)]
    told(store, *given, filed(patient="Patient/p3"))
    assert store.record("Patient/p1").lacks == (MEDICATION,)
    done(store)
    told(store, filed(MEDICATION, patient=None))
    assert done(store) == ["Patient/p1", "Patient/p2"]
    assert store.record("Patient/p1").lacks == ()
    assert list(shelf(store)) == [MEDICATION, "MedicationAdministration/a1"]


def test_a_medication_that_was_deleted_is_not_asked_for(store: Store) -> None:
    told(store, filed("MedicationAdministration/a1", leads_to=MEDICATION), filed(MEDICATION, 3, None))
    assert store.record("Patient/p1").lacks == ()


def test_whose_place_was_taken_counts_as_the_other(store: Store) -> None:
    told(store, filed("Patient/old", patient="Patient/old", leads_to="Patient/p1"), filed("Patient/p1"))
    done(store)
    told(store, filed(patient="Patient/old"))
    assert done(store) == ["Patient/old", "Patient/p1"]
    assert sorted(shelf(store)) == [LAB, "Patient/old", "Patient/p1"]
    assert sorted(shelf(store, "Patient/old")) == [LAB, "Patient/old"]


def test_who_gets_the_place_back_makes_the_other_due(store: Store) -> None:
    told(store, filed("Patient/old", patient="Patient/old", leads_to="Patient/p1"), filed("Patient/p1"))
    done(store)
    told(store, filed("Patient/old", 2, patient="Patient/old"))
    assert done(store) == ["Patient/old", "Patient/p1"]
    assert sorted(shelf(store)) == ["Patient/p1"]


def test_patients_who_took_each_others_place_end_somewhere(store: Store) -> None:
    told(store, filed("Patient/a", patient="Patient/a", leads_to="Patient/b"))
    told(store, filed("Patient/b", patient="Patient/b", leads_to="Patient/a"))
    done(store)
    told(store, filed(patient="Patient/a"))
    assert done(store) == ["Patient/a", "Patient/b"]
    assert sorted(shelf(store, "Patient/a")) == sorted(shelf(store, "Patient/b")) == [LAB, "Patient/a", "Patient/b"]


def test_a_chain_of_places_is_followed_eight_times(store: Store) -> None:
    chain = [filed(f"Patient/c{n}", patient=f"Patient/c{n}", leads_to=f"Patient/c{n + 1}") for n in range(11)]
    told(store, *chain)
    done(store)
    told(store, filed(patient="Patient/c0"))
    assert done(store) == [f"Patient/c{n}" for n in range(9)]


def test_a_record_is_ordered_and_of_one_generation(store: Store) -> None:
    told(store, filed("Patient/p1"), filed("Observation/o2"), filed("Observation/o10"), filed("Condition/z"))
    record = store.record("Patient/p1")
    assert [each.ref for each in record.resources] == ["Condition/z", "Observation/o10", "Observation/o2", "Patient/p1"]
    assert record.generation == 4
    assert store.record("Patient/nobody").resources == ()


_NAMES = count()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_repetition_ends_in_the_same(store: Store, data: st.DataObject) -> None:
    """Versions of a few resources, some of them deletions, in two orders with repetitions, in batches of any size."""
    name = next(_NAMES)
    versions = [
        filed(f"Observation/{{}}-{kind}", number, None if kind == 1 and number == 3 else b"%d" % number, patient=patient)
        for kind in range(3)
        for number, patient in ((1, "Patient/{}-1"), (2, "Patient/{}-0"), (3, "Patient/{}-1"))
    ]
    ends = []
    for half in ("a", "b"):
        every = [_renamed(each, f"{name}{half}") for each in versions]
        more = data.draw(st.lists(st.sampled_from(every), max_size=6))
        _tell_in_batches(store, data.draw(st.permutations(every + more)), data.draw(st.integers(1, 5)))
        both = shelf(store, f"Patient/{name}{half}-0") | shelf(store, f"Patient/{name}{half}-1")
        ends.append({ref.rpartition("-")[2]: raw for ref, raw in both.items()})
    assert ends == [{"0": b"3", "2": b"3"}] * 2


def _renamed(each: Filed, name: str) -> Filed:
    patient = None if each.patient is None else each.patient.format(name)
    return Filed(each.type, each.id.format(name), each.version, each.number, None, patient, None, each.raw)


def _tell_in_batches(store: Store, versions: list[Filed], size: int) -> None:
    for start in range(0, len(versions), size):
        some = versions[start : start + size]
        store.take_in("emr", event(*(change(each.ref, f"{each.version}-{start}-{n}") for n, each in enumerate(some))), NOW)
        waiting = store.claim_changes(ANN, NOW, 100)
        assert store.settle(ANN, [Settled(row.number, each) for row, each in zip(waiting, some, strict=True)], NOW) == []

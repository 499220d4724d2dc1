"""Many at once: nobody gets what another has, nobody's change is lost, and who is killed leaves all or nothing."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest

from marrow.service.store.rows import Claimant, Settled
from marrow.service.store.store import Store
from tests.service.store.telling import NOW, TODAY, change, event, filed, shelf

ROOT = Path(__file__).resolve().parents[3]
AT_ONCE = 4
T = TypeVar("T")


@pytest.fixture
def several(url: str, store: Store) -> list[Store]:
    """Stores of one database, as in as many processes."""
    return [store, *(Store(url, threads=2) for _ in range(AT_ONCE - 1))]


def test_no_change_is_claimed_twice(several: list[Store]) -> None:
    several[0].take_in("emr", event(*(change(f"Observation/o{n}") for n in range(200))), NOW)
    start = Barrier(AT_ONCE)

    def work(number: int) -> list[int]:
        mine: list[int] = []
        start.wait()
        while some := several[number].claim_changes(Claimant(f"w{number}", 60), NOW, 7):
            mine += [each.number for each in some]
        return mine

    got = _all_at_once(work)
    assert len(got) == len(set(got)) == 200


def test_no_patient_is_claimed_twice(several: list[Store]) -> None:
    several[0].read_again([f"Patient/p{n}" for n in range(40)], NOW)
    start = Barrier(AT_ONCE)

    def work(number: int) -> list[str]:
        mine: list[str] = []
        start.wait()
        while claimed := several[number].claim_patient(Claimant(f"w{number}", 60), NOW, TODAY):
            mine.append(claimed.patient)
        return mine

    got = _all_at_once(work)
    assert len(got) == len(set(got)) == 40


def test_what_many_tell_and_settle_at_once_ends_in_the_newest(several: list[Store]) -> None:
    """The same resources and patients in other orders: what gets in each other's way is done again."""
    versions = [
        filed(f"{kind}/r{n}", number, b"%d" % number, patient=f"Patient/p{n % 3}", leads_to=leads_to)
        for n in range(12)
        for number in (1, 2, 3)
        for kind, leads_to in (("Observation", None), ("MedicationAdministration", f"Medication/r{n}"), ("Medication", None))
    ]
    versions += [filed(f"Patient/p{n}", 1, b"3", patient=f"Patient/p{n}", leads_to=f"Patient/p{(n + 1) % 3}") for n in range(3)]
    start = Barrier(AT_ONCE)

    def work(number: int) -> list[int]:
        store, who = several[number], Claimant(f"w{number}", 60)
        mine = random.Random(number).sample(versions, len(versions))
        start.wait()
        for first in range(0, len(mine), 20):
            some = mine[first : first + 20]
            store.take_in(f"s{number}", event(*(change(each.ref, each.version) for each in some)), NOW)
            store.settle(who, [Settled(0, each) for each in some], NOW)
            for told in store.claim_changes(who, NOW, 20):
                store.settle(who, [Settled(told.number, None)], NOW)
        return []

    _all_at_once(work)
    kept = shelf(several[0], "Patient/p0")
    assert len(kept) == 39
    assert set(kept.values()) == {b"3"}
    assert several[0].counts(NOW, TODAY).waiting == 0


def _all_at_once(work: Callable[[int], list[T]]) -> list[T]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [each for mine in pool.map(work, range(AT_ONCE)) for each in mine]


KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event as events
from marrow.service.store.store import Store
from tests.service.store.telling import NOW, change, event

store = Store(sys.argv[1])
store.take_in("emr", event(*(change(f"Observation/a{n}") for n in range(50))), NOW)
events.listen(Engine, sys.argv[2], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
store.take_in("emr", event(*(change(f"Observation/b{n}") for n in range(50))), NOW)
store.close()
"""


@pytest.mark.parametrize("moment", ["commit", "after_cursor_execute"])
def test_who_is_killed_while_taking_in_leaves_nothing_half(url: str, store: Store, moment: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, url, moment], cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert store.counts(NOW, TODAY).waiting == 50
    assert store.take_in("emr", event(*(change(f"Observation/b{n}") for n in range(50))), NOW).new == 50


TELLS = """
import sys
from marrow.service.store.store import Store
from tests.service.store.telling import NOW, change, event

store = Store(sys.argv[1])
for number in range(100_000):
    store.take_in("emr", event(*(change(f"Observation/{number}-{n}") for n in range(20))), NOW)
    print(number, flush=True)
"""


def test_what_was_answered_is_there_after_a_kill_at_any_moment(url: str, store: Store) -> None:
    for _ in range(2):
        before = store.counts(NOW, TODAY).waiting
        with subprocess.Popen([sys.executable, "-c", TELLS, url], cwd=ROOT, stdout=subprocess.PIPE, text=True) as teller:
            assert teller.stdout is not None
            answered = [teller.stdout.readline() for _ in range(before // 20 + 5)]
            teller.kill()
            answered += teller.stdout.readlines()
        waiting = store.counts(NOW, TODAY).waiting
        assert waiting % 20 == 0
        assert 0 <= waiting - 20 * len(answered) <= 20

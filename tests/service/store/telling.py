"""What is told and filed in the tests of the store, in few words."""

from typing import Literal

from fhir_adapter.filing import Filed
from fhir_adapter.notification.notice import Change, Notice
from marrow.service.store.rows import Claimant, Claimed, Settled, Statement
from marrow.service.store.store import Store

NOW = 1_700_000_000.0
TODAY = 738_000
HOUR = 3600.0
DAY = 86400.0
ANN, BOB = Claimant("ann", 60.0), Claimant("bob", 60.0)


def change(
    ref: str = "Observation/o1",
    version: str | None = "1",
    interaction: Literal["upsert", "delete", "unknown"] = "upsert",
    resource: bytes | None = None,
    *,
    own: bool = False,
    server: str | None = None,
) -> Change:
    kind, _, identity = ref.partition("/")
    return Change(kind, identity, version, interaction, resource, own, server)


def event(*changes: Change, numbers: tuple[int, ...] = (), subscription: str | None = "Subscription/s1") -> Notice:
    return Notice("event", subscription, event_numbers=numbers, changes=changes)


def filed(
    ref: str = "Observation/o1",
    number: int | None = 1,
    raw: bytes | None = b"one",
    *,
    patient: str | None = "Patient/p1",
    leads_to: str | None = None,
    updated: int | None = None,
    own: bool = False,
) -> Filed:
    """A version; where it is deleted nobody can say whose it was."""
    kind, _, identity = ref.partition("/")
    version = None if number is None else str(number)
    if raw is None:
        return Filed(kind, identity, version, number, updated)
    return Filed(kind, identity, version, number, updated, patient, leads_to, raw, own)


def told(store: Store, *versions: Filed, mark: int | None = None) -> list[Filed]:
    """Tell changes one after the other, each in a notification of its own, settle them, and give back what could not be."""
    untold = []
    for each in versions:
        store.take_in("emr", event(change(each.ref, None, "unknown")), NOW)
        (waiting,) = store.claim_changes(ANN, NOW, 10)
        answer = Settled(waiting.number, each, mark)
        if store.settle(ANN, [answer], NOW):
            untold.append(each)
            assert store.settle(ANN, [Settled(waiting.number, None)], NOW) == []
    return untold


def turn(store: Store, patient: str = "Patient/p1", now: float = NOW) -> Claimed:
    """The claim of a patient who is due."""
    claimed = store.claim_patient(ANN, now, TODAY)
    assert claimed is not None
    assert claimed.patient == patient
    return claimed


def done(store: Store, now: float = NOW) -> list[str]:
    """Give every patient who is due a turn in which nothing happens: who they were."""
    names = []
    while claimed := store.claim_patient(BOB, now, TODAY):
        names.append(claimed.patient)
        store.release(claimed, now)
    return sorted(names)


def shelf(store: Store, patient: str = "Patient/p1") -> dict[str, bytes]:
    """What is filed of a patient."""
    return {each.ref: each.raw for each in store.record(patient).resources}


def statement(ref: str = "Condition/c1", digest: str = "d1", body: bytes = b"body", **more: str | None) -> Statement:
    kind, _, identity = ref.partition("/")
    return Statement(kind, identity, "Patient/p1", body, digest, sent=more.get("sent"), version=more.get("version"))

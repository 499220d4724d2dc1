"""Whatever is lost, repeated or reordered on the way: after a sweep the server says what a batch evaluation of it says."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_adapter.notification.call import Call
from tests.service.work.children import child, names
from tests.service.work.world import World, sqlite

CHILDREN = names()[:2]
Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One thing that happens at the hospital: a resource of a child by its place, and what is done to it."""

    child: int
    place: int
    what: str


@dataclass(frozen=True)
class Fate:
    """What becomes of a notification: how often it comes, whether it carries the resource, and when it comes."""

    copies: int
    is_bare: bool
    turn: int


STEPS = st.lists(
    st.builds(
        Step,
        child=st.integers(0, len(CHILDREN) - 1),
        place=st.integers(0, 200),
        what=st.sampled_from(["delete", "entered-in-error", "lower", "higher", "move", "again", "merge"]),
    ),
    max_size=8,
)
FATE = st.builds(Fate, copies=st.integers(0, 2), is_bare=st.booleans(), turn=st.integers(0, 9))


def happen(world: World, step: Step) -> Call | None:
    resources = [each for name in CHILDREN for each in child(name) if name == CHILDREN[step.child]]
    first = resources[step.place % len(resources)]
    now = world.ehr.current(first["resourceType"], first["id"])
    if step.what == "delete":
        return None if now is None else world.ehr.delete(first["resourceType"], first["id"])
    other = {"reference": f"Patient/{CHILDREN[1 - step.child]}"}
    if step.what == "merge":
        if now is None or first["resourceType"] != "Patient":
            return None
        return world.ehr.put(now | {"link": [{"type": "replaced-by", "other": other}]})
    changed = dict(now or first)
    if step.what == "move" and "subject" in changed:
        changed["subject"] = other
    if step.what == "entered-in-error" and first["resourceType"] in ("Observation", "MedicationAdministration", "Procedure"):
        changed["status"] = "entered-in-error"
    if step.what in ("lower", "higher") and "valueQuantity" in changed:
        value = changed["valueQuantity"]["value"]
        changed["valueQuantity"] = changed["valueQuantity"] | {"value": value / 4 if step.what == "lower" else value * 4}
    return world.ehr.put(changed)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, data=st.data(), work_between=st.sets(st.integers(0, 9), max_size=3))
def test_the_server_says_what_the_batch_says(steps: list[Step], data: st.DataObject, work_between: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(sqlite(Path(folder)))
        calls = [world.ehr.put(each) for name in CHILDREN for each in child(name)]
        calls += [call for step in steps if (call := happen(world, step)) is not None]
        by_turn: dict[int, list[Call]] = {}
        for call in calls:
            fate = data.draw(FATE)
            sent = Call(call.method, call.path, {}, b"") if fate.is_bare else call
            by_turn.setdefault(fate.turn, []).extend([sent] * fate.copies)
        for turn in range(10):
            world.tell(*by_turn.get(turn, ()))
            if turn in work_between:
                world.work()
        world.work()
        world.sweep(whole=True)
        world.work()
        assert world.served() == world.batch()
        assert world.store.counts(world.seconds, world.today.toordinal()).parked == 0
        writes = world.writes()
        world.tell(*calls)
        world.sweep(whole=True)
        world.work()
        assert world.writes() == writes
        world.store.close()

"""Evaluation in a process of its own: what it comes to, and what its death costs."""

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from marrow.service.judges import Judges
from marrow.service.store.rows import Record
from marrow.service.work.judging import JudgeDied, Question
from marrow.service.work.patients import work_patient
from tests.service.work.children import child
from tests.service.work.world import World

NOBODY = Question("Patient/nobody", Record((), (), 0), 700_000, ())


def processes(judges: Judges) -> list[int]:
    """The ids of the processes that are there."""
    assert judges._pool is not None
    return list(judges._pool._processes)


def test_a_record_is_evaluated_in_another_process_as_it_is_in_this(world: World) -> None:
    world.tell(*[world.ehr.put(each) for each in child("msc-01")])
    judges = Judges(world.pack.name, None, 1)
    try:
        world._run(_work(world, judges))
        assert processes(judges) != [os.getpid()]
    finally:
        judges.close()
    assert world.served() == world.batch() != {}


async def _work(world: World, judges: Judges) -> None:
    from marrow.service.work.changes import work_changes

    means = replace(world.means(), judge=judges)
    await work_changes(means)
    assert await work_patient(means, world.pack)


def test_a_process_that_dies_costs_one_question_and_the_next_is_answered() -> None:
    judges = Judges("lan_2021", None, 1)

    async def asked() -> None:
        assert (await judges(NOBODY)).lines == {}
        (process,) = processes(judges)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(JudgeDied):
            await judges(NOBODY)
        assert (await judges(NOBODY)).lines == {}

    try:
        asyncio.run(asked())
    finally:
        judges.close()


def test_a_patient_at_whom_the_process_dies_is_parked_and_worked_later(world: World) -> None:
    async def died(_: Question) -> None:
        raise JudgeDied

    world.tell(*[world.ehr.put(each) for each in child("msc-01")])
    world._run(_work(world, died))  # type: ignore[arg-type]
    (parked,) = world.store.parked(10)
    assert parked.code == "evaluation-died"
    world.later(seconds=10)
    world.work()
    assert world.served() == world.batch() != {}

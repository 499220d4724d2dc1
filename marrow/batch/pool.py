"""Steps in this process or in several, with what each process has to know given once."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from marrow.inputs import UnreadableInput

Task = TypeVar("Task")
Answer = TypeVar("Answer")


class WorkerLost(RuntimeError):
    """A process that worked for a run was killed."""


def each_done(
    begin: Callable[..., Callable[[Task], Answer]], known: tuple[Any, ...], tasks: Iterable[Task], jobs: int
) -> Iterator[tuple[Task, Answer]]:
    """Every task with its answer, as they come to an end.

    begin: makes the step from `known`, once in each process. Inputs that cannot be read are told together, when all else is done.
    Raises WorkerLost where a process was killed.
    """
    found = _here(begin(*known), tasks) if jobs <= 1 else _there(begin, known, tasks, jobs)
    faults: list[str] = []
    for task, answer in found:
        if isinstance(answer, UnreadableInput):
            faults.append(str(answer))
        else:
            yield task, answer
    if faults:
        raise UnreadableInput("\n".join(sorted(faults)))


def _here(step: Callable[[Task], Answer], tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer | UnreadableInput]]:
    for task in tasks:
        try:
            with _seldom_collected():
                answer: Answer | UnreadableInput = step(task)
        except UnreadableInput as error:
            answer = error
        yield task, answer


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """What a step makes is in no circles, and looking for some takes a tenth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _there(
    begin: Callable[..., Callable[[Task], Answer]], known: tuple[Any, ...], tasks: Iterable[Task], jobs: int
) -> Iterator[tuple[Task, Answer | UnreadableInput]]:
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(begin, known))
    try:
        with _undisturbed():
            asked = {pool.submit(_one, task): task for task in tasks}
        for future in as_completed(asked):
            task = asked.pop(future)
            try:
                answer: Answer | UnreadableInput = future.result()
            except UnreadableInput as error:
                answer = error
            except BrokenProcessPool:
                raise WorkerLost(
                    "a process of this run was killed, perhaps for want of memory; the same command, with fewer --jobs, goes on"
                ) from None
            yield task, answer
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until the processes have begun: while one is being made, Python would let it pass unheard."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_ALLOCATIONS = 500_000
_STOPS = (signal.SIGINT, signal.SIGTERM)
_step: Callable[[Any], Any] | None = None


def _begin(begin: Callable[..., Callable[[Any], Any]], known: tuple[Any, ...]) -> None:
    global _step  # noqa: PLW0603 - one step for each process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)  # as in `_seldom_collected`
    _step = begin(*known)


def _end_with_parent() -> None:
    """A run that is killed leaves no process behind that holds its folder."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _one(task: Any) -> Any:
    assert _step is not None
    return _step(task)

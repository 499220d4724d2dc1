"""Evaluation in processes of its own: who listens is not held up by it, and what kills it costs one patient a try.

durable-rules is C++ code; a fault in it ends the process that it runs in.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from fhir_adapter.releases import Release
from marrow.service.store.rows import Concluded
from marrow.service.work.judging import Judge, JudgeDied, Question

_judge: Judge | None = None


class Judges:
    """A number of processes with the pack loaded in each, which is found by name. Begun by the first question."""

    def __init__(self, pack: str, release: Release | None, processes: int) -> None:
        self._given = (pack, release)
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    async def __call__(self, question: Question) -> Concluded:
        """Raises what judging raises, and JudgeDied where its process did."""
        pool = self._pool = self._pool or self._begin()
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, _judged, question)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
            pool.shutdown(wait=False, cancel_futures=True)
            raise JudgeDied from None

    def warm(self) -> None:
        """Begin now, so that the first question need not wait for it."""
        if self._pool is None:
            self._pool = self._begin()
            self._pool.submit(_is_there)

    def close(self) -> None:
        """After the questions that are being worked on, none."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _begin(self) -> ProcessPoolExecutor:
        # after kill -9 Python's own cleaner writes a warning with its path into our log
        os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
        fresh = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        return ProcessPoolExecutor(self._processes, fresh, _prepare, self._given)


def _prepare(pack: str, release: Release | None) -> None:
    global _judge  # noqa: PLW0603 - one for each process
    from marrow.evaluation import evaluator
    from marrow.packs import load_pack

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that listens, which ends this one
    threading.Thread(target=_end_with_parent, daemon=True).start()
    loaded = load_pack(pack)
    _judge = Judge(loaded, evaluator(loaded, "both"), release)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _is_there() -> bool:
    return _judge is not None


def _judged(question: Question) -> Concluded:
    assert _judge is not None
    return _judge(question)

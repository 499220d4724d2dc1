"""FHIR in, conclusions and FHIR out: the one way that every use of Marrow goes."""

import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluated, Evaluation
from engine.judgement import Evaluator
from engine.pack.program import Pack
from engine.record import PatientRecord

EvaluatorName = Literal["plain", "rete", "both"]
EVALUATORS: tuple[EvaluatorName, ...] = ("plain", "rete", "both")


def evaluator(pack: Pack, name: EvaluatorName) -> Evaluator:
    """One of the evaluators; durable-rules is only loaded where it is asked for."""
    if name == "plain":
        return Plain(pack)
    if name == "rete":
        from engine.evaluate.rete import Rete

        return Rete(pack)
    from engine.evaluate.both import Both

    return Both(pack)


@dataclass(frozen=True, slots=True)
class Job:
    """What to evaluate with: enough for another process to begin anew."""

    pack: Pack
    evaluator: EvaluatorName
    as_of: int


def evaluate_all(
    job: Job, records: Iterable[PatientRecord], jobs: int = 1, progress: Callable[[], None] = lambda: None
) -> Iterator[Evaluated]:
    """Every record's conclusions in the order of the records, whatever the number of processes."""
    if jobs <= 1:
        evaluate = Evaluation(job.pack, evaluator(job.pack, job.evaluator))
        for record in records:
            yield evaluate(record, job.as_of)
            progress()
        return
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(job,))
    try:
        for evaluated in pool.map(_one, records, chunksize=64):
            yield evaluated
            progress()
    finally:
        pool.shutdown(cancel_futures=True)


_worker: Callable[[PatientRecord], Evaluated] | None = None


def _begin(job: Job) -> None:
    global _worker  # noqa: PLW0603 - one evaluation for each worker process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    evaluate = Evaluation(job.pack, evaluator(job.pack, job.evaluator))
    _worker = lambda record: evaluate(record, job.as_of)  # noqa: E731


def _one(record: PatientRecord) -> Evaluated:
    assert _worker is not None
    return _worker(record)

"""One run over files: sort what is read by patient, evaluate every patient, write the results whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

from engine.cohort.results import NO_DATE, Results
from engine.cohort.study import study
from engine.evaluation import Evaluated
from engine.pack.program import Pack
from fhir_adapter.arrival import Validation
from fhir_adapter.proof import Sample, prove
from fhir_adapter.read import Intake, most
from fhir_adapter.releases import PLAIN, Release
from marrow.batch import work
from marrow.batch.here import Engine, Here
from marrow.batch.job import Job
from marrow.batch.layout import STRETCH, parts_for, stretches
from marrow.batch.merge import merged_columns, put_together
from marrow.batch.part_step import Assumed, PartResult, result_of
from marrow.batch.slices import Digest
from marrow.batch.together import Whole
from marrow.evaluation import EvaluatorName
from marrow.inputs import UnreadableInput, find_inputs
from marrow.output import output_folder
from marrow.packs import load_pack
from marrow.parquet.files import remove_tables, require_pyarrow
from marrow.parquet.write import write_parquet
from marrow.progress import progress
from marrow.report.files import Told, write_results
from marrow.report.printed_numbers import reproduce
from marrow.report.reproduction import Reproduced
from marrow.written import asked_day

if TYPE_CHECKING:
    from marrow.spark.there import Begin


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked for.

    reproduce: compare with the numbers that the pack's source prints. notes: sentences for the report's title block.
    parquet: write the tables as Parquet too. engine: `local`, or `spark`, where `jobs` is for this machine only.
    """

    inputs: tuple[str, ...]
    out: Path
    pack: str = "lan_2021"
    cutoff: date | None = None
    as_of: date | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    release: str | None = None
    evaluator: str = "plain"
    validation: str | None = None
    jobs: int = 1
    quiet: bool = False
    reproduce: bool = False
    parquet: bool = False
    engine: str = "local"
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class RunOutcome:
    """What a run came to. conclusions: how often each conclusion had each outcome."""

    pack: Pack
    out: Path
    as_of: int
    patients: int = 0
    conditions: int = 0
    issues: int = 0
    resources: Counter[str] = field(default_factory=Counter)
    reasons: list[tuple[str, str, int]] = field(default_factory=list)
    conclusions: dict[str, Counter[str]] = field(default_factory=dict)
    evaluated: list[Evaluated] = field(default_factory=list)
    results: Results | None = None
    reproduction: list[Reproduced] = field(default_factory=list)


def run(options: Options, keep: bool = False) -> RunOutcome:
    """Evaluate and write; `keep` keeps what was evaluated for the caller.

    Memory stays what it is however much is read: the input is sorted by patient on disk, and evaluated part by part. A run that
    is stopped goes on from there when it is called again. Raises the caller's faults (ValueErrors of this project's modules).
    What is wrong inside the data becomes issues.
    """
    if options.parquet:
        require_pyarrow()
    if options.engine == "spark":
        from marrow.spark.there import on_spark

        with on_spark(options.inputs, options.jobs) as begin:
            return _run_with(options, keep, begin)
    return _run_with(options, keep, None)


def _run_with(options: Options, keep: bool, begin: "Begin | None") -> RunOutcome:
    """begin: makes ready another machine than this one."""
    pack = load_pack(options.pack, options.settings)
    inputs = find_inputs(options.inputs) if begin is None else begin.inputs
    out = output_folder(str(options.out))
    with work.held(out) as folder:
        inputs = [each.spooled(folder) for each in inputs]
        layout = tuple(stretches(inputs)) if begin is None else ()
        size = sum(one.size for one in layout) if begin is None else begin.size
        job = Job(
            pack, tuple(inputs), folder, parts_for(size), cast(EvaluatorName, options.evaluator),
            cast(Validation | None, options.validation), cast(Release | None, options.release),
        )  # fmt: skip
        work.begin(folder, work.fingerprint(job, options.pack, keep=keep) if begin is None else begin.print_of_run)
        engine: Engine = Here(job, layout, options.jobs) if begin is None else begin(job)
        try:
            outcome = _run(options, job, engine, keep)
        except UnreadableInput:
            work.done(folder)
            raise
        work.done(folder)
    return outcome


def _run(options: Options, job: Job, engine: Engine, keep: bool) -> RunOutcome:
    with progress("reading", engine.size, options.quiet or engine.size <= STRETCH, ("MB", 1_000_000)) as step:
        digests = engine.sort(step)
    _refuse_other_than_fhir(job, digests)
    whole, shared = engine.settle(digests)
    documents = engine.has_documents(digests)
    results, assumed = _evaluated(options, job, engine, whole, with_documents=documents, keep=keep)
    outcome = RunOutcome(job.pack, options.out, assumed.as_of, sum(len(result.lines) for result in results))
    outcome.evaluated = sorted(chain(*(result.evaluated for result in results)), key=lambda one: one.patient)
    _count(outcome, digests, shared, results)
    _prove(job.pack, results)
    columns = merged_columns(job.pack, results)
    outcome.results = study(job.pack, columns, assumed.as_of)
    if options.reproduce:
        outcome.reproduction = reproduce(job.pack, outcome.results)
    told = Told(outcome.reasons, outcome.resources, outcome.reproduction, options.notes)
    put_together(job, results, shared.issues, assumed.release if documents else None, options.out)
    write_results(job.pack, outcome.results, told, options.out)
    if options.parquet:
        write_parquet(job.pack, options.out, columns, outcome.results)
    else:
        remove_tables(options.out)
    return outcome


def _evaluated(
    options: Options, job: Job, engine: Engine, whole: Whole, *, with_documents: bool, keep: bool
) -> tuple[list[PartResult], Assumed]:
    """Every part, evaluated with what turns out to be so when all are read: the newest day, and the release of most."""
    asked = asked_day(job.pack, options.as_of, options.cutoff)
    seen = max((digest.newest for _, digest in whole.slices), default=0)
    assumed = Assumed(asked or seen or NO_DATE, job.release or PLAIN)
    parts = whole.parts(job)
    while True:
        with progress("evaluating", len(parts), options.quiet, ("parts", 1)) as step:
            engine.evaluate(whole, assumed, with_documents=with_documents, keep=keep, step=step)
        results = [result_of(job, part) for part in parts]
        done = [result for result in results if result is not None]
        newest = max((result.newest_day or NO_DATE for result in done), default=NO_DATE)
        shown = sum((result.shown for result in done), Counter[Release]())
        release = job.release or most(shown)
        is_same = release == assumed.release or not (with_documents or any(result.unshown for result in done))
        true = Assumed(asked or newest, assumed.release if is_same else release)
        if true == assumed:
            return done, assumed
        assumed = true


def _prove(pack: Pack, results: list[PartResult]) -> None:
    """Hold what is written against FHIR: each template that was filled in, and a sample of what it was filled in with."""
    sample = Sample()
    for result in results:
        sample.add(result.sample)
    for release in sorted({release for _, release in sample.first}):
        prove(pack, release)
    sample.require_valid()


def _count(outcome: RunOutcome, digests: Sequence[Sequence[Digest]], shared: Intake, results: list[PartResult]) -> None:
    for digest in chain(*digests):
        for _, fate, number in digest.counts:
            outcome.resources[fate] += number
    for (_, each), number in chain(shared.counts.items(), *(result.counts.items() for result in results)):
        outcome.resources[each] += number
    outcome.reasons = _problems(shared, results)
    outcome.issues = len(shared.issues) + sum(result.issues for result in results)
    for result in results:
        for name, found in result.conclusions.items():
            outcome.conclusions.setdefault(name, Counter()).update(found)
    outcome.conclusions = {name: outcome.conclusions[name] for name in sorted(outcome.conclusions)}
    outcome.conditions = sum(result.conditions for result in results)


def _refuse_other_than_fhir(job: Job, digests: Sequence[Sequence[Digest]]) -> None:
    """Raises UnreadableInput for what was named and is no FHIR at all, or where nothing else was found."""
    told = [(digest.sources[here].file, piece) for digest in chain(*digests) for here, piece in digest.whole]
    is_named = [file for file, piece in told if job.inputs[file].named and not piece.line]
    faults = [f"{job.inputs[file].name}: {piece.message}" for file, piece in told if file in is_named and not piece.line]
    if not faults and not any(digest.resources for digest in chain(*digests)):
        faults = [f"{piece.source(job.inputs[file].name, 0)}: {piece.message}" for file, piece in told[:1]]
    if faults:
        raise UnreadableInput("\n".join(faults))


def _problems(shared: Intake, results: list[PartResult]) -> list[tuple[str, str, int]]:
    """The kinds of problem in the data, the most frequent first."""
    found = Counter((issue.code, issue.message) for issue in shared.issues)
    for result in results:
        found.update(result.kinds_of_issue)
    return [(code, message, number) for (code, message), number in sorted(found.items(), key=lambda each: (-each[1], each[0]))]

"""One run over files: read everything, evaluate every patient, write the results whole."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import cast

from engine.cohort.columns import Observer
from engine.cohort.results import Results
from engine.cohort.study import study
from engine.evaluation import Evaluated
from engine.pack.program import Pack
from fhir_adapter.arrival import Validation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.identity import Resource
from fhir_adapter.issue import Issue
from fhir_adapter.read import Intake, Reader
from fhir_adapter.releases import Release
from fhir_adapter.write import to_json
from marrow.evaluation import EvaluatorName, Job, evaluate_all
from marrow.inputs import Input, UnreadableInput, find_inputs
from marrow.lines import conclusion_line, encode
from marrow.output import output_folder, remove, write_lines
from marrow.packs import load_pack
from marrow.parquet.files import remove_tables, require_pyarrow
from marrow.parquet.write import write_parquet
from marrow.progress import progress
from marrow.report.files import Told, write_results
from marrow.report.printed_numbers import reproduce
from marrow.report.reproduction import Reproduced
from marrow.written import bundle, day_of_evaluation, resources_of, withdrawn


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked for.

    reproduce: compare with the numbers that the pack's source prints. notes: sentences for the report's title block.
    parquet: write the tables as Parquet too.
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
    conclusions: dict[str, Counter[str]] = field(default_factory=dict)
    evaluated: list[Evaluated] = field(default_factory=list)
    results: Results | None = None
    reproduction: list[Reproduced] = field(default_factory=list)


def run(options: Options, keep: bool = False) -> RunOutcome:
    """Evaluate and write; `keep` keeps what was evaluated for the caller.

    Raises the caller's faults (ValueErrors of this project's modules). What is wrong inside the data becomes issues.
    """
    if options.parquet:
        require_pyarrow()
    pack = load_pack(options.pack, options.settings)
    inputs = find_inputs(options.inputs)
    out = output_folder(str(options.out))
    intake, has_documents = read_inputs(pack, inputs, options)
    as_of = day_of_evaluation(pack, intake, options.as_of, options.cutoff)
    outcome = RunOutcome(pack, out, as_of, len(intake.records), issues=len(intake.issues))
    for (_, fate), number in intake.counts.items():
        outcome.resources[fate] += number
    written: list[Resource] = []
    observe = Observer(pack)
    with progress("evaluating", len(intake.records), options.quiet) as step:
        write_lines(out / "conclusions.ndjson", _evaluate(options, intake, outcome, written, observe, keep, step))
    _write_resources(intake, written, outcome, has_documents)
    outcome.results = study(pack, observe.columns, outcome.as_of)
    if options.reproduce:
        outcome.reproduction = reproduce(pack, outcome.results)
    told = Told(_problems(intake), outcome.resources, outcome.reproduction, options.notes)
    write_results(pack, outcome.results, told, out)
    write_lines(out / "issues.ndjson", (each.line().encode() for each in intake.issues))
    if options.parquet:
        write_parquet(pack, out, observe.columns, outcome.results)
    else:
        remove_tables(out)
    return outcome


def read_inputs(pack: Pack, inputs: list[Input], options: Options) -> tuple[Intake, bool]:
    """Everything that the inputs hold, and whether a Bundle or single resource was among them.

    Raises UnreadableInput where one that was named, or all of them, cannot be read at all.
    """
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), release=cast(Release | None, options.release))
    unread: list[Issue] = []
    faults: list[str] = []
    has_documents = False
    with progress("reading", len(inputs), options.quiet) as step:
        for each in inputs:
            try:
                data = each.read()
            except UnreadableInput as error:
                if each.named:
                    faults.append(str(error))
                else:
                    unread.append(
                        Issue(each.name, "", "unreadable", "error", "this file cannot be opened or unpacked; copy it again")
                    )
            else:
                ndjson = each.is_ndjson(data)
                has_documents = has_documents or not ndjson
                validation = cast(Validation, options.validation or ("fast" if ndjson else "strict"))
                reader.read(data, each.name, ndjson=ndjson, validation=validation)
            step()
    intake = reader.finish()
    intake = replace(intake, issues=(*unread, *intake.issues))
    faults += _not_fhir(inputs, intake)
    if faults:
        raise UnreadableInput("\n".join(faults))
    return intake, has_documents


def _not_fhir(inputs: list[Input], intake: Intake) -> list[str]:
    """What is wrong with the inputs that are no FHIR at all: each that was named, or the first where nothing else was found."""
    named = {each.name for each in inputs if each.named}
    whole = [one for one in intake.issues if one.severity == "error" and one.path in ("", "resourceType") and not _in_bundle(one)]
    faults = [f"{one.source}: {one.message}" for one in whole if one.source in named]
    if faults or any(kind for kind, _ in intake.counts):
        return faults
    return [f"{one.source}: {one.message}" for one in whole[:1]]


def _in_bundle(issue: Issue) -> bool:
    return ":Bundle.entry[" in issue.source


def _problems(intake: Intake) -> list[tuple[str, str, int]]:
    """The kinds of problem in the data, the most frequent first."""
    found = Counter((issue.code, issue.message) for issue in intake.issues)
    return [(code, message, number) for (code, message), number in sorted(found.items(), key=lambda each: (-each[1], each[0]))]


def _evaluate(
    options: Options,
    intake: Intake,
    outcome: RunOutcome,
    written: list[Resource],
    observe: Observer,
    keep: bool,
    step: Callable[[], None],
) -> Iterator[bytes]:
    """The lines of the conclusions; what is written as FHIR is added to `written`, each patient with its Provenance."""
    pack = outcome.pack
    job = Job(pack, cast(EvaluatorName, options.evaluator), outcome.as_of)
    for evaluated in evaluate_all(job, intake.records, options.jobs, step):
        written += resources_of(pack, evaluated, intake)
        observe(evaluated)
        if keep:
            outcome.evaluated.append(evaluated)
        for conclusion in evaluated.conclusions:
            outcome.conclusions.setdefault(conclusion.name, Counter())[conclusion.outcome] += 1
            yield encode(conclusion_line(pack, evaluated, conclusion))


def _write_resources(intake: Intake, written: list[Resource], outcome: RunOutcome, bundles: bool) -> None:
    """The Conditions, and for Bundles the transaction that puts all onto a server, withdrawals of earlier runs included."""
    everything = [*written, *withdrawn(outcome.pack, written, intake)]
    conditions = [each for each in everything if each["resourceType"] == "Condition"]
    outcome.conditions = len(conditions)
    write_lines(outcome.out / "conditions.ndjson", (to_json(each).encode() for each in conditions))
    if bundles:
        write_lines(outcome.out / "bundle.json", [bundle(outcome.pack, everything, intake)])
    else:
        remove(outcome.out / "bundle.json")
